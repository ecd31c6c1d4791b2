"""Lines that name somebody, whatever they came in: typed, checked and given an id that stays."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.identifiers import clean_identifier, content_id
from leadscape.register.dates import parse_date

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "respondent_id": ("respondent_id", "respondent", "returned by"),
    "leader_name": ("leader_name", "name of leader", "leader", "headteacher", "head teacher", "name"),
    "home_urn": ("home_urn", "urn", "school urn"),
    "home_school": ("home_school", "school", "school name", "name of school"),
    "authority": ("authority", "local authority", "la", "lea"),
    "role_text": ("role", "role held", "what they do", "role_text"),
    "partner_schools": ("partner_schools", "schools supported", "supports", "partner school"),
    "started_on": ("started_on", "from", "start", "started", "start date"),
    "ended_on": ("ended_on", "to", "end", "ended", "end date"),
    "notes": ("notes", "comments", "note"),
}
REQUIRED: Final = ("leader_name", "home_school", "role_text")
CONTENT: Final = tuple(name for name in HEADINGS if name != "notes")
CHOOSING: Final[dict[str, tuple[str, ...]]] = {
    "use": ("use", "use this line"),
    "supersedes": ("supersedes", "replaces", "instead of"),
}
"""Columns by which a person says which of several returns of one respondent counts; they are no part of a line."""
NO_DATE: Final = (
    "Must be a date such as 2005-09-01 or 01/09/2005; where only month or year is known, its first day."
)
TEXT_SCHEMA: Final = {
    "row": pl.Int64,
    **dict.fromkeys((*HEADINGS, *CHOOSING), pl.String),
    "file_at": pl.Int32,
    "source_file": pl.String,
    "sender": pl.String,
}
"""Lines as text: one column a heading, the file by its place in the list and its name, and whose file it is."""


_COPY: Final = re.compile(r"( \(\d+\)| - copy( \(\d+\))?)$", re.IGNORECASE)
"""What a computer adds to the name of a file that is there already."""


def sender_of(path: Path) -> str:
    """The respondent whose return a file is by its name: without ending, and without what marks it as a copy."""
    return _COPY.sub("", path.stem.split(".")[0])


def type_lines(texts: pl.DataFrame) -> pl.DataFrame:
    """The rows that say anything, typed; dates also as written; ``is_own`` where the file says whose line it is.

    Parameters
    ----------
    texts
        As ``TEXT_SCHEMA``.
    """
    filled = texts.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in HEADINGS))
    return filled.select(
        "file_at",
        "source_file",
        *CHOOSING,
        source_row=pl.col("row"),
        is_own=pl.col("respondent_id").is_null(),
        respondent_id=pl.coalesce(clean_identifier(pl.col("respondent_id")), "sender"),
        leader_name=pl.col("leader_name"),
        home_urn=clean_identifier(pl.col("home_urn")),
        home_school=pl.col("home_school"),
        authority=clean_identifier(pl.col("authority")),
        role_text=pl.col("role_text"),
        partner_schools=pl.col("partner_schools"),
        started_on=parse_date(pl.col("started_on")),
        ended_on=parse_date(pl.col("ended_on")),
        notes=pl.col("notes"),
        started_text=pl.col("started_on"),
        ended_text=pl.col("ended_on"),
    )


def wrong_cells(lines: pl.DataFrame) -> pl.DataFrame:
    """What is wrong in typed lines, as :class:`~leadscape.core.tables.Problems` with ``file_at``."""
    started, ended = pl.col("started_on"), pl.col("ended_on")
    checks = (
        (pl.col("leader_name").is_null(), "leader_name", "leader_name", "A name is needed."),
        (started.is_null() & pl.col("started_text").is_not_null(), "started_on", "started_text", NO_DATE),
        (ended.is_null() & pl.col("ended_text").is_not_null(), "ended_on", "ended_text", NO_DATE),
        (ended < started, "ended_on", "ended_text", "Must not be before the role started."),
    )
    return pl.concat(
        [
            lines.filter(broken).select(
                row=pl.col("source_row"),
                column=pl.lit(column),
                value=pl.col(text),
                rule=pl.lit(rule),
                file_at="file_at",
            )
            for broken, column, text, rule in checks
        ]
    )


def identify_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """``nomination_id`` from what the line says, not from where it stands, so that decisions survive a re-sorted file.

    Two lines of one respondent that say the same are told apart by their order.
    """
    repeated = lines.with_columns(content=line_content()).with_columns(
        copy=pl.int_range(pl.len()).over("content", mapping_strategy="group_to_rows")
    )
    # polars' own hash may change between releases; an id that a person has decided on must not.
    digests = [
        content_id("N", text, str(copy)) for text, copy in repeated.select("content", "copy").iter_rows()
    ]
    return repeated.with_columns(nomination_id=pl.Series(digests, dtype=pl.String))


def line_content() -> pl.Expr:
    """What a typed line says, as one text: lines with the same one say the same."""
    return pl.concat_str(
        [pl.col(name).cast(pl.String).fill_null("\x00") for name in CONTENT], separator="\x1f"
    )
