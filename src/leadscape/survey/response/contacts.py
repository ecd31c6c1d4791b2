"""How each respondent was asked and what became of it, from the columns a frame may have beside the usual ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.identifiers import clean_identifier
from leadscape.core.tables import Problems, check_table, polars_schema
from leadscape.core.tabular import read_text_table
from leadscape.register.dates import parse_date
from leadscape.survey.headings import match_headings
from leadscape.survey.respondents import HEADINGS as FRAME_HEADINGS
from leadscape.survey.respondents import REQUIRED
from leadscape.survey.response.tables import CHANNELS, CONTACT_KINDS, Contacts

RESPONSE_WORDS: Final[dict[str, str]] = {
    "yes": "answered",
    "answered": "answered",
    "returned": "answered",
    "late": "answered_late",
    "late none": "answered_late",
    "none": "answered_none",
    "we have none": "answered_none",
    "answered_none": "answered_none",
    "nil": "answered_none",
    "": "no_answer",
    "no": "no_answer",
    "no answer": "no_answer",
    "silent": "no_answer",
    "refused": "refused",
    "declined": "refused",
    "undeliverable": "undeliverable",
    "returned to sender": "undeliverable",
    "withdrawn": "withdrawn",
    "withdrew": "withdrawn",
}
CHANNEL_WORDS: Final[dict[str, str]] = {
    **{name: name for name in CHANNELS},
    "e-mail": "email",
    "mail": "post",
    "letter": "post",
    "phone": "telephone",
    "call": "telephone",
}
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    **FRAME_HEADINGS,
    "channel": ("channel", "contact channel", "sent by"),
    "asked_on": ("asked_on", "sent on", "asked"),
    "answered_on": ("answered_on", "returned on", "received on"),
    "reminders": ("reminders", "reminded", "times reminded"),
    "dyad_id": ("dyad_id", "dyad", "case"),
    "part": ("part", "dyad part"),
}
_ANSWERS: Final = ("answered", "answered_none", "answered_late")


def read_contacts(path: Path, closing: date | None = None) -> pl.DataFrame:
    """The frame of who was asked with everything it says about contact, as :class:`Contacts`.

    Parameters
    ----------
    closing
        The last day on which an answer is in time. Without it the survey is open: nobody is late or silent for good
        where the frame says when they were asked or reminded.

    Raises
    ------
    TableProblem
        Listing every word, date or number that is not understood, every respondent who repeats, every answer dated
        before the question or dated although there is none, and every dyad with two heads.
    """
    table = read_text_table(path)
    named = match_headings(table, HEADINGS, REQUIRED)

    def word(name: str) -> pl.Expr:
        return pl.col(name).fill_null("").str.strip_chars().str.to_lowercase()

    typed = named.with_columns(
        respondent_id=clean_identifier(pl.col("respondent_id")),
        authority_code=clean_identifier(pl.col("authority_code")),
        dyad_id=clean_identifier(pl.col("dyad_id")),
        part=pl.when(word("part") != "").then(word("part")),
        kind_word=word("kind"),
        channel_word=pl.when(word("channel") != "").then(
            word("channel").replace_strict(CHANNEL_WORDS, default="?", return_dtype=pl.String)
        ),
        said=word("response").replace_strict(RESPONSE_WORDS, default=None, return_dtype=pl.String),
        asked_day=parse_date(pl.col("asked_on")),
        answered_day=parse_date(pl.col("answered_on")),
        times=clean_identifier(pl.col("reminders")).cast(pl.Int64, strict=False),
    ).with_columns(
        part=pl.coalesce("part", pl.when(pl.col("kind_word").is_in(["head", "second"])).then("kind_word"))
    )
    problems = pl.concat([table.problems, *_problems(typed)])
    schema = polars_schema(Contacts)
    return check_table(
        typed.with_columns(
            kind=pl.col("kind_word").cast(schema["kind"], strict=False),
            channel=pl.col("channel_word").cast(schema["channel"], strict=False),
            asked_on="asked_day",
            answered_on="answered_day",
            reminders="times",
            status=_status(closing).fill_null("silent").cast(schema["status"]),
        ),
        Contacts,
        path.name,
        row="row",
        found=problems,
    )


def _status(closing: date | None) -> pl.Expr:
    late = pl.col("said") == "answered_late"
    if closing is not None:
        late |= pl.col("answered_day").fill_null(closing) > closing
    waiting = (
        pl.when(pl.lit(closing is not None))
        .then(pl.lit("silent"))
        .when(pl.col("times") > 0)
        .then(pl.lit("reminded"))
        .when(pl.col("asked_day").is_not_null())
        .then(pl.lit("asked"))
        .otherwise(pl.lit("silent"))
    )
    return (
        pl.when(pl.col("said").is_in(list(_ANSWERS)) & late)
        .then(pl.lit("late"))
        .when(pl.col("said") == "no_answer")
        .then(waiting)
        .otherwise("said")
    )


def _problems(typed: pl.DataFrame) -> list[pl.DataFrame]:
    def told(broken: pl.Expr, column: str, rule: str) -> pl.DataFrame:
        return (
            typed.filter(broken)
            .select(
                row=pl.col("row").cast(pl.Int64),
                column=pl.lit(column),
                value=pl.col(column),
                rule=pl.lit(rule),
            )
            .cast(polars_schema(Problems))
        )

    no_date = "Must be a date such as 2006-03-01 or 01/03/2006."
    answers = pl.col("said").is_in(["answered", "answered_none", "answered_late"])
    of_dyad = pl.col("dyad_id").is_not_null()
    return [
        told(~pl.col("kind_word").is_in(CONTACT_KINDS), "kind", f"Must be one of: {', '.join(CONTACT_KINDS)}."),
        told(
            pl.col("said").is_null(),
            "response",
            f"Must be one of: {', '.join(word for word in RESPONSE_WORDS if word)}, or blank.",
        ),
        told(pl.col("channel_word") == "?", "channel", f"Must be one of: {', '.join(CHANNEL_WORDS)}, or blank."),
        told(pl.col("asked_on").is_not_null() & pl.col("asked_day").is_null(), "asked_on", no_date),
        told(pl.col("answered_on").is_not_null() & pl.col("answered_day").is_null(), "answered_on", no_date),
        told(pl.col("answered_day") < pl.col("asked_day"), "answered_on", "Must not be before they were asked."),
        told(
            pl.col("answered_day").is_not_null() & (pl.col("said") == "no_answer"),
            "answered_on",
            "Has a date and no answer: write yes or none as the response, or take the date out.",
        ),
        told(
            pl.col("reminders").is_not_null() & (pl.col("times").is_null() | (pl.col("times") < 0)),
            "reminders",
            "Must be a whole number of 0 or more.",
        ),
        told(of_dyad & ~pl.col("part").is_in(["head", "second"]).fill_null(value=False), "part",
             "A respondent of a dyad must be its head or its second."),
        told(
            of_dyad & (pl.len().over("dyad_id", "part") > 1),
            "dyad_id",
            "A dyad has one head and one second respondent.",
        ),
        told(
            answers & pl.col("dyad_id").is_null() & pl.col("kind_word").is_in(["head", "second"]),
            "dyad_id",
            "A head or second respondent must have the id of their dyad.",
        ),
    ]  # fmt: skip
