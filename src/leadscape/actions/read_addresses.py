"""Read a file of e-mail addresses of leaders: as somebody made it, or as a list that was downloaded and filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.open_download import open_download
from leadscape.core.errors import FileProblem
from leadscape.survey.headings import fold_heading

if TYPE_CHECKING:
    from pathlib import Path

    from leadscape.core.tabular import TextTable

ENDINGS: Final = (".csv", ".tsv", ".txt", ".xlsx")
HEADINGS: Final = {
    "key": ("key", "leader key", "leader id", "leader"),
    "email": ("email", "e-mail", "e-mail address", "email address"),
}
"""What is needed, and how it may be headed, the surest first: a list has a “Leader” with names beside its “Key”."""


@dataclass(frozen=True)
class AddressesRead:
    """A file of addresses as read.

    Attributes
    ----------
    rows
        One row a row of the file: ``row`` (as a spreadsheet counts), ``key`` and ``email``; null where blank.
    """

    rows: pl.DataFrame


def read_addresses(path: Path) -> AddressesRead:
    """Keys of leaders and their addresses, as they are written; whether they are right is for whoever asked.

    Lines before the headings that begin with ``#`` are passed over, as a download begins with them.

    Raises
    ------
    FileProblem
        When it is empty, no table, a table without the headings, or one whose rows cannot be told apart.
    """
    table = open_download(path)
    if table.problems.height:
        first = table.problems.row(0, named=True)
        raise FileProblem(
            f"{table.name} has {table.problems.height:,} places that cannot be read, the first in row {first['row']}:"
            f" {first['rule']}",
            "Addresses would go to the wrong people.",
            "Put them right, and bring the file again.",
        )
    chosen = {name: _column(table, name) for name in HEADINGS}
    lacking = [name for name, column in chosen.items() if column is None]
    if lacking:
        wanted = " and one headed ".join(f"“{HEADINGS[name][0]}”" for name in lacking)
        has = ", ".join(f"“{name}”" for name in table.columns)
        raise FileProblem(
            f"{table.name} has no column headed {wanted}; its headings are {has}.",
            "Without both, nobody knows whose an address is.",
            "Name the columns “key” and “email”, or download the list and fill it in.",
        )
    rows = table.frame.select("row", *(pl.col(str(column)).alias(name) for name, column in chosen.items()))
    return AddressesRead(rows)


def _column(table: TextTable, name: str) -> str | None:
    """The column that is meant.

    Raises
    ------
    FileProblem
        When two are headed alike.
    """
    for heading in HEADINGS[name]:
        # The second of two that are headed alike is read as “email_2”.
        meant = fold_heading(heading)
        found = [one for one in table.columns if fold_heading(re.sub(r"_\d+$", "", one)) == meant]
        if len(found) > 1:
            raise FileProblem(
                f"{table.name} has {len(found)} columns headed “{found[0]}”.",
                "It cannot be told which of them is meant.",
                "Remove the others, and bring the file again.",
            )
        if found:
            return found[0]
    return None
