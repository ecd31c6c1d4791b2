"""What a terminal prints of a landscape, as rows of words and as sentences. Printing itself is the face's business."""

from __future__ import annotations

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.landscape.results import Landscape
from leadscape.report.contents import ReportContents
from leadscape.report.count_views import view_extent
from leadscape.report.sentences import known_totals
from leadscape.report.summary import not_known, opening_sentence
from leadscape.report.wording import decimal


def extent_rows(landscape: Landscape, codebook: Codebook) -> pl.DataFrame:
    """Table 1 in words: ``Role``, ``Origin``, ``n``, ``%``, ``People``; totals last. Missing figures are words."""
    return view_extent(landscape, codebook).as_frame()


def baseline_rows(baseline: pl.DataFrame, codebook: Codebook, decimals: int = 1) -> pl.DataFrame:
    """A published table with what was printed beside what follows from its counts.

    Parameters
    ----------
    baseline
        As :class:`leadscape.landscape.tables.BaselineExtent`.
    decimals
        Digits that were printed.

    Returns
    -------
    polars.DataFrame
        ``Role``, ``Origin``, ``n``, ``Printed %``, ``Derived %``, ``Follows``, all in words.
    """
    origins = codebook.labels("origins")
    words = {True: "yes", False: "no", None: "not collected"}
    rows = [
        (
            row["role_label"],
            origins.get(row["origin"], row["origin"]),
            "not collected" if row["holdings"] is None else decimal(row["holdings"], 0),
            "not printed" if row["printed_pct"] is None else decimal(row["printed_pct"], decimals),
            "not collected" if row["derived_pct"] is None else decimal(row["derived_pct"], decimals),
            words[row["follows"]],
        )
        for row in baseline.iter_rows(named=True)
    ]
    columns = ("Role", "Origin", "n", "Printed %", "Derived %", "Follows")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def summary_lines(contents: ReportContents) -> tuple[str, ...]:
    """What a terminal says after a run: the finding, what is known of how many authorities, and what is not known."""
    return (opening_sentence(contents), known_totals(contents.landscape.authorities), *not_known(contents))
