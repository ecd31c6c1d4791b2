"""Two maps of one country: rates by authority, and the home schools of leaders.

In: shapes and points in planar metres (:mod:`leadscape.register.areas`), the distribution by authority. Out: figures.
Unknown, suppressed and not collected each have a fill of their own and a line in the legend; none of them is the
lightest class.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import shapely

from leadscape.codebooks import Codebook
from leadscape.core.missing import NOT_COLLECTED, REPORTED, SUPPRESSED, UNKNOWN
from leadscape.report import style
from leadscape.report.contents import WITHHELD, PointsShown
from leadscape.report.map_geometry import Window, clip, dot_path, fit_window, shape_paths
from leadscape.report.map_marks import (
    LEGEND_LEFT,
    MARGIN,
    Line,
    class_colours,
    dot_form,
    dot_symbol,
    edge,
    legend,
    missing_fill,
    patterns,
    swatch,
)
from leadscape.report.rendering import Figure, wrap_drawing
from leadscape.report.wording import MISSING_WORDS, decimal, listed, plural, whole

if TYPE_CHECKING:
    from leadscape.register.areas import Areas

WIDTH: Final = 720
MAP_WIDTH: Final = 490
MAP_HEIGHT: Final = 620
INSET_SIZE: Final = 190
INSET_CHARACTERS: Final = 34
FEWEST_IN_CLASS: Final = 4
INSET_RATIO: Final = 3
"""A region gets an inset when its authorities are this many times smaller than usual (medians)."""


@dataclass(frozen=True)
class _Ground:
    """Shapes of the authorities with their rows of the distribution, and where they are drawn."""

    rows: list[dict[str, object]]
    shapes: list[shapely.Geometry]
    main: Window
    inset: Window | None
    inset_name: str
    height: float


def draw_rate_map(areas: Areas, authorities: pl.DataFrame) -> Figure:
    """Role-holdings per 100 schools, by authority."""
    ground = _ground(areas, authorities)
    name = "map_rates"
    rates = authorities.filter(pl.col("holdings_status").cast(pl.String) == REPORTED)[
        "per_100_schools"
    ].drop_nulls()
    breaks = class_breaks(rates.to_numpy())
    classes = np.searchsorted(breaks, rates.to_numpy(), side="right")
    fills = [_fill(row, breaks, name) for row in ground.rows]
    titles = [_authority_words(row) for row in ground.rows]
    colours = class_colours(len(breaks) + 1)
    lines: list[Line] = [
        (swatch(colour), f"{words} ({int((classes == place).sum())})")
        for place, (colour, words) in enumerate(zip(colours, class_words(breaks), strict=True))
        if len(rates)
    ]
    statuses = [str(row["holdings_status"]) for row in ground.rows]
    lines += [
        (
            swatch(missing_fill(status, name)),
            f"{MISSING_WORDS[status]} ({statuses.count(status)})",
        )
        for status in (UNKNOWN, SUPPRESSED, NOT_COLLECTED)
        if status in statuses
    ]
    content = patterns(name) + _draw_shapes(ground, fills, titles, style.BORDER)
    content += legend(
        "Role-holdings per 100 schools", lines, "In brackets: number of authorities"
    ) + _inset_frame(ground)
    span = rates.to_list()
    known = f", from {decimal(min(span))} to {decimal(max(span))} per 100 schools" if span else ""
    description = (
        f"Map of {plural(len(ground.rows), 'authority')}. The rate is known for {len(span)}{known}. "
        "The table “Role-holdings by authority” holds every figure."
    )
    return wrap_drawing(
        name, "Role-holdings per 100 schools, by authority", description, content, WIDTH, ground.height
    )


def draw_home_map(areas: Areas, authorities: pl.DataFrame, home: PointsShown, codebook: Codebook) -> Figure:
    """Every home school that may be shown, by the origin of the role."""
    ground = _ground(areas, authorities)
    name = "map_home_schools"
    labels = {**codebook.labels("origins"), WITHHELD: "Origin not shown"}
    colours = {**style.origin_colours(tuple(codebook.labels("origins"))), WITHHELD: style.WITHHELD_COLOUR}
    counts = dict(home.points.group_by("origin").len().iter_rows())
    present = sorted((o for o in labels if counts.get(o)), key=lambda o: (o != WITHHELD, -counts[o]))
    lines: list[Line] = []
    content = _draw_shapes(
        ground, [style.LAND] * len(ground.rows), [""] * len(ground.rows), style.LAND_BORDER
    )
    for place, origin in enumerate(present):
        form = 0 if origin == WITHHELD else place - (WITHHELD in present)
        points = home.points.filter(pl.col("origin") == origin)
        content += _dots(points, ground, colours[origin], form)
        lines.append((dot_symbol(colours[origin], form), f"{labels[origin]}: {whole(counts[origin])}"))
    content += legend("Home schools, by origin", lines) + _inset_frame(ground)
    description = (
        f"Map of the home schools of {plural(home.points.height, 'role-holding')}"
        f"{', each drawn at a school near by' if home.among_neighbours else ''}. "
        f"{home.told[:1].upper()}{home.told[1:]} not shown. The table “Role-holdings by authority” holds the numbers."
    )
    return wrap_drawing(
        name, "Home schools of leaders, by origin of the role", description, content, WIDTH, ground.height
    )


def class_breaks(rates: np.ndarray, classes: int = len(style.SEQUENCE)) -> np.ndarray:
    """Breaks between classes that hold about equally many authorities, rounded to figures that can be read.

    So few classes that each can hold several authorities, and none that holds none.
    """
    classes = min(classes, len(rates) // FEWEST_IN_CLASS)
    if classes < 2:
        return np.array([])
    quantiles = np.quantile(rates, np.arange(1, classes) / classes)
    places = 0 if np.ptp(quantiles) >= classes * 2 else 1
    rounded = np.unique(np.round(quantiles, places))
    # Rates below each break: a break with as many as the one before, with none or with all leaves a class empty.
    below = np.searchsorted(np.sort(rates), rounded, side="left")
    places_kept, first = np.unique(below, return_index=True)
    return rounded[first[(places_kept > 0) & (places_kept < len(rates))]]


def class_words(breaks: np.ndarray) -> list[str]:
    """What each class holds: from its lower break to under the next."""
    if not len(breaks):
        return ["known"]
    written = [decimal(value, 0 if (breaks == np.round(breaks)).all() else 1) for value in breaks]
    middle = [f"{low} to under {high}" for low, high in pairwise(written)]
    return [f"under {written[0]}", *middle, f"{written[-1]} and over"]


def _ground(areas: Areas, authorities: pl.DataFrame) -> _Ground:
    shown = areas.shapes.join(authorities, on="authority_code", how="inner").sort("authority_code")
    shapes = list(shapely.from_wkb(shown["wkb"].to_list()))
    main = fit_window(areas.bounds, MARGIN, MARGIN, MAP_WIDTH, MAP_HEIGHT)
    name, bounds = _dense_region(shown, shapes)
    inset = fit_window(bounds, LEGEND_LEFT, 0, INSET_SIZE, INSET_SIZE) if bounds else None
    height = max(main.height + 2 * MARGIN, 330)
    if inset:
        height = max(height, 300 + inset.height)
        top = height - MARGIN - inset.height
        inset = Window(inset.west, inset.south, inset.east, inset.north, inset.left, top, inset.scale)
    return _Ground(shown.drop("wkb").to_dicts(), shapes, main, inset, name, float(np.ceil(height)))


def _dense_region(
    shown: pl.DataFrame, shapes: list[shapely.Geometry]
) -> tuple[str, tuple[float, float, float, float] | None]:
    """The region whose authorities are far smaller than usual, if any, and its bounds.

    Regions as dense that overlap it (an inner and an outer ring) are shown with it.
    """
    if not shapes:
        return "", None
    sized = shown.select("region", area=pl.Series(shapely.area(shapes)), row=pl.int_range(pl.len()))
    usual = sized["area"].median()
    dense = (
        sized.drop_nulls("region")
        .group_by("region")
        .agg(pl.col("area").median(), pl.len(), pl.col("row"))
        .filter(pl.col("len") >= 5, pl.col("area") * INSET_RATIO < usual)
        .sort("area", "region")
    )
    if not dense.height:
        return "", None
    boxes = [shapely.box(*shapely.total_bounds([shapes[row] for row in rows])) for rows in dense["row"]]
    near = [place for place, box in enumerate(boxes) if shapely.intersects(box, boxes[0])]
    west, south, east, north = (
        float(edge) for edge in shapely.total_bounds([boxes[place] for place in near])
    )
    return listed([dense["region"][place] for place in near]), (west, south, east, north)


def _draw_shapes(ground: _Ground, fills: list[str], titles: list[str], border: str) -> str:
    layers = [_layer(shape_paths(ground.shapes, ground.main), fills, titles, border)]
    if ground.inset:
        near = [shapely.intersects(shape, ground.inset.box) for shape in ground.shapes]
        inside = [place for place, is_near in enumerate(near) if is_near]
        paths = shape_paths(clip([ground.shapes[place] for place in inside], ground.inset), ground.inset)
        layers.append(_layer(paths, [fills[p] for p in inside], [titles[p] for p in inside], border))
    return "".join(layers)


def _layer(paths: list[str], fills: list[str], titles: list[str], border: str) -> str:
    drawn = "".join(
        f'<path fill="{fill}"{edge(fill)} d="{path}">'
        + (f"<title>{escape(title)}</title>" if title else "")
        + "</path>"
        for path, fill, title in zip(paths, fills, titles, strict=True)
        if path
    )
    return f'<g transform="scale(.1)" stroke="{border}" stroke-width="6" stroke-linejoin="round">{drawn}</g>'


def _dots(points: pl.DataFrame, ground: _Ground, colour: str, place: int) -> str:
    size, cap = dot_form(place)
    layers = [(ground.main, size)] + ([(ground.inset, size * 1.3)] if ground.inset else [])
    return "".join(
        f'<g transform="scale(.1)" fill="none" stroke-linecap="{cap}">'
        f'<path d="{path}" stroke="{style.PAPER}" stroke-width="{width + 9:g}"/>'
        f'<path d="{path}" stroke="{colour}" stroke-width="{width:g}"/></g>'
        for window, width in layers
        if (path := dot_path(points, window))
    )


def _fill(row: dict[str, object], breaks: np.ndarray, name: str) -> str:
    rate = row["per_100_schools"]
    if row["holdings_status"] != REPORTED or not isinstance(rate, float):
        return missing_fill(str(row["holdings_status"]), name)
    return class_colours(len(breaks) + 1)[int(np.searchsorted(breaks, rate, side="right"))]


def _inset_frame(ground: _Ground) -> str:
    """The frame of the inset, its name, and the place it shows on the main map."""
    inset, main = ground.inset, ground.main
    if inset is None:
        return ""
    x = main.left + (inset.west - main.west) * main.scale
    y = main.top + (main.north - inset.north) * main.scale
    times = inset.scale / main.scale
    marked = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{inset.width / times:.1f}" height="{inset.height / times:.1f}"/>'
        f'<rect x="{inset.left - 4:.1f}" y="{inset.top - 4:.1f}" width="{inset.width + 8:.1f}" '
        f'height="{inset.height + 8:.1f}"/>'
    )
    words = wrap(f"{ground.inset_name}, enlarged {decimal(times, 0)} times", INSET_CHARACTERS)
    written = "".join(
        f'<text x="{LEGEND_LEFT - 4}" y="{inset.top - 12 - 15 * (len(words) - 1 - place):.1f}">{escape(line)}</text>'
        for place, line in enumerate(words)
    )
    return (
        f'<g fill="none" stroke="{style.SOFT_INK}" stroke-width=".8">{marked}</g>'
        f'<g font-size="12" fill="{style.INK}">{written}</g>'
    )


def _authority_words(row: dict[str, object]) -> str:
    status = str(row["holdings_status"])
    if status != REPORTED or not isinstance(row["per_100_schools"], float):
        return f"{row['authority_name']}: {MISSING_WORDS.get(status, status)}"
    rate, schools = decimal(row["per_100_schools"]), row["schools"]
    return f"{row['authority_name']}: {rate} per 100 schools ({row['holdings']} role-holdings, {schools} schools)"
