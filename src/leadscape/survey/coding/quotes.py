"""Which words may be shown, and in what form? Only where permission was given, under a pseudonym, names taken out.

Tables in: coded segments, ``Sources``, a list of names. Tables out: ``Quotes``, ``QuoteCounts``. What is not shown is
counted with its reason. Words can give somebody away without a name, so a person reads every quote before it is used.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.tabular import read_text_table
from leadscape.survey.coding.scheme import NO_CODE
from leadscape.survey.coding.tables import QuoteCounts, Quotes
from leadscape.survey.headings import match_headings

if TYPE_CHECKING:
    from leadscape.survey.coding.scheme import CodeScheme
    from leadscape.survey.coding.themes import Coded

REMOVED: Final = "[name]"
SOMEBODY: Final = "a respondent"
_NAMES_AT_ONCE: Final = 400
_TITLES: Final = r"(?:(?:mr|mrs|ms|miss|mx|dr|prof|rev|fr|sr|sir|dame|lady|lord)\.?\s+)?"
_TITLE_WORD: Final = re.compile(rf"^{_TITLES}", re.IGNORECASE)
_SHORTEST_PART: Final = 2


@dataclass(frozen=True)
class QuoteSelection:
    """Quotes that may be shown, and the count of those that may not."""

    quotes: pl.DataFrame
    counts: pl.DataFrame


def read_names(path: Path) -> tuple[str, ...]:
    """Names to take out of quotes: of people, and of schools where they would give somebody away; column ``name``."""
    table = read_text_table(path)
    named = match_headings(table, {"name": ("name", "names", "leader_name", "name of leader")}, ("name",))
    return tuple(named["name"].drop_nulls().unique().sort())


def redact_names(texts: pl.Series, names: tuple[str, ...]) -> pl.DataFrame:
    """``quote``, ``names_removed``: each text with ``[name]`` where a name stood.

    Notes
    -----
    A name of several words is taken out in any case, with a title before it; each word of it also by itself, where it
    begins with a capital letter and has two letters or more. So a surname that is a common word (*Young*) is taken out
    at the beginning of a sentence too: too much rather than too little. Accents may be missing from the text.
    Nicknames, initials and misspellings that are not on the list stay.
    """
    frame = pl.DataFrame({"quote": texts, "names_removed": pl.Series([0] * len(texts), dtype=pl.Int64)})
    for pattern in (*_whole_names(names), *_single_words(names)):
        frame = frame.with_columns(
            quote=pl.col("quote").str.replace_all(pattern, REMOVED),
            names_removed=pl.col("names_removed") + pl.col("quote").str.count_matches(pattern).cast(pl.Int64),
        )
    return frame


def pick_quotes(
    coded: Coded, segments: pl.DataFrame, sources: pl.DataFrame, scheme: CodeScheme, names: tuple[str, ...]
) -> QuoteSelection:
    """Quotes for every code whose sources allow it, and how many are not shown and why.

    Parameters
    ----------
    coded
        As :func:`~leadscape.survey.coding.themes.gather_coded` returns it.
    names
        To take out, as :func:`redact_names` does.
    """
    marks = (
        coded.marks.filter(pl.col("code") != NO_CODE)
        .select("segment_id", "source_id", "code")
        .join(segments.select("segment_id", "text"), on="segment_id", maintain_order="left")
        .join(sources.select("source_id", "pseudonym", "permission"), on="source_id", maintain_order="left")
    )
    permission = pl.col("permission").cast(pl.String)
    lacks_pseudonym = (permission == "with_pseudonym") & pl.col("pseudonym").is_null()
    judged = marks.with_columns(
        status=pl.when(~permission.is_in(["given", "with_pseudonym"]))
        .then(pl.lit("no_permission"))
        .when(lacks_pseudonym)
        .then(pl.lit("no_pseudonym"))
        .otherwise(pl.lit("shown"))
    )
    codes = pl.DataFrame({"code": list(scheme.codable)}, schema={"code": pl.String}).with_row_index("at")
    shown = judged.filter(pl.col("status") == "shown")
    redacted = redact_names(shown["text"], names)
    quotes = (
        shown.with_columns(redacted["quote"], redacted["names_removed"],
                           said_by=pl.col("pseudonym").fill_null(SOMEBODY))
        .join(codes, on="code", maintain_order="left")
        .sort("at", "said_by", "segment_id")
    )  # fmt: skip
    status = pl.col("status")
    counts = (
        codes.join(judged, on="code", how="left", maintain_order="left")
        .group_by("at", "code", maintain_order=True)
        .agg(
            segments=status.count().cast(pl.Int64),
            **{
                name: (status == name).sum().cast(pl.Int64)
                for name in ("shown", "no_permission", "no_pseudonym")
            },
        )
    )
    return QuoteSelection(
        Quotes.validate(quotes.select(Quotes.column_names())),
        QuoteCounts.validate(counts.select(QuoteCounts.column_names())),
    )


def _spellings(names: list[str]) -> list[str]:
    """The names and, where they have accents, the same without; longest first, so that the longest is taken out."""
    bare = [
        "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)) for name in names
    ]  # fmt: skip
    return sorted({*names, *bare}, key=lambda name: (-len(name), name))


def _whole_names(names: tuple[str, ...]) -> list[str]:
    untitled = [_TITLE_WORD.sub("", name.strip()) for name in names]
    whole = _spellings([name for name in untitled if len(name.split()) > 1])
    words = [r"\s+".join(re.escape(word) for word in name.split()) for name in whole]
    return [rf"(?i)\b{_TITLES}(?:{'|'.join(part)})\b" for part in _parts_of(words)]


def _single_words(names: tuple[str, ...]) -> list[str]:
    words = [word.strip(".,") for name in names for word in _TITLE_WORD.sub("", name.strip()).split()]
    long = [word for word in words if len(word) >= _SHORTEST_PART]
    capital = [spelt for word in long for spelt in (f"{word[0].upper()}{word[1:]}", word.upper())]
    return [
        rf"\b(?i:{_TITLES})(?:{'|'.join(re.escape(word) for word in part)})\b"
        for part in _parts_of(_spellings(capital))
    ]


def _parts_of(words: list[str]) -> list[list[str]]:
    return [words[start : start + _NAMES_AT_ONCE] for start in range(0, len(words), _NAMES_AT_ONCE)]
