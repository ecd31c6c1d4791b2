"""Facts of a page: what it is, its value or why there is none, and where that comes from."""

from __future__ import annotations

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


def stated_by(source: Source | None) -> str:
    """Where facts come from, as a sentence without its full stop."""
    if source is None:
        return "No file is recorded as their source"
    day = f", as of {written_date(source.as_of)}" if source.as_of else ", a file without a date"
    return f"{source.file_name}{day}"
