"""Which segments does a second person code, without seeing what the first one gave?

Tables in: ``SegmentCodings``, ``Segments``. Out: segments drawn by a seed. Nothing of the first coder's codes goes to
the second one: neither the codes nor suggestions, which are made from them.
"""

from __future__ import annotations

from math import ceil

import polars as pl

from leadscape.core.errors import NotIdentified
from leadscape.core.randomness import random_stream
from leadscape.survey.coding.history import standing_decisions


def draw_second_coding(
    segments: pl.DataFrame, history: pl.DataFrame, coder: str, share: float, seed: int
) -> pl.DataFrame:
    """A simple random draw from the segments that others have coded and ``coder`` has not.

    Parameters
    ----------
    segments, history
        As declared in :mod:`leadscape.survey.coding.tables`.
    coder
        Who is to code a second time.
    share
        0-1, of the segments that others have coded; rounded up. What ``coder`` has coded already counts towards it.

    Returns
    -------
    pl.DataFrame
        As :class:`~leadscape.survey.coding.tables.Segments`, in their order.

    Raises
    ------
    NotIdentified
        When nobody else has coded anything, or the share is not between 0 and 1.

    Notes
    -----
    Each segment gets a place in one random order of all segments, which depends on the seed and on nothing that was
    decided. A larger share holds every segment of a smaller one.
    """
    if not 0 < share <= 1:
        raise NotIdentified(
            f"A share of {share:g} cannot be drawn.",
            "It is the part of the coded segments that a second person codes.",
            "Use a number above 0 and at most 1, such as 0.2.",
        )
    stood = standing_decisions(history).filter(pl.col("step").cast(pl.String) == "coding")
    others = stood.filter(pl.col("coder") != coder)["segment_id"].unique()
    own = stood.filter(pl.col("coder") == coder)["segment_id"].unique()
    coded = segments.filter(pl.col("segment_id").is_in(others.implode()))
    if not coded.height:
        raise NotIdentified(
            f"Nobody but {coder} has coded a segment." if own.len() else "Nobody has coded a segment.",
            "A second coding is of what somebody else has coded before.",
            "Read the first coder's sheet first.",
        )
    order = segments.select("segment_id").sort("segment_id")
    place = random_stream(seed, "second coding").permutation(order.height)
    ranked = coded.join(order.with_columns(place=pl.Series(place)), on="segment_id", maintain_order="left")
    drawn = ranked.sort("place").head(ceil(share * coded.height))["segment_id"]
    return coded.filter(
        pl.col("segment_id").is_in(drawn.implode()), ~pl.col("segment_id").is_in(own.implode())
    )
