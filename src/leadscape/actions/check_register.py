"""Profile one file of a register: can it be used, and what is in it?"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.exit_codes import EXIT_CODES, OK
from leadscape.register.profile import Profile, profile_file

TABLES: Final = {
    "counts": "What became of every row",
    "problems": "Problems",
    "duplicates": "Listed more than once",
    "filled": "Columns of the table, and the share of rows that fill them",
    "value_counts": "Values",
    "dates": "Dates",
    "out_of_scope": "Rows that are not schools of the system",
}


@dataclass(frozen=True)
class CheckedRegister:
    """A profile, as sentences and tables."""

    profile: Profile

    @property
    def exit_code(self) -> int:
        """0 when the file can be used; that of :class:`~leadscape.core.errors.TableProblem` when not."""
        return OK if self.profile.usable else EXIT_CODES[TableProblem]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the file is, what of it is used, and what to watch."""
        p = self.profile
        told = [f"{p.name}: {p.rows_read:,} rows{f', {p.encoding}' if p.encoding else ''}."]
        if p.format_id:
            told.append(f"Recognised as {p.format_title} ({p.format_id}); fills the table {p.table}.")
        if not p.usable:
            told.append(f"It cannot be used. {p.reason}")
        for words, columns in (
            ("used", p.columns_used),
            ("ignored", p.columns_ignored),
            ("of the table not in the file", p.columns_missing),
        ):
            if columns:
                told.append(f"{len(columns)} columns {words}: {', '.join(columns)}.")
        if p.places_missing is not None:
            told.append(
                f"Coordinates: {p.places_missing:,} schools without, {p.places_outside or 0:,} outside the country."
            )
        return (*told, *p.warnings)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The profile's tables that hold anything, by title."""
        found = {title: getattr(self.profile, name) for name, title in TABLES.items()}
        return {title: table for title, table in found.items() if table.height}

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {field.name: getattr(self.profile, field.name) for field in fields(self.profile)}


def check_register(path: Path, *, mapping: Path | None = None) -> CheckedRegister:
    """Profile a file.

    Raises
    ------
    FileProblem
        When it cannot be opened as a table at all.
    """
    return CheckedRegister(profile_file(path, mapping))
