"""Everything one study says about its landscape, in one frozen object that reports and screens read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from leadscape.landscape.tables import CountDoubt

EVERY_COUNT: Final = "counts"
"""What a landscape withholds that tells no count of people."""


@dataclass(frozen=True)
class Concentration:
    """How unevenly holdings are spread over authorities whose total is shown.

    Attributes
    ----------
    lorenz
        ``authorities_share`` and ``holdings_share`` (0-1), ordered from the authority with fewest.
    gini
        0 (all equal) to 1; ``gini_low`` and ``gini_high`` bound it (95 % bootstrap over authorities).
    cold_spots
        As :class:`~leadscape.landscape.tables.ColdSpots`.
    """

    lorenz: pl.DataFrame
    gini: float
    gini_low: float
    gini_high: float
    authorities: int
    cold_spots: pl.DataFrame


@dataclass(frozen=True)
class NetworkSummary:
    """The support network in figures; every share is of ``schools_in_network`` unless its name says otherwise.

    Attributes
    ----------
    arrows
        Ties whose home school is known.
    inside_group
        Those of them between two schools of one trust or federation; null where no memberships are at hand, or hidden.
    """

    supports: int
    home_schools: int
    partner_schools: int
    schools_in_network: int
    isolates: int
    hanging_on_one: int
    largest_component: int
    components: int
    longest_chain: int
    schools: pl.DataFrame
    reach: pl.DataFrame
    arrows: int | None = None
    inside_group: int | None = None


@dataclass(frozen=True)
class Landscape:
    """The landscape of one study. Tables are as declared in :mod:`leadscape.landscape.tables`.

    Attributes
    ----------
    doubt
        As :class:`~leadscape.landscape.tables.CountDoubt`; empty where every question about the returns is decided.
    withheld
        Names of tables that were left out or lost rows so that people are protected; of the network, ``network``
        stands for all of it and ``reach`` for single leaders and schools; ``counts`` for every count of people.
    """

    extent: pl.DataFrame
    totals: pl.DataFrame
    kinds: pl.DataFrame
    authorities: pl.DataFrame
    regions: pl.DataFrame
    phases: pl.DataFrame
    estimates: pl.DataFrame
    models: pl.DataFrame
    sensitivity: pl.DataFrame
    consistency: pl.DataFrame
    concentration: Concentration | None
    network: NetworkSummary | None
    doubt: pl.DataFrame = field(default_factory=CountDoubt.create_empty)
    withheld: frozenset[str] = frozenset()

    @property
    def hides_every_count(self) -> bool:
        """Whether so few people were reported that no count of them is told."""
        return EVERY_COUNT in self.withheld
