"""How sure: estimates, models, bands and the network as a page shows them."""

from __future__ import annotations

import polars as pl

from leadscape.landscape.results import Landscape, NetworkSummary
from leadscape.report.contents import BaselineComparison
from leadscape.report.told import tell_network
from leadscape.report.views import Shown, TableView, show_rows, show_table
from leadscape.report.wording import part, whole

REACH_TOP = 5


def view_sensitivity(landscape: Landscape) -> TableView | None:
    """What the total would be if silent authorities had more or fewer than those that answered."""
    if not landscape.sensitivity.height:
        return None
    return show_table(
        landscape.sensitivity,
        "sensitivity",
        "Totals if silent authorities differ from those that answered",
        (
            Shown("factor", "Rate of silent authorities ÷ rate of those that answered", "decimal2"),
            Shown("local_total", "Local role-holdings", "count"),
            Shown("local_low", "Interval from", "count"),
            Shown("local_high", "to", "count"),
            Shown("total", "All role-holdings", "count"),
            Shown("local_share_pct", "Local, % of all", "percent"),
        ),
        "At 0 the silent authorities have none; at 1 the same rate as those that answered. No data can say which "
        "row is true: this is the range of answers that the returns leave open.",
    )


def view_doubt(landscape: Landscape) -> TableView | None:
    """What open questions about the returns do to the number reported; null where every one is decided."""
    if not landscape.doubt.height:
        return None
    draws = int(landscape.doubt["draws"][0])
    return show_table(
        landscape.doubt,
        "doubt",
        "Role-holdings reported, with doubt about what the returns mean",
        (
            Shown("role_label", "Role"),
            Shown("counted", "Beyond doubt or decided", "count"),
            Shown("expected", "Expected", "count"),
            Shown("low", "Interval from", "count"),
            Shown("high", "to", "count"),
        ),
        f"Every open question, and what was understood without asking, was answered in {whole(draws)} ways, by the "
        "probability of each answer. The expected number may lie below the count beyond doubt, because lines that may "
        "be one person are counted apart there.",
        frozenset([landscape.doubt.height - 1]),
    )


def view_network(network: NetworkSummary) -> TableView:
    """The support network in figures."""
    return view_network_figures(tell_network(network))


def view_network_figures(figures: pl.DataFrame) -> TableView:
    """The same from :class:`~leadscape.report.tables.NetworkFigures`."""
    rows = [
        (figure, whole(number) if of is None else part(number, of))
        for figure, number, of in figures.select("figure", "number", "of").iter_rows()
    ]
    return show_rows(
        "network",
        "The support network",
        (Shown("figure", "Figure"), Shown("value", "Value", "count")),
        rows,
        "Only ties that a return names. A school outside the network may well be supported by somebody nobody named.",
    )


def view_reach(network: NetworkSummary) -> TableView | None:
    """How many partner schools leaders and home schools reach, and how far; null where nothing may be shown."""
    reach = network.reach.drop_nulls("partner_schools") if network.reach.height else network.reach
    if not reach.height:
        return None
    grouped = (
        reach.with_columns(
            pl.col("unit").cast(pl.String), several=pl.col("partner_schools").clip(upper_bound=REACH_TOP)
        )
        .group_by("unit", "several")
        .agg(number=pl.len(), km=pl.col("mean_km").median())
        .sort("unit", "several", descending=[True, False])
        .with_columns(
            partners=pl.when(pl.col("several") == REACH_TOP)
            .then(pl.lit(f"{REACH_TOP} or more"))
            .otherwise(pl.col("several").cast(pl.String)),
            unit=pl.col("unit")
            .str.to_titlecase()
            .replace({"Home School": "Home schools", "Leader": "Leaders"}),
        )
    )
    return show_table(
        grouped,
        "reach",
        "How many partner schools are reached, and how far away",
        (
            Shown("unit", "Who supports"),
            Shown("partners", "Partner schools", "figure"),
            Shown("number", "Number", "count"),
            Shown("km", "Median of mean distances, km", "decimal"),
        ),
        "Distances are straight lines between schools whose place is known.",
    )


def view_baseline(comparison: BaselineComparison) -> TableView:
    """An earlier wave beside this one; no change is shown where the two do not count the same thing."""
    labelled = comparison.rows.with_columns(
        pl.col("earlier_role").replace(comparison.labels),
        later_role=pl.when(pl.col("earlier_role") == pl.col("later_role"))
        .then(pl.lit("the same role"))
        .otherwise(pl.col("later_role").replace(comparison.labels)),
        relation=pl.col("relation").cast(pl.String).str.replace_all("_", " "),
    )
    return show_table(
        labelled,
        "baseline",
        f"This study beside “{comparison.title}”",
        (
            Shown("earlier_role", "Role then", absent="no counterpart"),
            Shown("later_role", "Role in this study", absent="no counterpart"),
            Shown("relation", "Relation"),
            Shown("earlier_holdings", "Then", "count"),
            Shown("later_holdings", "In this study", "count"),
            Shown("change", "Change", "count", absent="not comparable"),
            Shown("reason", "Why, or why not"),
        ),
        f"Source: {comparison.source}.",
    )
