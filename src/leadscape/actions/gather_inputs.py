"""Read everything a study names, counting every row in and out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from leadscape.actions.keep_out import keep_out
from leadscape.core.errors import TableProblem
from leadscape.core.progress import Progress, Silent
from leadscape.core.provenance import InputFile, input_file, name_below
from leadscape.core.tables import Problems, polars_schema
from leadscape.register.lineage import build_lineage
from leadscape.register.names import gather_names
from leadscape.register.reading import Reading, read_register_file
from leadscape.survey import count_response, no_decisions, read_decisions, read_respondents, read_returns
from leadscape.survey.privacy import still_counted
from leadscape.survey.tables import Questions

if TYPE_CHECKING:
    from leadscape.actions.study import Study


@dataclass(frozen=True)
class StudyInputs:
    """What a study's files hold.

    Attributes
    ----------
    schools
        As :class:`~leadscape.register.tables.Schools`; of several files the first that lists a school is believed.
    readings
        Every register file as read, in the study's order.
    nominations, responses
        As declared in :mod:`leadscape.survey.tables`, withdrawals already taken out.
    decisions
        As :func:`~leadscape.survey.review.read_decisions` returns them.
    outcomes
        ``file``, ``outcome``, ``reason``, ``rows``: what became of every row of every file.
    withdrawn
        Nominations taken out because somebody withdrew.
    files
        Every file that was read, for provenance.
    held_back
        Nominations that stay out until a person has decided whether they name somebody who objected.
    reading_notes
        Sentences about returns that were not read as they stand: forms of an older wording, one return sent twice.
    held_questions
        As :class:`~leadscape.survey.tables.Questions`: one for each of them, and for those decided on.
    """

    schools: pl.DataFrame
    readings: tuple[Reading, ...]
    nominations: pl.DataFrame
    responses: pl.DataFrame
    decisions: pl.DataFrame
    outcomes: pl.DataFrame
    withdrawn: int
    files: tuple[InputFile, ...]
    held_back: int = 0
    reading_notes: tuple[str, ...] = ()
    held_questions: pl.DataFrame = field(default_factory=Questions.create_empty)

    @property
    def memberships(self) -> pl.DataFrame | None:
        """As :class:`~leadscape.register.tables.Memberships`, of all the study's groups files; null without one."""
        found = [reading.frame for reading in self.readings if reading.table == "memberships"]
        return (
            pl.concat(found).unique(["urn", "group_uid"], keep="last", maintain_order=True) if found else None
        )

    @property
    def names(self) -> pl.DataFrame:
        """As :class:`~leadscape.register.names.SchoolNames`: every name that the study's files give a school."""
        registers = [reading for reading in self.readings if reading.table == "schools"]
        return gather_names(registers, [reading for reading in self.readings if reading.table == "links"])

    def successors(self, as_of: date) -> pl.DataFrame | None:
        """``urn``, ``successor_urn`` on a date, by the study's links; null where it has none."""
        vintages = [reading.frame for reading in self.readings if reading.table == "links"]
        if not vintages:
            return None
        lineage = build_lineage(vintages, self.schools)
        return lineage.latest_successors(pl.concat(vintages)["urn"], as_of).select("urn", "successor_urn")


def gather_inputs(study: Study, progress: Progress | None = None) -> StudyInputs:
    """Read the register, the returns, the decisions and the withdrawals of a study.

    Raises
    ------
    FileProblem, TableProblem
        For a file that cannot be used, with everything wrong in it.
    """
    return keep_out(gather_everything(study, progress), study)


def gather_everything(study: Study, progress: Progress | None = None) -> StudyInputs:
    """As :func:`gather_inputs`, with every line that was returned, withdrawn or not: for a person's own rights only."""
    progress = progress or Silent()
    progress.step("Reading the register")
    readings = _told_apart(_read_register(study), study)
    schools, repeated = _one_row_a_school([r for r in readings if r.table == "schools"])
    progress.step("Reading the returns")
    asked = read_respondents(study.frame)
    returned = read_returns(study.returns)
    ever_returned = still_counted(returned.nominations, study.withdrawals)
    responses = count_response(asked, ever_returned, study.frame.name, returned.null_returns)
    decisions = read_decisions(study.decisions) if study.decisions else no_decisions()
    return StudyInputs(
        schools=schools,
        readings=readings,
        nominations=returned.nominations,
        responses=responses,
        decisions=decisions,
        outcomes=pl.concat(
            [
                *(
                    _register_outcomes(r, repeated.get(r.name, 0) if r.table == "schools" else 0)
                    for r in readings
                ),
                _return_outcomes(returned.files, returned.set_aside),
            ]
        ),
        withdrawn=0,
        reading_notes=returned.notes,
        files=_input_files(study, readings, returned.files),
    )


def _read_register(study: Study) -> tuple[Reading, ...]:
    readings = [
        read_register_file(path, mapping=study.mapping if table == "schools" else None, table=table)
        for table, paths in (
            ("schools", study.schools),
            ("links", study.links),
            ("memberships", study.groups),
        )
        for path in paths
    ]
    return tuple(readings)


def _register_paths(study: Study) -> list[tuple[str, Path]]:
    """Purpose and path of every register file, in the order in which they are read."""
    named = (("schools", study.schools), ("links", study.links), ("groups", study.groups))
    return [(purpose, path) for purpose, paths in named for path in paths]


def _told_apart(readings: tuple[Reading, ...], study: Study) -> tuple[Reading, ...]:
    """Readings whose names differ: files of one name in two folders are called by their paths."""
    often = Counter(reading.name for reading in readings)
    return tuple(
        replace(reading, name=name_below(path, study.folder)) if often[reading.name] > 1 else reading
        for (_, path), reading in zip(_register_paths(study), readings, strict=True)
    )


def _one_row_a_school(readings: list[Reading]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Schools of all files, and for each file how many of its schools an earlier one lists."""
    stacked = pl.concat([reading.frame.with_columns(file=pl.lit(reading.name)) for reading in readings])
    first = stacked.unique("urn", keep="first", maintain_order=True)
    if not first.height:
        raise TableProblem(
            f"No row of {', '.join(reading.name for reading in readings)} is a school of the system.",
            "A landscape needs the schools that leaders come from.",
            "Run `leadscape register check` on the file to see what became of its rows.",
            pl.DataFrame(schema=polars_schema(Problems)),
        )
    kept = dict(first["file"].value_counts().iter_rows())
    repeated = {reading.name: reading.frame.height - kept.get(reading.name, 0) for reading in readings}
    return first.drop("file"), {name: rows for name, rows in repeated.items() if rows}


def _register_outcomes(reading: Reading, repeated: int) -> pl.DataFrame:
    """What became of the rows of one file; schools that an earlier file lists are not used twice."""
    counts = reading.counts.select(
        file=pl.lit(reading.name),
        outcome=pl.col("outcome").cast(pl.String),
        reason=pl.col("reason").cast(pl.String),
        rows=pl.col("rows").cast(pl.Int64),
    )
    if not repeated:
        return counts
    used = pl.col("outcome") == "used"
    again = pl.DataFrame(
        [(reading.name, "left out", "listed in an earlier file", repeated)], counts.schema, orient="row"
    )
    return pl.concat(
        [counts.with_columns(rows=pl.when(used).then(pl.col("rows") - repeated).otherwise("rows")), again]
    )


def _return_outcomes(files: pl.DataFrame, set_aside: pl.DataFrame) -> pl.DataFrame:
    """Returns together, since a list of 76 workbooks would hide what matters; the blank rows apart."""
    title = f"{files.height} returns"
    counted = pl.DataFrame(
        {
            "file": [title] * 2,
            "outcome": ["used", "left out"],
            "reason": ["nominations", "blank rows"],
            "rows": [files["nominations"].sum(), files["blank"].sum()],
        },
        schema={"file": pl.String, "outcome": pl.String, "reason": pl.String, "rows": pl.Int64},
    )
    apart = set_aside.group_by("reason").agg(pl.col("rows").sum()).sort("reason")
    return pl.concat(
        [counted, apart.select(file=pl.lit(title), outcome=pl.lit("left out"), reason="reason", rows="rows")]
    ).filter(pl.col("rows") > 0)


def _input_files(study: Study, readings: tuple[Reading, ...], returns: pl.DataFrame) -> tuple[InputFile, ...]:
    """Every file with its hash; names are relative to the study, so that two machines write the same record."""
    base = study.folder

    def entry(path: Path, purpose: str, read: int | None = None, used: int | None = None) -> InputFile:
        return input_file(path.resolve(), purpose, base, read, used)

    register = [
        entry(path, purpose, reading.rows_read, reading.frame.height)
        for (purpose, path), reading in zip(
            _register_paths(study),
            readings,
            strict=True,
        )
    ]
    # By order and not by name: two folders may hold files of one name.
    counted = returns.select("rows", "nominations").iter_rows()
    returned = [entry(path, "returns", *rows) for path, rows in zip(study.returns, counted, strict=True)]
    others = [
        entry(path, purpose)
        for purpose, path in (
            ("study", study.path),
            ("mapping", study.mapping),
            ("boundaries", study.boundaries),
            ("frame", study.frame),
            ("decisions", study.decisions),
            ("withdrawals", study.withdrawals),
            ("objections", study.objections),
            ("objections secret", study.objections_secret),
            ("validation sample", study.validation_sample),
            *(("validation", path) for path in study.validation),
        )
        if path is not None
    ]
    return (*others, *register, *returned)
