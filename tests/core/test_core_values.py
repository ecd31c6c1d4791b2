"""Missing values with a reason, identifiers, seeds, provenance, and files that no spreadsheet would run."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from leadscape.core.errors import FileProblem, OutputBlocked
from leadscape.core.identifiers import clean_identifier, content_id, normalise_name
from leadscape.core.missing import STATUSES, typed_measure
from leadscape.core.provenance import Provenance, hash_file, input_file
from leadscape.core.randomness import random_stream
from leadscape.core.writing import guard_formulas, unguard_formulas, whole_file, write_csv, write_parquet


@pytest.mark.parametrize(
    ("published", "value", "status"),
    [
        ("12.5", 12.5, "reported"),
        ("88%", 88.0, "reported"),
        ("1,204", 1204.0, "reported"),
        ("0", 0.0, "reported"),
        ("SUPP", None, "suppressed"),
        ("c", None, "suppressed"),
        ("NE", None, "not_applicable"),
        ("NP", None, "not_published"),
        ("LOWCOV", None, "not_published"),
        ("z", None, "not_applicable"),
        (" ", None, "unknown"),
        (None, None, "unknown"),
        ("a word nobody explains", None, "unknown"),
        ("NaN", None, "unknown"),
        ("inf", None, "unknown"),
    ],
)
def test_a_published_cell_is_a_value_or_a_reason(
    published: str | None, value: float | None, status: str
) -> None:
    frame = pl.DataFrame({"cell": [published]}, schema={"cell": pl.String})
    read = frame.select(*typed_measure(pl.col("cell"), "pupils"))
    assert read.rows() == [(value, status)]


@given(st.text(max_size=8))
def test_no_text_without_a_digit_becomes_a_number(text: str) -> None:
    frame = pl.DataFrame({"cell": [text]}, schema={"cell": pl.String})
    read = frame.select(*typed_measure(pl.col("cell"), "x")).row(0, named=True)
    assert (read["x"] is None) == (read["x_status"] != "reported")
    assert read["x_status"] in STATUSES
    if not any(character.isdigit() for character in text):
        assert read["x"] is None


@pytest.mark.parametrize(
    ("written", "read"),
    [(" 100001 ", "100001"), ("100001.0", "100001"), ("007", "007"), ("", None), (None, None)],
)
def test_identifiers_are_text(written: str | None, read: str | None) -> None:
    frame = pl.DataFrame({"x": [written]}, schema={"x": pl.String})
    assert frame.select(clean_identifier(pl.col("x"))).item() == read


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St. Anne's C.E. School", "ST ANNES C E SCHOOL"),
        ("Ysgol Gymraeg Llŷn", "ysgol gymraeg llyn"),
        ("Bell & Book  School", "bell and book school"),
        ("Hill-Top", "Hill Top"),
    ],
)
def test_two_spellings_of_one_name_agree(one: str, other: str) -> None:
    frame = pl.DataFrame({"x": [one, other]})
    assert frame.select(normalise_name(pl.col("x"))).to_series().n_unique() == 1


def test_content_ids_depend_on_content_only() -> None:
    assert content_id("N", "a", None) == content_id("N", "a", None)
    assert (
        len(
            {
                content_id("N", "a", None),
                content_id("N", "a", ""),
                content_id("N", "a"),
                content_id("N", "ab"),
            }
        )
        == 4
    )


def test_streams_of_one_seed_are_independent_and_repeat() -> None:
    draw = random_stream(1, "heads").integers(1 << 60)
    assert draw == random_stream(1, "heads").integers(1 << 60)
    assert draw != random_stream(1, "towns").integers(1 << 60)
    assert draw != random_stream(2, "heads").integers(1 << 60)


def test_provenance_names_files_by_content_and_never_by_place(tmp_path: Path) -> None:
    path = tmp_path / "returns" / "301.csv"
    path.parent.mkdir()
    path.write_bytes(b"abc")
    entry = input_file(path, "returns", tmp_path, rows_read=1)
    assert (entry.name, entry.size_bytes) == ("returns/301.csv", 3)
    assert (
        entry.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )  # FIPS 180-2, B.1
    record = Provenance("t", "2006-06-30", "england-2006", "x", 1, (entry,))
    assert str(tmp_path) not in record.as_json()
    assert record.fingerprint == Provenance("t", "2006-06-30", "england-2006", "x", 1, (entry,)).fingerprint
    with pytest.raises(FileProblem, match="cannot be read"):
        hash_file(tmp_path / "gone.csv")


CELLS = st.lists(st.text(alphabet="=+-@\t\rab1.' ", max_size=6) | st.none(), min_size=1, max_size=5)


@given(CELLS)
def test_no_cell_written_would_run_in_a_spreadsheet(cells: list[str | None]) -> None:
    frame = pl.DataFrame({"cell": cells, "n": list(range(len(cells)))}, schema_overrides={"cell": pl.String})
    for cell in guard_formulas(frame)["cell"].drop_nulls():
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or _is_number(cell)


@given(st.lists(st.text(alphabet="=+-@ab1", max_size=6), min_size=1, max_size=5))
def test_guarding_is_undone_on_the_way_in(cells: list[str]) -> None:
    frame = pl.DataFrame({"cell": cells, "other": cells})
    assert_frame_equal(unguard_formulas(guard_formulas(frame)), frame)


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out" / "table.csv"
    write_csv(pl.DataFrame({"a": ["x"], "tags": [["p", "q"]]}), path)
    assert path.read_text() == "a,tags\nx,p; q\n"
    with pytest.raises(ZeroDivisionError), whole_file(path) as partial:
        partial.write_text(str(1 / 0))
    assert path.read_text() == "a,tags\nx,p; q\n"
    assert [entry.name for entry in path.parent.iterdir()] == ["table.csv"]
    with pytest.raises(OutputBlocked, match="cannot be written"):
        write_parquet(pl.DataFrame({"a": [1]}), path / "below" / "a.parquet")
