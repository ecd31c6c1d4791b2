"""Which record of a person do a head of the register and a leader of the survey get?

A leader of a former study with the same key of the library stays the same person. A head stays the same while the
school's register names them in words that agree. A head of a leader's home school whose name agrees with the leader's
is that leader (:mod:`leadscape.survey.identity.at_school`; doubtful pairs are left apart). Two headships of one name at
two schools stay two persons: the name alone cannot tell.

Names go into ``accounts_personname`` and nowhere else. A person whose name was erased never gets one again by a load,
and a name that a user changed is not changed back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.actions.recognise_heads import recognise_heads
from leadscape_web.landscape.loading.bulk import Merged, merge_rows
from leadscape_web.landscape.loading.identifiers import content_uuid, content_uuids
from leadscape_web.landscape.loading.register_rows import with_source_ids

if TYPE_CHECKING:
    from datetime import datetime

    from leadscape.actions.open_register import OpenedRegister
    from leadscape.actions.open_study import OpenedStudy

TEXT: Final = pl.String()
KNOWN: Final = {"id": TEXT, "urn": TEXT, "name": TEXT, "person": TEXT}
EDITED: Final = (
    "exists (select 1 from audit_event e where e.table_name = '{table}' and e.record_id = t.id::text"
    " and e.actor is not null and not exists (select 1 from jobs_job j where j.id::text = e.request))"
)
"""SQL: the record was changed by a user's own hand, so that a load leaves it alone; a job a user asked for is none."""


@dataclass(frozen=True)
class People:
    """``heads``: headships with ``person``; ``leaders``: leaders with ``person``; counts of what was written."""

    heads: pl.DataFrame
    leaders: pl.DataFrame
    merged: dict[str, Merged]


def load_people(
    cursor: Any, opened: OpenedStudy | OpenedRegister, *, newest: bool, loaded_at: datetime
) -> People:
    """Find or make the persons of a study or an import, and write their names and headships."""
    known_heads = _query(
        cursor,
        "select h.id::text, h.school_id, n.full_name, h.person_id::text from register_headship h"
        " left join accounts_personname n on n.person_id = h.person_id and n.superseded_at is null",
    )
    known_leaders = _query(
        cursor,
        "select l.key, l.home_school_id, n.full_name, l.person_id::text from survey_leader l"
        " left join accounts_personname n on n.person_id = l.person_id and n.superseded_at is null",
    )
    heads = _place_heads(with_source_ids(opened.headships, opened), known_heads, known_leaders)
    leaders = _place_leaders(opened.leaders, heads, known_heads, known_leaders)
    named = pl.concat([heads.select("person", "head"), leaders.select("person", head="name")]).unique(
        "person", keep="first", maintain_order=True
    )
    merged = _write_names(cursor, named, opened.inputs_sha256, newest=newest, loaded_at=loaded_at)
    rows = heads.select(
        content_uuids("headship", heads, "urn", "person"),
        "job_title",
        "seen_on",
        "ended_on",
        person_id="person",
        school_id="urn",
        source_id="source_id",
        stated_by=pl.lit(None, pl.String),
    )
    headships = merge_rows(cursor, "register_headship", rows, update=newest)
    if newest and rows.height:
        headships += _end_headships(cursor, heads, rows["id"])
    merged["headships"] = headships
    return People(heads, leaders, merged)


def _place_heads(heads: pl.DataFrame, known: pl.DataFrame, leaders: pl.DataFrame) -> pl.DataFrame:
    # By the file and not by the name: a corrected file of one day may name somebody else.
    named = heads.with_columns(content_uuids("head", heads, "urn", "source_id", "place").alias("own"))
    asked = named.select(id="own", urn="urn", name="head")
    as_head = _persons(recognise_heads(asked, known.select("id", "urn", "name")).same, known)
    as_leader = _persons(recognise_heads(asked, leaders.select("id", "urn", "name")).same, leaders)
    # Loaded before under this very id, whatever the name is now, even none: the person stays.
    return named.with_columns(
        person=pl.coalesce(_mapped("own", as_head), _mapped("own", as_leader), "own")
    ).drop("own")


def _place_leaders(
    leaders: pl.DataFrame, heads: pl.DataFrame, known_heads: pl.DataFrame, known: pl.DataFrame
) -> pl.DataFrame:
    before = dict(known.select("id", "person").iter_rows())
    new = leaders.filter(~pl.col("leader_id").is_in(list(before)))
    now = heads.select("urn", "person", name="head")
    posts = pl.concat([now, known_heads.select(now.columns)]).unique(["urn", "person"], keep="first")
    posts = posts.with_columns(id=pl.concat_str("person", "urn", separator=" "))
    asked = new.select(id="leader_id", urn="home_urn", name="name")
    found = _persons(recognise_heads(asked, posts.select("id", "urn", "name")).same, posts)
    # A person is one leader at most: where two would be the same head, neither is taken for them.
    often = Counter([*found.values(), *before.values()])
    as_head = {leader: person for leader, person in found.items() if often[person] == 1}
    return (
        leaders.with_columns(content_uuids("leader", leaders, "leader_id").alias("own"))
        .with_columns(person=pl.coalesce(_mapped("leader_id", before), _mapped("leader_id", as_head), "own"))
        .drop("own")
    )


def _write_names(
    cursor: Any, named: pl.DataFrame, study: str, *, newest: bool, loaded_at: datetime
) -> dict[str, Merged]:
    cursor.execute(
        "select p.id::text from accounts_person p where p.id = any (%s::uuid[])", [named["person"].to_list()]
    )
    there = [row[0] for row in cursor.fetchall()]
    new = named.filter(~pl.col("person").is_in(there))
    persons = merge_rows(
        cursor, "accounts_person", new.select(id="person", recorded_at=pl.lit(loaded_at)), update=False
    )
    changed = new.clear()
    if newest:
        changed = _supersede(cursor, named.filter(pl.col("person").is_in(there)), loaded_at)
    told = pl.concat([new, changed])
    rows = told.select(
        pl.Series(
            "id", [content_uuid("person name", person, study) for person in told["person"]], dtype=pl.String
        ),
        person_id="person",
        full_name="head",
        recorded_at=pl.lit(loaded_at),
    )
    return {"persons": persons, "person names": merge_rows(cursor, "accounts_personname", rows, update=False)}


def _supersede(cursor: Any, named: pl.DataFrame, loaded_at: datetime) -> pl.DataFrame:
    """End the current names that a study words otherwise, but for those that a user gave; the rows to write instead."""
    cursor.execute(
        "update accounts_personname t set superseded_at = %s from unnest(%s::uuid[], %s::text[]) s(person, name)"
        " where t.person_id = s.person and t.superseded_at is null and t.full_name <> s.name"
        f" and not {EDITED.format(table='accounts_personname')} returning t.person_id::text",
        [loaded_at, named["person"].to_list(), named["head"].to_list()],
    )
    return named.filter(pl.col("person").is_in([row[0] for row in cursor.fetchall()]))


def _end_headships(cursor: Any, heads: pl.DataFrame, stated: pl.Series) -> Merged:
    """Headships of a school that the newest register lists with another head: ended by its date."""
    visits = heads.group_by("urn").agg(pl.col("seen_on").max(), pl.col("source_id").last())
    cursor.execute(
        # The file that names the head stays the headship's; the newer one says only that it is over.
        "update register_headship h set ended_on = v.seen_on,"
        " stated_by = jsonb_build_object('ended_on', v.source::text)"
        " from unnest(%s::text[], %s::date[], %s::uuid[]) v(urn, seen_on, source)"
        " where h.school_id = v.urn and h.ended_on is null and h.seen_on < v.seen_on and h.id <> all (%s::uuid[])",
        [
            visits["urn"].to_list(),
            visits["seen_on"].to_list(),
            visits["source_id"].to_list(),
            stated.to_list(),
        ],
    )
    return Merged(updated=cursor.rowcount)


def _query(cursor: Any, statement: str) -> pl.DataFrame:
    cursor.execute(statement)
    return pl.DataFrame(cursor.fetchall(), schema=KNOWN, orient="row")


def _persons(same: dict[str, str], known: pl.DataFrame) -> dict[str, str]:
    person = dict(known.select("id", "person").iter_rows())
    return {asked: person[found] for asked, found in same.items()}


def _mapped(column: str, mapping: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(mapping, default=None, return_dtype=pl.String)
