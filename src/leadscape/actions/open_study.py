"""Open a study for a store: run it once and hand over everything that a service keeps, as tables and files.

The tables are those of the rooms, each row with the file it was taken from (``source``, a key of ``sources``). Nothing
that names people is written to disk on the way.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.actions.run_study import StudyRun, run_study
from leadscape.actions.study import read_study
from leadscape.actions.trace_questions import trace_questions
from leadscape.core.progress import Progress, Silent, timed
from leadscape.register.authorities import authorities_of
from leadscape.register.statements import Statements, groups_of
from leadscape.report.datasets import Dataset, datasets_of
from leadscape.report.geojson import points_as_geojson, shapes_as_geojson
from leadscape.report.outputs import PAGE, PROVENANCE, WORKBOOK, write_report
from leadscape.report.terminal import summary_lines
from leadscape.survey.privacy import trace_nominations

if TYPE_CHECKING:
    from leadscape.core.provenance import InputFile

KEPT: Final = (PAGE, WORKBOOK, PROVENANCE)
MEDIA_TYPES: Final = {
    ".html": "text/html",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
DATED: Final = frozenset({"schools", "links", "groups", "frame", "returns"})
"""Inputs that describe the study's date where they carry none of their own."""
OF_REGISTER: Final = frozenset({"schools", "links", "groups"})
"""Those of them that describe the date of the register where the study states it."""


@dataclass(frozen=True)
class StudyFile:
    """One file that the study publishes."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hash of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class OpenedStudy:
    """Everything that a service keeps of one run.

    Attributes
    ----------
    codebook, codebook_sha256, codebook_text
        Id, hash and TOML of the codebook as used.
    provenance
        The record as it may be public.
    inputs_sha256
        Hash of the whole record: the same inputs, parameters and software give the same.
    sources
        ``source`` (key), ``purpose``, ``file_name``, ``sha256``, ``rows`` (null where it is no table or would tell how
        many people one respondent named), ``as_of`` (of the file, else of the study that says what it describes).
    schools, links
        As the register's tables, with ``source``.
    school_names
        As :class:`~leadscape.register.names.SchoolNames`.
    authorities
        As :class:`~leadscape.register.tables.Authorities` without the count, with ``source``: those of the register,
        and those that only returns or the frame name.
    groups
        ``group_uid``, ``name``, ``group_type``, ``companies_house_number``, ``source``.
    memberships
        As :class:`~leadscape.register.tables.Memberships`, with ``source``.
    headships
        As :class:`~leadscape.register.tables.Headships`, with ``source``, ``place`` (number within school and date)
        and ``ended_on``: the first date on which a later register of the study lists the school without the person.
        Personal data.
    responses, leaders, role_holdings, supports
        As declared in :mod:`leadscape.survey.tables`; holdings in force on the study's date. Personal data.
    questions
        As :class:`~leadscape.survey.tables.Questions`: every doubt, decided or not, objections to be told apart too.
        What returns say stands in it as written, so it is personal data.
    set_aside
        ``question_id``, ``decision``, ``decided_in``, ``rule``: decisions of earlier studies on these questions that
        were not carried out, because they name a role or school that this study does not know.
    lines
        ``nomination_id``, ``leader_id``, ``respondent_id``, ``source_file``: which lines are taken to mean which
        leader. Names nobody.
    question_lines
        As :func:`~leadscape.actions.trace_questions.trace_questions`: which lines each question is about. Names nobody.
    names
        ``nomination_id``, ``leader_name``: whom each line names, as written. Personal data.
    datasets
        Every published table: ``name``, ``title``, ``about``, ``columns``, ``frame``.
    files
        Report, workbook, record, figures, and shapes and points of the map.
    sentences
        What must be said beside the figures.
    seconds
        Wall time a step.
    """

    title: str
    system: str
    as_of: date
    codebook: str
    codebook_sha256: str
    codebook_text: str
    provenance: dict[str, Any]
    inputs_sha256: str
    sources: pl.DataFrame
    schools: pl.DataFrame
    school_names: pl.DataFrame
    authorities: pl.DataFrame
    groups: pl.DataFrame
    memberships: pl.DataFrame
    headships: pl.DataFrame
    links: pl.DataFrame
    responses: pl.DataFrame
    leaders: pl.DataFrame
    role_holdings: pl.DataFrame
    supports: pl.DataFrame
    questions: pl.DataFrame
    set_aside: pl.DataFrame
    lines: pl.DataFrame
    question_lines: pl.DataFrame
    names: pl.DataFrame
    datasets: tuple[Dataset, ...]
    files: tuple[StudyFile, ...]
    sentences: tuple[str, ...]
    seconds: dict[str, float]


def open_study(study: Path, *, progress: Progress | None = None) -> OpenedStudy:
    """Run the study file at ``study`` and keep everything in memory.

    Raises
    ------
    StudyProblem, FileProblem, TableProblem, CodebookProblem
        When an input cannot be used.
    """
    progress = progress or Silent()
    seconds: dict[str, float] = {}
    with timed(seconds, "read"):
        progress.step("Reading the study")
        declared = read_study(study)
    run = run_study(declared, progress, seconds)
    with timed(seconds, "write"):
        progress.step("Writing the report")
        files = _report_files(run)
    inputs, settled = run.inputs, run.settled
    register = _Register(run)
    stated = register.statements
    schools, memberships = stated.schools(), stated.memberships()
    return OpenedStudy(
        title=declared.title,
        system=declared.system,
        as_of=declared.as_of,
        codebook=declared.codebook.id,
        codebook_sha256=declared.codebook.sha256,
        codebook_text=declared.codebook_text,
        provenance=json.loads(run.contents.provenance.as_json()),
        inputs_sha256=hashlib.sha256(run.record.as_json().encode()).hexdigest(),
        sources=register.sources(),
        schools=schools,
        school_names=inputs.names.join(schools, on="urn", how="semi", maintain_order="left"),
        authorities=_authorities(run, schools),
        groups=groups_of(memberships),
        memberships=memberships.join(schools, on="urn", how="semi", maintain_order="left"),
        headships=stated.headships(),
        links=stated.links(),
        responses=inputs.responses,
        leaders=settled.leaders,
        role_holdings=settled.role_holdings,
        supports=settled.supports,
        questions=pl.concat([settled.questions, inputs.held_questions]),
        set_aside=settled.set_aside,
        lines=trace_nominations(settled)
        .join(inputs.nominations, on="nomination_id", maintain_order="left")
        .select("nomination_id", "leader_id", "respondent_id", "source_file"),
        question_lines=trace_questions(settled, inputs.schools),
        names=inputs.nominations.select("nomination_id", "leader_name"),
        datasets=datasets_of(run.contents),
        files=files,
        sentences=summary_lines(run.contents),
        seconds={step: round(taken, 3) for step, taken in seconds.items()},
    )


class _Register:
    """The register files of a run, each with its key and date."""

    def __init__(self, run: StudyRun) -> None:
        public = run.contents.provenance.inputs
        self._as_of = run.study.as_of
        self._register_as_of = run.study.register_as_of or run.study.as_of
        self._files = public
        of_register = [file for file in public if file.purpose in OF_REGISTER]
        # Both are in the order in which the register was read.
        self._readings = list(zip(of_register, run.inputs.readings, strict=True))
        self.statements = Statements(
            [(key_of(file), reading) for file, reading in self._readings], self._register_as_of
        )

    def sources(self) -> pl.DataFrame:
        dates = {key_of(file): reading.seen_on for file, reading in self._readings}
        rows = [
            {
                "source": key_of(file),
                "purpose": file.purpose,
                "file_name": file.name,
                "sha256": file.sha256,
                "rows": file.rows_read,
                "as_of": dates.get(key_of(file)) or self._described_by(file.purpose),
            }
            for file in self._files
        ]
        schema = dict.fromkeys(("source", "purpose", "file_name", "sha256"), pl.String())
        return pl.DataFrame(rows, schema={**schema, "rows": pl.Int64(), "as_of": pl.Date()})

    def _described_by(self, purpose: str) -> date | None:
        """The date of a file whose name holds none."""
        if purpose in OF_REGISTER:
            return self._register_as_of
        return self._as_of if purpose in DATED else None


def key_of(file: InputFile) -> str:
    """What stands for a file in the tables."""
    return f"{file.purpose}:{file.name}"


def _authorities(run: StudyRun, schools: pl.DataFrame) -> pl.DataFrame:
    """Those of the register, then those that only the frame or the returns name."""
    files = {file.purpose: key_of(file) for file in reversed(run.contents.provenance.inputs)}
    of_register = authorities_of(schools).select(
        "authority_code", "authority_name", "region", source=pl.lit(files["schools"])
    )
    asked = run.inputs.responses.drop_nulls("authority_code").select(
        "authority_code", authority_name="respondent_name", region="region", source=pl.lit(files["frame"])
    )
    named = pl.concat([run.settled.leaders["authority_code"], run.settled.role_holdings["authority_code"]])
    reported = (
        named.drop_nulls()
        .to_frame()
        .select(
            "authority_code",
            authority_name="authority_code",
            region=pl.lit(None, pl.String),
            # Without a return nobody is named, and there is no row to give a source.
            source=pl.lit(files.get("returns"), pl.String),
        )
    )
    return (
        pl.concat([of_register, asked, reported])
        .unique("authority_code", keep="first", maintain_order=True)
        .sort("authority_code")
    )


def _report_files(run: StudyRun) -> tuple[StudyFile, ...]:
    """The report as files in memory; what tables hold is kept as tables, so their files are left out."""
    contents = run.contents
    with TemporaryDirectory(prefix="leadscape-") as folder:
        written = write_report(contents, Path(folder) / "public")
        named = [(path.relative_to(written.folder).as_posix(), path) for path in written.files]
        kept = [
            StudyFile(name, MEDIA_TYPES[path.suffix], path.read_bytes())
            for name, path in named
            if name in KEPT or name.startswith("figures/")
        ]
    if contents.areas is not None:
        drawn = {"areas.geojson": shapes_as_geojson(contents.areas, contents.landscape.authorities)}
        if contents.home_points is not None:
            drawn["home_points.geojson"] = points_as_geojson(contents.areas, contents.home_points)
        kept += [StudyFile(name, MEDIA_TYPES[".geojson"], text.encode()) for name, text in drawn.items()]
    return tuple(kept)
