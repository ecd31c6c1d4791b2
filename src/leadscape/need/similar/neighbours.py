"""The k nearest schools of each, from a frame of characteristics and a metric.

Tables in: one row a school. Tables out: :class:`SimilarSchools` and :class:`ComparatorSets`. The distance is the root
of the metric's squared distance over what is known of both schools, divided by the share of the expected squared
distance that this makes up: a missing characteristic says nothing, it is never 0 and never counts as equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadscape.core.errors import NotComparable, NotFound
from leadscape.core.tables import check_table, table_problem
from leadscape.need.similar.blocks import Asked, Found, nearest
from leadscape.need.similar.config import SimilarConfig
from leadscape.need.similar.tables import SET_STATUSES, ComparatorSets, SimilarSchools

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from leadscape.need.similar.metrics import FittedMetric, Metric


@dataclass(frozen=True)
class Comparators:
    """Comparator sets with what made them.

    Attributes
    ----------
    pairs, sets
        As :class:`~leadscape.need.similar.tables.SimilarSchools` and
        :class:`~leadscape.need.similar.tables.ComparatorSets`.
    metric
        The metric in one sentence.
    filters
        Every filter in words; empty where any school may be found.
    """

    pairs: pl.DataFrame
    sets: pl.DataFrame
    metric: str
    characteristics: tuple[str, ...]
    filters: tuple[str, ...]
    fitted: FittedMetric


def find_similar_schools(
    schools: pl.DataFrame,
    metric: Metric,
    config: SimilarConfig | None = None,
    *,
    same: Sequence[str] = (),
    max_km: float | None = None,
    asked: Collection[str] | None = None,
    among: Collection[str] | None = None,
    outcomes: Collection[str] = (),
) -> Comparators:
    """The nearest schools of every school by ``metric``, exact.

    Parameters
    ----------
    schools
        One row a school: ``urn``, the metric's characteristics (null where missing), the columns of ``same``, and
        ``easting`` and ``northing`` (British National Grid, metres) where ``max_km`` is given.
    same
        Columns in which a comparator must equal the school: region, phase, type, …. Not known is not equal.
    max_km
        Comparators lie within this distance (km, straight line). A school without a location has none.
    asked
        Schools to find comparators for; by default all.
    among
        Schools that may be comparators; by default all.
    outcomes
        Columns that are outcomes: a metric that uses one is refused.

    Raises
    ------
    NotComparable
        When the metric compares outcomes, or a column is not there or not a number.
    TableProblem
        When a school stands twice; lists every one.
    NotFound
        When a school asked about is not in the frame.
    NotIdentified
        When the metric cannot be fitted to these schools.

    Notes
    -----
    Of equal distances the lower number, as text, is nearer. The metric is fitted to all rows of ``schools``, so filters
    do not change a distance.
    """
    config = config or SimilarConfig()
    _check(schools, metric, same, max_km, outcomes)
    urns = schools["urn"].to_numpy()
    values = _matrix(schools, metric.characteristics)
    fitted = metric.fit(values)
    order = np.empty(len(urns), np.int64)
    order[np.argsort(urns.astype(str), kind="stable")] = np.arange(len(urns))
    located = {"easting", "northing"} <= set(schools.columns)
    place = _matrix(schools, ("easting", "northing")) if located else np.full((len(urns), 2), np.nan)
    question = Asked(
        values=values,
        order=order,
        queries=_rows(schools, asked, "asked"),
        candidates=_rows(schools, among, "among"),
        group=_groups(schools, same),
        place=place,
        max_km=max_km,
        k=config.neighbours,
        share_min=config.compared_share_min,
        block_bytes=config.block_bytes,
    )
    found = nearest(question, fitted)
    pairs = _pairs(found, urns, metric.characteristics, fitted, place)
    filters = [f"same {name}" for name in same]
    filters += [f"within {max_km:g} km"] if max_km is not None else []
    filters += [f"among {len(question.candidates)} schools"] if among is not None else []
    return Comparators(
        pairs=pairs,
        sets=_sets(pairs, question, urns, metric.characteristics, config),
        metric=metric.statement,
        characteristics=metric.characteristics,
        filters=tuple(filters),
        fitted=fitted,
    )


def distance_between(
    schools: pl.DataFrame, pairs: pl.DataFrame, metric: Metric, config: SimilarConfig | None = None
) -> pl.DataFrame:
    """``pairs`` (``urn``, ``neighbour_urn``) with ``distance``; null where too little is known of both.

    Raises
    ------
    NotComparable, TableProblem, NotFound, NotIdentified
        As :func:`find_similar_schools`.
    """
    config = config or SimilarConfig()
    _check(schools, metric, (), None, ())
    values = _matrix(schools, metric.characteristics)
    fitted = metric.fit(values)
    left, right = (_positions(schools, pairs[name].to_list(), name) for name in ("urn", "neighbour_urn"))
    difference = values[left] - values[right]
    patterns, pattern_of = np.unique(np.isfinite(difference), axis=0, return_inverse=True)
    squared = np.full(len(left), np.nan)
    for code, known in enumerate(patterns):
        if known.any() and fitted.share(known) >= config.compared_share_min:
            rows = np.flatnonzero(pattern_of.ravel() == code)
            squared[rows] = fitted.squared(difference[rows][:, known], known)
    return pairs.with_columns(pl.Series("distance", np.sqrt(squared)).fill_nan(None))


def _check(
    schools: pl.DataFrame,
    metric: Metric,
    same: Sequence[str],
    max_km: float | None,
    outcomes: Collection[str],
) -> None:
    used = sorted(set(metric.characteristics) & set(outcomes))
    if used:
        raise NotComparable(
            f"The metric compares {', '.join(used)}, an outcome.",
            "Schools with equal outcomes would be called alike, and every comparison would come out typical.",
            "Compare on inputs: who the pupils are, where they start, how many they are.",
        )
    places = ("easting", "northing") if max_km is not None else ()
    lacking = [
        name for name in ("urn", *metric.characteristics, *same, *places) if name not in schools.columns
    ]
    numbers = [name for name in (*metric.characteristics, *places) if name in schools.columns]
    wrong = [name for name in numbers if not schools.schema[name].is_numeric()]
    if lacking or wrong:
        told = [f"There is no column {name!r}." for name in lacking]
        told += [f"The column {name!r} holds no numbers." for name in wrong]
        raise NotComparable(
            " ".join(told),
            "A distance is taken over every characteristic of the metric.",
            "Add the columns (null where a school's figure is missing), or use another metric.",
        )
    twice = schools.with_row_index("row", 2).filter(pl.col("urn").is_duplicated() | pl.col("urn").is_null())
    if twice.height:
        raise table_problem(
            twice.select(
                pl.col("row").cast(pl.Int64),
                column=pl.lit("urn"),
                value=pl.col("urn").cast(pl.String),
                rule=pl.lit("One row for each school."),
            ),
            "The frame of characteristics",
        )


def _matrix(schools: pl.DataFrame, names: Sequence[str]) -> NDArray[np.float64]:
    frame = schools.select(pl.col(name).cast(pl.Float64) for name in names)
    values = frame.to_numpy().astype(np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _rows(schools: pl.DataFrame, urns: Collection[str] | None, what: str) -> NDArray[np.int64]:
    if urns is None:
        return np.arange(schools.height)
    return _positions(schools, list(dict.fromkeys(urns)), what)


def _positions(schools: pl.DataFrame, urns: list[str], what: str) -> NDArray[np.int64]:
    asked = pl.DataFrame({"urn": urns}, schema={"urn": pl.String})
    found = asked.join(
        schools.select("urn").with_row_index("place"), on="urn", how="left", maintain_order="left"
    )
    lost = found.filter(pl.col("place").is_null())["urn"].to_list()
    if lost:
        raise NotFound(
            f"{len(lost)} of the schools in {what!r} are not in the frame: {', '.join(map(str, lost[:5]))}.",
            "Nothing is known that they could be compared on.",
            "Correct the numbers, or add the schools.",
        )
    return found["place"].to_numpy().astype(np.int64)


def _groups(schools: pl.DataFrame, same: Sequence[str]) -> NDArray[np.int64]:
    """Equal codes for schools equal in every column of ``same``; -1 where one is not known."""
    if not same:
        return np.zeros(schools.height, np.int64)
    key = pl.struct(same)
    unknown = pl.any_horizontal(pl.col(name).is_null() for name in same)
    return schools.select(
        pl.when(unknown).then(-1).otherwise(key.rank("dense").cast(pl.Int64)).alias("group")
    )["group"].to_numpy()


def _pairs(
    found: Found,
    urns: NDArray,
    names: Sequence[str],
    fitted: FittedMetric,
    place: NDArray[np.float64],
) -> pl.DataFrame:
    absent = [
        ", ".join(n for n, k in zip(names, known, strict=True) if not k) or None for known in found.known
    ]
    shares = np.array([fitted.share(known) if known.any() else 0.0 for known in found.known])
    starts = np.flatnonzero(np.r_[True, found.query[1:] != found.query[:-1]]) if len(found.query) else []
    lengths = np.diff(np.r_[starts, len(found.query)]).astype(np.int64)
    rank = np.arange(len(found.query)) - np.repeat(starts, lengths) + 1
    gap = place[found.query] - place[found.neighbour]
    labels = pl.Series("missing", absent, dtype=pl.String)
    pairs = pl.DataFrame(
        {
            "urn": pl.Series(urns, dtype=pl.String).gather(found.query),
            "neighbour_urn": pl.Series(urns, dtype=pl.String).gather(found.neighbour),
            "rank": rank.astype(np.int64),
            "distance": np.sqrt(found.squared),
            "compared": found.known.sum(axis=1).astype(np.int64)[found.pattern],
            "compared_share": shares[found.pattern],
            "missing": labels.gather(found.pattern),
            "distance_km": pl.Series(np.hypot(gap[:, 0], gap[:, 1]) / 1000).fill_nan(None),
        }
    )
    return check_table(pairs, SimilarSchools, "Similar schools")


def _sets(
    pairs: pl.DataFrame, asked: Asked, urns: NDArray, names: Sequence[str], config: SimilarConfig
) -> pl.DataFrame:
    rows = asked.queries
    known = np.isfinite(asked.values[rows])
    patterns, pattern_of = np.unique(known, axis=0, return_inverse=True)
    absent = [", ".join(n for n, k in zip(names, one, strict=True) if not k) or None for one in patterns]
    counted = pairs.group_by("urn").agg(
        comparators=pl.len().cast(pl.Int64),
        partly_compared=pl.col("missing").is_not_null().sum().cast(pl.Int64),
        farthest=pl.col("distance").max(),
    )
    asked_for = pl.DataFrame(
        {
            "urn": pl.Series(urns, dtype=pl.String).gather(rows),
            "missing": pl.Series(absent, dtype=pl.String).gather(pattern_of.ravel()),
            "nothing": ~known.any(axis=1),
            "ungrouped": asked.group[rows] < 0,
            "unplaced": ~np.isfinite(asked.place[rows]).all(axis=1) & (asked.max_km is not None),
        }
    )
    n = pl.col("comparators")
    joined = asked_for.join(counted, on="urn", how="left", maintain_order="left").with_columns(
        # A school without pairs has none: a count, not a measure.
        n.fill_null(pl.lit(0, pl.Int64)),
        pl.col("partly_compared").fill_null(pl.lit(0, pl.Int64)),
    )
    status = (
        pl.when(n >= config.neighbours).then(pl.lit("full"))
        .when(n >= config.comparators_min).then(pl.lit("fewer"))
        .when(n > 0).then(pl.lit("too_few"))
        .otherwise(pl.lit("none"))
    )  # fmt: skip
    reason = (
        pl.when(n >= config.neighbours).then(None)
        .when("nothing").then(pl.lit("no characteristic of the school is known"))
        .when("ungrouped").then(pl.lit("a column that must be equal is not known of the school"))
        .when("unplaced").then(pl.lit("the school has no location"))
        .otherwise(pl.lit("no more schools pass the filters and are known well enough"))
    )  # fmt: skip
    sets = joined.with_columns(status=status.cast(pl.Enum(SET_STATUSES)), reason=reason)
    return check_table(sets, ComparatorSets, "Comparator sets")
