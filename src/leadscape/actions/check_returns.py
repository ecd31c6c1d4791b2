"""Check returns and a frame before a study uses them: everything that is wrong, by file, row and column.

Returns name people, so no value of a cell is handed on: whoever holds the file finds it by its row and column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.errors import LeadscapeError, TableProblem
from leadscape.survey import read_respondents, read_returns

PROBLEMS: Final = {
    "file": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "rule": pl.String,
}


@dataclass(frozen=True)
class CheckedReturns:
    """What the files hold.

    Attributes
    ----------
    problems
        ``file`` (null: all of them together), ``row``, ``column``, ``value`` (always null), ``rule``.
    counts
        ``file``, ``rows``, ``nominations``, ``blank``: of returns that can be used.
    asked
        How many respondents the frame asks; null without a frame, or where it cannot be used.
    """

    problems: pl.DataFrame
    counts: pl.DataFrame
    asked: int | None


def check_returns(returns: Sequence[Path], frame: Path | None = None) -> CheckedReturns:
    """Read the files as a study does; never raises for what is in one."""
    problems: list[pl.DataFrame] = []
    counts = pl.DataFrame(
        schema={"file": pl.String, "rows": pl.Int64, "nominations": pl.Int64, "blank": pl.Int64}
    )
    asked = None
    if returns:
        try:
            counts = read_returns(tuple(returns)).files
        except LeadscapeError as error:
            problems.append(problems_of(error, returns[0].name if len(returns) == 1 else None))
    if frame is not None:
        try:
            asked = read_respondents(frame).height
        except LeadscapeError as error:
            problems.append(problems_of(error, frame.name))
    return CheckedReturns(pl.concat([pl.DataFrame(schema=PROBLEMS), *problems]), counts, asked)


def problems_of(error: LeadscapeError, file: str | None = None) -> pl.DataFrame:
    """What an error of a study's files lists, without values, as :attr:`CheckedReturns.problems`."""
    if not isinstance(error, TableProblem) or error.problems.is_empty():
        sentence = (
            f"{error.what} {error.why} {error.next_step}"
            if not isinstance(error, TableProblem)
            else error.why
        )
        return pl.DataFrame([(file, None, None, None, sentence)], schema=PROBLEMS, orient="row")
    found = error.problems
    named = found if "file" in found.columns else found.with_columns(file=pl.lit(file, pl.String))
    return named.select(
        "file", pl.col("row").cast(pl.Int64), "column", value=pl.lit(None, pl.String), rule="rule"
    )
