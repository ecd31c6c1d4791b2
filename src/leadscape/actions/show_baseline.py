"""Show a published baseline: its counts, what was printed, what follows, and what a careful reader would query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from leadscape.codebooks import find_baseline
from leadscape.landscape.consistency import baseline_extent, check_baseline
from leadscape.report.terminal import baseline_rows


@dataclass(frozen=True)
class ShownBaseline:
    """A published table.

    Attributes
    ----------
    extent
        As :class:`~leadscape.landscape.tables.BaselineExtent`.
    printed
        The same in words, total last, for a terminal.
    consistency
        As :class:`~leadscape.landscape.tables.Consistency`.
    """

    id: str
    title: str
    source: str
    unit: str
    total: int
    extent: pl.DataFrame
    printed: pl.DataFrame
    consistency: pl.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {name: value for name, value in vars(self).items() if name != "printed"}


def show_baseline(baseline_id: str) -> ShownBaseline:
    """The baseline with this id.

    Raises
    ------
    NotFound
        When no codebook has it.
    """
    codebook, baseline = find_baseline(baseline_id)
    extent = baseline_extent(codebook, baseline)
    rows = baseline_rows(extent, codebook, baseline.decimals)
    total = pl.DataFrame(
        [("Total", "", f"{baseline.printed_total:,}", "", "", "")], rows.schema, orient="row"
    )
    return ShownBaseline(
        id=baseline.id,
        title=baseline.title,
        source=baseline.source,
        unit=baseline.unit,
        total=baseline.printed_total,
        extent=extent,
        printed=pl.concat([rows, total]),
        consistency=check_baseline(codebook, baseline),
    )
