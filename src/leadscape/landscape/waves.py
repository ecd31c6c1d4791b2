"""What changed between two studies: only where both count the same thing, and why not everywhere else.

Tables in: two ``Extent`` tables, their codebooks and the crosswalk between them. Table out:
``WaveComparison``. A role whose definition changed, that became part of another, or that has no counterpart
is shown on both sides without a difference. Nor is there one where either side was not collected, suppressed
or unknown: that is not a zero.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from leadscape.codebooks import Codebook, Crosswalk
from leadscape.core.errors import NotComparable
from leadscape.core.missing import NOT_APPLICABLE, NOT_COLLECTED, REPORTED, STATUSES, UNKNOWN, Status
from leadscape.landscape.tables import WaveComparison

COMPARABLE: Final = "Counted the same way in both. A change in who answered is not taken out."
NOT_THE_SAME: Final = {
    "changed_definition": "The definition changed, so that a difference would mix the change with what happened.",
    "part_of": "One is only a part of the other, so that a difference would mix size with definition.",
    "no_counterpart": "The other codebook has no counterpart.",
}
AMBIGUOUS: Final = (
    "The crosswalk gives the role more than one counterpart, so that no pair counts the same thing."
)


def compare_waves(
    earlier: pl.DataFrame,
    earlier_codebook: Codebook,
    later: pl.DataFrame,
    later_codebook: Codebook,
    crosswalk: Crosswalk,
) -> pl.DataFrame:
    """Two waves side by side, with a change only where they are comparable.

    Parameters
    ----------
    earlier, later
        As :class:`~leadscape.landscape.tables.Extent`.
    earlier_codebook, later_codebook
        The codebooks they were counted by.
    crosswalk
        Between the two, in either direction; see :func:`~leadscape.codebooks.find_crosswalk`.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.landscape.tables.WaveComparison`: roles in the order of the later codebook, then
        those of the earlier without a counterpart. ``change`` is later less earlier, in role-holdings.

    Raises
    ------
    NotComparable
        When the crosswalk is not between these two codebooks.
    """
    pairs = _directed(crosswalk, earlier_codebook.id, later_codebook.id).pairs
    rank_later = {role: i for i, role in enumerate(later_codebook.role_by_id)}
    rank_earlier = {role: i for i, role in enumerate(earlier_codebook.role_by_id)}
    unranked = len(rank_later) + len(rank_earlier)
    joined = (
        pairs.rename({"from_role": "earlier_role", "to_role": "later_role"})
        .join(_side(earlier, "earlier"), on="earlier_role", how="left")
        .join(_side(later, "later"), on="later_role", how="left")
        .with_columns(_status("earlier"), _status("later"))
        .with_columns(
            _pairs_of_same("earlier_role").alias("same_earlier"),
            _pairs_of_same("later_role").alias("same_later"),
        )
    )
    same = pl.col("relation") == "same"
    ambiguous = same & ((pl.col("same_earlier") > 1) | (pl.col("same_later") > 1))
    reported = (pl.col("earlier_holdings_status") == REPORTED) & (pl.col("later_holdings_status") == REPORTED)
    comparable = same & ~ambiguous & reported
    because = pl.col("relation").replace_strict(NOT_THE_SAME, default=None, return_dtype=pl.String)
    stated = pl.when(pl.col("note").str.len_chars() > 0).then(pl.concat_str(because, pl.lit(" "), "note"))
    return WaveComparison.validate(
        joined.with_columns(
            comparable.alias("comparable"),
            pl.when(comparable).then(pl.col("later_holdings") - pl.col("earlier_holdings")).alias("change"),
            pl.when(comparable)
            .then(pl.lit(COMPARABLE))
            .when(ambiguous)
            .then(pl.lit(AMBIGUOUS))
            .when(same)
            .then(_why_not_reported())
            .otherwise(pl.coalesce(stated, because))
            .alias("reason"),
            pl.col("later_role").replace_strict(rank_later, default=unranked).alias("later_rank"),
            pl.col("earlier_role").replace_strict(rank_earlier, default=unranked).alias("earlier_rank"),
        )
        .sort("later_rank", "earlier_rank")
        .select(WaveComparison.column_names())
    )


def _directed(crosswalk: Crosswalk, earlier: str, later: str) -> Crosswalk:
    """The crosswalk read from the earlier codebook to the later."""
    if (crosswalk.from_codebook, crosswalk.to_codebook) == (earlier, later):
        return crosswalk
    if (crosswalk.to_codebook, crosswalk.from_codebook) == (earlier, later):
        return crosswalk.reversed()
    raise NotComparable(
        f"The crosswalk is between {crosswalk.from_codebook} and {crosswalk.to_codebook}, "
        f"the waves were counted by {earlier} and {later}.",
        "Roles of the same name may mean different things in two codebooks.",
        "Use the crosswalk between the two codebooks of the waves.",
    )


def _side(extent: pl.DataFrame, wave: str) -> pl.DataFrame:
    return extent.select(
        pl.col("role").alias(f"{wave}_role"),
        pl.col("holdings").alias(f"{wave}_holdings"),
        pl.col("holdings_status").alias(f"{wave}_holdings_status"),
    )


def _status(wave: str) -> pl.Expr:
    """Why there is no count: no such role here, or a role that the wave's table lacks."""
    status = pl.col(f"{wave}_holdings_status").cast(pl.String)
    absent = pl.when(pl.col(f"{wave}_role").is_null()).then(pl.lit(NOT_APPLICABLE)).otherwise(pl.lit(UNKNOWN))
    return pl.coalesce(status, absent).cast(Status).alias(f"{wave}_holdings_status")


def _pairs_of_same(role: str) -> pl.Expr:
    """How many pairs call this role the same as another; a role on no side counts for nothing."""
    return (
        pl.when(pl.col(role).is_not_null()).then((pl.col("relation") == "same").sum().over(role)).otherwise(0)
    )


def _why_not_reported() -> pl.Expr:
    words = {status: status.replace("_", " ") for status in STATUSES} | {
        NOT_COLLECTED: "not collected, which is not zero"
    }
    said = [
        pl.when(pl.col(f"{wave}_holdings_status") != REPORTED).then(
            pl.concat_str(
                pl.lit(f"{wave.capitalize()} count: "),
                pl.col(f"{wave}_holdings_status").cast(pl.String).replace(words),
                pl.lit("."),
            )
        )
        for wave in ("earlier", "later")
    ]
    return pl.concat_str(said, separator=" ", ignore_nulls=True)
