"""How many, in which roles, where: the tables of extent and distribution as a page shows them."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.missing import NOT_APPLICABLE, REPORTED, SUPPRESSED
from leadscape.landscape.results import Concentration, Landscape
from leadscape.landscape.tables import BANDS
from leadscape.report.views import Shown, TableView, show_rows, show_table
from leadscape.report.wording import percent, plural, whole

NOT_COUNTED = ("unknown", "not collected", "suppressed")
ANSWER_WORDS = {
    "answered": "answered",
    "answered_none": "answered: none",
    "silent": "did not answer",
    "not_asked": "not asked",
}


def view_extent(landscape: Landscape, codebook: Codebook) -> TableView:
    """Roles in the layout of HH2007, Table 1, with the totals below."""
    origins = codebook.labels("origins")
    roles = landscape.extent.select(
        row=pl.concat_str(
            "role_label", pl.when("own_school").then(pl.lit(" (own school)")).otherwise(pl.lit(""))
        ),
        origin=pl.col("origin").cast(pl.String).replace(origins),
        holdings="holdings",
        holdings_status=pl.col("holdings_status").cast(pl.String),
        leaders="leaders",
        pct="pct",
    )
    totals = landscape.totals.select(
        row=pl.when(pl.col("total").str.starts_with("origin:"))
        .then(pl.lit("All roles of this origin"))
        .otherwise("label"),
        origin=pl.when(pl.col("total").str.starts_with("origin:")).then("label").otherwise(pl.lit("All")),
        holdings="holdings",
        holdings_status=pl.col("holdings_status").cast(pl.String),
        leaders="leaders",
        pct="pct",
    )
    denominator = landscape.extent["denominator"].max() if landscape.extent.height else None
    base = f"Percentages are of {whole(float(str(denominator)))} role-holdings." if denominator else ""
    return show_table(
        pl.concat([roles, totals]),
        "extent",
        "System leaders by role and origin",
        (
            Shown("row", "Role"),
            Shown("origin", "Origin"),
            Shown("holdings", "n", "count"),
            Shown("pct", "%", "percent", status="holdings_status"),
            Shown("leaders", "People", "count", status="holdings_status"),
        ),
        f"n is role-holdings. {base} A person with several roles counts once in each row of People.",
        frozenset(range(roles.height, roles.height + totals.height)),
    )


def view_kinds(landscape: Landscape) -> TableView:
    """The five kinds, which overlap."""
    return show_table(
        landscape.kinds,
        "kinds",
        "Kinds of system leadership",
        (
            Shown("kind_label", "Kind"),
            Shown("holdings", "Role-holdings", "count"),
            Shown("leaders", "People", "count", status="holdings_status"),
        ),
        "Kinds overlap and one role may belong to several, so the rows do not add up to a total.",
    )


def view_authorities(landscape: Landscape) -> TableView:
    """Every authority, with what is unknown about it."""
    answered = landscape.authorities.with_columns(
        pl.col("response").cast(pl.String).replace(ANSWER_WORDS),
        pl.col("region").fill_null("not given"),
        _rate_status("per_100_schools", "holdings_status", "schools"),
        # Somebody reported so many wherever the count was taken: where it is not there, it is hidden.
        reported_at_least_status=pl.lit(SUPPRESSED),
    )
    return show_table(
        answered.sort("region", "authority_name"),
        "authorities",
        "Role-holdings by authority",
        (
            Shown("authority_name", "Authority"),
            Shown("region", "Region"),
            Shown("response", "Response"),
            Shown("schools", "Schools", "count"),
            Shown("local_holdings", "Local", "count"),
            Shown("national_holdings", "National", "count"),
            Shown("holdings", "All", "count"),
            Shown("reported_at_least", "At least", "count"),
            Shown("per_100_schools", "Per 100 schools", "decimal"),
        ),
        "Schools are those open in the register. “At least” is what anybody reported: a floor where the "
        "authority itself did not answer. All includes roles without an assigned origin.",
        key="authority_code",
    )


def view_regions(landscape: Landscape, hide_below: int | None = None) -> TableView:
    """Every region; local figures are those of authorities that answered.

    What the local column lacks of the total of local roles is said, with its number unless that is a small one of
    people, below ``hide_below``, or a figure that it follows from is suppressed.
    """
    return show_table(
        landscape.regions.with_columns(
            _rate_status("local_per_100_schools", "local_holdings_status", "schools_answered"),
            _rate_status("national_per_100_schools", "national_holdings_status", "schools"),
        ),
        "regions",
        "Role-holdings by region",
        (
            Shown("region", "Region"),
            Shown("authorities", "Authorities", "count"),
            Shown("authorities_answered", "Answered", "count"),
            Shown("schools", "Schools", "count"),
            Shown("schools_answered", "Schools of those that answered", "count"),
            Shown("local_holdings", "Local", "count"),
            Shown("local_per_100_schools", "Local per 100 schools of those that answered", "decimal"),
            Shown("national_holdings", "National", "count"),
            Shown("national_per_100_schools", "National per 100 schools", "decimal"),
        ),
        "Local holdings and their rate cover the schools of authorities that answered; national ones all schools. "
        + _not_from_answers(landscape, hide_below),
        key="region",
    )


def _not_from_answers(landscape: Landscape, hide_below: int | None) -> str:
    """The local roles that others reported from authorities that did not answer, as a sentence."""
    every = landscape.totals.filter(pl.col("total") == "origin:local")["holdings"].to_list()
    local = landscape.regions["local_holdings"]
    silent = landscape.regions.filter(pl.col("authorities_answered") < pl.col("authorities")).height
    unknown = landscape.regions.filter(pl.col("local_holdings_status").cast(pl.String) == SUPPRESSED).height
    if not every or every[0] is None or unknown:
        return (
            "Local roles that others reported from authorities that did not answer are not in this column."
            if silent
            else ""
        )
    added = int(local.sum())
    left = every[0] - added
    if left <= 0:
        return ""
    if hide_below and left < hide_below:
        return "A few local roles that others reported from authorities that did not answer are not in this column."
    were = "was" if left == 1 else "were"
    return (
        f"The column Local adds up to {whole(added)} of {whole(every[0])} local role-holdings: the other {whole(left)} "
        f"{were} reported by others from authorities that did not answer."
    )


def view_phases(landscape: Landscape) -> TableView:
    """Every phase of the home schools."""
    known = landscape.phases["denominator"].max() if landscape.phases.height else None
    base = (
        f"Percentages are of {whole(float(str(known)))} role-holdings whose phase is known. " if known else ""
    )
    return show_table(
        landscape.phases.with_columns(
            _rate_status("per_100_schools", "holdings_status", "schools"),
            pct_status=pl.when(pl.col("phase") == "unknown")
            .then(pl.lit(NOT_APPLICABLE))
            .otherwise(pl.col("holdings_status").cast(pl.String)),
        ),
        "phases",
        "Role-holdings by phase of the home school",
        (
            Shown("phase_label", "Phase"),
            Shown("schools", "Schools", "count"),
            Shown("holdings", "Role-holdings", "count"),
            Shown("pct", "%", "percent", absent=SUPPRESSED),
            Shown("leaders", "People", "count", status="holdings_status"),
            Shown("per_100_schools", "Per 100 schools", "decimal"),
        ),
        base + "“Phase not known” holds leaders whose home school, or its phase, is not known.",
    )


def count_bands(landscape: Landscape) -> pl.DataFrame:
    """Authorities by band of holdings: ``band``, ``authorities``, ``known``. What is not known is no band."""
    counted = landscape.authorities.group_by(pl.col("band").cast(pl.String)).agg(
        authorities=pl.len().cast(pl.Int64)
    )
    every = pl.DataFrame({"band": BANDS}, schema={"band": pl.String})
    return (
        every.join(counted, on="band", how="left", maintain_order="left")
        .with_columns(pl.col("authorities").fill_null(0), known=~pl.col("band").is_in(NOT_COUNTED))
        .filter(pl.col("known") | (pl.col("authorities") > 0))
    )


def view_bands(landscape: Landscape) -> TableView:
    """How many authorities have few, some and many."""
    bands = count_bands(landscape)
    known = int(bands.filter("known")["authorities"].sum())
    rows = [
        (band, whole(n), percent(100 * n / known) if is_known and known else "not counted")
        for band, n, is_known in bands.iter_rows()
    ]
    return show_rows(
        "bands",
        "Authorities by number of role-holdings",
        (
            Shown("band", "Role-holdings"),
            Shown("authorities", "Authorities", "count"),
            Shown("pct", "% of shown", "percent"),
        ),
        rows,
        f"Percentages are of {plural(known, 'authority')} whose total is shown." if known else "",
    )


def view_lorenz(concentration: Concentration) -> TableView | None:
    """The Lorenz curve at every tenth of the authorities; null where its points are suppressed."""
    curve = concentration.lorenz.drop_nulls()
    if curve.height < 2:
        return None
    tenths = np.arange(1, 11) / 10
    held = np.interp(tenths, curve["authorities_share"].to_numpy(), curve["holdings_share"].to_numpy())
    return show_rows(
        "lorenz",
        "Share of role-holdings held by the authorities with fewest",
        (Shown("authorities", "Authorities with fewest"), Shown("held", "Share of role-holdings", "percent")),
        [(percent(100 * a, 0), percent(100 * h)) for a, h in zip(tenths, held, strict=True)],
        f"Covers {plural(concentration.authorities, 'authority')} whose total is shown, ordered from fewest to most.",
    )


def view_cold_spots(concentration: Concentration) -> TableView | None:
    """Authorities with far fewer than their number of schools would lead one to expect."""
    spots = concentration.cold_spots
    if not spots.height:
        return None
    return show_table(
        spots,
        "cold_spots",
        "Authorities far below what their schools would lead one to expect",
        (
            Shown("authority_name", "Authority"),
            Shown("region", "Region"),
            Shown("schools", "Schools", "count"),
            Shown("holdings", "Role-holdings", "count"),
            Shown("expected", "Expected", "decimal", absent=SUPPRESSED),
            Shown("ratio", "Of expected", "decimal2", absent=SUPPRESSED),
            Shown("p_value", "p", "decimal3", absent=SUPPRESSED),
            Shown("q_value", "p, adjusted for their number", "decimal3", absent=SUPPRESSED),
        ),
        "Only authorities whose total is shown can be cold spots. A low count may also be an incomplete return.",
        key="authority_code",
    )


def _rate_status(rate: str, count_status: str, denominator: str) -> pl.Expr:
    """Why a rate is missing: as its count, or because there is nothing to divide by, or because it is hidden."""
    status = pl.col(count_status).cast(pl.String)
    return (
        pl.when(status != REPORTED)
        .then(status)
        .when(pl.col(denominator) == 0)
        .then(pl.lit(NOT_APPLICABLE))
        .otherwise(pl.lit(SUPPRESSED))
        .alias(f"{rate}_status")
    )
