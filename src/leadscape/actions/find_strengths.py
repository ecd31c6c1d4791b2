"""Find in what schools are strong or weak from the tables that `leadscape need read` wrote; compare a group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.codebooks.themes import load_themes
from leadscape.core.errors import FileProblem, NotFound, StudyProblem
from leadscape.core.writing import whole_file, write_csv, write_parquet, write_text
from leadscape.need.measures.carrying import spoken_for
from leadscape.need.strengths import GroupMatrix, Judged, StrengthConfig, find_strengths, group_matrix
from leadscape.need.strengths.judging import Read
from leadscape.need.tables import AreaMeasures, Inspections, Measures
from leadscape.register.reading import read_register_file
from leadscape.report.datasets import dataset_of
from leadscape.report.matrix_contents import MatrixContents
from leadscape.report.matrix_page import render_matrix
from leadscape.report.workbook import write_tables

TABLES: Final = {"measures": Measures, "area_measures": AreaMeasures, "inspections": Inspections}
OPEN: Final = ("open", "proposed_to_close", "unknown")


@dataclass(frozen=True)
class FoundStrengths:
    """Strengths of every school, and the files they were written to."""

    judged: Judged
    notes: tuple[str, ...]
    written: tuple[Path, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print."""
        return (*self.judged.sentences, *self.notes)

    @property
    def counts(self) -> pl.DataFrame:
        """``theme``, ``stage``, ``strong``, ``typical``, ``weak``, ``unknown``, ``judged_by``."""
        strength = pl.col("strength").cast(pl.String)
        words = ("strong", "typical", "weak", "unknown")
        found = self.judged.strengths.group_by(pl.col("theme"), pl.col("stage").cast(pl.String)).agg(
            (strength == one).sum().cast(pl.Int64).alias(one) for one in words
        )
        used = [(theme, stage, told) for (theme, stage), told in self.judged.used.items()]
        order = pl.DataFrame(used, schema=["theme", "stage", "judged_by"], orient="row")
        return order.join(found, on=["theme", "stage"], how="inner", maintain_order="left").select(
            "theme", "stage", *words, "judged_by"
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values; cells are in the files written."""
        return {
            "sentences": list(self.sentences),
            "counts": self.counts,
            "by_chance": self.judged.by_chance,
            "written": [str(path) for path in self.written],
        }


@dataclass(frozen=True)
class ComparedGroup:
    """A group's matrix, and the files it was written to."""

    matrix: GroupMatrix
    contents: MatrixContents
    written: tuple[Path, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print."""
        return (*self.matrix.sentences, *self.contents.notes)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "sentences": list(self.sentences),
            "themes": self.matrix.themes,
            "matrix": self.contents.cells,
            "sharing": self.matrix.pairs,
            "strengths": self.matrix.strengths,
            "written": [str(path) for path in self.written],
        }


@dataclass(frozen=True)
class GroupChoice:
    """Which schools: exactly one of a list of numbers, an authority's code, or a trust or federation.

    Attributes
    ----------
    schools
        Numbers of hand-picked schools.
    authority
        Code of an authority, as the files or the register have it.
    trust, groups
        The register's id of a trust or federation, and the file of its links.
    """

    schools: tuple[str, ...] = ()
    authority: str | None = None
    trust: str | None = None
    groups: Path | None = None


def find_strengths_in_folder(
    folder: Path,
    *,
    themes: str = "england",
    register: Path | None = None,
    similar: Path | None = None,
    as_of: date | None = None,
    confidence: float = 0.90,
    output: Path | None = None,
) -> FoundStrengths:
    """Judge every school of ``folder``, or of a register, in every theme; write CSV and a workbook to ``output``.

    Parameters
    ----------
    themes
        Codebook of themes, or the path of one's own ending in ``.toml``.
    similar
        Pairs as `leadscape need similar --output` writes them: then schools are compared with similar ones, else with
        the nation.

    Raises
    ------
    FileProblem
        When the folder holds none of the tables.
    NotIdentified
        When there is nothing to judge by.
    """
    known = _listed(folder, register, as_of)
    schools = known.select("urn", "phase") if register is not None else None
    judged, notes = _judge(folder, themes, schools, similar, as_of, confidence)
    done = FoundStrengths(judged, notes, ())
    if output is None:
        return done
    written = [output / "strengths.csv", output / "strength_counts.csv", output / "strengths.xlsx"]
    write_csv(judged.strengths, written[0])
    write_csv(done.counts, written[1])
    from leadscape.need.strengths.tables import Strengths

    datasets = (dataset_of("strengths", "Strengths", judged.strengths, Strengths),)
    with whole_file(written[2]) as partial:
        write_tables("Strengths and needs", done.sentences, datasets, judged.as_of, partial)
    return FoundStrengths(judged, notes, tuple(written))


def compare_group(
    folder: Path,
    choice: GroupChoice,
    *,
    name: str | None = None,
    themes: str = "england",
    register: Path | None = None,
    similar: Path | None = None,
    as_of: date | None = None,
    confidence: float = 0.90,
    output: Path | None = None,
) -> ComparedGroup:
    """The strengths-and-needs matrix of a group of schools; writes CSV, a workbook, a picture and a page to ``output``.

    Raises
    ------
    StudyProblem
        When not exactly one group is stated.
    NotFound
        When nothing was read of any of its schools, or no school belongs to it.
    """
    known = _listed(folder, register, as_of)
    urns, called = _chosen(choice, known)
    group = pl.DataFrame({"urn": urns}).unique(maintain_order=True)
    schools = group.join(known.select("urn", "phase"), on="urn", how="left", maintain_order="left")
    judged, carried = _judge(folder, themes, schools, similar, as_of, confidence)
    matrix = group_matrix(judged, name or called, urns)
    names = dict(known.filter(pl.col("name").is_not_null()).select("urn", "name").iter_rows())
    contents = MatrixContents(matrix, names, (*_notes(judged), *carried))
    if output is None:
        return ComparedGroup(matrix, contents, ())
    return ComparedGroup(matrix, contents, write_matrix(contents, output))


def write_matrix(contents: MatrixContents, output: Path) -> tuple[Path, ...]:
    """Write the matrix as CSV and Parquet tables, a workbook, a picture and a page."""
    from leadscape.report.matrix_page import PAPER_MM
    from leadscape.report.matrix_picture import draw_matrix, lay_out

    written = []
    for dataset in contents.datasets:
        written.append(output / f"{dataset.name}.csv")
        write_csv(dataset.frame, written[-1])
    written.append(output / "strengths.parquet")
    write_parquet(contents.matrix.strengths, written[-1])
    written.append(output / "matrix.xlsx")
    title, day = f"Strengths and needs: {contents.matrix.name}", contents.matrix.judged.as_of
    lines = (*contents.matrix.sentences, *contents.notes)
    with whole_file(written[-1]) as partial:
        write_tables(title, lines, contents.datasets, day, partial)
    written.append(output / "matrix.html")
    write_text(render_matrix(contents), written[-1])
    written.append(output / "matrix.svg")
    layout = lay_out(contents.cells.height, len(contents.columns), *PAPER_MM)
    write_text(draw_matrix(contents, layout).svg, written[-1])
    return tuple(written)


def _judge(
    folder: Path,
    themes: str,
    schools: pl.DataFrame | None,
    similar: Path | None,
    as_of: date | None,
    confidence: float,
) -> tuple[Judged, tuple[str, ...]]:
    """Strengths of ``schools`` (``urn``, ``phase``), or of all in the folder; and notes on whose figures they are."""
    there = {name: folder / f"{name}.parquet" for name in TABLES if (folder / f"{name}.parquet").exists()}
    if not there:
        raise FileProblem(
            f"{folder} holds none of {', '.join(f'{name}.parquet' for name in TABLES)}.",
            "Strengths are told from the tables that reading wrote.",
            "Run `leadscape need read FILES --output FOLDER` first.",
        )
    tables = {
        name: pl.read_parquet(there[name]) if name in there else table.create_empty()
        for name, table in TABLES.items()
    }
    notes: tuple[str, ...] = ()
    if (folder / "carried_measures.parquet").exists():
        tables["measures"], told = spoken_for(pl.read_parquet(folder / "carried_measures.parquet"), schools)
        notes = (told,)
    pairs = None if similar is None else _pairs(similar)
    read = Read(tables["measures"], tables["area_measures"], tables["inspections"], schools, pairs)
    config = StrengthConfig(confidence=confidence)
    return find_strengths(read, load_themes(themes), config, as_of=as_of), notes


def _listed(folder: Path, register: Path | None, as_of: date | None) -> pl.DataFrame:
    columns = ["urn", "name", "authority_code", "authority_name", "phase"]
    if register is not None:
        frame = read_register_file(register, table="schools", seen_on=as_of).frame
        return frame.filter(pl.col("status").is_in(list(OPEN))).select(columns)
    path = folder / "listings.parquet"
    if not path.exists():
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    listings = pl.read_parquet(path).sort("urn", "period")
    return (
        listings.group_by("urn", maintain_order=True)
        .agg(pl.col("name").drop_nulls().last(), pl.col("authority_code").drop_nulls().last())
        .with_columns(authority_name=pl.lit(None, pl.String), phase=pl.lit(None, pl.String))
        .select(columns)
    )


def _pairs(similar: Path) -> pl.DataFrame:
    try:
        frame = (
            pl.read_parquet(similar)
            if similar.suffix == ".parquet"
            else pl.read_csv(similar, infer_schema_length=0)
        )
        return frame.select(pl.col("urn").cast(pl.String), pl.col("neighbour_urn").cast(pl.String)).unique()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FileProblem(
            f"{similar} holds no pairs of schools ({str(error).splitlines()[0]}).",
            "Schools are compared with those that it names.",
            "Give a file that `leadscape need similar --output` wrote.",
        ) from error


def _chosen(choice: GroupChoice, known: pl.DataFrame) -> tuple[list[str], str]:
    stated = [bool(choice.schools), choice.authority is not None, choice.trust is not None]
    if sum(stated) != 1:
        raise StudyProblem(
            f"{sum(stated)} groups are stated.",
            "A matrix is of one group of schools.",
            "State exactly one: numbers of schools, an authority, or a trust with its file of groups.",
        )
    if choice.schools:
        return list(choice.schools), f"{len(choice.schools)} schools"
    if choice.authority is not None:
        mine = known.filter(pl.col("authority_code") == choice.authority)
        if not mine.height:
            raise NotFound(
                f"No school of the files or the register is of the authority {choice.authority!r}.",
                "A matrix is of the schools of a group.",
                "Check the code, or give a register that has it (--register).",
            )
        named = mine["authority_name"].drop_nulls()
        return mine["urn"].to_list(), named[0] if named.len() else f"Authority {choice.authority}"
    if choice.groups is None:
        raise StudyProblem(
            "A trust was named without a file of groups.",
            "Which schools belong to it is told by that file.",
            "Give it with --groups.",
        )
    members = read_register_file(choice.groups, table="memberships").frame
    mine = members.filter(pl.col("group_uid") == choice.trust, pl.col("left_on").is_null())
    if not mine.height:
        raise NotFound(
            f"No school of {choice.groups.name} is in the group {choice.trust!r}.",
            "A matrix is of the schools of a group.",
            "Use the register's id of the group (its UID).",
        )
    return mine["urn"].unique(maintain_order=True).to_list(), mine["group_name"][0]


def _notes(judged: Judged) -> tuple[str, ...]:
    told = [f"{theme.label}: {theme.definition}" for theme in judged.book.themes if theme.id == "finance"]
    used = {theme for theme, _ in judged.used}
    notes = [note for note in told if "finance" in used]
    if judged.not_used:
        notes.append(f"Nothing was read of: {', '.join(judged.not_used)}.")
    if any("judgement, without an interval" in words for words in judged.used.values()):
        notes.append("What inspectors judged has no interval and is not counted in what chance makes.")
    return tuple(notes)
