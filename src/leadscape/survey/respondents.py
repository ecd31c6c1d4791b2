"""Who was asked, and who answered. A silent authority is unknown; one not asked, not collected."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.identifiers import clean_identifier
from leadscape.core.tables import Problems, check_table, polars_schema
from leadscape.core.tabular import read_text_table
from leadscape.survey.headings import match_headings
from leadscape.survey.tables import RESPONDENT_KINDS, Responses

ANSWER_WORDS: Final[dict[str, str]] = {
    "yes": "answered",
    "answered": "answered",
    "returned": "answered",
    "late": "answered",
    "late none": "answered_none",
    "none": "answered_none",
    "we have none": "answered_none",
    "answered_none": "answered_none",
    "nil": "answered_none",
    "": "silent",
    "no": "silent",
    "no answer": "silent",
    "silent": "silent",
    "refused": "silent",
    "declined": "silent",
    "undeliverable": "silent",
    "returned to sender": "silent",
}
"""Late is an answer here, and refused and undeliverable are none; a table of contacts tells them apart."""

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "respondent_id": ("respondent_id", "respondent", "id"),
    "respondent_name": ("respondent_name", "name"),
    "kind": ("kind", "type"),
    "authority_code": ("authority_code", "la_code", "lea"),
    "region": ("region",),
    "response": ("response", "answered", "answer"),
}
REQUIRED: Final = ("respondent_id", "respondent_name", "kind")
_NULL: Final = ("file", "respondent_id")


def read_respondents(path: Path) -> pl.DataFrame:
    """The frame of who was asked, as :class:`Responses` with no nominations counted yet.

    Raises
    ------
    TableProblem
        Listing every row whose respondent repeats, or whose kind or answer is not one of the words understood.
    """
    table = read_text_table(path)
    named = match_headings(table, HEADINGS, REQUIRED)
    word = pl.col("response").fill_null("").str.strip_chars().str.to_lowercase()
    frame = named.with_columns(
        respondent_id=clean_identifier(pl.col("respondent_id")),
        authority_code=clean_identifier(pl.col("authority_code")),
        kind_word=pl.col("kind").fill_null("").str.strip_chars().str.to_lowercase(),
        answer=word.replace_strict(ANSWER_WORDS, default=None, return_dtype=pl.String),
    )
    problems = pl.concat(
        [
            table.problems,
            _unknown_words(frame, "kind", "kind_word", RESPONDENT_KINDS),
            _unknown_words(frame, "response", "answer", tuple(w for w in ANSWER_WORDS if w)),
        ]
    )
    schema = polars_schema(Responses)
    return check_table(
        frame.with_columns(
            kind=pl.col("kind_word").cast(schema["kind"], strict=False),
            response=pl.col("answer").cast(schema["response"]),
            nominations=pl.lit(0, pl.Int64),
        ),
        Responses,
        path.name,
        row="row",
        found=problems,
    )


def count_response(
    responses: pl.DataFrame, nominations: pl.DataFrame, source: str, null_returns: pl.DataFrame | None = None
) -> pl.DataFrame:
    """``responses`` with the nominations each returned; who returned any has answered, whatever the frame says.

    Parameters
    ----------
    responses
        As :class:`Responses`, one row a respondent asked.
    nominations
        As :class:`~leadscape.survey.tables.Nominations`.
    source
        Name of the frame's file, for messages.
    null_returns
        ``file``, ``respondent_id``: forms that say that there is nobody to name, which tells them from silence.

    Raises
    ------
    TableProblem
        When a return comes from somebody who was not asked, lists people although the frame or a form says *none*, or
        is missing although the frame says that it came.
    """
    nulls = null_returns if null_returns is not None else pl.DataFrame(schema=dict.fromkeys(_NULL, pl.String))
    counted = nominations.group_by("respondent_id").agg(returned=pl.len().cast(pl.Int64))
    joined = responses.join(counted, on="respondent_id", how="left", maintain_order="left")
    returned = pl.col("returned").is_not_null()
    has_none = pl.col("respondent_id").is_in(nulls["respondent_id"].implode())
    problems = pl.concat(
        [
            _whole_file(
                counted.join(responses, on="respondent_id", how="anti").sort("respondent_id"),
                "Returned nominations but is not in the frame of who was asked.",
            ),
            _whole_file(
                joined.filter(returned & (pl.col("response") == "answered_none")),
                "Is marked as having none but returned nominations.",
            ),
            _whole_file(
                joined.filter(returned & has_none & (pl.col("response") != "answered_none")),
                "Says on a form that there is nobody, and names people in another file; keep the one that is meant.",
            ),
            _whole_file(
                nulls.join(responses, on="respondent_id", how="anti")
                .unique("respondent_id")
                .sort("respondent_id"),
                "Says on a form that there is nobody but is not in the frame of who was asked.",
            ),
            _whole_file(
                joined.filter(~returned & ~has_none & (pl.col("response") == "answered")),
                "Is marked as having answered but no nomination of theirs was read; write none if they have none.",
            ),
        ]
    )
    if problems.height:
        raise TableProblem(
            f"{source} and the returns disagree about {problems.height} respondent"
            f"{'s' * (problems.height != 1)} ({', '.join(problems['value'].head(5).to_list())}).",
            "Whether a respondent answered decides whether an absence is zero or unknown.",
            "Correct the frame or the returns; every disagreement is listed.",
            problems,
        )
    answered = (
        pl.when(returned)
        .then(pl.lit("answered"))
        .when(has_none)
        .then(pl.lit("answered_none"))
        .otherwise(pl.col("response").cast(pl.String))
    )
    return Responses.validate(
        joined.with_columns(
            response=answered.cast(joined.schema["response"]), nominations=pl.col("returned").fill_null(0)
        ).select(Responses.column_names())
    )


def _unknown_words(frame: pl.DataFrame, column: str, read_as: str, words: tuple[str, ...]) -> pl.DataFrame:
    broken = frame.filter(
        pl.col(read_as).is_null() | ((read_as == "kind_word") & ~pl.col(read_as).is_in(words))
    )
    return broken.select(
        row=pl.col("row").cast(pl.Int64),
        column=pl.lit(column),
        value=pl.col(column),
        rule=pl.lit(f"Must be one of: {', '.join(words)}."),
    )


def _whole_file(rows: pl.DataFrame, rule: str) -> pl.DataFrame:
    return rows.select(
        row=pl.lit(None, pl.Int64),
        column=pl.lit("respondent_id"),
        value=pl.col("respondent_id"),
        rule=pl.lit(rule),
    ).cast(polars_schema(Problems))
