"""A register's file without the names of heads: what a survey round needs of it, and no more."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import polars as pl

from leadscape.actions.redact_study import PACKED, head_columns
from leadscape.core.errors import OutputBlocked
from leadscape.core.tabular import read_text_table
from leadscape.register.reading import read_register_file
from leadscape.survey.privacy.redaction import can_rewrite, rewrite_table


def leave_out_heads(content: bytes, file_name: str) -> bytes:
    """The file with every cell blank that names a head; as it was where no column does.

    Raises
    ------
    OutputBlocked
        When it names heads and cannot be written again without them.
    FileProblem, TableProblem
        When it is no register.
    """
    packed = Path(file_name).suffix.lower() == PACKED
    with tempfile.TemporaryDirectory(prefix="leadscape-heads-") as folder:
        path = Path(folder) / (Path(file_name).stem if packed else file_name)
        path.write_bytes(gzip.decompress(content) if packed else content)
        if _of_heads(read_text_table(path).frame):
            if not can_rewrite(path):
                raise _still_named(file_name, "is not of a kind that can be written again without them")
            rewrite_table(path, path, _without_heads)
            plain = path.read_bytes()
            content = gzip.compress(plain, mtime=0) if packed else plain
        named = read_register_file(path, table="schools").companions.get("headships")
        if named is not None and named.height:
            raise _still_named(file_name, "has them in a column that is not headed as one of heads")
        return content


def _still_named(file_name: str, why: str) -> OutputBlocked:
    return OutputBlocked(
        f"{file_name} names heads, and {why}.",
        "A register is kept for survey rounds without names of people.",
        "Save it as .csv or .xlsx without these columns, and bring that in.",
    )


def _of_heads(frame: pl.DataFrame) -> list[str]:
    """Columns that name a head, by words or by a number of the head's own."""
    numbers = [name for name in frame.columns if name.casefold() == "headid"]
    return [*head_columns(frame), *numbers]


def _without_heads(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in _of_heads(frame))
