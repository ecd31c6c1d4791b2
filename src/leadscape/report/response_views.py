"""Who answered, as a page shows it: by kind and region with intervals, and the schools somebody answered for."""

from __future__ import annotations

import polars as pl

from leadscape.report.contents import ReportContents
from leadscape.report.views import Shown, TableView, show_table


def view_response_rates(contents: ReportContents) -> TableView | None:
    """Shares that answered, by kind, region and channel; null without a frame."""
    rates = contents.response_rates
    if rates is None or not rates.height:
        return None
    pct = [(100 * pl.col(name)).alias(name) for name in ("response_share", "low_share", "high_share")]
    named = pl.when(pl.col("cut") == "all").then(pl.lit("all who were asked")).otherwise("group")
    return show_table(
        rates.with_columns(*pct, group=named, cut=pl.col("cut").replace({"all": ""})),
        "response_rates",
        "Response, of those asked",
        (
            Shown("group", "Group", "words"),
            Shown("cut", "By", "words"),
            Shown("asked", "Asked", "count"),
            Shown("answered", "Answered", "count"),
            Shown("answered_none", "Have none", "count"),
            Shown("late", "Late", "count"),
            Shown("silent", "Silent", "count"),
            Shown("response_share", "In time, %", "percent"),
            Shown("low_share", "Interval from", "percent"),
            Shown("high_share", "to", "percent"),
        ),
        "The interval is exact, at 95 %. It treats those asked as drawn at random; it does not show that those who "
        "answered are like those who did not.",
    )


def view_schools_covered(contents: ReportContents) -> TableView | None:
    """Open schools in authorities that answered; null without a frame."""
    covered = contents.schools_covered
    if covered is None or not covered.height:
        return None
    return show_table(
        covered.with_columns(
            coverage_share=100 * pl.col("coverage_share"),
            region=pl.col("region").replace({"all": "the whole system"}),
        ),
        "schools_covered",
        "Open schools that somebody answered for",
        (
            Shown("region", "Region", "words"),
            Shown("schools", "Open schools", "count"),
            Shown("answering_authorities", "Authorities that answered", "count"),
            Shown("authorities", "of", "count"),
            Shown("schools_covered", "Covered", "count"),
            Shown("schools_silent", "Silent", "count"),
            Shown("schools_not_asked", "Not asked", "count"),
            Shown("coverage_share", "Covered, %", "percent"),
        ),
    )
