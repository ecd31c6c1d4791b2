"""By which id does the library know each line of a return?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadscape.survey.returns import read_returns

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


def number_lines(path: Path) -> pl.DataFrame:
    """``source_row`` (the header being 1) and ``nomination_id`` of each line of one return that is used.

    Raises
    ------
    TableProblem, FileProblem
        When the return cannot be read.
    """
    return read_returns((path,)).nominations.select("source_row", "nomination_id").sort("source_row")
