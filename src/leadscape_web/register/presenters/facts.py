"""Facts of a page: what it is, its value or why there is none, and where that comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from leadscape_web.govuk.wording import MISSING_WORDS, NOT_KNOWN, written_date
from leadscape_web.register.models import Source

Row: TypeAlias = tuple[object, ...]
"""Cells of a table, as the macro ``table`` takes them: the first names the row."""


@dataclass(frozen=True)
class Fact:
    """One fact, as the macro ``facts`` draws it.

    Attributes
    ----------
    value
        Text, number or date; null where there is none.
    missing
        The words for no value.
    source, on
        File, and the date it describes where the file's words do not say it; where they differ from those of the facts
        around it.
    """

    label: str
    value: object = None
    missing: str = NOT_KNOWN
    source: str | None = None
    on: date | None = None
    note: str = ""
    href: str | None = None


@dataclass(frozen=True)
class Link:
    """A text that may lead somewhere."""

    label: str
    href: str | None = None


def cell(text: object, href: str | None = None, missing: str = NOT_KNOWN) -> dict[str, object]:
    """A cell that may lead somewhere, with the words for no value."""
    return {"text": text, "href": href, "missing": missing}


def measure(label: str, value: float | None, status: str, note: str = "") -> Fact:
    """A number with its typed missing value."""
    return Fact(label, value, MISSING_WORDS.get(status, NOT_KNOWN), note=note)


def others(record: object, columns: Mapping[str, str], files: Mapping[str, Source]) -> str | None:
    """The files, other than the record's own, that state its columns; null where its own states all of them.

    Parameters
    ----------
    record
        A school, authority, group, membership or headship.
    columns
        Column to the words for it, that are needed where only some of them come from another file.
    files
        Id to file, as :func:`leadscape_web.register.records.sources.other_sources` gives them.
    """
    named: Mapping[str, str] = getattr(record, "stated_by", None) or {}
    by_file: dict[str, list[str]] = {}
    for column, word in columns.items():
        if column in named:
            by_file.setdefault(named[column], []).append(word)
    if not by_file:
        return None
    told = {_other(key, files): words for key, words in by_file.items()}
    if len(told) == 1 and len(next(iter(by_file.values()))) == len(columns):
        return next(iter(told))
    return "; ".join(f"{file} ({' and '.join(words)})" for file, words in told.items())


def _other(key: str, files: Mapping[str, Source]) -> str:
    *missing, file = key.rsplit(" ", 1)
    told = stated_by(files.get(file))
    return f"an editor’s answer, when it was missing from {told}" if missing else told


def stated_by(source: Source | None) -> str:
    """Where facts come from, as a sentence without its full stop."""
    if source is None:
        return "No file is recorded as their source"
    day = f", as of {written_date(source.as_of)}" if source.as_of else ", a file without a date"
    return f"{source.file_name}{day}"


def stated_by_all(sources: Sequence[Source]) -> str:
    """Where facts come from that several files state."""
    return "; ".join(map(stated_by, sources)) or stated_by(None)
