"""A file of figures of any known format as declared tables, with every row and every missing cell accounted for.

In: a file, perhaps with its year and release stated. Out: :class:`MeasuresReading`. Rows are counted as in the
register: what became of each adds up to the rows of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.codebooks.measures import load_measures
from leadscape.core.errors import TableProblem
from leadscape.core.tables import no_problems, polars_schema
from leadscape.core.tabular import ROW, TextTable, read_text_table
from leadscape.need.formats import MeasureFormat, load_measure_format, shipped_measure_formats
from leadscape.need.measures.aggregates import check_aggregates
from leadscape.need.measures.cells import count_missing, melt_figures
from leadscape.need.measures.periods import end_years, period_end, period_of, stated_period, stated_release
from leadscape.need.measures.rows import AREA, OUTCOMES, SCHOOL, sort_rows
from leadscape.need.tables import RELEASES, AggregateChecks, AreaMeasures, Listings, Measures, MissingCodes
from leadscape.register.reading import COUNTS
from leadscape.register.recognition import Headers

_RELEASE: Final = pl.Enum(RELEASES)


@dataclass(frozen=True)
class MeasuresReading:
    """One file of figures as read.

    Attributes
    ----------
    format_id, format_title, name
        Format and file name.
    measures, areas, listings, missing, checks
        As :class:`~leadscape.need.tables.Measures`, :class:`~leadscape.need.tables.AreaMeasures`,
        :class:`~leadscape.need.tables.Listings`, :class:`~leadscape.need.tables.MissingCodes` and
        :class:`~leadscape.need.tables.AggregateChecks`.
    problems
        As :class:`~leadscape.core.tables.Problems`.
    rows_read
        Rows below the header; the sum of ``counts``.
    counts
        ``outcome``, ``reason``, ``rows``, ``meaning``: what became of every row.
    columns_used, columns_ignored
        Headers of the file.
    measures_absent
        Measures that the format knows and the file lacks.
    notes
        What a reader should know, each a sentence: where year and release were found, what the format assumes.
    """

    format_id: str
    format_title: str
    name: str
    measures: pl.DataFrame
    areas: pl.DataFrame
    listings: pl.DataFrame
    missing: pl.DataFrame
    checks: pl.DataFrame
    problems: pl.DataFrame
    rows_read: int
    counts: pl.DataFrame
    columns_used: tuple[str, ...]
    columns_ignored: tuple[str, ...]
    measures_absent: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def periods(self) -> tuple[str, ...]:
        """Periods of its figures, in order."""
        return tuple(self.measures["period"].unique().sort())

    @property
    def releases(self) -> tuple[str, ...]:
        """Releases of its figures, from the least to the most checked."""
        return tuple(self.measures["release"].unique().sort())


def read_measures_file(
    path: Path, *, mapping: Path | None = None, period: str | None = None, release: str | None = None
) -> MeasuresReading:
    """Read one file of figures.

    Parameters
    ----------
    path
        The file, in any table format.
    mapping
        A format of one's own; then only this one is tried.
    period
        The year it describes (``2017/18``, or ``2017-18`` for a financial year), where the file does not say so.
    release
        ``provisional``, ``revised`` or ``final``, where the file does not say so.

    Raises
    ------
    FileProblem
        When the file cannot be opened as a table.
    TableProblem
        When no format fits, nothing says which year it is, or the file contradicts itself.
    """
    text = read_text_table(Path(path))
    formats = (load_measure_format(mapping),) if mapping is not None else shipped_measure_formats()
    known = recognise_measures(text, formats)
    return read_matched_measures(text, known, period, release)


def matching_formats(text: TextTable, formats: Sequence[MeasureFormat]) -> list[MeasureFormat]:
    """Formats whose needed headers a file has, the one that uses most of them first."""
    headers = Headers(text.columns)
    fitting = [f for f in formats if all(headers.find(name) is not None for name in f.required)]
    return sorted(fitting, key=lambda f: (-len(f.figures_in(headers)), f.id))


def recognise_measures(text: TextTable, formats: Sequence[MeasureFormat]) -> MeasureFormat:
    """The format that a file of figures is in.

    Raises
    ------
    TableProblem
        When none fits; says which needed columns the nearest one lacks.
    """
    fitting = matching_formats(text, formats)
    if fitting:
        return fitting[0]
    headers = Headers(text.columns)
    lacking = [(f, [name for name in f.required if headers.find(name) is None]) for f in formats]
    nearest, names = min(lacking, key=lambda pair: (len(pair[1]) / len(pair[0].required), pair[0].id))
    looks = (
        f"looks like {nearest.title} but lacks {', '.join(names)}"
        if len(names) < len(nearest.required)
        else f"has none of the columns of {', '.join(f.title for f in formats)}"
    )
    raise TableProblem(
        f"{text.name} is no file of figures that is known: it {looks}.",
        "Nobody can say what its columns measure.",
        "Check that it is the file you mean, or describe its columns in a mapping file (--mapping).",
        no_problems(),
    )


def read_matched_measures(
    text: TextTable, known: MeasureFormat, period: str | None = None, release: str | None = None
) -> MeasuresReading:
    """Read a file whose format is known."""
    headers, book = Headers(text.columns), load_measures()
    figures = known.figures_in(headers)
    if not figures:
        raise TableProblem(
            f"{text.name} has no column of {known.title} that holds a figure.",
            "There is nothing to read.",
            "Check that it is the file you mean.",
            no_problems(),
        )
    dated, told = _date_rows(text, known, headers, period, release)
    rows = sort_rows(dated, known, headers)
    melted, cell_problems = melt_figures(rows, figures, book)
    columns = tuple(dict.fromkeys(header for figure in figures for header in figure.headers))
    row_headers = [headers.find(*names) for names in known.rows.values()]
    row_headers += [headers.find(*known.period_column), headers.find(*known.release_column)]
    used = {*columns, *(header for header in row_headers if header is not None)}
    measures, areas = _declare(melted, text.name)
    short = (f"{text.short_rows:,} rows end before the last column; their last cells are blank.",)
    present = {figure.measure for figure in figures}
    return MeasuresReading(
        format_id=known.id,
        format_title=known.title,
        name=text.name,
        measures=measures,
        areas=areas,
        listings=_listings(rows, text.name),
        missing=MissingCodes.validate(count_missing(rows, columns, text.name)),
        checks=check_aggregates(measures, areas, rows, book)
        if known.aggregates
        else AggregateChecks.create_empty(),
        problems=pl.concat([text.problems, _row_problems(rows), cell_problems]).sort(
            "row", "column", "rule", nulls_last=True
        ),
        rows_read=text.rows_read,
        counts=_count_rows(rows, text),
        columns_used=tuple(name for name in text.columns if name in used),
        columns_ignored=tuple(name for name in text.columns if name not in used),
        measures_absent=tuple(
            dict.fromkeys(entry["id"] for entry in known.measures if entry["id"] not in present)
        ),
        notes=(*told, *known.notes, *(short if text.short_rows else ())),
    )


def _date_rows(
    text: TextTable, known: MeasureFormat, headers: Headers, period: str | None, release: str | None
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The file with ``_period`` and ``_release`` of every row, and where they were found."""
    frame = text.frame
    column = headers.find(*known.period_column)
    years = frame.select(end_years(pl.col(column))).to_series() if column is not None else None
    in_rows = (
        {period_of(year, known.period_kind) for year in years.drop_nulls().unique()}
        if years is not None
        else set()
    )
    whole, told = stated_period(text.name, text.columns, known, period, in_rows)
    if whole is not None or years is None:
        periods = pl.lit(whole, pl.String)
    else:
        mapping = {year: period_of(year, known.period_kind) for year in years.drop_nulls().unique()}
        periods = years.replace_strict(mapping, return_dtype=pl.String, default=None)
    column = headers.find(*known.release_column)
    words = frame[column].str.to_lowercase() if column is not None else None
    stated = (
        {word for word in words.drop_nulls().unique() if word in RELEASES} if words is not None else set()
    )
    one, said = stated_release(text.name, release, stated)
    if one is not None or words is None:
        releases = pl.lit(one)
    else:
        releases = words.replace_strict({w: w for w in RELEASES}, default="not_stated").fill_null(
            "not_stated"
        )
    return frame.with_columns(_period=periods, _release=releases), (*told, *said)


def _declare(melted: pl.DataFrame, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    ends = {period: period_end(period) for period in melted["_period"].unique()}
    full = melted.with_columns(
        period="_period",
        period_end=pl.col("_period").replace_strict(ends, return_dtype=pl.Date),
        release=pl.col("_release").cast(_RELEASE),
        source=pl.lit(name),
        source_row=pl.col(ROW),
        urn="_urn",
        area_kind="_area_kind",
        area_code="_area_code",
        area_name="_name",
    )
    schools = full.filter(pl.col("_whose") == SCHOOL).select(polars_schema(Measures).names())
    areas = full.filter(pl.col("_whose") == AREA).select(polars_schema(AreaMeasures).names())
    return (
        Measures.validate(schools.cast(polars_schema(Measures))),
        AreaMeasures.validate(areas.cast(polars_schema(AreaMeasures))),
    )


def _listings(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    listed = (
        rows.filter(pl.col("_whose") == SCHOOL)
        .unique(["_urn", "_period"], keep="first", maintain_order=True)
        .select(
            urn="_urn",
            period="_period",
            source=pl.lit(name),
            source_row=pl.col(ROW),
            record="_record",
            name="_name",
            authority_code="_authority",
        )
    )
    return Listings.validate(listed.cast(polars_schema(Listings)))


def _row_problems(rows: pl.DataFrame) -> pl.DataFrame:
    bad = [whose for whose, (outcome, _) in OUTCOMES.items() if outcome == "problem"]
    found = rows.filter(pl.col("_whose").is_in(bad))
    sentences = {whose: OUTCOMES[whose][1] for whose in bad}
    return found.select(
        row=pl.col(ROW),
        column=pl.lit(None, pl.String),
        value=pl.coalesce("_urn", "_area_code", "_name"),
        rule=pl.col("_whose").replace_strict(sentences, return_dtype=pl.String),
    )


def _count_rows(rows: pl.DataFrame, text: TextTable) -> pl.DataFrame:
    found = dict(rows.group_by("_whose").len().iter_rows())
    outcomes = [
        (outcome, whose, found.get(whose, 0), meaning) for whose, (outcome, meaning) in OUTCOMES.items()
    ]
    outcomes += [
        ("problem", "unreadable", text.unreadable_rows, "Cannot be split into the fields of the header."),
        ("blank", "blank", text.blank_rows, "Has no text."),
    ]
    return pl.DataFrame(
        [outcome for outcome in outcomes if outcome[2] or outcome[1] == SCHOOL], schema=COUNTS, orient="row"
    )
