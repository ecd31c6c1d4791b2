"""What did people write in their own words, and may it be quoted? Answers read from a file or taken from forms.

Tables in: a table of answers, or ``Answers`` and ``Forms`` of an instrument. Table out: ``Sources``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.identifiers import clean_identifier
from leadscape.core.tables import Problems, check_table, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas
from leadscape.survey.coding.row_ids import row_ids
from leadscape.survey.coding.tables import PERMISSIONS, Sources
from leadscape.survey.headings import match_headings

HEADINGS: Final = {
    "source_id": ("source_id", "answer_id"),
    "text": ("text", "answer", "value", "words", "response"),
    "respondent_id": ("respondent_id", "respondent", "id"),
    "question": ("question", "question_id"),
    "dyad": ("dyad", "dyad_id"),
    "pseudonym": ("pseudonym", "called"),
    "permission": ("permission", "quote", "may quote", "quote permission"),
}
_PERMISSION_WORDS: Final = {
    **{name: name for name in PERMISSIONS},
    **dict.fromkeys(("yes", "y", "true", "may quote"), "given"),
    **dict.fromkeys(("no", "n", "false", "refused"), "not_given"),
    **dict.fromkeys(("pseudonym", "with a pseudonym", "with pseudonym", "anonymous", "anonymised"), "with_pseudonym"),
    **dict.fromkeys(("not asked", "not known"), "unknown"),
}  # fmt: skip


def read_sources(path: Path) -> pl.DataFrame:
    """Answers from a table with one row an answer, as :class:`~leadscape.survey.coding.tables.Sources`.

    Columns: the text; where there are, respondent, question, dyad, pseudonym, permission to quote. Rows without text
    are left out: nothing was written. A blank permission is *unknown*, so nothing of the answer is ever shown.

    Raises
    ------
    TableProblem
        For a missing column, a permission in other words, or two rows for one answer; lists every one.
    """
    table = read_text_table(path)
    named = unguard_formulas(match_headings(table, HEADINGS, ("text",))).drop_nulls("text")
    word = pl.col("permission").str.to_lowercase().str.replace_all("_", " ").str.replace_all(r"\s+", " ")
    known = {key.replace("_", " "): value for key, value in _PERMISSION_WORDS.items()}
    told = pl.when(pl.col("permission").is_null()).then(pl.lit("unknown")).otherwise(
        word.replace_strict(known, default=None, return_dtype=pl.String)
    )  # fmt: skip
    read = named.with_columns(
        clean_identifier(pl.col("respondent_id")), written=pl.col("permission"), permission=told
    )
    strange = read.filter(pl.col("permission").is_null()).select(
        row="row",
        column=pl.lit("permission"),
        value="written",
        rule=pl.lit(f"Must be one of {', '.join(PERMISSIONS)}; yes or no; or blank for unknown."),
    )
    problems = pl.concat([table.problems, strange.cast(polars_schema(Problems))])
    if problems.height:
        raise table_problem(problems.sort("row"), path.name)
    own = row_ids("a", read.select("question", "respondent_id", "text"))
    typed = read.with_columns(
        pl.coalesce("source_id", own), pl.col("permission").cast(polars_schema(Sources)["permission"])
    )
    return check_table(typed, Sources, path.name, row="row")


def sources_of_forms(answers: pl.DataFrame, forms: pl.DataFrame, questions: list[str]) -> pl.DataFrame:
    """Answers in people's own words, as instruments read them, as :class:`~leadscape.survey.coding.tables.Sources`.

    Parameters
    ----------
    answers, forms
        As ``Answers`` and ``Forms`` of :mod:`leadscape.survey.instruments.tables`.
    questions
        Ids of the questions that are answered in words and are to be coded. The question ``quote`` of the same form
        says whether its words may be quoted; where a form lacks it, the permission is unknown.
    """
    said = answers.filter(pl.col("value").is_not_null())
    quote = said.filter(pl.col("question") == "quote").select("file", quote="value")
    allowed = pl.col("quote").replace_strict({"yes": "given", "no": "not_given"}, default="unknown")
    written = (
        said.filter(pl.col("question").is_in(questions))
        .join(quote, on="file", how="left", maintain_order="left")
        .join(forms.select("file", dyad="dyad_id"), on="file", how="left", maintain_order="left")
        .select(
            "respondent_id",
            "question",
            "dyad",
            text="value",
            pseudonym=pl.lit(None, pl.String),
            permission=allowed.cast(polars_schema(Sources)["permission"]),
        )
    )
    own = row_ids("a", written.select("question", "respondent_id", "text"))
    return Sources.validate(
        written.with_columns(source_id=own).unique("source_id", keep="first", maintain_order=True)
        .select(Sources.column_names())
    )  # fmt: skip


def without_withdrawn(sources: pl.DataFrame, respondents: list[str]) -> pl.DataFrame:
    """``sources`` without the answers of respondents who withdrew."""
    return sources.filter(~pl.col("respondent_id").is_in(respondents).fill_null(value=False))


def join_sources(before: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """Answers of before and of a new file; of one that is in both, what the new file says of permission and pseudonym.

    Raises
    ------
    TableProblem
        When an answer of the same id has another text: what is coded is a text, so a changed one is another answer.
    """
    both = fresh.join(
        before.select("source_id", former="text"), on="source_id", how="inner", maintain_order="left"
    )
    changed = both.filter(pl.col("text") != pl.col("former"))
    if changed.height:
        problems = changed.select(
            row=pl.lit(None, pl.Int64),
            column=pl.lit("text"),
            value="source_id",
            rule=pl.lit(
                "Has another text than the answer of this id that was cut before; give it another id."
            ),
        )
        raise table_problem(problems.cast(polars_schema(Problems)), "The file of answers")
    kept = before.join(fresh, on="source_id", how="anti", maintain_order="left")
    return Sources.validate(pl.concat([kept, fresh]))
