"""The register's part of a load: sources, authorities, schools and their names, groups, memberships, links.

What is newer, study or import, replaces what an older one said; what is older, loaded later, only adds what is missing.
A school that a newer register does not list stays as it was last described: its absence is a question and no closure. A
membership that a newer groups file no longer states has ended by the date of that file. A column that a newer file does
not hold says nothing: what is there stays.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape_web.landscape.loading.bulk import Merged, merge_rows
from leadscape_web.landscape.loading.identifiers import content_uuids
from leadscape_web.landscape.loading.stated_by import with_stated_by

if TYPE_CHECKING:
    from datetime import datetime

    from leadscape.actions.open_register import OpenedRegister
    from leadscape.actions.open_study import OpenedStudy

    Opened = OpenedStudy | OpenedRegister

SCHOOL: Final = (
    "urn", "name", "status", "opened_on", "closed_on", "phase", "type", "type_group", "district", "region", "town",
    "postcode", "easting", "northing", "longitude", "latitude", "low_age", "high_age", "gender", "religious_character",
    "capacity", "capacity_status", "pupils", "pupils_status", "fsm_pct", "fsm_pct_status", "source_id",
)  # fmt: skip


def load_register(
    cursor: Any,
    opened: Opened,
    *,
    newest: bool,
    loaded_at: datetime,
    unstated: Collection[str] = (),
    listed: list[str] | None = None,
) -> dict[str, Merged]:
    """Merge the register of a study or of an import.

    Parameters
    ----------
    newest
        Whether nothing later is loaded, so that what is there may be changed.
    unstated
        Columns of the library's schools that the files do not hold.
    listed
        Schools of which the groups files speak; those of the files when not given.
    """

    def sourced(frame: pl.DataFrame) -> pl.DataFrame:
        return with_source_ids(frame, opened)

    sources = opened.sources.with_columns(_source_ids(opened), loaded_at=pl.lit(loaded_at)).drop("source")
    merged = {"sources": merge_rows(cursor, "register_source", sources, update=False)}
    authorities = sourced(opened.authorities).rename({"authority_code": "code", "authority_name": "name"})
    unnamed = [own for own, name in (("name", "authority_name"), ("region", "region")) if name in unstated]
    authorities = with_stated_by(cursor, "register_authority", authorities, unnamed, key="code")
    merged["authorities"] = merge_rows(
        cursor, "register_authority", authorities, key="code", update=newest, once=unnamed
    )
    schools = sourced(opened.schools).select(*SCHOOL, authority_id="authority_code")
    kept = ["authority_id" if name == "authority_code" else name for name in unstated]
    schools = with_stated_by(cursor, "register_school", schools, kept, key="urn")
    merged["schools"] = merge_rows(cursor, "register_school", schools, key="urn", update=newest, once=kept)
    if newest and "status" in unstated:
        merged["schools"] += _closed_by_date(cursor, schools)
    merged["names"] = _names(cursor, opened.school_names)
    groups = sourced(opened.groups).rename({"group_uid": "uid"}).with_columns(status=pl.lit("unknown"))
    lacking = _all_null(groups, "companies_house_number")
    groups = with_stated_by(cursor, "register_group", groups, lacking, key="uid")
    merged["groups"] = merge_rows(
        cursor, "register_group", groups, key="uid", update=newest, once=["status", *lacking]
    )
    merged["memberships"] = _memberships(
        cursor, sourced(opened.memberships), listed or opened.schools["urn"].to_list(), newest=newest
    )
    links = sourced(opened.links).with_columns(
        content_uuids("link", opened.links, "urn", "link_urn", "relation")
    )
    merged["links"] = merge_rows(cursor, "register_link", links, update=newest)
    return merged


def _closed_by_date(cursor: Any, schools: pl.DataFrame) -> Merged:
    """A closing date in a file that holds no status says that the school has closed; that it is open, nothing says."""
    closed = schools.filter(pl.col("status").cast(pl.String) == "closed")["urn"].to_list()
    cursor.execute(
        "update register_school set status = 'closed', stated_by = nullif(stated_by - 'status', '{}')"
        " where urn = any (%s) and (status <> 'closed' or stated_by ? 'status')",
        [closed],
    )
    return Merged(updated=cursor.rowcount)


def with_source_ids(frame: pl.DataFrame, opened: Opened) -> pl.DataFrame:
    """``frame`` with ``source_id``, the id of the file in the database, for ``source``."""
    ids = opened.sources.select("source", _source_ids(opened).alias("source_id"))
    return frame.join(ids, on="source", how="left", maintain_order="left").drop("source")


def _source_ids(opened: Opened) -> pl.Series:
    return content_uuids("source", opened.sources, "purpose", "file_name", "sha256")


def _names(cursor: Any, names: pl.DataFrame) -> Merged:
    """Names that are known already are seen over a longer time, by more files; whichever study is loaded first."""
    rows = names.select(
        content_uuids("name", names, "urn", "name_key"),
        "name",
        "first_seen",
        "last_seen",
        "sources",
        school_id="urn",
    )
    cursor.execute("select id::text, first_seen, last_seen, sources from register_schoolname")
    schema = {"id": pl.String, "was_first": pl.Date, "was_last": pl.Date, "were": pl.List(pl.String)}
    known = pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")
    both = rows.join(known, on="id", how="left", maintain_order="left").with_columns(
        first_seen=pl.min_horizontal("first_seen", "was_first"),
        last_seen=pl.max_horizontal("last_seen", "was_last"),
        sources=pl.when(pl.col("were").is_null())
        .then("sources")
        .otherwise(pl.col("sources").list.set_union("were").list.sort()),
    )
    return merge_rows(cursor, "register_schoolname", both.select(rows.columns))


def _memberships(cursor: Any, stated: pl.DataFrame, listed: list[str], *, newest: bool) -> Merged:
    rows = stated.select(
        content_uuids("membership", stated, "urn", "group_uid"),
        "joined_on",
        "left_on",
        "source_id",
        school_id="urn",
        group_id="group_uid",
    )
    lacking = _all_null(rows, "joined_on")
    rows = with_stated_by(cursor, "register_membership", rows, lacking)
    merged = merge_rows(cursor, "register_membership", rows, update=newest, once=lacking)
    if not newest or rows.is_empty():
        return merged
    # Only of the schools and the kinds of group that the study's files speak of.
    cursor.execute(
        "update register_membership m set left_on = n.as_of, source_id = n.id,"
        # The day of joining stays what the former file said.
        " stated_by = case when m.joined_on is null or m.source_id = n.id then m.stated_by"
        "  else jsonb_build_object('joined_on', m.source_id::text) || coalesce(m.stated_by, '{}') end"
        " from register_group g,"
        " (select distinct on (c.kind) c.kind, s.id, s.as_of from unnest(%s::text[], %s::uuid[]) c(kind, source)"
        "  join register_source s on s.id = c.source order by c.kind, s.as_of desc nulls last) n"
        " where g.uid = m.group_id and g.group_type = n.kind and m.left_on is null and n.as_of is not null"
        " and m.school_id = any (%s) and m.id <> all (%s::uuid[])",
        [*_kinds(stated), listed, rows["id"].to_list()],
    )
    return merged + Merged(updated=cursor.rowcount)


def _all_null(rows: pl.DataFrame, column: str) -> list[str]:
    """The column, where no row of the files gives it."""
    return [column] if rows[column].null_count() == rows.height else []


def _kinds(stated: pl.DataFrame) -> tuple[list[str], list[str]]:
    kinds = (
        stated.select(pl.col("group_type").cast(pl.String), "source_id")
        .unique()
        .sort("group_type", "source_id")
    )
    return kinds["group_type"].to_list(), kinds["source_id"].to_list()
