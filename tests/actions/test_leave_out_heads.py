"""A register's file is kept without heads: every other cell stands as it was."""

from __future__ import annotations

import csv
import gzip
import io

import polars as pl
import pytest

from leadscape.actions.leave_out_heads import leave_out_heads
from leadscape.core.errors import OutputBlocked

from tests.support.import_files import HEADERS, SCHOOLS, register_csv

OF_HEADS = ("HeadTitle (name)", "HeadFirstName", "HeadLastName", "HeadPreferredJobTitle")


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("packed", [False, True])
def test_heads_go_and_everything_else_stays(packed: bool) -> None:
    before = register_csv()
    given = gzip.compress(before) if packed else before
    after = leave_out_heads(given, "register_2026-10-01.csv.gz" if packed else "register_2026-10-01.csv")
    rows = _rows(gzip.decompress(after) if packed else after)
    for old, new in zip(_rows(before), rows, strict=True):
        assert [new[name] for name in ("HeadFirstName", "HeadLastName")] == ["", ""]
        for name in HEADERS:
            if name not in OF_HEADS:
                assert new[name] == old[name], name
    assert len(rows) == len(SCHOOLS)


def test_a_register_without_heads_is_left_as_it_is() -> None:
    content = b"urn,school_name,status,phase,authority_code\n100001,A School,open,primary,101\n"
    assert leave_out_heads(content, "schools.csv") == content


def test_what_cannot_be_written_again_is_refused() -> None:
    stream = io.BytesIO()
    pl.read_csv(register_csv(), infer_schema=False).write_parquet(stream)
    with pytest.raises(OutputBlocked, match="names heads"):
        leave_out_heads(stream.getvalue(), "register.parquet")
