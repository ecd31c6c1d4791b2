"""The review file: everything a person must decide, written for a spreadsheet, and read back on every run.

Questions are known by their content. The software asks the same ones each time and finds the answers in the file, so a
decision is made once, survives a new wave, and can be changed by editing a cell. Which earlier study it was taken over
from stands in ``decided_in``; such a decision may name what a later study does not know, and is set aside then.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.tables import Problems, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import guarded_text, unguard_formulas, whole_file, write_csv
from leadscape.survey.headings import match_headings

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook

NONE: Final = "none"
SAME: Final = "same"
DIFFERENT: Final = "different"
CANDIDATE_COLUMNS: Final = 5
DECISION_COLUMNS: Final = ("decision", "decided_by", "note", "decided_in")
REVIEW_COLUMNS: Final = (
    "question_id",
    "question",
    "as_written",
    "context",
    "nominations",
    *(f"candidate_{number}" for number in range(1, CANDIDATE_COLUMNS + 1)),
    *DECISION_COLUMNS,
)


def read_decisions(path: Path) -> pl.DataFrame:
    """Decisions made so far: ``row``, ``question_id`` and :data:`DECISION_COLUMNS`; decided rows only.

    A candidate copied whole counts as its id, and *Same*, *NONE* as *same*, *none*.

    Raises
    ------
    TableProblem
        When a question is decided twice differently, or columns are missing.
    """
    table = read_text_table(path)
    headings = {name: (name,) for name in ("question_id", *DECISION_COLUMNS)}
    named = match_headings(table, headings, ("question_id", "decision"))
    decided = (
        unguard_formulas(named)
        .drop_nulls(["question_id", "decision"])
        .with_columns(decision=_bare_decision())
    )
    clashing = decided.filter(pl.col("decision").n_unique().over("question_id") > 1)
    problems = pl.concat(
        [
            table.problems,
            clashing.select(
                row=pl.col("row"),
                column=pl.lit("decision"),
                value=pl.col("decision"),
                rule=pl.lit("A question may have one decision only."),
            ),
        ]
    )
    if problems.height:
        raise table_problem(problems.sort("row"), path.name)
    return decided.unique("question_id", keep="first", maintain_order=True)


def no_decisions() -> pl.DataFrame:
    """Nothing decided yet."""
    return pl.DataFrame(schema=dict.fromkeys(("question_id", *DECISION_COLUMNS), pl.String))


def check_decisions(
    decisions: pl.DataFrame, asked: pl.Series, schools: pl.DataFrame, codebook: Codebook
) -> None:
    """Refuse decisions that name a role, school or answer that does not exist; lists every one.

    Parameters
    ----------
    decisions
        As :func:`read_decisions` returns them; ``row`` may lack where they come from no file.
    asked
        Ids of the questions about roles and schools that arise; a decision on another one is not carried out anyway.

    Raises
    ------
    TableProblem
        With the row of the review file and the question as column.
    """
    arising = decisions.filter(pl.col("question_id").is_in(asked.implode()) | (_KIND == "person"))
    wrong = arising.filter(~_is_allowed(schools, codebook)).select(
        row=pl.col("row") if "row" in decisions.columns else pl.lit(None, pl.Int64),
        column=pl.format("decision on {}", pl.col("question_id")),
        value="decision",
        rule=_rule_of(codebook),
    )
    if wrong.height:
        first = wrong.row(0, named=True)
        raise TableProblem(
            f"{wrong.height} decision{'s' * (wrong.height != 1)} cannot be carried out (first: {first['column']}: "
            f"{first['value']!r}).",
            "A decision replaces the software's doubt, so it must name something that exists.",
            "Correct the decision column of the review file.",
            wrong.cast(polars_schema(Problems)),
        )


def set_aside_foreign(
    decisions: pl.DataFrame, schools: pl.DataFrame, codebook: Codebook
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Decisions that may be carried out, and those of earlier studies that name what this study does not know.

    Parameters
    ----------
    decisions
        As :func:`read_decisions` returns them; ``decided_in`` may lack where none was taken over.

    Returns
    -------
    tuple
        The decisions with ``decided_in``; and ``question_id``, ``decision``, ``decided_in``, ``rule`` (what it would
        have to be) of those set aside.
    """
    if "decided_in" not in decisions.columns:
        decisions = decisions.with_columns(decided_in=pl.lit(None, pl.String))
    foreign = pl.col("decided_in").is_not_null() & ~_is_allowed(schools, codebook).fill_null(value=False)
    aside = decisions.filter(foreign).select("question_id", "decision", "decided_in", rule=_rule_of(codebook))
    return decisions.filter(~foreign), aside


_KIND: Final = pl.col("question_id").str.extract(r"^(role|school|person)-")


def _is_allowed(schools: pl.DataFrame, codebook: Codebook) -> pl.Expr:
    """Whether a decision names something that exists."""
    return (
        pl.when(_KIND == "role")
        .then(pl.col("decision").is_in([*codebook.role_by_id, NONE]))
        .when(_KIND == "school")
        .then(pl.col("decision").is_in(pl.concat([schools["urn"], pl.Series([NONE])]).implode()))
        .otherwise(pl.col("decision").is_in([SAME, DIFFERENT]))
    )


def _rule_of(codebook: Codebook) -> pl.Expr:
    rules = {
        "role": f"Must be a role id of {codebook.id}, or none.",
        "school": "Must be a URN of the register, or none.",
        "person": "Must be same or different.",
    }
    return _KIND.replace_strict(rules, default="Must be same or different.")


def _bare_decision() -> pl.Expr:
    """A decision as it is meant: an id without what a candidate says besides, a word in lower case."""
    text = pl.col("decision").str.strip_chars()
    of_school = text.str.split(" | ").list.first()
    of_role = text.str.replace(r"\s*\(\d+( %)?[^)]*\)$", "")
    bare = (
        pl.when(pl.col("question_id").str.starts_with("school-"))
        .then(of_school)
        .when(pl.col("question_id").str.starts_with("role-"))
        .then(of_role)
        .otherwise(text)
    )
    word = bare.str.to_lowercase()
    return pl.when(word.is_in([NONE, SAME, DIFFERENT])).then(word).otherwise(bare)


def write_review(questions: pl.DataFrame, path: Path) -> None:
    """Questions for a person, open ones first, as ``.xlsx`` (with a list to choose from) or ``.csv`` by the ending."""
    candidates = [
        pl.col("candidates").list.get(number, null_on_oob=True).alias(f"candidate_{number + 1}")
        for number in range(CANDIDATE_COLUMNS)
    ]
    sheet = (
        questions.with_columns(*candidates)
        .sort(
            pl.col("decision").is_not_null(),
            "question",
            "nominations",
            "question_id",
            descending=[False, False, True, False],
        )
        .select(REVIEW_COLUMNS)
        .with_columns(pl.col("question").cast(pl.String))
    )
    if path.suffix.lower() == ".csv":
        write_csv(sheet, path)
    else:
        _write_workbook(sheet, path)


def _write_workbook(sheet: pl.DataFrame, path: Path) -> None:
    from datetime import datetime

    import xlsxwriter

    with whole_file(path) as partial:
        workbook = xlsxwriter.Workbook(str(partial), {"strings_to_formulas": False, "strings_to_urls": False})
        workbook.set_properties({"created": datetime(2000, 1, 1)})
        page = workbook.add_worksheet("Review")
        header = workbook.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1})
        answer = workbook.add_format({"bg_color": "#FFF8DC"})
        page.write_row(0, 0, sheet.columns, header)
        for number, name in enumerate(sheet.columns):
            cells = sheet[name].to_list()
            shown = [guarded_text(cell) if isinstance(cell, str) else cell for cell in cells]
            page.write_column(1, number, shown, answer if name in DECISION_COLUMNS else None)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(sheet.height, 1), len(sheet.columns) - 1)
        page.set_column(0, 1, 14)
        page.set_column(2, 3, 36)
        page.set_column(5, 9, 30)
        page.set_column(10, 13, 18)
        workbook.close()
