"""Compare two registers: what opened, closed, moved, was renamed or has a new head, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.register.changes import Changes, register_changes
from leadscape.register.lineage import build_lineage
from leadscape.register.reading import Reading, read_register_file

COMPARISONS: Final = {
    "closed": "status",
    "reopened": "status",
    "status_changed": "status",
    "renamed": "name",
    "moved_authority": "authority",
    "moved_trust": "trust",
    "trusts": "trust",
    "new_head": "head",
    "moved_location": "location",
}
"""Kind of change to the comparison that finds it."""


@dataclass(frozen=True)
class ComparedRegisters:
    """Two registers side by side."""

    changes: Changes

    @property
    def summary(self) -> pl.DataFrame:
        """``change``, ``schools`` (null where it could not be compared) and ``why_not``, one row a kind of change."""
        reasons = dict(
            self.changes.compared.filter(~pl.col("made")).select("comparison", "reason").iter_rows()
        )
        counts = self.changes.counts()
        why_not = [reasons.get(COMPARISONS.get(name, "")) for name in counts]
        return pl.DataFrame(
            {
                "change": [name.replace("_", " ") for name in counts],
                "schools": [None if why else n for n, why in zip(counts.values(), why_not, strict=True)],
                "why_not": why_not,
            },
            schema={"change": pl.String, "schools": pl.Int64, "why_not": pl.String},
        )

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Every table of the changes by name; ``compared`` says what could be compared at all."""
        return {field.name: getattr(self.changes, field.name) for field in fields(self.changes)}

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {"summary": self.summary, **self.tables}


def compare_registers(
    old: Path,
    new: Path,
    *,
    old_date: date | None = None,
    new_date: date | None = None,
    old_groups: Path | None = None,
    new_groups: Path | None = None,
    links: tuple[Path, ...] = (),
) -> ComparedRegisters:
    """Everything that changed between two registers.

    Parameters
    ----------
    old_date, new_date
        Dates of the registers; by default the full date in each file's name.
    old_groups, new_groups
        Memberships at these dates, for changes of trust.
    links
        Links files, oldest first, which say what became of schools that closed or are missing.

    Raises
    ------
    NotComparable
        When a date is not known, or the older register is not the older.
    """
    before, after = _read(old, old_date, old_groups), _read(new, new_date, new_groups)
    lineage = None
    if links:
        vintages = [read_register_file(path, table="links").frame for path in links]
        both = pl.concat([after.frame, before.frame]).unique("urn", keep="first", maintain_order=True)
        lineage = build_lineage(vintages, both)
    return ComparedRegisters(register_changes(before, after, lineage))


def _read(path: Path, seen_on: date | None, groups: Path | None) -> Reading:
    reading = read_register_file(path, table="schools", seen_on=seen_on)
    if groups is None:
        return reading
    memberships = read_register_file(groups, table="memberships", seen_on=seen_on).frame
    return replace(reading, companions={**reading.companions, "memberships": memberships})
