"""One row of a file, of which a person said that it names somebody: what stands there, taken out, put back."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from leadscape.actions.redact_row import put_row_back, read_rows, take_row_out
from leadscape.core.errors import OutputBlocked
from leadscape.core.tabular import read_text_table
from leadscape.survey.returns import read_returns

HEAD = "leader_name,home_urn,home_school,role,notes"
RETURN = f"""{HEAD}
Bob Elm,100002,Beech Infant School,head,
J. Birch,100002,Beech Infant School,head,"with Jane Oak, often"
Alice Ash,100003,Cedar High School,head,
""".encode()


def _lines(content: bytes, folder: Path) -> pl.DataFrame:
    (folder / "301.csv").write_bytes(content)
    return read_returns((folder / "301.csv",)).nominations.drop("source_file")


def test_what_stands_in_a_row_by_its_headings() -> None:
    rows = read_rows(RETURN, "301.csv", "returns", [3, 9])
    assert rows == {
        3: {
            "leader_name": "J. Birch", "home_urn": "100002", "home_school": "Beech Infant School", "role": "head",
            "notes": "with Jane Oak, often",
        }
    }  # fmt: skip


def test_a_row_that_is_taken_out_and_put_back_is_the_line_it_was(tmp_path: Path) -> None:
    before = _lines(RETURN, tmp_path)
    taken = take_row_out(RETURN, "301.csv", "returns", 3, None, "one")
    assert taken.content is not None
    assert b"Birch" not in taken.content
    assert taken.taken_out == 1
    assert taken.lines.rows(named=True) == [
        {"row": 3, "nomination_id": before["nomination_id"][1], "respondent_id": "301", "person": "one"}
    ]
    left = _lines(taken.content, tmp_path)
    assert left["source_row"].to_list() == [2, 4], "the others keep their places"
    cells = read_rows(RETURN, "301.csv", "returns", [3])[3]
    back = put_row_back(taken.content, "301.csv", 3, cells)
    assert _lines(back, tmp_path).equals(before)


def test_words_that_mention_somebody_go_without_the_line() -> None:
    taken = take_row_out(RETURN, "301.csv", "returns", 3, "notes", "one")
    assert taken.content is not None
    assert b"J. Birch,100002" in taken.content
    assert b"Jane Oak" not in taken.content
    assert taken.lines.is_empty()


def test_of_a_register_only_the_head_goes(tmp_path: Path) -> None:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = workbook.add_worksheet("Schools")
    head = ("URN", "EstablishmentName", "HeadFirstName", "HeadLastName", "Street")
    for number, row in enumerate((head, ("100001", "Ash Primary School", "Jane", "Birch", "Low Street"))):
        page.write_row(number, 0, row)
    workbook.close()
    taken = take_row_out(stream.getvalue(), "register.xlsx", "schools", 2, None, "one")
    assert taken.content is not None
    (tmp_path / "register.xlsx").write_bytes(taken.content)
    [row] = read_text_table(tmp_path / "register.xlsx").frame.rows(named=True)
    assert (row["HeadFirstName"], row["HeadLastName"], row["Street"]) == (None, None, "Low Street")


def test_a_packed_file_stays_packed() -> None:
    taken = take_row_out(gzip.compress(RETURN), "returns.csv.gz", "validation", 3, None, "one")
    assert taken.content is not None
    assert b"Birch" not in gzip.decompress(taken.content)
    back = put_row_back(taken.content, "returns.csv.gz", 3, read_rows(RETURN, "r.csv", "validation", [3])[3])
    assert b"J. Birch,100002" in gzip.decompress(back)


def test_a_row_is_not_put_into_another_file() -> None:
    with pytest.raises(OutputBlocked, match="has not the columns any more"):
        put_row_back(b"name,school\nx,y\n", "301.csv", 2, {"leader_name": "J. Birch"})
