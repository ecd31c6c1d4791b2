"""Column headings as people write them, brought to the names of a declared table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.tables import Problems, polars_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadscape.core.tabular import TextTable


def fold_heading(heading: str) -> str:
    """A heading without case, spaces, underscores and punctuation: ``"Home School:"`` is ``"homeschool"``."""
    return "".join(character for character in heading.casefold() if character.isalnum())


def match_headings(
    table: TextTable, headings: Mapping[str, tuple[str, ...]], required: tuple[str, ...]
) -> pl.DataFrame:
    """``row`` and one text column for each name in ``headings``; a column that the file lacks is null.

    Parameters
    ----------
    table
        The file as text.
    headings
        Name of the column to the headings understood for it, in order of preference.
    required
        Names without which the file cannot be used.

    Raises
    ------
    TableProblem
        Naming every required column that is not there, and the headings that would have been understood.
    """
    present = {fold_heading(name): name for name in table.frame.columns if name != "row"}
    chosen = {
        name: next((present[fold_heading(h)] for h in known if fold_heading(h) in present), None)
        for name, known in headings.items()
    }
    lacking = [name for name in required if chosen[name] is None]
    if lacking:
        understood = "; ".join(f"{name} ({', '.join(headings[name])})" for name in lacking)
        problems = pl.DataFrame(
            {
                "row": [None] * len(lacking),
                "column": lacking,
                "value": [None] * len(lacking),
                "rule": [f"A column headed one of: {', '.join(headings[name])}." for name in lacking],
            },
            schema=polars_schema(Problems),
        )
        raise TableProblem(
            f"{table.name} lacks {len(lacking)} of the columns needed: {', '.join(lacking)}.",
            "Without them its rows cannot be understood.",
            f"Add them under any of these headings: {understood}.",
            problems,
        )
    return table.frame.select(
        "row",
        *(
            pl.col(source).alias(name) if source is not None else pl.lit(None, pl.String).alias(name)
            for name, source in chosen.items()
        ),
    )
