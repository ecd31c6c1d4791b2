"""What is a listing made of, and which of its rows were asked for, in which order? Frames only; no page, no file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

import polars as pl

from leadscape_web.govuk.wording import MISSING_WORDS, NOT_KNOWN

MISSING: Final = "(missing)"
"""The value of a filter that asks for rows where the value is missing."""
Rows: TypeAlias = pl.DataFrame | pl.LazyFrame | Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Column:
    """One column of a listing.

    Attributes
    ----------
    key
        Column of the frame. A column ``KEY_status`` beside it says why a value is missing.
    label
        Its heading.
    kind
        How it is sorted, aligned and written.
    href
        Where a value leads: :func:`~leadscape_web.govuk.addresses.address_of`, a pattern over columns, or a function of
        the row; null for nowhere.
    missing
        What a missing value says where no status does.
    decimals
        For numbers; null shows whole numbers without and others with one.
    download_only
        Whether it is in downloads and not on the page.
    """

    key: str
    label: str
    kind: Literal["text", "number", "date"] = "text"
    href: str | Callable[[Mapping[str, Any]], str | None] | None = None
    missing: str = NOT_KNOWN
    decimals: int | None = None
    download_only: bool = False


@dataclass(frozen=True)
class Filter:
    """What rows may be narrowed by.

    Attributes
    ----------
    key
        Column of the frame, shown or not; also the name in the address.
    label
        What it says.
    kind
        ``select`` offers values (a list matches by any of its members), ``text`` finds what is typed anywhere in it.
    options
        Pairs of value and text; null offers every value that occurs.
    """

    key: str
    label: str
    kind: Literal["select", "text"] = "select"
    options: Sequence[tuple[str, str]] | None = None


@dataclass(frozen=True)
class Listing:
    """A list of records.

    Attributes
    ----------
    name
        For the names of files and to tell lists on one page apart: ``schools``.
    title
        Its caption.
    about
        A sentence: what one row is.
    columns
        What is shown, in order. The first names the row.
    rows
        A frame (lazy or not) or mappings, holding at least the columns' keys. Everything in it may be filtered by or
        linked with, only columns are shown and downloaded.
    source
        Where the rows come from.
    as_of
        The date they are for, where all have the same.
    filters
        What they may be narrowed by.
    sort
        A key, or ``-key``, to begin with; empty keeps the order of the rows.
    page_size
        Rows a page.
    empty
        What to say, and what to do, where there is no row at all.
    notes
        What to bear in mind; goes into downloads as well.
    prefix
        Before its names in the address; give one where a page has two lists.
    """

    name: str
    title: str
    about: str
    columns: Sequence[Column]
    rows: Rows
    source: str
    as_of: date | None = None
    filters: Sequence[Filter] = ()
    sort: str = ""
    page_size: int = 50
    empty: str = "There is nothing to list yet."
    notes: Sequence[str] = ()
    prefix: str = ""

    @property
    def drawn(self) -> tuple[Column, ...]:
        """The columns of the page, without those of downloads only."""
        return tuple(column for column in self.columns if not column.download_only)


@dataclass(frozen=True)
class Wanted:
    """What an address asks for. Whatever it names that the listing does not have is left out."""

    sort: str
    page: int
    filters: tuple[tuple[Filter, str], ...]

    @property
    def sort_key(self) -> str:
        """The column sorted by, empty for none."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")


@dataclass(frozen=True)
class Arranged:
    """All rows that were asked for, in their order: ``rows``, out of ``total``; ``everything`` before filtering."""

    rows: pl.DataFrame
    everything: pl.DataFrame

    @property
    def total(self) -> int:
        """Rows before filtering."""
        return self.everything.height


def read_wanted(parameters: Mapping[str, str], listing: Listing) -> Wanted:
    """What the parameters of an address ask of a listing."""

    def asked(name: str) -> str:
        return parameters.get(listing.prefix + name, "").strip()

    sort = asked("sort")
    if sort.removeprefix("-") not in {column.key for column in listing.columns}:
        sort = listing.sort
    page = asked("page")
    filters = tuple((one, value) for one in listing.filters if (value := asked(one.key)))
    return Wanted(sort, int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1, filters)


def arrange(listing: Listing, wanted: Wanted) -> Arranged:
    """Filter and sort. Missing values come last whichever way it is sorted; equal rows keep their order."""
    everything = frame_of_rows(listing)
    rows = everything
    for one, value in wanted.filters:
        rows = rows.filter(_matches(rows.schema[one.key], one, value))
    if wanted.sort_key:
        rows = rows.sort(
            _sorted_by(rows.schema[wanted.sort_key], wanted.sort_key),
            descending=wanted.descending,
            nulls_last=True,
            maintain_order=True,
        )
    return Arranged(rows, everything)


def frame_of_rows(listing: Listing) -> pl.DataFrame:
    """The rows as a frame; blank text is missing.

    Raises
    ------
    ValueError
        When a column or filter is not in the rows.
    """
    rows = listing.rows
    if isinstance(rows, pl.LazyFrame):
        rows = rows.collect()
    elif not isinstance(rows, pl.DataFrame):
        rows = pl.DataFrame([dict(row) for row in rows], infer_schema_length=None)
    keys = [*(column.key for column in listing.columns), *(one.key for one in listing.filters)]
    if not rows.width:
        rows = pl.DataFrame(schema=dict.fromkeys(keys, pl.String))
    absent = sorted(set(keys) - set(rows.columns))
    if absent:
        raise ValueError(f"the rows of {listing.name} lack {absent}")
    text = pl.selectors.by_dtype(pl.String, pl.Categorical, pl.Enum)
    return rows.rechunk().with_columns(text.cast(pl.String).replace("", None))


def options_of(one: Filter, everything: pl.DataFrame) -> list[tuple[str, str]]:
    """What a filter offers: what was declared, or every value that occurs and, where some are missing, that."""
    if one.options is not None:
        return [(str(value), text) for value, text in one.options]
    values = everything[one.key]
    if isinstance(values.dtype, pl.List):
        values = values.explode()
    present = values.drop_nulls().cast(pl.String).unique()
    ordered = sorted(present.to_list(), key=str.casefold)
    return [(value, value) for value in ordered] + ([(MISSING, NOT_KNOWN)] if values.null_count() else [])


def words_of(rows: pl.DataFrame, column: Column) -> pl.Series:
    """Why each value of a column would be missing, in words."""
    status = f"{column.key}_status"
    if status in rows.columns:
        said = rows[status].cast(pl.String)
        return said.replace_strict(MISSING_WORDS, default=column.missing, return_dtype=pl.String).fill_null(
            column.missing
        )
    return pl.Series([column.missing], dtype=pl.String).new_from_index(0, rows.height)


def _matches(dtype: pl.DataType, one: Filter, value: str) -> pl.Expr:
    column = pl.col(one.key)
    if value == MISSING:
        return column.is_null() | (column.list.len() == 0) if isinstance(dtype, pl.List) else column.is_null()
    if isinstance(dtype, pl.List):
        return column.cast(pl.List(pl.String)).list.contains(value)
    text = column.cast(pl.String)
    if one.kind == "text":
        return text.str.to_lowercase().str.contains(value.lower(), literal=True)
    return text == value


def _sorted_by(dtype: pl.DataType, key: str) -> pl.Expr:
    column = pl.col(key)
    if isinstance(dtype, pl.List):
        return column.cast(pl.List(pl.String)).list.join("; ").str.to_lowercase()
    return column.str.to_lowercase() if dtype == pl.String else column
