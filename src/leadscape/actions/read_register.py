"""Read one file of a register into its declared table and write that out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from leadscape.core.errors import OutputBlocked
from leadscape.core.writing import write_csv, write_parquet
from leadscape.register.reading import read_register_file


@dataclass(frozen=True)
class ReadRegister:
    """What was read and where it was written.

    Attributes
    ----------
    counts
        ``outcome``, ``reason``, ``rows``: adds up to ``rows_read``.
    written
        The table, then what else the file held (headships, memberships) and the rows left out, each in a file of its
        own beside it.
    """

    table: str
    rows_read: int
    counts: pl.DataFrame
    notes: tuple[str, ...]
    written: tuple[Path, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {**vars(self), "written": [str(path) for path in self.written]}


def read_register(path: Path, output: Path, *, mapping: Path | None = None) -> ReadRegister:
    """Read ``path`` and write the table to ``output`` (.csv or .parquet).

    Raises
    ------
    FileProblem, TableProblem
        When the file cannot be used; nothing is written then.
    OutputBlocked
        When ``output`` has another ending, or is the file that is read.
    """
    if output.suffix not in (".csv", ".parquet") or output.resolve() == path.resolve():
        raise OutputBlocked(
            f"{output.name} cannot be the result.",
            "The table is written as .csv or .parquet, and never over the file it comes from.",
            "Name another file with one of these endings.",
        )
    write = write_csv if output.suffix == ".csv" else write_parquet
    reading = read_register_file(path, mapping=mapping)
    beside = {**reading.companions, "out_of_scope": reading.out_of_scope, "problems": reading.problems}
    write(reading.frame, output)
    written = [output]
    for name, table in beside.items():
        if table.height:
            written.append(output.with_name(f"{output.stem}-{name.replace('_', '-')}{output.suffix}"))
            write(table, written[-1])
    return ReadRegister(reading.table, reading.rows_read, reading.counts, reading.notes, tuple(written))
