"""May two judgements be laid side by side? Within one framework, yes; across a break only by a named crosswalk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from leadscape.codebooks.inspections import load_inspections
from leadscape.core.errors import NotComparable

if TYPE_CHECKING:
    from leadscape.codebooks.inspections import GradeCrosswalk


@dataclass(frozen=True)
class ReadTogether:
    """Judgements in the words of one framework.

    Attributes
    ----------
    frame
        The rows given, in their order, with ``framework``, ``area`` and ``grade`` of the one framework, ``rank`` (1 is
        best; null without a grade) and ``crossed`` (whether the crosswalk changed the row).
    crosswalk
        The crosswalk used; null where all rows were of one framework.
    statement
        What a reader must be told beside any comparison, as a sentence.
    """

    frame: pl.DataFrame
    crosswalk: GradeCrosswalk | None
    statement: str


def read_together(inspections: pl.DataFrame, crosswalk: str | None = None) -> ReadTogether:
    """Judgements ready to be compared.

    Parameters
    ----------
    inspections
        Rows of :class:`~leadscape.need.tables.Inspections`, of the areas that are to be compared.
    crosswalk
        Id of a crosswalk of the codebook. Rows of its first framework are read in the words of its second.

    Raises
    ------
    NotComparable
        When rows are of several frameworks and no crosswalk is named, or the one named does not join them all.
    """
    book = load_inspections()
    frameworks = inspections["framework"].unique().sort().to_list()
    if crosswalk is None:
        if len(frameworks) > 1:
            raise _refused(frameworks, "no crosswalk is named", [w.id for w in book.crosswalks])
        return ReadTogether(_ranked(inspections.with_columns(crossed=pl.lit(False))), None, "")
    walk = book.crosswalk(crosswalk)
    outside = [f for f in frameworks if f not in (walk.from_framework, walk.to_framework)]
    if outside:
        raise _refused(
            frameworks, f"{walk.id} does not join {', '.join(outside)}", [w.id for w in book.crosswalks]
        )
    crossed = (pl.col("framework") == walk.from_framework) & pl.col("area").is_in(list(walk.areas))
    left = inspections.filter(
        (pl.col("framework") == walk.from_framework) & ~pl.col("area").is_in(list(walk.areas))
    )
    if left.height:
        areas = ", ".join(left["area"].unique().sort())
        raise _refused(frameworks, f"{walk.id} says nothing of {areas}", [w.id for w in book.crosswalks])
    moved = inspections.with_columns(
        crossed=crossed,
        framework=pl.when(crossed).then(pl.lit(walk.to_framework)).otherwise("framework"),
        area=pl.when(crossed).then(pl.col("area").replace(walk.areas)).otherwise("area"),
        grade=pl.when(crossed)
        .then(pl.col("grade").replace_strict(walk.grades, default=None, return_dtype=pl.String))
        .otherwise("grade"),
    )
    return ReadTogether(_ranked(moved), walk, f"{walk.purpose} {walk.loses} ({walk.source})")


def _ranked(frame: pl.DataFrame) -> pl.DataFrame:
    ranks = load_inspections().words().select("framework", "area", "grade", "rank").unique()
    return frame.join(ranks, on=["framework", "area", "grade"], how="left", maintain_order="left")


def _refused(frameworks: list[str], reason: str, known: list[str]) -> NotComparable:
    return NotComparable(
        f"Judgements of {', '.join(frameworks)} are not comparable: {reason}.",
        "The frameworks judge other things in other words; a difference would be one of frameworks, not of schools.",
        f"Compare within one framework, or name a crosswalk and what it loses ({', '.join(known)}).",
    )
