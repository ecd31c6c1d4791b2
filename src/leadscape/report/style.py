"""Colours and type of every chart, map, page and workbook, in one place.

Contrast was computed by the WCAG 2.2 formula: every text colour has at least 4.5 : 1 on every background it is used on,
every mark at least 3 : 1 on white. Blue and orange stay apart in the common forms of colour blindness; no meaning is
carried by colour alone.
"""

from __future__ import annotations

from typing import Final

INK: Final = "#16202a"
SOFT_INK: Final = "#47535f"
PAPER: Final = "#ffffff"
PANEL: Final = "#f4f6f7"
RULE: Final = "#cfd6db"
STRONG_RULE: Final = "#7d8a94"
ACCENT: Final = "#0d4f6b"
ACCENT_SOFT: Final = "#e4eef2"
WARNING: Final = "#8a3b06"
WARNING_SOFT: Final = "#fbf0e6"

MARK: Final = "#1d6a8c"
MARK_SOFT: Final = "#a9cbd9"
BAND_FILL: Final = "#cfe2ea"

SEQUENCE: Final = ("#dcebf0", "#a8cedb", "#6aa7be", "#2f7797", "#0b4460")
"""Five classes from low to high, of steadily falling lightness."""

LAND: Final = "#edf0f2"
LAND_BORDER: Final = "#c9d1d6"
NOT_COLLECTED: Final = "#c3c8cc"
HATCH: Final = "#7d8a94"
BORDER: Final = "#ffffff"

ORIGIN_COLOURS: Final = ("#c4500a", "#14567a", "#6d4a86", "#4c5a2a", "#7a1f3d")
UNASSIGNED_COLOUR: Final = "#4a4a4a"
WITHHELD_COLOUR: Final = "#7c868e"

PAGE_FONT: Final = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif'
HEADING_FONT: Final = (
    'Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, "Liberation Serif", serif'
)
CHART_FONT: Final = "Arial, Helvetica, 'Liberation Sans', sans-serif"
WORKBOOK_FONT: Final = "Calibri"


def origin_colours(origins: tuple[str, ...]) -> dict[str, str]:
    """A colour for each origin of a codebook, in its order; ``none`` is always the same grey."""
    assigned = [origin for origin in origins if origin != "none"]
    colours = {origin: ORIGIN_COLOURS[place % len(ORIGIN_COLOURS)] for place, origin in enumerate(assigned)}
    return {origin: colours.get(origin, UNASSIGNED_COLOUR) for origin in origins}
