"""What the map by authority shows: the paper's statements as figures, and where there are far too few.

Tables in: ``AuthorityDistribution``. Tables out: ``ColdSpots``. The paper says that every authority had at
least a few leaders, most had 10 to 30 and several over 70 (HH2007). Here each is a sentence with its figures,
said of authorities whose count is known; what is only a floor is said to be one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.special import bdtr

from leadscape.core.missing import REPORTED, SUPPRESSED
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.tables import ColdSpots

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class BandStatement:
    """One thing the paper says of all authorities, said of this study with its figures.

    Attributes
    ----------
    text
        The sentence.
    count, of
        The figures behind it: so many of so many authorities.
    as_in_2006
        Whether it comes out as the paper found it (HH2007); null where nothing is known.
    """

    text: str
    count: int
    of: int
    as_in_2006: bool | None


def state_bands(authorities: pl.DataFrame) -> tuple[BandStatement, ...]:
    """The paper's three statements on authorities, derived from a study.

    Parameters
    ----------
    authorities
        As :func:`~leadscape.landscape.distribution.count_authorities` returns it, before or after
        suppression: names and extremes are given only where a count is shown.

    Returns
    -------
    tuple of BandStatement
        In the order: whose count is known, at least a few, 10 to 30, over 70. The second is left out where any
        total is suppressed, since small totals are the first to be: what is left would look as if nobody had few.
    """
    known = authorities.filter(pl.col("holdings_status") == REPORTED)
    n, everyone = known.height, authorities.height
    hidden = authorities.filter(pl.col("holdings_status") == SUPPRESSED).height
    statements = [BandStatement(_known_words(n, everyone, hidden), n, everyone, None)]
    if not n:
        return tuple(statements)
    without = known.filter(pl.col("holdings") == 0).height
    middle = known.filter(pl.col("band") == "10-30").height
    many = known.filter(pl.col("band") == "over 70").sort(
        ["holdings", "authority_code"], descending=[True, False]
    )
    least = known["holdings"].min()
    few = (
        f"Every one of the {n} has some, the fewest {least}."
        if not without
        else f"{_so_many(without, n)} none."
    )
    floor = authorities.filter(pl.col("holdings_status") != REPORTED, pl.col("reported_at_least") > 70).height
    names = f": {', '.join(many['authority_name'])}" if many.height else ""
    share = f" ({100 * middle / n:.1f} %)" if middle else ""
    others = (
        f" Of those not known, {floor} {'has' if floor == 1 else 'have'} over 70 on agency lists alone."
        if floor
        else ""
    )
    return (
        *statements,
        *([] if hidden else [BandStatement(few, n - without, n, without == 0)]),
        BandStatement(f"{_so_many(middle, n, share)} 10 to 30.", middle, n, 2 * middle > n),
        BandStatement(
            f"{_so_many(many.height, n)} over 70{names}.{others}",
            many.height,
            n,
            many.height + floor >= 3,
        ),
    )


def find_cold_spots(authorities: pl.DataFrame, config: LandscapeConfig | None = None) -> pl.DataFrame:
    """Authorities whose holdings are far below what their number of schools would lead one to expect.

    Parameters
    ----------
    authorities
        As :func:`~leadscape.landscape.distribution.count_authorities` returns it. Only authorities whose
        total is reported are tested.
    config
        Its level of false alarms and its ratio to what is expected.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.landscape.tables.ColdSpots`, the coldest first.

    Notes
    -----
    With ``x`` holdings at ``s`` schools, and ``X`` and ``S`` their sums over the authorities tested, ``p`` is
    the exact chance P(Binomial(X, s / S) <= x): so few or fewer, had every holding fallen on schools at
    random. The tests are many, so ``q`` is ``p`` adjusted to hold the share of false alarms at
    ``cold_spot_fdr`` (Benjamini & Hochberg 1995). Holdings come in clusters, so that chance alone is a low
    bar: a cold spot must also have at most ``cold_spot_ratio`` of what is expected. It says nothing about
    need, nor about why.
    """
    config = config or LandscapeConfig()
    tested = authorities.filter(pl.col("holdings_status") == REPORTED, pl.col("schools") > 0)
    x, s = tested["holdings"].to_numpy(), tested["schools"].to_numpy()
    if tested.height < 2 or x.sum() == 0:
        return ColdSpots.create_empty()
    expected = x.sum() * s / s.sum()
    p = bdtr(x.astype(float), int(x.sum()), s / s.sum())
    q = adjusted_for_many(p)
    return ColdSpots.validate(
        tested.with_columns(
            pl.Series("expected", expected),
            pl.Series("ratio", x / expected),
            pl.Series("p_value", p),
            pl.Series("q_value", q),
            pl.lit(tested.height, pl.Int64).alias("tested"),
        )
        .filter(pl.col("q_value") <= config.cold_spot_fdr, pl.col("ratio") <= config.cold_spot_ratio)
        .sort("ratio", "authority_code")
        .select(ColdSpots.column_names())
    )


def adjusted_for_many(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """p-values adjusted so that rejecting those up to a level holds the false discovery rate at that level.

    ``q`` of the i-th smallest of m is the least of ``p_j m / j`` over j >= i (Benjamini & Hochberg 1995).
    """
    order = np.argsort(p, kind="stable")
    stepped = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return adjusted


def _known_words(known: int, everyone: int, hidden: int) -> str:
    """For how many the total is known, and what it is for the others; nothing is said of none."""
    of = "authority" if everyone == 1 else "authorities"
    silent = everyone - known - hidden
    left = [f"for {hidden} they are suppressed"] * (hidden > 0) + [
        f"for {silent} they are not known, which is not zero"
    ] * (silent > 0)
    many = f"all {everyone}" if known == everyone > 1 else f"{known or 'none'} of {everyone}"
    return f"Holdings of all origins are known for {many} {of}{'; ' * bool(left)}{', and '.join(left)}."


def _so_many(count: int, known: int, share: str = "") -> str:
    """The subject and its verb: ``None of the 3 has``, ``1 of the 3 has``, ``2 of the 3 (66.7 %) have``."""
    return f"{count or 'None'} of the {known}{share} {'have' if count > 1 else 'has'}"
