"""Any file as text: what a careful clerk would read, keep out, or refuse."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import FileProblem
from leadscape.core.tabular import TextTable, read_text_table


@pytest.fixture
def read(tmp_path: Path):
    def reader(content: bytes | str, name: str = "table.csv", **limits: int) -> TextTable:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_text_table(path, **limits)

    return reader


def rows(table: TextTable) -> list[tuple]:
    return table.frame.drop("row").rows()


# The readable cases


def test_a_table_is_read_as_text_with_the_rows_of_the_file(read):
    table = read('URN,Name\n100000,"Ash, Elm"\n\n100001,\n')
    assert table.frame.to_dicts() == [
        {"URN": "100000", "Name": "Ash, Elm", "row": 2},
        {"URN": "100001", "Name": None, "row": 4},
    ]
    assert (table.rows_read, table.blank_rows, table.unreadable_rows) == (3, 1, 0)


def test_a_row_with_a_surplus_field_is_kept_out_and_reported(read):
    table = read("URN,Name,Town\n1,Ash,Wells\n2,Elm, Upper,Wells\n3,Oak,Bath\n")
    assert table.frame["URN"].to_list() == ["1", "3"]
    assert table.problems.select("row", "value").rows() == [(3, "4 fields")]
    assert table.rows_read == 3
    assert table.unreadable_rows == 1


def test_a_short_row_is_read_because_programs_leave_out_blank_cells_at_the_end(read):
    table = read("URN,Name,Town\n1,Ash\n2,Elm,Wells\n")
    assert rows(table) == [("1", "Ash", None), ("2", "Elm", "Wells")]
    assert table.short_rows == 1


def test_a_row_torn_by_a_line_break_is_kept_out_in_both_halves(read):
    table = read("URN,Name,Town\n1,Ash,Wells\n2,Elm\n Upper,Wells\n3,Oak,Bath\n")
    assert table.frame["URN"].to_list() == ["1", "3"]
    assert table.problems["row"].to_list() == [3, 4]


def test_a_line_break_inside_quotation_marks_is_part_of_the_text(read):
    table = read('URN,Name\r\n1,"Ash\r\nElm"\r\n2,Oak\r\n')
    assert table.frame.to_dicts() == [
        {"URN": "1", "Name": "Ash\r\nElm", "row": 2},
        {"URN": "2", "Name": "Oak", "row": 3},
    ]


def test_an_ordinary_quotation_mark_does_not_swallow_the_rows_below(read):
    assert rows(read('a,b,c\n1,6" x,"a, b"\n2,The "Best" School,\n')) == [
        ("1", '6" x', "a, b"),
        ("2", 'The "Best" School', None),
    ]
    table = read('URN,Name\n1,6" pipe\n2,"Elm, Upper"\n3,"The ""Best"", a"\n4,"Oak"\n')
    assert rows(table) == [("1", '6" pipe'), ("2", "Elm, Upper"), ("3", 'The "Best", a'), ("4", "Oak")]
    assert table.problems.height == 0


def test_an_open_quotation_costs_its_own_row_only(read):
    table = read('URN,Name\n1,"Ash\n2,"Elm"x\n3,"Oak, ""Old"""\n')
    assert rows(table) == [("3", 'Oak, "Old"')]
    assert table.problems["row"].to_list() == [2, 3]
    assert "pair up" in table.problems["rule"][0]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("URN,Name\n1,École Élan\n".encode(), "utf-8"),
        ("URN,Name\n1,École Élan\n".encode("utf-8-sig"), "utf-8-sig"),
        ("URN,Name\n1,École Élan\n".encode("cp1252"), "cp1252"),
        ("URN,Name\n1,École Élan\n".encode("utf-16"), "utf-16"),
    ],
)
def test_the_encoding_is_recognised(read, content, encoding):
    table = read(content)
    assert rows(table) == [("1", "École Élan")]
    assert table.encoding == encoding


def test_a_foreign_byte_is_reported_with_its_row(read):
    mixed = "URN,Name\n1,École Élan Öl\n".encode() + b"2,Caf\xe9\n" + "3,Été Île Åse\n".encode()
    table = read(mixed)
    assert rows(table) == [("1", "École Élan Öl"), ("2", "Café"), ("3", "Été Île Åse")]
    assert table.problems["row"].to_list() == [3]
    hole = read(b"URN,Name\n1,\xc9cole\n2,a\x81b\n")
    assert hole.encoding == "cp1252"
    assert hole.problems["row"].to_list() == [3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(read, delimiter):
    table = read(f'URN{delimiter}"Name, full"\n1{delimiter}Ash\n', "table.txt")
    assert table.columns == ["URN", "Name, full"]
    assert rows(table) == [("1", "Ash")]


def test_text_that_looks_like_a_packed_file_is_text(read):
    assert read("x^2,y\n1,2\n").columns == ["x^2", "y"]
    assert rows(read("a,b\nx^2,3\nxڀ,4\n")) == [("x^2", "3"), ("xڀ", "4")]


def test_headers_are_cleaned_and_made_unique(read):
    table = read("\ufeff URN,School type\u00a0,,Name,Name,row\n1,a,x,b,c,d\n")
    assert table.columns == ["URN", "School type", "column_3", "Name", "Name_2", "row_2"]


def test_an_index_column_without_a_name_is_kept(read):
    assert read(",URN\n0,100000\n").columns == ["column_1", "URN"]


def test_a_cell_that_starts_a_formula_stays_text(read):
    assert rows(read("URN,Name\n1,=cmd|' /C calc'!A0\n")) == [("1", "=cmd|' /C calc'!A0")]


# Workbooks


def book(path: Path, write) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        write(workbook)
    return path


def test_a_workbook_is_read_with_its_own_row_numbers(tmp_path):
    def write(workbook):
        workbook.add_worksheet("Empty")
        sheet = workbook.add_worksheet("Schools")
        for column, title in enumerate(["URN", "Opened"]):
            sheet.write(2, column, title)
        sheet.write(3, 0, 100000)
        sheet.write(3, 1, 43344, workbook.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write(5, 0, "100001")
        workbook.add_worksheet("Notes").write(0, 0, "x")

    table = read_text_table(book(tmp_path / "t.xlsx", write))
    assert table.sheet == "Schools"
    assert table.frame["row"].to_list() == [4, 6]
    assert rows(table) == [("100000", "2018-09-01 00:00:00"), ("100001", None)]
    assert (table.rows_read, table.blank_rows) == (3, 1)
    with pytest.raises(FileProblem, match="no sheet 'Pupils'"):
        read_text_table(tmp_path / "t.xlsx", sheet="Pupils")


def test_a_formula_without_a_saved_value_is_reported_not_blank(tmp_path):
    def write(workbook):
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["URN", "Pupils", "Share"])
        sheet.write(1, 0, "1")
        sheet.write_formula(1, 1, "=1+1", None, 2)
        sheet.write_formula(1, 2, "=B2/2", None, "")
        sheet.write(2, 0, "2")
        sheet.write_formula(2, 1, "=NA()", None, "#N/A")
        sheet.write_string(2, 2, "=cmd|' /C calc'!A0")

    table = read_text_table(book(tmp_path / "t.xlsx", write))
    assert rows(table) == [("1", "2", None), ("2", None, "=cmd|' /C calc'!A0")]
    assert table.problems.select("row", "column", "value").rows() == [
        (2, "Share", None),
        (3, "Pupils", "#N/A"),
    ]


def test_parquet_is_read_as_text(tmp_path):
    pl.DataFrame({"URN": [100000, None], "open": [True, None]}).write_parquet(tmp_path / "t.parquet")
    table = read_text_table(tmp_path / "t.parquet")
    assert rows(table) == [("100000", "true")]
    assert (table.rows_read, table.blank_rows) == (2, 1)


# What is refused, each in one sentence of three parts


def zipped(path: Path, member: str) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("register.csv", b"%PDF-1.7 ...", "a PDF document"),
        ("register.xlsx", b"URN,Name\n1,Ash\n", "plain text"),
        ("register.xls", b"<html><table><tr><td>URN</td></tr></table></html>", "a web page"),
        ("register.csv", b"<!DOCTYPE html><p>Sign in</p>", "a web page"),
        ("register.csv", gzip.compress(b"URN\n1\n", mtime=0), "a gzip archive"),
        ("register.csv.gz", b"URN\n1\n", "not packed"),
        ("register.csv", b"PAR1....", "a Parquet file"),
        ("register.csv", b"URN,Name\n1,\x00\x01\x02\n", "not text"),
        ("register.csv", b'[{"urn": 1}]', "a JSON document"),
        ("register.csv", b"", "empty"),
        ("register.csv", b" \n\n", "empty"),
        ("register.csv", b",,\n,,\n", "empty"),
        ("register.csv", b"\xef\xbb\xbf\r\n", "empty"),
        ("register.csv", b"\xff\xfe\n\x00", "empty"),
        ("register.csv", b'a\n1\n"x"\ry\n', "cannot be split"),
        ("register.csv", b"URN,Name\n", "no row below"),
        ("register.csv", b"URN\n1,2\n3,4\n", "None of the 2 rows"),
        ("register.doc", b"URN\n1\n", "does not end in"),
        ("register.parquet", b"URN\n1\n", "plain text"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_name(read, name, content, says):
    with pytest.raises(FileProblem) as caught:
        read(content, name)
    assert says in str(caught.value)
    assert name in caught.value.what
    assert caught.value.why.endswith(".")
    assert caught.value.next_step.endswith(".")


def test_a_workbook_called_csv_is_told_what_it_is(read, tmp_path):
    book(tmp_path / "t.xlsx", lambda workbook: workbook.add_worksheet().write(0, 0, "URN"))
    with pytest.raises(FileProblem, match="Excel workbook") as caught:
        read((tmp_path / "t.xlsx").read_bytes(), "register.csv")
    assert caught.value.next_step == "Rename it to end in .xlsx."
    with pytest.raises(FileProblem, match="a zip archive"):
        read(zipped(tmp_path / "a.zip", "table.csv"), "register.csv")
    with pytest.raises(FileProblem, match="zip archive"):
        read(zipped(tmp_path / "a.zip", "table.csv"), "register.xlsx")


def test_what_is_missing_or_damaged_is_refused(read, tmp_path):
    with pytest.raises(FileProblem, match="cannot be read"):
        read_text_table(tmp_path / "nowhere.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FileProblem, match="cannot be read"):
        read_text_table(tmp_path / "folder.csv")
    whole = gzip.compress(b"URN,Name\n" + b"1,Ash\n" * 1000)
    with pytest.raises(FileProblem, match="is damaged"):
        read(whole[: len(whole) // 2], "t.csv.gz")
    book(tmp_path / "t.xlsx", lambda workbook: workbook.add_worksheet().write_column(0, 0, ["URN", "1"]))
    with pytest.raises(FileProblem, match=r"cannot be opened|damaged|zip archive|plain text"):
        read((tmp_path / "t.xlsx").read_bytes()[:-200], "cut.xlsx")
    scratched = (tmp_path / "t.xlsx").read_bytes().replace(b"PK\x01\x02", b"PK\x01\x00", 1)
    with pytest.raises(FileProblem, match="is damaged"):
        read(scratched, "scratched.xlsx")


def test_size_is_checked_before_memory_is_spent(read, tmp_path):
    bomb = gzip.compress(b"URN\n" + b"1\n" * 5_000_000)
    assert len(bomb) < 20_000
    with pytest.raises(FileProblem, match="unpacks to more than 1 MB"):
        read(bomb, "bomb.csv.gz", max_bytes=1_000_000)
    with pytest.raises(FileProblem, match=r"has 2 MB"):
        read(b"URN\n" + b"1\n" * 1_000_000, max_bytes=1_000_000)
    with pytest.raises(FileProblem, match="has 20 rows"):
        read(b"URN\n" + b"1\n" * 20, max_rows=10)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 3_000_000)
    with pytest.raises(FileProblem, match="unpacks to 3 MB"):
        read_text_table(tmp_path / "bomb.xlsx", max_bytes=1_000_000)
    pl.DataFrame({"URN": ["1"] * 20}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(FileProblem, match="has 20 rows"):
        read_text_table(tmp_path / "t.parquet", max_rows=10)


# Laws

cell = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cf", "Cn", "Co")),
    min_size=1,
    max_size=8,
) | st.sampled_from(['a "b" c', "a,b", "a\nb", '"', '""', ",", '6" x'])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=12))
def test_what_a_csv_writer_writes_reads_back(tmp_path_factory, written):
    path = tmp_path_factory.mktemp("law") / "t.csv"
    pl.DataFrame(written, schema=["a", "b", "c"], orient="row").write_csv(path)
    table = read_text_table(path)
    assert rows(table) == [tuple(row) for row in written]
    assert table.frame["row"].to_list() == list(range(2, len(written) + 2))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(["1,a,b", "1,a", "1,a,b,c", "", '1,"a,b",c', '1,"a', '1,x"y,z', ",,"]), max_size=15
    )
)
def test_every_row_is_read_blank_or_reported(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("law") / "t.csv"
    path.write_text("\n".join(["u,v,w", "0,first,row", *lines]))
    table = read_text_table(path)
    assert table.rows_read == table.frame.height + table.blank_rows + table.unreadable_rows
    assert table.unreadable_rows == table.problems["row"].n_unique()
    numbers = [*table.frame["row"], *table.problems["row"]]
    assert len(set(numbers)) == len(numbers)
    assert table.frame.filter(pl.col("row") == 2).drop("row").rows() == [("0", "first", "row")]


def test_pieces_of_a_large_file_join_without_a_seam(tmp_path, monkeypatch):
    lines = [f'{n},"school {n}, ""old""\nsecond line",x' if n % 7 else f"{n},plain,y" for n in range(3000)]
    path = tmp_path / "t.csv"
    path.write_text("a,b,c\n" + "\n".join(lines))
    whole = read_text_table(path)
    monkeypatch.setattr("leadscape.core.records._CHUNK_BYTES", 101)
    assert read_text_table(path).frame.equals(whole.frame)
    assert whole.frame.height == 3000
    path.write_text("a,b,c\n" + "\n".join(f'{n},6" pipe {n},"x, y"' for n in range(3000)))
    by_line = read_text_table(path)
    monkeypatch.setattr("leadscape.core.records._CHUNK_BYTES", 1 << 22)
    assert read_text_table(path).frame.equals(by_line.frame)
    assert by_line.frame["c"].unique().to_list() == ["x, y"]
