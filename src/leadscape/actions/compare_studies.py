"""Compare two waves by their published results, or one with a published baseline, across codebooks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.codebooks import Codebook, find_baseline, find_crosswalk, load_codebook
from leadscape.core.errors import NotComparable, NotFound
from leadscape.core.tables import polars_schema
from leadscape.landscape.consistency import baseline_extent
from leadscape.landscape.tables import Extent
from leadscape.landscape.waves import compare_waves

EXTENT: Final = Path("tables") / "extent.parquet"
RECORD: Final = "provenance.json"


@dataclass(frozen=True)
class ComparedStudies:
    """Two waves side by side.

    Attributes
    ----------
    earlier, later
        What they are and the date each is for.
    rows
        As :class:`~leadscape.landscape.tables.WaveComparison`: a change only where both count the same thing.
    labels
        Role id to label, of both codebooks.
    """

    earlier: str
    later: str
    rows: pl.DataFrame
    labels: dict[str, str]

    @property
    def printed(self) -> pl.DataFrame:
        """The comparison for a terminal."""
        return self.rows.select(
            earlier_role=pl.col("earlier_role").replace(self.labels),
            later_role=pl.col("later_role").replace(self.labels),
            earlier=_count_or_reason("earlier"),
            later=_count_or_reason("later"),
            change=pl.col("change"),
            reason=pl.col("reason"),
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {"earlier": self.earlier, "later": self.later, "rows": self.rows}


@dataclass(frozen=True)
class _Wave:
    title: str
    as_of: str
    codebook: Codebook
    extent: pl.DataFrame


def compare_studies(earlier: str, later: str) -> ComparedStudies:
    """Compare two results folders; ``earlier`` may be the id of a published baseline.

    Parameters
    ----------
    earlier, later
        The folder ``public`` that ``leadscape map`` wrote.

    Raises
    ------
    NotFound
        When a folder holds no results, or there is no such baseline.
    NotComparable
        When no crosswalk leads from one codebook to the other, or the earlier one is not the earlier.
    CodebookProblem
        When a study used a codebook that does not come with leadscape.
    """
    first, second = _read(earlier), _read(later)
    if first.as_of > second.as_of:
        raise NotComparable(
            f"{first.title!r} is for {first.as_of}, after {second.title!r} for {second.as_of}.",
            "A change is what the later wave has more or less than the earlier.",
            "Name the earlier one first.",
        )
    walk = find_crosswalk(first.codebook.id, second.codebook.id)
    rows = compare_waves(first.extent, first.codebook, second.extent, second.codebook, walk)
    labels = {**first.codebook.labels("roles"), **second.codebook.labels("roles")}
    return ComparedStudies(f"{first.title} ({first.as_of})", f"{second.title} ({second.as_of})", rows, labels)


def _read(name: str) -> _Wave:
    folder = Path(name)
    if not folder.is_dir():
        codebook, baseline = find_baseline(name)
        return _Wave(baseline.title, baseline.as_of, codebook, baseline_extent(codebook, baseline))
    if not (folder / EXTENT).is_file() or not (folder / RECORD).is_file():
        raise NotFound(
            f"{folder} holds no results of a study.",
            "Two waves are compared by the tables that were published.",
            "Name the folder `public` that `leadscape map` wrote.",
        )
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    extent = pl.read_parquet(folder / EXTENT).select(Extent.column_names()).cast(polars_schema(Extent))
    return _Wave(record["title"], record["as_of"], load_codebook(record["codebook"]), extent)


def _count_or_reason(wave: str) -> pl.Expr:
    status = pl.col(f"{wave}_holdings_status").cast(pl.String).str.replace_all("_", " ")
    return pl.coalesce(pl.col(f"{wave}_holdings").cast(pl.String), status)
