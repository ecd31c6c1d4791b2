"""How many role-holdings and how many persons, by role, by origin and by kind: the layout of HH2007, Table 1.

Tables in: ``RoleHoldings``. Tables out: ``Extent``, ``ExtentTotals``, ``KindExtent``. A person with two roles
is one leader and two holdings, so persons and holdings stand apart everywhere. A role that the instrument had
no place for is *not collected*; a role it had a place for and nobody reported is a reported 0. Every
percentage is derived from its count and carries its denominator.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.errors import CodebookProblem
from leadscape.core.missing import NOT_COLLECTED, REPORTED, Status
from leadscape.landscape.tables import Extent, ExtentTotals, KindExtent

ALL: Final = "all"
WITHOUT_OWN_SCHOOL: Final = "without_own_school"
ORIGIN_PREFIX: Final = "origin:"

HOLDINGS: Final = pl.col("holding_id").count().cast(pl.Int64).alias("holdings")
LEADERS: Final = pl.col("leader_id").drop_nulls().n_unique().cast(pl.Int64).alias("leaders")


def count_extent(holdings: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """Role-holdings and distinct leaders by role.

    Parameters
    ----------
    holdings
        As :class:`~leadscape.survey.tables.RoleHoldings`, duplicates between lists resolved.
    codebook
        Its roles are the rows, in its order.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.landscape.tables.Extent`. ``pct`` is 100 x holdings / all holdings, not rounded;
        null when there are none.

    Raises
    ------
    CodebookProblem
        When a holding has a role that the codebook does not know.

    Notes
    -----
    A role that the instrument had no place for and that somebody reported all the same shows what was
    reported: a fact, and a floor. :func:`~leadscape.landscape.consistency.check_extent` says so.
    """
    coded = with_codebook_roles(holdings, codebook)
    counted = (
        codebook.role_frame()
        .join(coded.select("role", "holding_id", "leader_id"), on="role", how="left", maintain_order="left")
        .group_by("role", "role_label", "origin", "own_school", "collected", maintain_order=True)
        .agg(HOLDINGS, LEADERS)
    )
    return Extent.validate(
        counted.with_columns(status_of_count(pl.col("collected") | (pl.col("holdings") > 0)))
        .with_columns(*_only_reported(), *share_of(pl.col("holdings"), coded.height))
        .select(Extent.column_names())
    )


def count_totals(holdings: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """Totals: all, without roles about the leader's own school, and one an origin.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.landscape.tables.ExtentTotals`. The denominator of every row is all holdings.
    """
    coded = with_codebook_roles(holdings, codebook)
    collected = {role.origin for role in codebook.roles if role.collected}
    parts = [
        (ALL, "All roles", pl.lit(True), True),
        (WITHOUT_OWN_SCHOOL, "Without roles about the leader's own school", ~pl.col("own_school"), True),
    ] + [
        (f"{ORIGIN_PREFIX}{origin.id}", origin.label, pl.col("origin") == origin.id, origin.id in collected)
        for origin in codebook.origins
    ]
    rows = [
        coded.filter(part)
        .select(HOLDINGS, LEADERS)
        .with_columns(total=pl.lit(total), label=pl.lit(label), collected=pl.lit(asked))
        for total, label, part, asked in parts
    ]
    return ExtentTotals.validate(
        pl.concat(rows)
        .with_columns(status_of_count(pl.col("collected") | (pl.col("holdings") > 0)))
        .with_columns(*_only_reported(), *share_of(pl.col("holdings"), coded.height))
        .select(ExtentTotals.column_names())
    )


def count_kinds(holdings: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """Role-holdings and distinct leaders by kind of the taxonomy, through the crosswalk from roles.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.landscape.tables.KindExtent`. Kinds overlap, so neither column adds up to a
        total; a leader whose roles share a kind counts once in it.
    """
    pairs = codebook.role_kind_frame().join(codebook.role_frame().select("role", "collected"), on="role")
    coded = with_codebook_roles(holdings, codebook).select("role", "holding_id", "leader_id")
    kinds = pl.DataFrame(
        {"kind": list(codebook.labels("kinds")), "kind_label": list(codebook.labels("kinds").values())},
        schema={"kind": pl.String, "kind_label": pl.String},
    )
    counted = (
        kinds.join(pairs, on="kind", how="left", maintain_order="left")
        .join(coded, on="role", how="left", maintain_order="left")
        .group_by("kind", "kind_label", maintain_order=True)
        .agg(HOLDINGS, LEADERS, pl.col("collected").any().alias("collected"))
    )
    return KindExtent.validate(
        counted.with_columns(status_of_count(pl.col("collected") | (pl.col("holdings") > 0)))
        .with_columns(*_only_reported())
        .select(KindExtent.column_names())
    )


def with_codebook_roles(holdings: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """``holdings`` with ``origin`` and ``own_school`` as the codebook has them for the role.

    Raises
    ------
    CodebookProblem
        When a holding has a role that the codebook does not know.
    """
    strange = (
        holdings.filter(~pl.col("role").is_in(list(codebook.role_by_id)))["role"].unique().sort().to_list()
    )
    if strange:
        raise CodebookProblem(
            f"The codebook {codebook.id} has no role {', '.join(map(repr, strange))}.",
            "A holding outside the classification would vanish from every table.",
            "Code these holdings again, or use the codebook they were coded to.",
            tuple(f"{role!r} is not a role of {codebook.id}." for role in strange),
        )
    roles = codebook.role_frame().select("role", "origin", "own_school")
    return holdings.drop("origin").join(roles, on="role", how="left", maintain_order="left")


def status_of_count(known: pl.Expr, otherwise: str = NOT_COLLECTED) -> pl.Expr:
    """``holdings_status``: reported where ``known``, else the reason given."""
    return (
        pl.when(known)
        .then(pl.lit(REPORTED))
        .otherwise(pl.lit(otherwise))
        .cast(Status)
        .alias("holdings_status")
    )


def share_of(count: pl.Expr, denominator: int) -> tuple[pl.Expr, pl.Expr]:
    """``pct`` and the ``denominator`` it is of; null where the count is, or with nothing to divide by."""
    # Floating point makes 93 of 93 a little more than 100 %.
    pct = (100 * count / denominator).clip(upper_bound=100.0) if denominator else pl.lit(None, pl.Float64)
    known = pl.col("holdings_status") == REPORTED
    return pl.when(known).then(pct).alias("pct"), pl.lit(denominator, pl.Int64).alias("denominator")


def _only_reported() -> list[pl.Expr]:
    known = pl.col("holdings_status") == REPORTED
    return [pl.when(known).then(pl.col(name)).alias(name) for name in ("holdings", "leaders")]
