"""Schools, authorities, trusts and sources as frames, for lists that are filtered, sorted and downloaded whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

import polars as pl

from leadscape_web.register.memberships import COLLECTED, CURRENT
from leadscape_web.register.records.frames import read_frame
from leadscape_web.register.records.sources import register_version
from leadscape_web.register.wording import STATUSES, group_words, phase_words, purpose_words, status_words

SCHOOL: Final = {
    "urn": pl.String,
    "name": pl.String,
    "status": pl.String,
    "phase": pl.String,
    "type": pl.String,
    "authority_code": pl.String,
    "authority": pl.String,
    "region": pl.String,
    "town": pl.String,
    "postcode": pl.String,
    "pupils": pl.Float64,
    "pupils_status": pl.String,
    "opened_on": pl.Date,
    "closed_on": pl.Date,
    "trusts": pl.String,
    "trusts_status": pl.String,
}
_SCHOOLS: Final = f"""
select s.urn, s.name, s.status, s.phase, s.type, s.authority_id, a.name, s.region, s.town, s.postcode, s.pupils,
       s.pupils_status, s.opened_on, s.closed_on, t.trusts,
       case when not {COLLECTED} then 'not_collected' end
from register_school s
left join register_authority a on a.code = s.authority_id
left join (
  select m.school_id, string_agg(g.name, E'\\x1f' order by g.name) as trusts
  from register_membership m join register_group g on g.uid = m.group_id
  where {CURRENT} group by m.school_id
) t on t.school_id = s.urn
"""
_AUTHORITIES: Final = f"""
select a.code, a.name, a.region, coalesce(s.open, 0), coalesce(s.others, 0),
       case when {COLLECTED} then coalesce(t.trusts, 0) end, case when not {COLLECTED} then 'not_collected' end
from register_authority a
left join (
  select authority_id, count(*) filter (where status in ('open', 'proposed_to_close')) as open,
         count(*) filter (where status not in ('open', 'proposed_to_close')) as others
  from register_school group by authority_id
) s on s.authority_id = a.code
left join (
  select s.authority_id, count(distinct m.group_id) as trusts
  from register_membership m join register_school s on s.urn = m.school_id
  where {CURRENT} group by s.authority_id
) t on t.authority_id = a.code
"""
_TRUSTS: Final = f"""
select g.uid, g.group_id, g.name, g.group_type, g.status,
       case when {COLLECTED} then coalesce(m.now, 0) end, case when {COLLECTED} then coalesce(m.former, 0) end,
       -- Schools whose authority is not known are in some authority all the same: not known, never 0.
       case when not {COLLECTED} then null when coalesce(m.now, 0) = 0 then 0 else nullif(m.authorities, 0) end,
       case when not {COLLECTED} then 'not_collected' end, m.code, m.authority
from register_group g
left join (
  select m.group_id, count(distinct m.school_id) filter (where {CURRENT}) as now,
         count(distinct m.school_id) - count(distinct m.school_id) filter (where {CURRENT}) as former,
         count(distinct s.authority_id) filter (where {CURRENT}) as authorities,
         min(a.code) filter (where {CURRENT}) as code, min(a.name) filter (where {CURRENT}) as authority
  from register_membership m join register_school s on s.urn = m.school_id
  left join register_authority a on a.code = s.authority_id
  group by m.group_id
) m on m.group_id = g.uid
"""


def schools_frame(authority: str | None = None) -> pl.DataFrame:
    """Every school, or those of one authority, with codes as words; by name.

    Of the whole register each process reads one version a day: it is public, and a list of a nation takes a while.
    """
    if authority is None:
        # Memberships end by the day, in the database's own time.
        return _whole_register(register_version(), datetime.now(UTC).date())
    return _read_schools("where s.authority_id = {}", [authority])


@lru_cache(maxsize=1)
def _whole_register(version: str, day: date) -> pl.DataFrame:
    return _read_schools("", [])


def _read_schools(where: str, parameters: Sequence[str]) -> pl.DataFrame:
    read = read_frame(_SCHOOLS + where, SCHOOL, parameters)
    return read.with_columns(
        status=_worded("status", {code: status_words(code) for code in read["status"].unique()}),
        phase=_worded("phase", {code: phase_words(code) for code in read["phase"].drop_nulls().unique()}),
        trusts=pl.col("trusts").str.split("\x1f"),
    ).sort("name", "urn", nulls_last=True)


def authorities_frame() -> pl.DataFrame:
    """Every authority with how many schools and trusts it has; by name."""
    schema = {"code": pl.String, "name": pl.String, "region": pl.String}
    counts = dict.fromkeys(("open", "others", "trusts"), pl.Int64)
    why = {"trusts_status": pl.String}
    return read_frame(_AUTHORITIES, {**schema, **counts, **why}).sort("name", "code")


def trusts_frame() -> pl.DataFrame:
    """Every trust and federation with how many schools it has, now and formerly, and where; by name."""
    texts = dict.fromkeys(("uid", "group_id", "name", "group_type", "status"), pl.String)
    counts = dict.fromkeys(("schools", "former", "authorities"), pl.Int64)
    where = dict.fromkeys(("schools_status", "authority_code", "authority"), pl.String)
    read = read_frame(_TRUSTS, {**texts, **counts, **where})
    return read.with_columns(
        group_type=_worded("group_type", {code: group_words(code) for code in read["group_type"].unique()}),
        status=_worded("status", {code: STATUSES.get(code, code) for code in read["status"].unique()}),
        former_status="schools_status",
        authorities_status="schools_status",
        # Of several authorities none is the one.
        authority=pl.when(pl.col("authorities") == 1).then("authority"),
    ).sort("name", "uid")


def sources_frame() -> pl.DataFrame:
    """Every file that facts were taken from; the last loaded first."""
    schema = {
        "file_name": pl.String,
        "purpose": pl.String,
        "as_of": pl.Date,
        "rows": pl.Int64,
        "sha256": pl.String,
        "loaded_on": pl.Date,
    }
    read = read_frame(
        "select file_name, purpose, as_of, rows, sha256, loaded_at::date from register_source"
        " order by loaded_at desc, purpose <> 'schools', purpose, file_name",
        schema,
    )
    return read.with_columns(
        purpose=_worded("purpose", {code: purpose_words(code) for code in read["purpose"].unique()})
    )


def _worded(column: str, words: dict[str, str | None]) -> pl.Expr:
    return pl.col(column).replace_strict(words, default=None, return_dtype=pl.String)
