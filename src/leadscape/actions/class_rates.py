"""Classes of a rate, for the legend of a map and the colours of its areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadscape.report.map import class_breaks, class_words
from leadscape.report.map_marks import class_colours


@dataclass(frozen=True)
class RateClasses:
    """How rates are told apart on a map.

    Attributes
    ----------
    breaks
        Lower end of every class but the first, ascending; empty where all known rates are one class.
    words
        What each class holds, one longer than ``breaks``.
    colours
        One colour a class, from light to dark, as ``#rrggbb``.
    """

    breaks: tuple[float, ...]
    words: tuple[str, ...]
    colours: tuple[str, ...]


def class_rates(rates: Sequence[float]) -> RateClasses:
    """The classes that a study's report uses, so that the map of a screen and of a report say the same.

    Parameters
    ----------
    rates
        Every known rate, role-holdings per 100 schools; missing ones are in no class.
    """
    breaks = class_breaks(np.asarray(rates, dtype=np.float64))
    return RateClasses(
        breaks=tuple(float(value) for value in breaks),
        words=tuple(class_words(breaks)),
        colours=tuple(class_colours(len(breaks) + 1)),
    )
