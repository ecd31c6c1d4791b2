"""Dates as registers write them, in two orders and as spreadsheets leave them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Final

import polars as pl

_EXCEL_EPOCH: Final = date(1899, 12, 30)
_LONG: Final = ("%d %B %Y", "%d %b %Y", "%d-%b-%Y")


def parse_date(text: pl.Expr, order: str = "dmy", placeholders: Sequence[date] = ()) -> pl.Expr:
    """The date that a text states, or null.

    Parameters
    ----------
    text
        Expression of strings: ``2018-09-01``, ``2018-09-01 00:00:00``, ``20180901``, ``01-09-2018``,
        ``1/9/2018``, ``1 September 2018``, or a spreadsheet's day number such as ``43344``.
    order
        ``dmy`` or ``mdy``, for dates that start with the day or the month.
    placeholders
        Dates that stand for none, such as 1900-01-01.

    Notes
    -----
    A year has four digits: whether 65 is 1965 or 2065 is not guessed. It comes first or last, so that ``dmy`` and
    ``ymd`` cannot be mistaken for each other. A day number counts from 30 December 1899, which is right for every
    day after February 1900.
    """
    parsed = text.map_batches(
        partial(_parse_distinct, order=order), return_dtype=pl.Date, is_elementwise=True
    )
    return pl.when(~parsed.is_in(list(placeholders))).then(parsed) if placeholders else parsed


def _parse_distinct(texts: pl.Series, order: str) -> pl.Series:
    """Each wording once: a register of 50,000 schools has a few thousand dates."""
    wordings = texts.drop_nulls().unique()
    if wordings.is_empty():
        return pl.Series(texts.name, [None], dtype=pl.Date).new_from_index(0, len(texts))
    dates = wordings.to_frame("text").select(_parse(pl.col("text"), order)).to_series()
    return texts.replace_strict(wordings, dates, default=None, return_dtype=pl.Date)


def _parse(text: pl.Expr, order: str) -> pl.Expr:
    bare = text.str.strip_chars().str.replace(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$", "")
    dashed = bare.str.replace_all(r"[/.]", "-")
    day_first = ("%d-%m-%Y",) if order == "dmy" else ("%m-%d-%Y",)
    number = bare.str.extract(r"^(\d{5})(?:\.0+)?$").cast(pl.Int32, strict=False)
    tries = [dashed.str.to_date(pattern, strict=False) for pattern in ("%Y-%m-%d", *day_first)]
    tries.append(bare.str.extract(r"^(\d{8})(?:\.0+)?$").str.to_date("%Y%m%d", strict=False))
    tries.append(pl.when(number > 0).then(pl.lit(_EXCEL_EPOCH) + pl.duration(days=number)).cast(pl.Date))
    tries += [bare.str.to_date(pattern, strict=False) for pattern in _LONG]
    found = pl.coalesce(tries)
    return pl.when(found.dt.year().is_between(1000, 2999)).then(found)


def year_of(text: pl.Expr) -> pl.Expr:
    """The year that a text states: ``2017``, ``2017.0`` or any date that starts with it; null otherwise."""
    return text.str.extract(r"^\s*(\d{4})(?:\.0+)?(?:$|\D)").cast(pl.Int32, strict=False)


def date_in_name(name: str) -> date | None:
    """The full date in a file's name (``2022-10-28`` or ``20221028``), where there is exactly one."""
    found = set()
    for year, month, day in re.findall(r"(?<!\d)((?:19|20)\d{2})[-_]?(\d{2})[-_]?(\d{2})(?!\d)", name):
        try:
            found.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None
