"""Who has led a school, from when to when, and who leads more than one?

In: headships of several register dates. Out: :class:`Heads`.

Method: a spell is an unbroken run of registers that list the school with the same head. Two registers say
that a change happened between them, not when.

What it does not say: that two posts under one name are one person. In England 1,605 full names stood at
more than one school in 2022; some are executive heads, some are namesakes, and the name alone cannot tell
them apart. Nor does it say why a head left. Names of people are personal data: publish counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.register.vintages import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadscape.register.vintages import Dated

NAMESAKES: Final = (
    "One name at several schools may be an executive head or namesakes: the name alone cannot tell."
)


@dataclass(frozen=True)
class Heads:
    """Headships through time.

    Attributes
    ----------
    spells
        ``urn``, ``head``, ``job_title`` (newest), ``first_seen``, ``last_seen``, ``registers`` (how many
        list it).
    changes
        ``urn``, ``after`` and ``by`` (two registers in a row that list the school), ``left`` and ``came``
        (lists of heads; both filled when one followed another).
    shared
        ``seen_on``, ``head``, ``schools`` (how many), ``urns``, ``executive`` (a job title says so; null
        where none is given), ``one_authority`` (all in one authority; null where authorities are not
        given): names at more than one school in one register.
    note
        What the name alone cannot tell.
    """

    spells: pl.DataFrame
    changes: pl.DataFrame
    shared: pl.DataFrame
    note: str = NAMESAKES


def trace_heads(headships: Sequence[Dated], schools: pl.DataFrame | None = None) -> Heads:
    """Spells, changes and shared heads from headships of several dates.

    Parameters
    ----------
    headships
        :class:`~leadscape.register.tables.Headships`, each with the date of its register, in any order.
    schools
        :class:`~leadscape.register.tables.Schools`, to say whether the schools of a shared name lie in one
        authority.

    Raises
    ------
    NotComparable
        When a register has no date.
    """
    seen = pl.concat(
        one.frame.select("urn", "head", "job_title").with_columns(seen_on=pl.lit(on, pl.Date))
        for on, one in in_order(headships)
    ).unique(["urn", "head", "seen_on"], keep="first", maintain_order=True)
    visits = (
        seen.select("urn", "seen_on")
        .unique()
        .sort("urn", "seen_on")
        .with_columns(visit=pl.int_range(pl.len()).over("urn"), before=pl.col("seen_on").shift(1).over("urn"))
    )
    numbered = seen.join(visits.select("urn", "seen_on", "visit"), on=["urn", "seen_on"]).sort(
        "urn", "head", "visit"
    )
    run = pl.col("visit") - pl.int_range(pl.len()).over("urn", "head")
    spells = (
        numbered.with_columns(run=run)
        .group_by("urn", "head", "run")
        .agg(
            job_title=pl.col("job_title").last(),
            first_seen=pl.col("seen_on").min(),
            last_seen=pl.col("seen_on").max(),
            registers=pl.len().cast(pl.Int64),
        )
        .drop("run")
        .sort("urn", "first_seen", "head")
    )
    return Heads(spells, _changes(seen, visits), _shared(seen, schools))


def _changes(seen: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """Differences between each register of a school and the one before."""
    pairs = visits.drop_nulls("before").select("urn", after="before", by="seen_on")
    old = pairs.join(seen.select("urn", "head", after="seen_on"), on=["urn", "after"])
    new = pairs.join(seen.select("urn", "head", by="seen_on"), on=["urn", "by"])
    key = ["urn", "after", "by"]
    left = old.join(new, on=[*key, "head"], how="anti").group_by(key).agg(left=pl.col("head").sort())
    came = new.join(old, on=[*key, "head"], how="anti").group_by(key).agg(came=pl.col("head").sort())
    nobody = pl.lit([], pl.List(pl.String))
    return (
        left.join(came, on=key, how="full", coalesce=True)
        .with_columns(pl.col("left").fill_null(nobody), pl.col("came").fill_null(nobody))
        .sort("urn", "by")
    )


def _shared(seen: pl.DataFrame, schools: pl.DataFrame | None) -> pl.DataFrame:
    unknown = pl.lit(None, pl.String).alias("authority_code")
    placed = (
        seen.with_columns(unknown)
        if schools is None
        else seen.join(schools.select("urn", "authority_code"), on="urn", how="left")
    )
    authorities = pl.col("authority_code")
    return (
        placed.group_by("seen_on", "head")
        .agg(
            schools=pl.col("urn").n_unique().cast(pl.Int64),
            urns=pl.col("urn").unique().sort(),
            executive=pl.col("job_title").str.to_lowercase().str.contains("executive").max(),
            one_authority=pl.when(authorities.is_not_null().all()).then(authorities.n_unique() == 1),
        )
        .filter(pl.col("schools") > 1)
        .sort("seen_on", "schools", "head", descending=[False, True, False])
    )
