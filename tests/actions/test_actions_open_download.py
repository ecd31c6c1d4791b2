"""A list that was downloaded and filled in is read where it lies, with the rows that whoever filled it in sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadscape.actions.open_download import open_download

PLAIN = "Key,Email\na,a@school.example\nb,\n"


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (PLAIN.encode(), [2, 3]),
        (b"\xef\xbb\xbf# Leaders\n# Taken on a day\n" + PLAIN.encode(), [4, 5]),
        (b'"# Leaders, all of them"\r\n' + PLAIN.replace("\n", "\r\n").encode(), [3, 4]),
        (PLAIN.encode("utf-16"), [2, 3]),
        (b"Key,Email\n#1,a@school.example\n", [2]),
    ],
)
def test_what_is_said_before_the_headings_is_passed_over(
    tmp_path: Path, content: bytes, rows: list[int]
) -> None:
    path = tmp_path / "addresses.csv"
    path.write_bytes(content)
    table = open_download(path)
    assert list(table.columns) == ["Key", "Email"]
    assert table.frame["row"].to_list() == rows
    assert path.read_bytes() == content, "whoever brings a file keeps it as it was"
    assert [one.name for one in tmp_path.iterdir()] == ["addresses.csv"]
