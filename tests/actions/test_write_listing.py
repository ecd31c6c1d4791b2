"""A listing in a file says what it is, and nothing in it can run."""

from __future__ import annotations

import io
from datetime import date

import polars as pl
import pytest

from leadscape.actions.write_listing import ListingColumn, ListingStatement, write_listing

STATEMENT = ListingStatement(
    title="Schools", about="One row is a school.", source="The register", as_of=None,
    taken_on=date(2026, 11, 25), rows=3, of_rows=1200,
)  # fmt: skip


def column(label: str, values: list[object], words: str = "Not known") -> ListingColumn:
    series = pl.Series(values)
    return ListingColumn(label, series, pl.Series([words] * len(series), dtype=pl.String))


COLUMNS = (
    column("School", ["Ash, and sons", "+1", None]),
    column("Pupils", [12.0, 12.5, None], "Suppressed"),
    column("=SUM(A1)", [date(2006, 6, 30), None, None]),
    column("n", [-1, 0, 7]),
)


def test_a_csv() -> None:
    file = write_listing("schools", COLUMNS, STATEMENT, "csv")
    assert file.file_name == "schools-2026-11-25.csv"
    assert file.content.decode() == (
        "# Title: Schools\n# One row: One row is a school.\n# Rows: 3 of 1,200\n# Filters: none\n"
        "# Sorted by: as in the source\n# Source: The register\n# Taken on: 2026-11-25\n"
        "School,Pupils,'=SUM(A1),n\n"
        '"Ash, and sons",12,2006-06-30,-1\n'
        "+1,12.5,Not known,0\n"
        "Not known,Suppressed,Not known,7\n"
    )


def test_a_workbook_keeps_numbers_as_numbers_and_dates_as_dates() -> None:
    file = write_listing("schools", COLUMNS, STATEMENT, "xlsx")
    rows = pl.read_excel(io.BytesIO(file.content), sheet_name="Rows")
    assert rows["n"].to_list() == [-1, 0, 7]
    assert rows["School"].to_list() == ["Ash, and sons", "+1", "Not known"]
    assert rows["Pupils"].to_list()[2] == "Suppressed"
    numbers = pl.read_excel(
        io.BytesIO(file.content), sheet_name="Rows", schema_overrides={"Pupils": pl.Float64}
    )
    assert numbers["Pupils"].to_list()[:2] == [12.0, 12.5]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_same_day_gives_the_same_bytes(kind) -> None:
    assert write_listing("s", COLUMNS, STATEMENT, kind) == write_listing("s", COLUMNS, STATEMENT, kind)


def test_a_file_without_rows_has_its_headings() -> None:
    empty = tuple(ListingColumn(one.label, one.values.head(0), one.words.head(0)) for one in COLUMNS)
    assert (
        write_listing("s", empty, STATEMENT, "csv").content.decode().splitlines()[-1]
        == "School,Pupils,'=SUM(A1),n"
    )
    workbook = write_listing("s", empty, STATEMENT, "xlsx").content
    assert pl.read_excel(io.BytesIO(workbook), sheet_name="Rows", raise_if_empty=False).height == 0
