"""Fills, hatches, dots and swatches of the maps: what each looks like, on the map and in its legend."""

from __future__ import annotations

from html import escape
from typing import Final

import numpy as np

from leadscape.core.missing import SUPPRESSED, UNKNOWN
from leadscape.report import style

MARGIN: Final = 10
LEGEND_LEFT: Final = 520
LEGEND_STEP: Final = 25

Line = tuple[str, str]
"""One line of a legend: the SVG of its symbol, drawn at 0, 0; its words."""


def dot_form(place: int) -> tuple[float, str]:
    """Width in tenths and cap: the most frequent origin is a small round dot, the others larger squares and dots."""
    return ((24, "round"), (27, "square"), (34, "round"))[min(place, 2)]


def dot_symbol(colour: str, place: int) -> str:
    """The dot of an origin as the legend shows it."""
    size, cap = dot_form(place)
    return f'<path d="M9 8h0" stroke="{colour}" stroke-width="{size / 4:g}" stroke-linecap="{cap}"/>'


def patterns(name: str) -> str:
    """The two hatches: strokes one way for unknown, crossed for suppressed."""

    def pattern(status: str, size: int, width: int, strokes: str) -> str:
        return (
            f'<pattern id="{name}-{status}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
            f'<rect width="{size}" height="{size}" fill="{style.PAPER}"/>'
            f'<path d="{strokes}" stroke="{style.HATCH}" stroke-width="{width}" fill="none"/></pattern>'
        )

    unknown = pattern("unknown", 50, 8, "M-10 10 10-10M0 50 50 0M40 60 60 40")
    return f"<defs>{unknown}{pattern('suppressed', 60, 9, 'M0 0 60 60M0 60 60 0')}</defs>"


def swatch(fill: str) -> str:
    """A fill as the legend shows it; hatches are drawn in tenths, as on the map."""
    return (
        f'<g transform="scale(.1)"><rect width="180" height="150" fill="{fill}" stroke="{style.STRONG_RULE}" '
        f'stroke-width="6"/></g>'
    )


def missing_fill(status: str, name: str) -> str:
    """The fill of an authority whose rate is missing, by the reason."""
    return {UNKNOWN: f"url(#{name}-unknown)", SUPPRESSED: f"url(#{name}-suppressed)"}.get(
        status, style.NOT_COLLECTED
    )


def class_colours(classes: int) -> list[str]:
    """Colours for so many classes, spread over the whole sequence."""
    places = np.linspace(0, len(style.SEQUENCE) - 1, classes) if classes > 1 else np.array([2])
    return [style.SEQUENCE[round(place)] for place in places]


def edge(fill: str) -> str:
    """Hatched shapes get a grey border of their own: a white one would be lost in them."""
    return f' stroke="{style.RULE}"' if fill.startswith("url") else ""


def legend(title: str, lines: list[Line], note: str = "") -> str:
    """The legend: its title, a line a class or kind of dot, and a note below."""
    rows = "".join(
        f'<g transform="translate({LEGEND_LEFT} {MARGIN + 26 + place * LEGEND_STEP})">{symbol}'
        f'<text x="26" y="12.5">{escape(words)}</text></g>'
        for place, (symbol, words) in enumerate(lines)
    )
    below = MARGIN + 26 + len(lines) * LEGEND_STEP + 12.5
    said = (
        f'<text x="{LEGEND_LEFT}" y="{below}" fill="{style.SOFT_INK}">{escape(note)}</text>' if note else ""
    )
    return (
        f'<g font-size="12" fill="{style.INK}"><text x="{LEGEND_LEFT}" y="{MARGIN + 12}" font-weight="bold">'
        f"{escape(title)}</text>{rows}{said}</g>"
    )
