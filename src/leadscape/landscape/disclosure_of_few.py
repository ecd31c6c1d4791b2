"""May a study of very few people be published? With every count of people hidden, it may.

:class:`~leadscape.landscape.results.Landscape` in, another one out. Hiding single counts cannot protect people where
so few were reported that the rest tells them (:class:`~leadscape.core.errors.Suppressed`). Then no count is shown, no
zero either, and nothing that follows from one: what is left are the places, roles and answers that the study is about.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import Suppressed
from leadscape.core.missing import REPORTED, SUPPRESSED, Status
from leadscape.landscape.disclosure import suppress_landscape
from leadscape.landscape.distribution import band_of_holdings
from leadscape.landscape.results import EVERY_COUNT

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook
    from leadscape.landscape.results import Landscape

_TABLES: Final = ("extent", "totals", "kinds", "phases", "authorities", "regions")
_TOLD: Final = (
    "holdings", "leaders", "local_holdings", "national_holdings", "reported_at_least", "pct", "denominator",
    "per_100_schools", "national_per_100_schools", "local_per_100_schools",
)  # fmt: skip
"""Columns that count people, or follow from such a count."""
_LEFT_OUT: Final = ("estimates", "sensitivity", "models", "consistency", "doubt")
_ALSO_GONE: Final = ("network", "reach", EVERY_COUNT)


def publish_landscape(
    landscape: Landscape,
    threshold: int,
    round_to: int | None = None,
    codebook: Codebook | None = None,
    seed: int = 0,
) -> Landscape:
    """``landscape`` as :func:`~leadscape.landscape.disclosure.suppress_landscape` gives it, or without any count.

    Parameters
    ----------
    landscape, threshold, round_to, codebook, seed
        As for :func:`~leadscape.landscape.disclosure.suppress_landscape`.
    """
    try:
        return suppress_landscape(landscape, threshold, round_to, codebook, seed)
    except Suppressed:
        return hide_every_count(landscape)


def hide_every_count(landscape: Landscape) -> Landscape:
    """``landscape`` without a count of people, and without what follows from one.

    Every count that was reported has the status ``suppressed``, zero as well. Which tables are left out does not depend
    on what they held, so that their absence tells nothing.
    """
    return replace(
        landscape,
        **{name: _hide(getattr(landscape, name)) for name in _TABLES},
        **{name: getattr(landscape, name).clear() for name in _LEFT_OUT},
        concentration=None,
        network=None,
        withheld=frozenset((*_LEFT_OUT, *_ALSO_GONE)),
    )


def _hide(table: pl.DataFrame) -> pl.DataFrame:
    statuses = [name for name in table.columns if name.endswith("_status")]
    hidden = table.with_columns(
        *(
            pl.when(pl.col(name).cast(pl.String) == REPORTED)
            .then(pl.lit(SUPPRESSED, Status))
            .otherwise(pl.col(name))
            .alias(name)
            for name in statuses
        ),
        *(pl.lit(None, table.schema[name]).alias(name) for name in _TOLD if name in table.columns),
    )
    return hidden.with_columns(band_of_holdings()) if "band" in hidden.columns else hidden
