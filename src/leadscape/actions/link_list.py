"""Link any list of schools to a register: what is sure, what a person must decide, what is not in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.core.errors import OutputBlocked, StudyProblem, TableProblem
from leadscape.core.progress import Progress, Silent
from leadscape.core.tables import Problems, polars_schema
from leadscape.core.writing import write_csv
from leadscape.register.lineage import build_lineage
from leadscape.register.names import gather_names
from leadscape.register.reading import Reading, read_register_file
from leadscape.survey import no_decisions, read_decisions, write_review
from leadscape.survey.linkage import (
    Linkage,
    LinkageConfig,
    LinkageRegister,
    learn_aliases,
    link_schools,
    prepare_register,
)
from leadscape.survey.linkage.aliases import NONE, read_aliases
from leadscape.survey.linkage.listing import read_list
from leadscape.survey.questions import ask_schools, school_question_id

MEANINGS: Final = {
    "accepted": "one school of the register is meant",
    "review": "a person must choose; candidates are in review.csv",
    "not_in_register": "a closed school, a grouping, an early-years setting or another country",
    "no_match": "nothing in the register is near",
}


@dataclass(frozen=True)
class LinkedList:
    """A list with the school meant by each row.

    Attributes
    ----------
    name
        File name of the list.
    rows
        One row a row of the list that says something: ``row``, ``name`` as written, ``outcome``, ``urn``, ``school``,
        ``probability``, ``method``, ``absence``, ``closed_urn``, ``reason``, ``mention_id``.
    linkage
        Links and candidates, one a distinct mention.
    schools
        Schools that could be meant, on the date.
    unused_decisions
        Decisions on mentions that the list does not hold.
    written
        Files written.
    """

    name: str
    rows: pl.DataFrame
    linkage: Linkage
    schools: int
    unused_decisions: int
    written: tuple[Path, ...]

    @property
    def summary(self) -> pl.DataFrame:
        """``outcome``, ``rows``, ``rows_share``, ``meaning``: every outcome, also those of no row."""
        counted = self.rows.group_by(pl.col("outcome").cast(pl.String)).len("rows")
        every = pl.DataFrame({"outcome": list(MEANINGS), "meaning": list(MEANINGS.values())})
        rows = pl.when(pl.col("rows").is_null()).then(0).otherwise("rows").cast(pl.Int64)
        return every.join(counted, on="outcome", how="left", maintain_order="left").select(
            "outcome", rows=rows, rows_share=rows / self.rows.height, meaning="meaning"
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was linked, to what, and how many of the accepted links to expect wrong."""
        accepted = self.rows.filter(pl.col("outcome") == "accepted")
        decided = int((accepted["method"] == "review").sum())
        expected = float((1 - accepted["probability"]).sum())
        target = 100 * self.linkage.config.precision_target
        alone = accepted.height - decided
        different = self.rows["mention_id"].n_unique()
        told = [
            f"{self.name}: {_rows(self.rows.height)}, {different:,} different, "
            f"against {self.schools:,} schools that may be meant.",
            f"{_rows(alone)} accepted without a person, from a probability of {self.linkage.accept_from:.3f}: "
            f"from there on at least {target:g} % of links were right in the lists that the model was checked on. "
            f"Of these {alone:,} expect about {expected:.1f} to be wrong.",
        ]
        if decided:
            told.append(f"{_rows(decided)} linked by a person's decision.")
        if self.unused_decisions:
            told.append(f"Decisions on mentions that the list does not hold: {self.unused_decisions:,}.")
        return tuple(told)

    def waiting(self) -> pl.DataFrame:
        """Rows for a person: ``row``, ``name`` as written, ``first_candidate``, ``probability_share``, ``reason``."""
        first = self.linkage.candidates.filter(pl.col("rank") == 1).select(
            "mention_id",
            first_candidate=pl.concat_str("urn", "name", "town", separator=" | ", ignore_nulls=True),
        )
        return (
            self.rows.filter(pl.col("outcome") == "review")
            .join(first, on="mention_id", how="left", maintain_order="left")
            .sort("probability", "row", descending=[True, False])
            .select("row", "name", "first_candidate", probability_share="probability", reason="reason")
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        accepted = self.rows.filter(pl.col("outcome") == "accepted")
        return {
            "name": self.name,
            "schools": self.schools,
            "precision_target": self.linkage.config.precision_target,
            "accept_from": self.linkage.accept_from,
            "expected_wrong": float((1 - accepted["probability"]).sum()),
            "summary": self.summary,
            "unused_decisions": self.unused_decisions,
            "rows": self.rows,
            "candidates": self.linkage.candidates,
            "written": [path.name for path in self.written],
        }


def link_list(
    listed: Path,
    registers: tuple[Path, ...],
    *,
    links: tuple[Path, ...] = (),
    as_of: date | None = None,
    mapping: Path | None = None,
    decisions: Path | None = None,
    out: Path | None = None,
    precision: float = LinkageConfig.precision_target,
    link_closed: bool = False,
    progress: Progress | None = None,
) -> LinkedList:
    """Link the rows of ``listed`` to the schools of ``registers``.

    Parameters
    ----------
    registers
        Register files; of several the first that lists a school is believed, and every name that any gives is known.
    links
        Links files: what closed schools became, and names that they give.
    as_of
        The list's date; without it a school may be meant that its register calls open.
    mapping
        Format of one's own for the registers.
    decisions
        A review file of an earlier run as a person filled it, or its ``aliases.csv``.
    out
        Folder for ``links.csv``, ``candidates.csv``, ``review.csv`` and ``aliases.csv``.
    precision
        Share of accepted links that should be right, 0.9 or more and below 1.
    link_closed
        Whether closed schools may be linked to as well.

    Raises
    ------
    FileProblem, TableProblem
        When a file cannot be used, or a decision names a school that no register has.
    StudyProblem
        When ``precision`` is no such share.
    OutputBlocked
        When the review file would be written over the decisions.
    """
    _check_precision(precision)
    _check_output(out, decisions)
    progress = progress or Silent()
    progress.step("Reading the list")
    mentions = read_list(listed)
    progress.step("Reading the register")
    readings = [read_register_file(path, mapping=mapping, table="schools") for path in registers]
    chains = [read_register_file(path, table="links") for path in links]
    progress.step("Taking names apart")
    register = _prepare(readings, chains, as_of, link_closed=link_closed)
    distinct = mentions.drop("row").unique("mention_id", keep="first", maintain_order=True)
    given, aliases = _read_given(decisions, distinct)
    _check_given(given, register, decisions)
    progress.step("Linking")
    config = replace(LinkageConfig(), precision_target=precision)
    linkage = link_schools(distinct, register, config, given, aliases)
    rows = _per_row(mentions, linkage, register)
    unused = 0 if given is None else given.join(distinct, on="mention_id", how="anti").height
    written: tuple[Path, ...] = ()
    if out is not None:
        progress.step("Writing")
        written = _write(out, rows, linkage, mentions, distinct, given, aliases)
    return LinkedList(
        name=listed.name,
        rows=rows,
        linkage=linkage,
        schools=int(register.schools["linkable"].sum()),
        unused_decisions=unused,
        written=written,
    )


def _rows(n: int) -> str:
    return f"{n:,} row{'s' * (n != 1)}"


def _check_precision(precision: float) -> None:
    if not 0.9 <= precision < 1:
        raise StudyProblem(
            f"A precision of {precision:g} cannot be aimed at.",
            "It is the share of accepted links that should be right: below 0.9 a list is of no use, 1 is certainty.",
            "Give a share from 0.9 to 0.999, such as 0.995.",
        )


def _check_output(out: Path | None, decisions: Path | None) -> None:
    if out is not None and decisions is not None and decisions.resolve().parent == out.resolve():
        raise OutputBlocked(
            f"{decisions.name} lies in the folder {out} that the results would be written to.",
            "Writing questions over it could lose what people decided.",
            "Name another folder; decisions made so far are written there too.",
        )


def _prepare(
    readings: list[Reading], chains: list[Reading], as_of: date | None, *, link_closed: bool
) -> LinkageRegister:
    stacked = pl.concat([reading.frame for reading in readings])
    schools = stacked.unique("urn", keep="first", maintain_order=True)
    successors = None
    if chains:
        lineage = build_lineage([chain.frame for chain in chains], schools)
        successors = lineage.latest_successors(schools["urn"], as_of).select("urn", "successor_urn")
    heads = [reading.companions["headships"] for reading in readings if "headships" in reading.companions]
    return prepare_register(
        schools,
        as_of,
        gather_names(readings, chains),
        successors,
        pl.concat(heads) if heads else None,
        link_closed=link_closed,
    )


def _read_given(
    decisions: Path | None, distinct: pl.DataFrame
) -> tuple[pl.DataFrame | None, pl.DataFrame | None]:
    """Decisions by mention, and aliases; what the file holds of the two."""
    if decisions is None:
        return None, None
    aliases = read_aliases(decisions)
    if aliases is not None:
        return None, aliases
    asked = distinct.select("mention_id", question_id=school_question_id(pl.col("mention_id")))
    read = read_decisions(decisions).filter(pl.col("question_id").str.starts_with("school-"))
    joined = read.join(asked, on="question_id", how="left", maintain_order="left")
    unknown = pl.concat_str(pl.lit("M"), pl.col("question_id").str.strip_prefix("school-"))
    return joined.with_columns(mention_id=pl.coalesce("mention_id", unknown)), None


def _check_given(given: pl.DataFrame | None, register: LinkageRegister, decisions: Path | None) -> None:
    if given is None or decisions is None:
        return
    known = pl.concat([register.schools["urn"], pl.Series([NONE])])
    wrong = given.filter(~pl.col("decision").is_in(known.implode()))
    if wrong.height:
        problems = wrong.select(
            "row",
            column=pl.lit("decision"),
            value="decision",
            rule=pl.lit("Must be the number of a school of the register, or none."),
        )
        raise TableProblem(
            f"{wrong.height} decision{'s' * (wrong.height != 1)} of {decisions.name} cannot be carried out "
            f"(first: {wrong['decision'][0]!r}).",
            "A decision replaces the software's doubt, so it must name a school that exists.",
            "Correct the decision column, or add the register that has the school.",
            problems.cast(polars_schema(Problems)),
        )


def _per_row(mentions: pl.DataFrame, linkage: Linkage, register: LinkageRegister) -> pl.DataFrame:
    named = register.schools.select("urn", school="name")
    return (
        mentions.select("row", "mention_id", pl.col("name"), written_urn="urn")
        .join(linkage.links, on="mention_id", maintain_order="left")
        .join(named, on="urn", how="left", maintain_order="left")
        .select(
            "row", "name", "written_urn", "outcome", "urn", "school", "probability", "method", "absence", "closed_urn",
            "reason", "mention_id",
        )
    )  # fmt: skip


def _write(
    out: Path,
    rows: pl.DataFrame,
    linkage: Linkage,
    mentions: pl.DataFrame,
    distinct: pl.DataFrame,
    given: pl.DataFrame | None,
    aliases: pl.DataFrame | None,
) -> tuple[Path, ...]:
    paths = tuple(out / name for name in ("links.csv", "candidates.csv", "review.csv", "aliases.csv"))
    plain = pl.col("probability").round(6)
    write_csv(rows.with_columns(plain), paths[0])
    write_csv(linkage.candidates.with_columns(plain), paths[1])
    answers = no_decisions()
    if given is not None:
        answers = given.select(answers.columns)
    questions = ask_schools(
        distinct, mentions.select("mention_id"), linkage.links, linkage.candidates, answers
    )
    write_review(questions, paths[2])
    learned = learn_aliases(distinct, given) if given is not None else aliases
    if learned is None:
        return paths[:3]
    write_csv(learned, paths[3])
    return paths
