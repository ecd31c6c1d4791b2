"""From a declared chart to an SVG that a page can hold and a reader can hear.

The renderer counts its ids through the life of the process and labels every part for screen readers. Here ids are
numbered afresh within each figure, so that equal charts give equal bytes, and the figure speaks with one title and
one description instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from leadscape.report.style import CHART_FONT, INK, PAPER, RULE, SOFT_INK

VEGALITE: Final = "6.4"
PIXELS_PER_UNIT: Final = 2

_DROPPED: Final = re.compile(
    r' (?:role|class|aria-[a-z]+|font-family|pointer-events|xmlns:xlink|version)="[^"]*"'
)
_FULL_OPACITY: Final = re.compile(r' (?:fill-|stroke-)?opacity="1"')
_ROOT: Final = re.compile(r"^<svg[^>]*>(?:<rect[^>]*/>)?")
_SIZE: Final = re.compile(r' viewBox="0 0 ([\d.]+) ([\d.]+)"')

THEME: Final[dict[str, Any]] = {
    "font": "Arial",
    "aria": False,
    "background": PAPER,
    "view": {"stroke": None},
    "axis": {
        "domainColor": SOFT_INK,
        "gridColor": RULE,
        "gridWidth": 0.6,
        "labelColor": INK,
        "labelFontSize": 13,
        "labelLimit": 400,
        "tickColor": SOFT_INK,
        "titleColor": SOFT_INK,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titlePadding": 8,
    },
    "legend": {
        "labelColor": INK,
        "labelFontSize": 13,
        "orient": "top",
        "title": None,
        "symbolType": "square",
        "symbolSize": 120,
        "padding": 0,
        "offset": 8,
    },
    "header": {"labelColor": INK, "labelFontSize": 13, "titleColor": SOFT_INK},
    "text": {"color": INK, "fontSize": 13},
}


@dataclass(frozen=True)
class Figure:
    """One chart or map: what it is called, what it says to somebody who cannot see it, and the drawing.

    Attributes
    ----------
    name
        File name without ending; ids inside the drawing start with it.
    """

    name: str
    title: str
    description: str
    svg: str


def render_chart(name: str, title: str, description: str, specification: dict[str, Any]) -> Figure:
    """A Vega-Lite chart as a figure, without a browser or a network."""
    import vl_convert

    themed = {**specification, "config": {**specification.get("config", {}), **THEME}}
    drawn = vl_convert.vegalite_to_svg(themed, vl_version=VEGALITE)
    size = _SIZE.search(drawn)
    if size is None:
        raise ValueError(f"The chart {name} was drawn without a size.")
    content = _ROOT.sub("", drawn).removesuffix("</svg>")
    content = _FULL_OPACITY.sub("", _DROPPED.sub("", content))
    return wrap_drawing(name, title, description, _renumber(content, name), float(size[1]), float(size[2]))


def wrap_drawing(
    name: str, title: str, description: str, content: str, width: float, height: float
) -> Figure:
    """SVG content under a root that carries size, font, title and description."""
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-labelledby="figure-{name}-title figure-{name}-desc" '
        f'font-family="{CHART_FONT}">'
    )
    words = (
        f'<title id="figure-{name}-title">{escape(title)}</title>'
        f'<desc id="figure-{name}-desc">{escape(description)}</desc>'
        f'<rect width="{width:g}" height="{height:g}" fill="{PAPER}"/>'
    )
    return Figure(name, title, description, f"{root}{words}{content}</svg>\n")


def render_png(figure: Figure) -> bytes:
    """The figure as PNG, two pixels a unit."""
    import vl_convert

    return vl_convert.svg_to_png(figure.svg, scale=PIXELS_PER_UNIT)


def _renumber(content: str, name: str) -> str:
    """Ids in order of appearance, prefixed with the figure's name so that figures can share a page."""
    ids = dict.fromkeys(re.findall(r'\bid="([^"]+)"', content))
    for place, old in enumerate(ids):
        new = f"{name}-{place}"
        content = content.replace(f'id="{old}"', f'id="{new}"').replace(f"url(#{old})", f"url(#{new})")
    return content
