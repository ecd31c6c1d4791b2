"""Whose answers an instrument is for: a head needs full academic years in post on a stated date."""

from __future__ import annotations

from datetime import date
from typing import Final

import dataframely as dy
import polars as pl

from leadscape.core.tables import Table, polars_schema

YEAR_STARTS: Final = (9, 1)
"""Month and day on which an academic year starts; it ends on the day before. England: 1 September."""

VERDICTS: Final = ("eligible", "not_eligible", "unknown")


class Eligibility(Table):
    """One row is one form of an instrument with a rule, and whether its answers are for it on a date.

    A missing row means that the instrument has no rule. ``unknown`` is not a refusal: the date in post is missing, or
    no date was stated to count to.
    """

    file = dy.String(primary_key=True)
    respondent_id = dy.String(nullable=True)
    dyad_id = dy.String(nullable=True)
    in_post_since = dy.Date(nullable=True, description="Of the head of the dyad")
    full_years = dy.Int64(nullable=True, description="Academic years wholly in post on the date")
    verdict = dy.Enum(VERDICTS)
    reason = dy.String(description="As a sentence")


def full_years(since: pl.Expr, on: date, starts: tuple[int, int] = YEAR_STARTS) -> pl.Expr:
    """Academic years that lie wholly between the first day in post and a date.

    Notes
    -----
    With s the first start of an academic year on or after the first day in post, and e the last end of one on or
    before ``on``: the years from s to e. Somebody in post since 1 September 2004 has one full year on 31 August 2005
    and none the day before; somebody in post since 2 September 2004 has one on 31 August 2006.
    """
    month, day = starts
    start_of_own = pl.date(since.dt.year(), month, day)
    first = since.dt.year() + (since > start_of_own).cast(pl.Int32)
    ended = on.year if (on.month, on.day) >= _day_before(starts) else on.year - 1
    return (pl.lit(ended) - first).cast(pl.Int64).clip(lower_bound=0)


def _day_before(starts: tuple[int, int]) -> tuple[int, int]:
    before = date(2001, *starts).toordinal() - 1
    return date.fromordinal(before).month, date.fromordinal(before).day


def judge_eligibility(
    forms: pl.DataFrame, in_post: pl.DataFrame, needed: int, on: date | None
) -> pl.DataFrame:
    """The verdict on every form; a second respondent follows the head of the dyad.

    Parameters
    ----------
    forms
        ``file``, ``respondent_id``, ``dyad_id``, ``part``.
    in_post
        ``file``, ``in_post_since`` (null where the answer is missing): forms that are asked for the date.
    needed
        Full academic years.
    on
        The date to count to; null where none was stated.

    Returns
    -------
    polars.DataFrame
        As :class:`Eligibility`.
    """
    own = forms.join(in_post, on="file", how="left")
    heads = (
        own.join(in_post.select("file"), on="file", how="semi")
        .drop_nulls("dyad_id")
        .group_by("dyad_id")
        .agg(of_head=pl.col("in_post_since").drop_nulls().first())
    )
    years = full_years(pl.col("in_post_since"), on) if on is not None else pl.lit(None, pl.Int64)
    counted = (
        own.join(heads, on="dyad_id", how="left")
        .with_columns(in_post_since=pl.coalesce("in_post_since", "of_head"))
        .with_columns(full_years=pl.when(pl.col("in_post_since").is_not_null()).then(years))
    )
    day = on.isoformat() if on is not None else ""
    enough = pl.col("full_years") >= needed
    return Eligibility.validate(
        counted.select(
            "file",
            "respondent_id",
            "dyad_id",
            "in_post_since",
            "full_years",
            verdict=pl.when(enough)
            .then(pl.lit("eligible"))
            .when(~enough)
            .then(pl.lit("not_eligible"))
            .otherwise(pl.lit("unknown"))
            .cast(polars_schema(Eligibility)["verdict"]),
            reason=pl.when(pl.lit(on is None))
            .then(pl.lit("No date was stated to count years in post to."))
            .when(pl.col("in_post_since").is_null())
            .then(pl.lit("The date of taking up the post is not known."))
            .otherwise(
                pl.format(
                    f"In post since {{}}: {{}} full academic years on {day}; needed: {needed}.",
                    pl.col("in_post_since").cast(pl.String),
                    pl.col("full_years"),
                )
            ),
        ).sort("file")
    )
