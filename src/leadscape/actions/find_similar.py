"""Find the schools most similar to each by a stated measure of likeness, from a file of characteristics."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from leadscape.codebooks.measures import load_measures
from leadscape.codebooks.similarity import published_metrics
from leadscape.core.errors import FileProblem, StudyProblem
from leadscape.core.missing import typed_measure
from leadscape.core.writing import write_csv, write_parquet
from leadscape.need.similar import (
    Comparators,
    Mahalanobis,
    Metric,
    SimilarConfig,
    Weighted,
    find_similar_schools,
    named_metric,
)

PLACES = ("easting", "northing")


@dataclass(frozen=True)
class FoundSimilar:
    """Comparator sets, and the file they were written to."""

    comparators: Comparators
    written: Path | None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print."""
        sets = self.comparators.sets
        partly = sets.filter(pl.col("missing").is_not_null()).height
        counts = dict(sets.group_by("status").len().iter_rows())
        told = [self.comparators.metric, *self.comparators.filters]
        told.append(
            f"{sets.height:,} school{'s' * (sets.height != 1)}, {partly:,} of them compared on what is known."
        )
        told += [f"{counts[word]:,}: {words}" for word, words in _WORDS.items() if counts.get(word)]
        return tuple(told)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "metric": self.comparators.metric,
            "characteristics": list(self.comparators.characteristics),
            "filters": list(self.comparators.filters),
            "pairs": self.comparators.pairs,
            "sets": self.comparators.sets,
        }


_WORDS = {
    "fewer": "fewer comparators than asked for",
    "too_few": "too few comparators to compare with",
    "none": "no comparators",
}


def find_similar(
    file: Path,
    *,
    metric: str = "dfe_primary_2026",
    columns: tuple[str, ...] = (),
    weights: tuple[str, ...] = (),
    neighbours: int = 50,
    same: tuple[str, ...] = (),
    max_km: float | None = None,
    school: str | None = None,
    output: Path | None = None,
) -> FoundSimilar:
    """Comparators of every school, or of one, from a CSV or Parquet file with one row a school.

    Parameters
    ----------
    metric
        Id of a published metric, or ``mahalanobis`` (over ``columns``), or ``weighted`` (by ``weights``).
    weights
        ``characteristic=weight``, for differences in standard deviations.
    same, max_km
        Filters: columns to be equal in, and distance in km (needs ``easting`` and ``northing``).
    school
        Only this school's.
    output
        Where to write the pairs: .csv or .parquet.

    Raises
    ------
    FileProblem
        When the file cannot be read or ``output`` has another ending.
    StudyProblem
        When the metric lacks its columns or weights.
    """
    frame = _read(file)
    chosen = _metric(metric, columns, weights, set(frame.columns))
    numbers = [*chosen.characteristics, *(PLACES if max_km is not None else ())]
    frame = frame.with_columns(
        typed_measure(pl.col(name), name).value for name in numbers if name in frame.columns
    )
    outcomes = [one.id for one in load_measures().measures if one.use == "outcome"]
    found = find_similar_schools(
        frame,
        chosen,
        SimilarConfig(neighbours=neighbours),
        same=same,
        max_km=max_km,
        asked=[school] if school else None,
        outcomes=outcomes,
    )
    if output is not None:
        _write(found.pairs, output)
    return FoundSimilar(found, output)


def _metric(name: str, columns: tuple[str, ...], weights: tuple[str, ...], there: set[str]) -> Metric:
    if name == "mahalanobis":
        if not columns:
            raise _unclear("mahalanobis needs the characteristics to compare.", "Name them with --column.")
        return Mahalanobis(columns)
    if name == "weighted":
        parts = [one.partition("=") for one in weights]
        try:
            return Weighted({key: float(value) for key, _, value in parts})
        except ValueError:
            raise _unclear(
                f"A weight is not a number: {', '.join(weights)}.", "Write --weight fsm_pct=2, for example."
            ) from None
    published = named_metric(name)
    by_column = named_metric(name, by_column=True)
    # The publisher's own file is read as it is.
    of_publisher = len(there & set(by_column.characteristics)) > len(there & set(published.characteristics))
    return by_column if of_publisher else published


def _read(file: Path) -> pl.DataFrame:
    try:
        frame = (
            pl.read_parquet(file) if file.suffix == ".parquet" else pl.read_csv(file, infer_schema_length=0)
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FileProblem(
            f"{file} cannot be read ({str(error).splitlines()[0]}).",
            "Schools are compared on what it holds.",
            "Give a CSV or Parquet file with one row a school.",
        ) from error
    named = {name: "urn" for name in frame.columns if name.strip().casefold() == "urn"}
    return frame.rename(named).with_columns(pl.col(list(named.values())).cast(pl.String))


def _write(frame: pl.DataFrame, output: Path) -> None:
    writers = {".csv": write_csv, ".parquet": write_parquet}
    if output.suffix not in writers:
        raise FileProblem(
            f"{output} is neither .csv nor .parquet.",
            "The ending says how to write.",
            "Choose a name that ends in one of them.",
        )
    writers[output.suffix](frame, output)


def _unclear(what: str, next_step: str) -> StudyProblem:
    return StudyProblem(
        what, f"A metric says what alike means; published are {', '.join(published_metrics())}.", next_step
    )
