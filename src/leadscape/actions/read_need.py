"""Read files of figures, inspections and deprivation, account for every row, and write the tables of need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.codebooks.measures import load_measures
from leadscape.core.errors import LeadscapeError, OutputBlocked, TableProblem
from leadscape.core.progress import Progress, Silent
from leadscape.core.provenance import Provenance, input_file
from leadscape.core.tables import no_problems
from leadscape.core.tabular import TextTable, read_text_table
from leadscape.core.writing import write_csv, write_parquet, write_text
from leadscape.need.context import context_ages, context_of_places, context_of_register
from leadscape.need.deprivation.reading import (
    DeprivationReading,
    matching_deprivation_formats,
    names_edition,
    read_matched_deprivation,
)
from leadscape.need.formats import MeasureFormat, load_measure_format, shipped_measure_formats
from leadscape.need.inspections.formats import shipped_inspection_formats
from leadscape.need.inspections.reading import (
    InspectionsReading,
    matching_inspection_formats,
    read_matched_inspections,
)
from leadscape.need.measures.carrying import carry_measures, carrying_counts
from leadscape.need.measures.periods import NOT_STATED
from leadscape.need.measures.reading import (
    MeasuresReading,
    matching_formats,
    read_matched_measures,
    recognise_measures,
)
from leadscape.need.measures.releases import choose_release, stack_areas, stack_measures
from leadscape.register.lineage import build_lineage
from leadscape.register.reading import read_register_file

FORMATS: Final = ("parquet", "csv")
NeedReading = MeasuresReading | InspectionsReading | DeprivationReading


@dataclass(frozen=True)
class ReadNeed:
    """What was read, and where it was written.

    Attributes
    ----------
    tables
        Name to table: those of :mod:`leadscape.need.tables`, and ``counts`` (``file``, ``outcome``, ``reason``,
        ``rows``, ``meaning``), ``files`` (``file``, ``format``, ``rows``, ``figures``, ``periods``, ``releases``),
        ``carrying`` and ``problems``.
    notes
        File and sentence.
    written
        Files written; none where no folder was given.
    """

    readings: tuple[NeedReading, ...]
    tables: dict[str, pl.DataFrame]
    notes: tuple[tuple[str, str], ...]
    written: tuple[Path, ...] = field(default=())

    @property
    def missing_by_kind(self) -> pl.DataFrame:
        """``code``, ``status``, ``cells`` of schools' rows, over all files; the blank is an empty code."""
        missing = self.tables["missing_codes"].filter(pl.col("rows") == "schools")
        return (
            missing.group_by("code", "status")
            .agg(pl.col("cells").sum())
            .sort("cells", "code", descending=True)
        )

    @property
    def check_summary(self) -> pl.DataFrame:
        """``source``, ``checked``, ``agree``, ``differ``, ``cannot_tell``: aggregates against schools, by file."""
        return (
            self.tables["aggregate_checks"]
            .group_by("source")
            .agg(
                checked=pl.len().cast(pl.Int64),
                agree=pl.col("agrees").sum().cast(pl.Int64),
                differ=pl.col("agrees").not_().sum().cast(pl.Int64),
                cannot_tell=pl.col("agrees").is_null().sum().cast(pl.Int64),
            )
            .sort("source")
        )

    def as_dict(self) -> dict[str, Any]:
        """The account as plain values; the figures themselves are in the files written."""
        return {
            "files": self.tables["files"],
            "counts": self.tables["counts"],
            "missing": self.missing_by_kind,
            "checks": self.check_summary,
            "differing": self.tables["aggregate_checks"].filter(pl.col("agrees").not_()),
            "carrying": self.tables["carrying"],
            "context_ages": self.tables["context_ages"],
            "problems": self.tables["problems"],
            "notes": [{"file": name, "note": note} for name, note in self.notes],
            "written": [str(path) for path in self.written],
        }


def read_need(
    paths: Sequence[Path],
    output: Path | None = None,
    *,
    file_format: str = "parquet",
    mapping: Path | None = None,
    period: str | None = None,
    release: str | None = None,
    edition: str | None = None,
    register: Path | None = None,
    links: Sequence[Path] = (),
    as_of: date | None = None,
    progress: Progress | None = None,
) -> ReadNeed:
    """Recognise and read every file, and write the tables to a folder.

    Parameters
    ----------
    period, release, edition
        What files do not say themselves. Of several files only those that are silent get it; a single file that says
        another is refused.
    register
        A register of schools, for free school meals, rolls and postcodes: context beside the figures.
    links
        Links of a register: figures are carried to successors as of ``as_of``.
    as_of
        Date of the register, and date on which successors are asked for.

    Raises
    ------
    FileProblem, TableProblem
        When a file cannot be used; all that cannot are named, and nothing is written.
    OutputBlocked
        When the folder cannot be written, or the format of tables is none of :data:`FORMATS`.
    """
    watcher = progress or Silent()
    if file_format not in FORMATS:
        raise OutputBlocked(
            f"{file_format!r} is no format of tables.",
            "Tables are written whole.",
            f"Use {' or '.join(FORMATS)}.",
        )
    own = (load_measure_format(mapping),) if mapping is not None else None
    stated = {"period": period, "release": release, "edition": edition}
    readings: list[NeedReading] = []
    failed: list[LeadscapeError] = []
    for path in paths:
        watcher.step(f"Reading {path.name}")
        try:
            readings.append(_read_one(read_text_table(path), own, stated, alone=len(paths) == 1))
        except LeadscapeError as error:
            failed.append(error)
    if failed:
        raise _together(failed)
    watcher.step("Putting files together")
    tables = _tables(readings)
    tables |= _beside(tables, readings, register, links, as_of)
    notes = tuple((reading.name, note) for reading in readings for note in reading.notes)
    written: tuple[Path, ...] = ()
    if output is not None:
        watcher.step("Writing tables")
        stated = {
            "period": period,
            "release": release,
            "edition": edition,
            "as_of": as_of and as_of.isoformat(),
        }
        inputs = [*zip(paths, readings, strict=True)]
        written = _write(
            tables, output, file_format, inputs, [p for p in (register, *links, mapping) if p], stated
        )
    return ReadNeed(tuple(readings), tables, notes, written)


def _read_one(
    text: TextTable, own: tuple[MeasureFormat, ...] | None, stated: Mapping[str, str | None], *, alone: bool
) -> NeedReading:
    if own is not None:
        return _read_figures(text, recognise_measures(text, own), stated, alone=alone)
    if found := matching_formats(text, shipped_measure_formats()):
        return _read_figures(text, found[0], stated, alone=alone)
    if inspected := matching_inspection_formats(text, shipped_inspection_formats()):
        return read_matched_inspections(text, inspected[0])
    if deprived := matching_deprivation_formats(text):
        silent = alone or not names_edition(text.name)
        return read_matched_deprivation(text, deprived[0], stated["edition"] if silent else None)
    recognise_measures(text, shipped_measure_formats())
    raise AssertionError("a file that fits no format was refused above")


def _read_figures(
    text: TextTable, known: MeasureFormat, stated: Mapping[str, str | None], *, alone: bool
) -> MeasuresReading:
    """Of several files only those that do not say their year or release get what was stated."""
    period, release = stated["period"], stated["release"]
    if alone or (period is None and release is None):
        return read_matched_measures(text, known, period, release)
    try:
        reading = read_matched_measures(text, known)
    except TableProblem:
        if period is None:
            raise
        reading = read_matched_measures(text, known, period)
    else:
        period = None
    if release is not None and reading.releases == (NOT_STATED,):
        return read_matched_measures(text, known, period, release)
    return reading


def _tables(readings: Sequence[NeedReading]) -> dict[str, pl.DataFrame]:
    figures = [r for r in readings if isinstance(r, MeasuresReading)]
    inspected = [r for r in readings if isinstance(r, InspectionsReading)]
    deprived = [r for r in readings if isinstance(r, DeprivationReading)]
    stacked = {
        "measures": [stack_measures(figures)],
        "area_measures": [stack_areas(figures)],
        "listings": [r.listings for r in figures],
        "missing_codes": [r.missing for r in figures],
        "aggregate_checks": [r.checks for r in figures],
        "inspections": [r.inspections for r in inspected],
        "deprivation": [r.deprivation for r in deprived],
        "postcodes": [r.postcodes for r in deprived],
        "counts": [r.counts.select(pl.lit(r.name).alias("file"), pl.all()) for r in readings],
        "problems": [r.problems.select(pl.lit(r.name).alias("file"), pl.all()) for r in readings],
    }
    from leadscape.need import tables as declared

    empty = {
        "listings": declared.Listings.create_empty(),
        "missing_codes": declared.MissingCodes.create_empty(),
        "aggregate_checks": declared.AggregateChecks.create_empty(),
        "inspections": declared.Inspections.create_empty(),
        "deprivation": declared.Deprivation.create_empty(),
        "postcodes": pl.DataFrame(schema=dict.fromkeys(("postcode", "small_area", "vintage"), pl.String)),
    }
    tables = {name: pl.concat(parts) if parts else empty[name] for name, parts in stacked.items()}
    tables["files"] = pl.DataFrame([_file_row(r) for r in readings])
    return tables


def _file_row(reading: NeedReading) -> dict[str, Any]:
    about = {"file": reading.name, "format": reading.format_id, "rows": reading.rows_read}
    columns = {"columns_used": len(reading.columns_used), "columns_ignored": len(reading.columns_ignored)}
    if isinstance(reading, MeasuresReading):
        said = {"periods": ", ".join(reading.periods), "releases": ", ".join(reading.releases)}
        return {
            **about,
            "figures": reading.measures.height,
            "area_figures": reading.areas.height,
            **said,
            **columns,
        }
    if isinstance(reading, InspectionsReading):
        years = reading.inspections["inspected_on"].dt.year()
        said = {"periods": f"{years.min()}-{years.max()}", "releases": "–"}
        return {**about, "figures": reading.inspections.height, "area_figures": 0, **said, **columns}
    said = {"periods": reading.edition, "releases": "–"}
    return {**about, "figures": 0, "area_figures": reading.deprivation.height, **said, **columns}


def _beside(
    tables: dict[str, pl.DataFrame],
    readings: Sequence[NeedReading],
    register: Path | None,
    links: Sequence[Path],
    as_of: date | None,
) -> dict[str, pl.DataFrame]:
    """Context with its ages, and figures carried to successors, where a register or links were given."""
    from leadscape.need.tables import CarriedMeasures, Context, ContextAges

    found = {
        "context": Context.create_empty(),
        "context_ages": ContextAges.create_empty(),
        "carried_measures": CarriedMeasures.create_empty(),
        "carrying": carrying_counts(CarriedMeasures.create_empty()),
    }
    if register is not None:
        reading = read_register_file(register, table="schools", seen_on=as_of)
        if reading.seen_on is None:
            raise TableProblem(
                f"Nothing says on which date {reading.name} held.",
                "Context is said to be of a year, which must be known.",
                "State it (--as-of 2022-08-31).",
                no_problems(),
            )
        parts = [
            context_of_register(reading.frame, reading.seen_on, reading.name),
            context_of_places(
                reading.frame, tables["deprivation"], tables["postcodes"].unique("postcode", keep="first")
            ),
        ]
        found["context"] = pl.concat(parts)
        found["context_ages"] = context_ages(found["context"], tables["measures"])
    if links:
        stated = [read_register_file(path, table="links").frame for path in links]
        carried = carry_measures(choose_release(tables["measures"]), build_lineage(stated), as_of)
        found |= {"carried_measures": carried, "carrying": carrying_counts(carried)}
    return found


def _write(
    tables: dict[str, pl.DataFrame],
    output: Path,
    file_format: str,
    inputs: Sequence[tuple[Path, NeedReading]],
    others: Sequence[Path],
    stated: dict[str, Any],
) -> tuple[Path, ...]:
    write = write_csv if file_format == "csv" else write_parquet
    written = []
    for name, table in tables.items():
        if table.height:
            written.append(output / f"{name}.{file_format}")
            write(table, written[-1])
    book = load_measures()
    base = inputs[0][0].parent if inputs else Path()
    record = Provenance(
        title="Figures of schools",
        as_of=str(stated["as_of"] or ""),
        codebook=f"measures-{book.id}",
        codebook_sha256=book.sha256,
        seed=0,
        inputs=(
            *(
                input_file(path, reading.format_id, base, reading.rows_read, _rows_used(reading))
                for path, reading in inputs
            ),
            *(input_file(path, "register", base) for path in others),
        ),
        parameters={name: value for name, value in stated.items() if value is not None},
    )
    written.append(output / "provenance.json")
    write_text(record.as_json(), written[-1])
    return tuple(written)


def _rows_used(reading: NeedReading) -> int:
    return int(reading.counts.filter(pl.col("outcome").is_in(["used", "apart"]))["rows"].sum())


def _together(failed: Sequence[LeadscapeError]) -> LeadscapeError:
    if len(failed) == 1:
        return failed[0]
    problems = [error.problems for error in failed if isinstance(error, TableProblem)]
    return TableProblem(
        f"{len(failed)} files cannot be used: {' '.join(error.what for error in failed)}",
        "Tables are made from all files or from none, so that nothing is missing in silence.",
        f"For each: {' '.join(dict.fromkeys(error.next_step for error in failed))}",
        pl.concat([no_problems(), *problems]),
    )
