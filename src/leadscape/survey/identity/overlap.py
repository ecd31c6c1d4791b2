"""Which lists named each person, and by how much could doubt about persons change what the lists share?

Feeds capture-recapture, whose answer rests on how many people two lists have in common: two groups of one person left
apart lower the overlap and raise the estimate, two people merged do the opposite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from leadscape.survey.identity.clusters import components
from leadscape.survey.identity.tables import ListOverlap, OverlapBounds

if TYPE_CHECKING:
    from leadscape.survey.identity.resolve import PersonResolution


@dataclass(frozen=True)
class Overlap:
    """Lists and the people they share.

    Attributes
    ----------
    people
        As :class:`ListOverlap`: which lists named each person, as persons are resolved.
    bounds
        As :class:`OverlapBounds`: people that any two lists share, at least, as resolved, and at most.
    """

    people: pl.DataFrame
    bounds: pl.DataFrame


def list_overlap(
    lines: pl.DataFrame, resolution: PersonResolution, by: Literal["respondent_id", "route"] = "route"
) -> Overlap:
    """People by the lists that named them.

    Parameters
    ----------
    lines
        ``nomination_id``, ``respondent_id``, ``route``.
    resolution
        As :func:`~leadscape.survey.identity.resolve_persons` returns it for these lines.
    by
        What counts as one list in ``bounds``: each respondent, or all respondents of a route.

    Notes
    -----
    *At least* joins lines of one name and school and pairs that a person decided to be one. *As resolved* joins the
    probable as well, *at most* every pair that is asked about. The truth lies between, if no pair was missed by every
    search key and no decision is wrong; how probable each value is, the probabilities of the pairs say.
    """
    route = pl.col("route") if "route" in lines.columns else pl.lit(None, pl.String)
    named = lines.select("nomination_id", "respondent_id", route=route)
    told = resolution.identities.select("nomination_id", "group", "person").join(named, on="nomination_id")
    people = (
        told.group_by("person")
        .agg(
            respondents=pl.col("respondent_id").drop_nulls().unique().sort(),
            routes=pl.col("route").drop_nulls().unique().sort(),
            nominations=pl.len().cast(pl.Int64),
        )
        .sort("person")
    )
    decision = pl.col("decision").cast(pl.String)
    open_ = decision.is_null() & (pl.col("outcome").cast(pl.String) == "review")
    sure = resolution.pairs.filter(decision == "same").select("person", "other")
    asked = resolution.pairs.filter(open_).select("person", "other")
    ways = {
        "least": _joined(told, "group", sure),
        "taken": told["person"],
        "most": _joined(told, "person", asked),
    }
    return Overlap(ListOverlap.validate(people), _bounds(told, by, ways))


def _joined(told: pl.DataFrame, column: str, pairs: pl.DataFrame) -> pl.Series:
    """Persons of every line after ``pairs`` of groups are joined on top of ``column``."""
    group = told.select("group", at=pl.col(column).rank("dense").cast(pl.Int64) - 1).unique("group")
    ends = pairs.join(group, left_on="person", right_on="group").join(
        group, left_on="other", right_on="group", suffix="_other"
    )
    size = told[column].n_unique()
    person = components(size, ends["at"].to_numpy(), ends["at_other"].to_numpy())
    at = told.select(pl.col(column).rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()
    return pl.Series(person[at].astype(np.int64))


def _bounds(told: pl.DataFrame, by: str, ways: dict[str, pl.Series]) -> pl.DataFrame:
    """One row a pair of lists, with the people they share under every way of joining."""
    counted: pl.DataFrame | None = None
    for way, person in ways.items():
        listed = told.select(pl.col(by).alias("list")).with_columns(person=person).drop_nulls().unique()
        sizes = listed.group_by("list").agg(people=pl.len())
        shared = (
            listed.join(listed, on="person", suffix="_other")
            .filter(pl.col("list") < pl.col("list_other"))
            .group_by("list", other_list="list_other")
            .agg(shared=pl.len())
        )
        every = (
            sizes.join(sizes, how="cross", suffix="_other")
            .filter(pl.col("list") < pl.col("list_other"))
            .rename({"list_other": "other_list"})
            .join(shared, on=["list", "other_list"], how="left")
            .select(
                "list",
                "other_list",
                pl.col("people").cast(pl.Int64).alias(f"people_{way}"),
                pl.col("people_other").cast(pl.Int64).alias(f"people_other_{way}"),
                # A pair of lists that no person is on shares nobody: a count, not a missing value.
                pl.when(pl.col("shared").is_null())
                .then(0)
                .otherwise("shared")
                .cast(pl.Int64)
                .alias(f"shared_{way}"),
            )
        )
        counted = every if counted is None else counted.join(every, on=["list", "other_list"])
    assert counted is not None
    return OverlapBounds.validate(counted.select(OverlapBounds.column_names()).sort("list", "other_list"))
