"""Trace one school through time: what it was before, what it became."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from leadscape.core.errors import NotFound
from leadscape.register.lineage import build_lineage
from leadscape.register.reading import read_register_file


@dataclass(frozen=True)
class TracedLineage:
    """One school's family.

    Attributes
    ----------
    family
        ``urn``, ``relation``, ``steps``, ``taken_on``, ``kind``; with a register also ``name`` and ``status``.
    cycles
        Circles among all links that were cut, so that every way through time ends.
    """

    urn: str
    as_of: date | None
    family: pl.DataFrame
    carries_to: pl.DataFrame
    cycles: int

    @property
    def sentences(self) -> tuple[str, ...]:
        """What became of the school."""
        day = f" as of {self.as_of}" if self.as_of else ""
        ends = self.carries_to["successor_urn"].to_list()
        if ends == [self.urn]:
            became = f"Nothing followed {self.urn}{day}."
        else:
            rule = self.carries_to["rule"][0]
            became = f"{self.urn} became {', '.join(ends)}{day} ({rule})."
        return (became, f"{self.cycles} circles in the links were cut.") if self.cycles else (became,)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {"urn": self.urn, "as_of": self.as_of, "family": self.family, "carries_to": self.carries_to}


def trace_lineage(
    urn: str, links: Sequence[Path], *, schools: Path | None = None, as_of: date | None = None
) -> TracedLineage:
    """The family of ``urn`` by the links files, oldest vintage first.

    Raises
    ------
    NotFound
        When neither the links nor the register know the school.
    """
    vintages = [read_register_file(path, table="links").frame for path in links]
    register = read_register_file(schools, table="schools").frame if schools is not None else None
    known = pl.concat([v.select("urn") for v in vintages] + [v.select(urn="link_urn") for v in vintages])[
        "urn"
    ]
    if urn not in known and (register is None or urn not in register["urn"]):
        raise NotFound(
            f"No link{' and no school' if register is not None else ''} has the number {urn!r}.",
            "A school's family is found through its number.",
            "Check the number; names are never keys.",
        )
    lineage = build_lineage(vintages, register)
    family = lineage.lineage(urn, as_of)
    if register is not None:
        named = register.select("urn", "name", pl.col("status").cast(pl.String))
        family = family.join(named, on="urn", how="left", maintain_order="left")
    ends = lineage.latest_successors(pl.Series([urn]), as_of)
    return TracedLineage(urn, as_of, family, ends, lineage.cycles)
