"""Forms that schools sent back, as answers about single fields; everything wrong with them told at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.errors import FileProblem, TableProblem
from leadscape.core.identifiers import normalise_name
from leadscape.core.tables import Problems, check_table, polars_schema
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas
from leadscape.register.dates import parse_date
from leadscape.survey.headings import match_headings
from leadscape.survey.validation.forms import ENTRY, FIELD_COLUMNS, OBJECTS
from leadscape.survey.validation.tables import ValidationAnswers, ValidationSample

WORDS: Final[dict[str, str]] = {
    **dict.fromkeys(("right", "yes", "y", "correct", "true", "confirm", "confirmed", "ok"), "right"),
    **dict.fromkeys(("wrong", "no", "n", "incorrect", "false", "not right"), "wrong"),
    **dict.fromkeys(
        ("do not know", "dont know", "not known", "unknown", "unsure", "not sure"), "do_not_know"
    ),
}
SWAPPED: Final = {"right": "wrong", "wrong": "right", "do_not_know": "do_not_know"}
YES: Final = "right"
_FILED: Final = pl.Schema({**polars_schema(Problems), "file": pl.String})


@dataclass(frozen=True)
class AnswersReading:
    """Forms as read.

    Attributes
    ----------
    answers
        As :class:`ValidationAnswers`.
    returned
        Ids of entries about which anything was said.
    objections
        Ids of entries whose person objects.
    files
        Forms read.
    """

    answers: pl.DataFrame
    returned: pl.Series
    objections: pl.Series
    files: int


def read_sample(path: Path) -> pl.DataFrame:
    """A sample as :func:`~leadscape.survey.validation.forms.write_sample` wrote it.

    Raises
    ------
    TableProblem
        With everything wrong in it.
    """
    table = read_text_table(path)
    schema = polars_schema(ValidationSample)
    named = unguard_formulas(
        match_headings(table, {name: (name,) for name in schema.names()}, ("entry_id", "role", "stratum"))
    )
    days = [name for name, dtype in schema.items() if dtype == pl.Date]
    others = {name: dtype for name, dtype in schema.items() if dtype != pl.Date}
    typed = named.with_columns(
        *(parse_date(pl.col(name)) for name in days),
        *(pl.col(name).cast(dtype, strict=False) for name, dtype in others.items()),
    )
    return check_table(typed, ValidationSample, path.name, row="row")


def read_answers(paths: tuple[Path, ...], sample: pl.DataFrame) -> AnswersReading:
    """Every answer in the forms.

    An entry answered in two forms alike counts once. A blank cell is no answer.

    Raises
    ------
    TableProblem
        Listing over all files what is no form, entries that were not drawn, words that are no answer, answers that
        contradict each other, and entries answered twice and differently.
    """
    frames: list[pl.DataFrame] = []
    problems: list[pl.DataFrame] = []
    for path in paths:
        try:
            table = read_text_table(path)
            frames.append(match_headings(table, _headings(), (ENTRY,)).with_columns(file=pl.lit(path.name)))
            problems.append(table.problems.with_columns(file=pl.lit(path.name)))
        except TableProblem as error:
            problems.append(error.problems.with_columns(file=pl.lit(path.name)))
        except FileProblem as error:
            whole = {
                "row": [None],
                "column": [None],
                "value": [None],
                "rule": [f"{error.what} {error.next_step}"],
            }
            problems.append(pl.DataFrame({**whole, "file": [path.name]}, schema=_FILED))
    if frames:
        # A row that holds none of the form's columns is blank, whatever else was written beside it.
        rows = unguard_formulas(pl.concat(frames)).filter(
            pl.any_horizontal(pl.col(name).is_not_null() for name in _headings())
        )
        said = _said(rows)
        found = [
            *problems,
            _unknown_entries(rows, sample),
            _unknown_words(rows),
            _contradictions(said),
            _twice(said),
        ]
    else:
        rows, said, found = pl.DataFrame(), pl.DataFrame(), problems
    listed = pl.concat(found) if found else pl.DataFrame(schema=_FILED)
    if listed.height or not frames:
        raise _problem(listed, len(paths))
    answered = said.drop_nulls("answer").unique(["entry_id", "field"], keep="first", maintain_order=True)
    schema = polars_schema(ValidationAnswers)
    objecting = rows.filter(_answer(OBJECTS) == YES)[ENTRY]
    answers = ValidationAnswers.validate(
        answered.select(
            "entry_id",
            field=pl.col("field").cast(schema["field"]),
            answer=pl.col("answer").cast(schema["answer"]),
            correction="correction",
        ).sort("entry_id", "field")
    )
    returned = pl.concat([answers["entry_id"], objecting.rename("entry_id")])
    return AnswersReading(answers, returned.unique().sort(), objecting.unique().sort(), len(frames))


def _headings() -> dict[str, tuple[str, ...]]:
    headings = {ENTRY: (ENTRY, "entry_id"), OBJECTS: (OBJECTS, "objects")}
    for field in FIELD_COLUMNS:
        headings[field.judged] = (field.judged, f"{field.field}_is")
        if field.corrected:
            headings[field.corrected] = (field.corrected, f"{field.field}_corrected")
    return headings


def _answer(column: str) -> pl.Expr:
    """A cell as one of the three answers; null where it is blank or no answer."""
    return normalise_name(pl.col(column)).replace_strict(WORDS, default=None, return_dtype=pl.String)


def _said(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a form line and field: ``file``, ``row``, ``entry_id``, ``field``, ``answer``, ``correction``."""
    parts = []
    for field in FIELD_COLUMNS:
        answer = _answer(field.judged)
        if field.field == "duplicate":
            # To be the same person as another entry is what is wrong with an entry.
            answer = answer.replace_strict(SWAPPED, default=None, return_dtype=pl.String)
        correction = pl.col(field.corrected) if field.corrected else pl.lit(None, pl.String)
        parts.append(
            rows.select(
                "file",
                "row",
                entry_id=pl.col(ENTRY),
                field=pl.lit(field.field),
                judged=pl.lit(field.judged),
                answer=answer,
                correction=correction,
            )
        )
    return pl.concat(parts)


def _unknown_entries(rows: pl.DataFrame, sample: pl.DataFrame) -> pl.DataFrame:
    entry = pl.col(ENTRY)
    known = entry.is_not_null() & entry.is_in(sample["entry_id"].implode())
    rule = "Must be an entry of the sample, as the form showed it."
    return _listed(rows.filter(~known), pl.lit(ENTRY), entry, pl.lit(rule))


def _unknown_words(rows: pl.DataFrame) -> pl.DataFrame:
    words = {field.judged: field.words for field in FIELD_COLUMNS} | {OBJECTS: ("yes", "no")}
    return pl.concat(
        [
            _listed(
                rows.filter(pl.col(column).is_not_null(), _answer(column).is_null()),
                pl.lit(column),
                pl.col(column),
                pl.lit(f"Must be one of: {', '.join(understood)}."),
            )
            for column, understood in words.items()
        ]
    )


def _contradictions(said: pl.DataFrame) -> pl.DataFrame:
    """A correction of what is right or not answered, and facts that are right of a role that is said not to be."""
    corrected = said.filter(
        pl.col("correction").is_not_null(),
        (pl.col("answer") != "wrong") | pl.col("answer").is_null(),
        # Which school or date is right may be written beside *do not know*; beside *right* it contradicts.
        pl.col("answer").fill_null("right") != "do_not_know",
    )
    no_leader = said.filter(pl.col("field") == "leads", pl.col("answer") == "wrong").select("file", "row")
    facts = said.filter(
        pl.col("field").is_in(["role", "partner_schools", "started_on"]), pl.col("answer") == "right"
    ).join(no_leader, on=["file", "row"], how="semi")
    return pl.concat(
        [
            _listed(
                corrected,
                pl.col("judged"),
                pl.col("correction"),
                pl.lit("A correction goes with the answer wrong (or yes, for the same person)."),
            ),
            _listed(
                facts,
                pl.col("judged"),
                pl.col("answer"),
                pl.lit("Cannot be right where the person is said not to lead beyond their own school."),
            ),
        ]
    )


def _twice(said: pl.DataFrame) -> pl.DataFrame:
    clashing = said.drop_nulls("answer").filter(
        pl.struct("answer", "correction").n_unique().over("entry_id", "field") > 1
    )
    return _listed(
        clashing,
        pl.col("judged"),
        pl.col("answer"),
        pl.format("Entry {} was answered twice and differently; keep one answer.", "entry_id"),
    )


def _listed(rows: pl.DataFrame, column: pl.Expr, value: pl.Expr, rule: pl.Expr) -> pl.DataFrame:
    return rows.select(row="row", column=column, value=value, rule=rule, file="file").cast(_FILED)


def _problem(found: pl.DataFrame, files: int) -> TableProblem:
    ordered = found.sort("file", "row", maintain_order=True).select("file", *Problems.column_names())
    told = [
        f"{row['file']}{', row ' + str(row['row']) if row['row'] else ''}, {row['column'] or 'whole file'}: "
        f"{row['rule']}"
        for row in ordered.head(5).iter_rows(named=True)
    ]
    return TableProblem(
        f"{ordered.height} problem{'s' * (ordered.height != 1)} in {ordered['file'].n_unique()} of {files} forms "
        f"({'; '.join(told)}{'; …' * (ordered.height > 5)})."
        if files
        else "There is no form to read.",
        "An answer that is read wrongly becomes a wrong error rate.",
        "Correct the forms, asking the school where it must be; every problem is listed.",
        ordered,
    )
