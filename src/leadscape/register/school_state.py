"""Whether a school is open and where it stands, from what the file says: dates where it gives no status, a place on
the map where its coordinates are one.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.tabular import ROW
from leadscape.register.cells import TypedRows
from leadscape.register.geography import WGS84, add_wgs84
from leadscape.register.scope import BEGAN, END, START
from leadscape.register.tables import STATUSES

if TYPE_CHECKING:
    from leadscape.register.recognition import Match


def with_status(typed: TypedRows, match: Match, seen_on: date | None) -> TypedRows:
    """Status from the dates where the file states none: open unless it closed, or opens after the file's date."""
    if "status" in match.columns or "status" in match.format.constants:
        return _with_contradictions(typed)
    closed, opened = pl.col("closed_on"), pl.col("opened_on")
    when = pl.lit(seen_on, pl.Date)
    status = (
        pl.when(opened > when)
        .then(pl.lit("proposed_to_open"))
        .when(closed > when)
        .then(pl.lit("proposed_to_close"))
        .when(closed.is_not_null())
        .then(pl.lit("closed"))
        .otherwise(pl.lit("open"))
    )
    note = (
        "The file states no status: a school is taken as open unless it has a closing date."
        if "closed_on" in match.columns
        else "The file states neither status nor closing dates: every school in it is taken as open."
    )
    return TypedRows(
        typed.frame.with_columns(status.cast(pl.Enum(STATUSES)).alias("status")),
        typed.problems,
        (*typed.notes, note),
    )


def _with_contradictions(typed: TypedRows) -> TypedRows:
    """A note where a status says open and a date says closed: perhaps the codes of the status mean something else."""
    closing = int(((typed.frame["status"] == "open") & typed.frame["closed_on"].is_not_null()).sum())
    if not closing:
        return typed
    note = f"{closing:,} schools are open by their status and have a closing date."
    return TypedRows(typed.frame, typed.problems, (*typed.notes, note))


def with_spells(typed: TypedRows, text: pl.DataFrame, year: int) -> TypedRows:
    """Status and dates from spells, to the year: a school whose last spell ended before the year is closed."""
    spell = typed.frame.select(ROW).join(
        text.select(ROW, START, END, BEGAN), on=ROW, how="left", maintain_order="left"
    )
    holds = (spell[START] <= year) & (spell[END] >= year)
    frame = typed.frame.with_columns(holds=holds, ended=spell[END], began=spell[BEGAN])
    gone = pl.col("ended") < year
    frame = frame.with_columns(
        status=pl.when("holds")
        .then(pl.lit("open"))
        .when(gone)
        .then(pl.lit("closed"))
        .otherwise(pl.lit("unknown"))
        .cast(pl.Enum(STATUSES)),
        opened_on=pl.coalesce("opened_on", pl.date(pl.col("began"), 1, 1)),
        closed_on=pl.coalesce("closed_on", pl.when(gone).then(pl.date(pl.col("ended"), 12, 31))),
    ).drop("holds", "ended", "began")
    notes = tuple(note for note in typed.notes if not note.startswith("The file states neither status"))
    return TypedRows(
        frame,
        typed.problems,
        (*notes, f"Schools as in {year}; opening and closing are known to the year only."),
    )


def with_places(typed: TypedRows, match: Match) -> TypedRows:
    """Longitude and latitude; a place of zero is none, and one outside the country is left missing and reported."""
    known = match.format
    x, y = ("longitude", "latitude") if known.crs == WGS84 else ("easting", "northing")
    frame, problems, notes = typed.frame, typed.problems, list(typed.notes)
    nowhere = (pl.col(x) == 0) | (pl.col(y) == 0) | (pl.col(x).is_null() != pl.col(y).is_null())
    zero = int(frame.select(nowhere.sum()).item())
    if zero:
        notes.append(
            f"{zero:,} schools have a coordinate of zero or only one of two; they are left without a place."
        )
    outside = pl.lit(value=False)
    if known.bounds is not None:
        west, south, east, north = known.bounds
        outside = ~(pl.col(x).is_between(west, east) & pl.col(y).is_between(south, north)) & ~nowhere
        found = frame.filter(outside).select(
            row=pl.col(ROW),
            column=pl.lit(match.columns.get(x)),
            value=pl.format("{}, {}", x, y),
            rule=pl.lit(
                f"Must lie in {known.country.replace('_', ' ').title()}; the place was left missing."
            ),
        )
        problems = pl.concat([problems, found])
    bad = (nowhere | outside).fill_null(value=False)
    frame = frame.with_columns(pl.when(~bad).then(name).alias(name) for name in (x, y))
    if known.crs != WGS84 and frame["easting"].is_not_null().any():
        frame = add_wgs84(frame, crs=known.crs)
    return TypedRows(frame, problems, tuple(notes))
