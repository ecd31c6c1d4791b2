"""What no return can say: local totals under every assumption about the authorities that stayed silent.

Numbers in: what was reported, what the silent would add if they were like the others. Table out:
``Sensitivity``. A pattern-mixture model in its plainest form: silent authorities have ``factor`` times the
rate of those that answered, and no data can say which factor is true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from leadscape.core.tables import frame_of
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.strata import StratifiedTotal
from leadscape.landscape.tables import Sensitivity


@dataclass(frozen=True)
class TippingPoint:
    """How silent authorities would have to differ for local roles to reach a share; ``factor`` null if none does it."""

    local_share_pct: float
    factor: float | None
    in_range: bool
    sentence: str


@dataclass(frozen=True)
class SensitivityBand:
    """Local totals as a function of how silent authorities differ from those that answered.

    Attributes
    ----------
    certain
        Local holdings reported outside silent authorities.
    floor
        Local holdings that others reported inside them: no assumption goes below.
    other
        Holdings of other origins, added as listed; null where no agency list came.
    total
        What the silent would add at factor 1, with its interval.
    """

    certain: int
    floor: int
    other: int | None
    total: StratifiedTotal
    config: LandscapeConfig

    @property
    def least(self) -> int:
        """What was reported: no figure goes below."""
        return self.certain + self.floor

    def with_total(self, total: StratifiedTotal) -> SensitivityBand:
        """The same for another estimate of what the silent would add."""
        return replace(self, total=total)

    def local(self, factor: float) -> float:
        """Local holdings when silent authorities have ``factor`` times the rate of the others."""
        return max(self.certain + factor * self.total.missing, float(self.least))

    def ends(self, factor: float) -> tuple[float, float]:
        """The design-based interval of :meth:`local`: its width grows with the part that is estimated."""
        middle, margin = self.certain + factor * self.total.missing, factor * self.total.margin
        return max(middle - margin, float(self.least)), max(middle + margin, float(self.least))

    def share(self, local: float) -> float | None:
        """``local`` as % of all origins; null where the others are not known, or there is nothing to share."""
        if self.other is None or local + self.other == 0:
            return None
        return 100 * local / (local + self.other)

    def table(self) -> pl.DataFrame:
        """One row a factor, as :class:`~leadscape.landscape.tables.Sensitivity`; factor 1 is always one of them."""
        config = self.config
        steps = np.arange(config.factor_low, config.factor_high + config.factor_step / 2, config.factor_step)
        factors = np.unique(np.round([*steps, 1.0, config.factor_high], 9))
        factors = factors[factors <= config.factor_high]
        rows: list[Mapping[str, Any]] = []
        for factor in factors.tolist():
            local, (low, high) = self.local(factor), self.ends(factor)
            rows.append(
                {
                    "factor": factor,
                    "local_total": local,
                    "local_low": low,
                    "local_high": high,
                    "total": None if self.other is None else local + self.other,
                    "local_share_pct": self.share(local),
                }
            )
        return frame_of(Sensitivity, rows)

    def tipping_point(self, share_pct: float) -> TippingPoint:
        """The factor at which local roles are ``share_pct`` of all."""
        if self.other is None or self.total.missing == 0:
            why = "no agency list came" if self.other is None else "no silent authority would add any"
            return TippingPoint(
                share_pct, None, False, f"Nothing brings local roles to {share_pct:g} %: {why}."
            )
        needed = self.other * share_pct / (100 - share_pct)
        if needed <= self.least:
            said = f"Local roles are {share_pct:g} % of all or more even if silent authorities have none."
            return TippingPoint(share_pct, None, False, said)
        factor = (needed - self.certain) / self.total.missing
        inside = self.config.factor_low <= factor <= self.config.factor_high
        said = (
            f"Local roles are {share_pct:g} % of all if silent authorities have {factor:.2f} times the rate of those "
            f"that answered{'' if inside else ', which is outside the range considered'}."
        )
        return TippingPoint(share_pct, factor, inside, said)
