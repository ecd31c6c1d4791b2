"""What a report is made of, and what it leaves behind on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.provenance import Provenance
from leadscape.landscape.results import Landscape
from leadscape.report.tables import UnderstoodLines

if TYPE_CHECKING:
    from leadscape.register.areas import Areas
    from leadscape.survey.validation import ValidationResult


WITHHELD = "withheld"
"""Origin of a point whose origin may not be shown."""


@dataclass(frozen=True)
class PointsShown:
    """Home schools that the map may show.

    Attributes
    ----------
    points
        As :class:`leadscape.report.tables.HomePoints`.
    told
        Role-holdings without a point, in words that say no more than the tables: ``"fewer than 6 role-holdings"``.
    not_shown
        Role-holdings without a point.
    reasons
        Why, each a phrase with its number: ``"12 have no home school in the register"``.
    among_neighbours
        Whether a dot stands at one of several neighbouring schools instead of the home school itself.
    """

    points: pl.DataFrame
    not_shown: int
    told: str
    reasons: tuple[str, ...]
    among_neighbours: bool = False


@dataclass(frozen=True)
class BaselineComparison:
    """An earlier wave or a published baseline beside this study.

    Attributes
    ----------
    title, source
        What it is and where it was published.
    rows
        As :class:`leadscape.landscape.tables.WaveComparison`.
    labels
        Role id to label, of both codebooks.
    """

    title: str
    source: str
    rows: pl.DataFrame
    labels: dict[str, str]


@dataclass(frozen=True)
class ReportContents:
    """Everything one report shows. Nothing is counted while it is drawn.

    Attributes
    ----------
    landscape
        Already suppressed where that was asked for.
    suppress_below
        Counts of people below this and above zero are hidden; null where none is.
    reading, responses, open_questions, understanding
        As declared in :mod:`leadscape.report.tables`.
    decisions
        Questions that were settled in the review file.
    response_rates, schools_covered
        As declared in :mod:`leadscape.survey.response.tables`; null where nobody was asked.
    validation
        What schools said about a sample of entries; null where none was checked.
    notes
        Sentences that the reader must know, in order of weight.
    """

    title: str
    system: str
    as_of: date
    codebook: Codebook
    landscape: Landscape
    provenance: Provenance
    reading: pl.DataFrame
    responses: pl.DataFrame
    open_questions: pl.DataFrame
    decisions: int
    suppress_below: int | None = None
    areas: Areas | None = None
    home_points: PointsShown | None = None
    notes: tuple[str, ...] = ()
    baseline: BaselineComparison | None = None
    understanding: pl.DataFrame = field(default_factory=UnderstoodLines.create_empty)
    validation: ValidationResult | None = None
    response_rates: pl.DataFrame | None = None
    schools_covered: pl.DataFrame | None = None


@dataclass(frozen=True)
class ReportFiles:
    """Where everything was written; ``files`` is every path below ``folder``, sorted."""

    folder: Path
    page: Path
    workbook: Path
    provenance: Path
    files: tuple[Path, ...]
