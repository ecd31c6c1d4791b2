"""The survey's part of a load: the wave, who answered, leaders, role-holdings and supports.

Leaders, holdings and supports are recognised by the library's keys. What a newer study states again is brought up to
date and named as stated by it (``wave``); what it does not state any more stays, with the wave that stated it last.
What a user changed by hand is left alone, and so is what somebody withdrew. When a study is run again, what its former
run alone stated is withdrawn; it counts again as soon as a run states it again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape_web.landscape.loading.bulk import Merged, merge_rows
from leadscape_web.landscape.loading.identifiers import content_uuid, content_uuids
from leadscape_web.landscape.loading.people import EDITED

if TYPE_CHECKING:
    from datetime import datetime

    from leadscape.actions.open_study import OpenedStudy

OVERLAPS: Final = (
    "exists (select 1 from survey_roleholding t where t.leader_id = s.leader_id and t.role = s.role"
    " and t.withdrawn_at is null and daterange(t.started_on, t.ended_on) && daterange(s.started_on, s.ended_on))"
)
"""SQL: a user entered a holding of this role at this time already, so that the reported one is not added."""


def load_wave(cursor: Any, opened: OpenedStudy, loaded_at: datetime) -> str:
    """Write the wave and who was asked in it; its id."""
    wave = content_uuid("wave", opened.inputs_sha256)
    row = {
        "id": wave,
        "title": opened.title,
        "system": opened.system,
        "as_of": opened.as_of,
        "codebook": opened.codebook,
        "codebook_sha256": opened.codebook_sha256,
        "codebook_text": opened.codebook_text,
        "provenance": json.dumps(opened.provenance),
        "inputs_sha256": opened.inputs_sha256,
        "loaded_at": loaded_at,
    }
    merge_rows(cursor, "survey_wave", pl.DataFrame([row]))
    answers = opened.responses
    rows = answers.select(
        pl.Series(
            "id",
            [content_uuid("response", wave, asked) for asked in answers["respondent_id"]],
            dtype=pl.String,
        ),
        "respondent_name",
        "kind",
        "region",
        "response",
        wave_id=pl.lit(wave),
        respondent="respondent_id",
        authority_id="authority_code",
    )
    merge_rows(cursor, "survey_response", rows)
    return wave


def load_leaders(
    cursor: Any, opened: OpenedStudy, leaders: pl.DataFrame, wave: str, *, newest: bool
) -> dict[str, Merged]:
    """Merge leaders, role-holdings and supports.

    Parameters
    ----------
    leaders
        As the library's, with ``person``.
    """
    rows = leaders.select(
        content_uuids("leader record", leaders, "leader_id"),
        "region",
        "phase",
        key="leader_id",
        person_id="person",
        home_school_id="home_urn",
        authority_id="authority_code",
        wave_id=pl.lit(wave),
        version=pl.lit(1),
    )
    merged = {
        "leaders": merge_rows(
            cursor,
            "survey_leader",
            rows,
            update=newest,
            once=["key", "person_id"],
            unless=EDITED.format(table="survey_leader"),
            version="version",
        )
    }
    ids = rows.select("person_id", leader_id="key", leader_uuid="id")
    held = opened.role_holdings.join(ids, on="leader_id", how="left", maintain_order="left")
    holdings = held.select(
        content_uuids("holding", held, "holding_id"),
        "role",
        "origin",
        "started_on",
        "ended_on",
        "respondents",
        "routes",
        "person_id",
        key="holding_id",
        leader_id="leader_uuid",
        home_school_id="home_urn",
        authority_id="authority_code",
        wave_id=pl.lit(wave),
        withdrawn_at=pl.lit(None, pl.Datetime),
        version=pl.lit(1),
    )
    merged["role-holdings"] = merge_rows(
        cursor,
        "survey_roleholding",
        holdings,
        update=newest,
        once=["key", "leader_id", "person_id"],
        unless=EDITED.format(table="survey_roleholding"),
        skip=OVERLAPS,
        version="version",
    )
    merged["supports"] = _supports(cursor, opened.supports, ids, wave, newest=newest)
    return merged


def supersede_wave(cursor: Any, former: str, wave: str, at: datetime) -> Merged:
    """The former run of a study makes room: its wave stays for the record, what it alone stated counts no longer."""
    cursor.execute(
        "update survey_wave set superseded_at = %s where id = %s and superseded_at is null", [at, former]
    )
    cursor.execute(
        "update survey_wave set superseded_at = null where id = %s and superseded_at is not null", [wave]
    )
    withdrawn = 0
    for table in ("survey_support", "survey_roleholding"):
        cursor.execute(
            f"update {table} t set withdrawn_at = %s, version = version + 1"
            f" where t.wave_id = %s and t.withdrawn_at is null and not {EDITED.format(table=table)}",
            [at, former],
        )
        withdrawn += cursor.rowcount
    return Merged(updated=withdrawn)


def _supports(cursor: Any, supports: pl.DataFrame, ids: pl.DataFrame, wave: str, *, newest: bool) -> Merged:
    given = supports.join(ids, on="leader_id", how="left", maintain_order="left")
    rows = given.select(
        content_uuids("support", given, "holding_id", "partner_urn"),
        content_uuids("holding", given, "holding_id").alias("holding_id"),
        "role",
        "started_on",
        "ended_on",
        "person_id",
        leader_id="leader_uuid",
        home_school_id="home_urn",
        partner_school_id="partner_urn",
        wave_id=pl.lit(wave),
        withdrawn_at=pl.lit(None, pl.Datetime),
        version=pl.lit(1),
    )
    # A holding that was not added, because a user had entered it, brings no supports either.
    return merge_rows(
        cursor,
        "survey_support",
        rows,
        update=newest,
        once=["holding_id", "leader_id", "person_id"],
        unless=EDITED.format(table="survey_support"),
        skip="not exists (select 1 from survey_roleholding h where h.id = s.holding_id)"
        " or exists (select 1 from survey_support t where t.holding_id = s.holding_id"
        " and t.partner_school_id = s.partner_school_id and t.withdrawn_at is null)",
        version="version",
    )
