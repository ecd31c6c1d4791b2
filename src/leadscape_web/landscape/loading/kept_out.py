"""Whom a load leaves out: people who objected or were erased, whatever file names them again.

Who that is, a higher room knows (:func:`set_keeper`). What names them goes before anything is stored: headships, and
leaders with their role-holdings, supports and questions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

if TYPE_CHECKING:
    from leadscape.actions.open_study import OpenedStudy

Find = Callable[[Any, pl.DataFrame], frozenset[str]]
_KEEPERS: Final[dict[str, Find]] = {}


def set_keeper(find: Find) -> None:
    """Say who is to stay out.

    Parameters
    ----------
    find
        Gets the driver's cursor and people (``id``, ``name``, ``urn``, ``school``, ``authority_code``); gives the ids
        of those who stay out.
    """
    _KEEPERS["people"] = find


def find_kept_out(cursor: Any, people: pl.DataFrame) -> frozenset[str]:
    """Ids of those of ``people`` (as for :func:`set_keeper`) who are to stay out; nobody where no room knows."""
    return _KEEPERS["people"](cursor, people) if _KEEPERS and people.height else frozenset()


def leave_out(cursor: Any, opened: OpenedStudy) -> OpenedStudy:
    """``opened`` without anybody who is to stay out."""
    if not _KEEPERS:
        return opened
    find = _KEEPERS["people"]
    schools = opened.schools.select("urn", "authority_code", school="name")
    heads = opened.headships.with_row_index("_place").with_columns(pl.col("_place").cast(pl.String))
    asked = heads.select("urn", id="_place", name="head").join(schools, on="urn", how="left")
    out_heads = find(cursor, asked.select("id", "name", "urn", "school", "authority_code"))
    led = opened.leaders.select("name", "authority_code", id="leader_id", urn="home_urn").join(
        schools.select("urn", "school"), on="urn", how="left"
    )
    out = list(find(cursor, led.select("id", "name", "urn", "school", "authority_code")))
    if not out_heads and not out:
        return opened
    kept = ~pl.col("leader_id").is_in(out)
    lines = opened.lines.filter(~kept)["nomination_id"].str.slice(1)
    return replace(
        opened,
        headships=heads.filter(~pl.col("_place").is_in(list(out_heads))).drop("_place"),
        leaders=opened.leaders.filter(kept),
        role_holdings=opened.role_holdings.filter(kept),
        supports=opened.supports.filter(kept),
        lines=opened.lines.with_columns(
            leader_id=pl.when(kept).then("leader_id").otherwise(pl.lit(None, pl.String))
        ),
        questions=opened.questions.filter(~pl.col("question_id").str.contains_any(lines.to_list()))
        if len(lines)
        else opened.questions,
    )


def leave_out_heads(cursor: Any, headships: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Headships of a register without those who are to stay out."""
    if not _KEEPERS:
        return headships
    places = schools.select("urn", "authority_code", school="name")
    heads = headships.with_row_index("_place").with_columns(pl.col("_place").cast(pl.String))
    asked = heads.select("urn", id="_place", name="head").join(places, on="urn", how="left")
    out = _KEEPERS["people"](cursor, asked.select("id", "name", "urn", "school", "authority_code"))
    return heads.filter(~pl.col("_place").is_in(list(out))).drop("_place")
