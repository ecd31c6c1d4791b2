"""Which entries are checked with the schools: a stratified draw that later entries do not reshuffle.

Every holding has a random number of its own, made from the seed and its id. In each stratum those with the smallest
numbers are drawn, which is a simple random sample. A holding that is reported later enters where its number is small
and pushes out at most the one with the largest; all others stay.

Sources
-------
Permanent random numbers and sequential simple random sampling: Ohlsson, E. (1995) Coordination of samples using
permanent random numbers. In Cox, B. G. et al. (eds) Business Survey Methods, chapter 9. Wiley.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.errors import NotIdentified
from leadscape.survey.validation.tables import ValidationSample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

STRATIFIERS: Final = ("role", "origin", "route", "linkage")
BETWEEN: Final = " / "
_DIGITS: Final = 13


def random_numbers(ids: pl.Series, seed: int) -> pl.Series:
    """The permanent random number (0-1) of each id under a seed: SHA-256 of both, its first 52 bits as a fraction."""
    numbers = [
        int(hashlib.sha256(f"{seed}\x1fvalidation\x1f{one}".encode()).hexdigest()[:_DIGITS], 16)
        for one in ids
    ]
    return pl.Series("random_number", numbers, dtype=pl.Int64) / 16**_DIGITS


def draw_sample(
    entries: pl.DataFrame,
    seed: int,
    *,
    size: int | None = None,
    by: tuple[str, ...] = ("role",),
    minimum: int = 5,
    sizes: Mapping[str, int] | None = None,
) -> pl.DataFrame:
    """Entries to be checked, as :class:`ValidationSample`.

    Parameters
    ----------
    entries
        One row a holding: ``entry_id``, the columns of ``by``, and those that :class:`ValidationSample` shows.
    size
        Entries in all, shared out in proportion to the strata; all of them where there are no more.
    by
        Columns that make the strata.
    minimum
        Entries from each stratum at least, where it has as many.
    sizes
        Instead of ``size``: stratum to number of entries.

    Raises
    ------
    NotIdentified
        When there is nothing to draw from, the minimum alone needs more than ``size``, or ``sizes`` names a stratum
        that does not exist.
    """
    if not entries.height:
        raise NotIdentified(
            "There is no role-holding to draw from.",
            "A validation checks what was reported.",
            "Map the study first, and see why it has no holdings.",
        )
    stratum = pl.concat_str([pl.col(name).fill_null("not known") for name in by], separator=BETWEEN)
    numbered = entries.with_columns(
        stratum=stratum if by else pl.lit("all"), random_number=random_numbers(entries["entry_id"], seed)
    )
    strata = numbered.group_by("stratum").agg(reported=pl.len().cast(pl.Int64)).sort("stratum")
    counts = strata["reported"].to_numpy()
    if sizes is not None:
        drawn = _given(strata, sizes)
    else:
        drawn = allocate(counts, entries.height if size is None else size, minimum)
    planned = strata.with_columns(drawn=pl.Series(drawn, dtype=pl.Int64)).filter(pl.col("drawn") > 0)
    return ValidationSample.validate(
        numbered.join(planned, on="stratum")
        .sort("stratum", "random_number", "entry_id")
        .filter(pl.int_range(pl.len()).over("stratum") < pl.col("drawn"))
        .with_columns(inclusion_share=pl.col("drawn") / pl.col("reported"))
        .select(ValidationSample.column_names())
    )


def allocate(counts: NDArray[np.int64], size: int, minimum: int) -> NDArray[np.int64]:
    """Share ``size`` draws out over strata in proportion to ``counts``, at least ``minimum`` each where there are.

    Notes
    -----
    n_h = clip(f N_h, min(N_h, m), N_h) with the one sampling fraction f for which the n_h add up to the size; what
    rounding leaves goes to the largest remainders, of equal ones to the first.

    Raises
    ------
    NotIdentified
        When the minimum alone needs more than ``size``.
    """
    least = np.minimum(counts, minimum)
    if size >= counts.sum():
        return counts.copy()
    if size < least.sum():
        raise NotIdentified(
            f"{size} entries are too few for {len(counts)} strata of at least {minimum} each: they need "
            f"{least.sum()}.",
            "A stratum without answers has no error rate.",
            "Draw more, lower the minimum, or make fewer strata.",
        )
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(middle * counts, least, counts).sum() < size else (low, middle)
    wanted = np.clip(high * counts, least, counts)
    drawn = np.floor(wanted + 1e-9).astype(np.int64)
    order = np.lexsort((np.arange(len(counts)), -(wanted - drawn)))
    able = order[drawn[order] < counts[order]]
    drawn[able[: size - drawn.sum()]] += 1
    return drawn


def _given(strata: pl.DataFrame, sizes: Mapping[str, int]) -> NDArray[np.int64]:
    known = dict(strata.select("stratum", "reported").iter_rows())
    wrong = [name for name, n in sizes.items() if name not in known or n < 0]
    if wrong:
        raise NotIdentified(
            f"There is no stratum {wrong[0]!r} to draw from.",
            "Its entries would be missing from the sample without anybody noticing.",
            f"Name strata out of: {', '.join(known)}.",
        )
    return np.array([min(sizes.get(name, 0), n) for name, n in known.items()], dtype=np.int64)
