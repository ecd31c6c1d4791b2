"""Shapes and points of a country as compact SVG paths.

In: planar metres. Out: path strings in whole tenths of a drawing unit, relative from point to point, so that a whole
country takes a few hundred kilobytes. Shapes are simplified together, so that neighbours keep a common border.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
import shapely

TENTHS: Final = 10
DETAIL: Final = 0.35
"""Drawing units below which a bend in a border is not drawn."""


@dataclass(frozen=True)
class Window:
    """Part of the plane and the rectangle of the drawing that shows it.

    Attributes
    ----------
    west, south, east, north
        Planar metres.
    left, top
        Place of the north-west corner in the drawing, in drawing units.
    scale
        Drawing units a metre.
    """

    west: float
    south: float
    east: float
    north: float
    left: float
    top: float
    scale: float

    @property
    def width(self) -> float:
        """Width in drawing units."""
        return (self.east - self.west) * self.scale

    @property
    def height(self) -> float:
        """Height in drawing units."""
        return (self.north - self.south) * self.scale

    def tenths(self, xy: np.ndarray) -> np.ndarray:
        """Planar metres, shape (n, 2), as whole tenths of drawing units; north is up."""
        x = self.left + (xy[:, 0] - self.west) * self.scale
        y = self.top + (self.north - xy[:, 1]) * self.scale
        return np.rint(np.column_stack([x, y]) * TENTHS).astype(np.int64)

    @property
    def box(self) -> shapely.Geometry:
        """The part of the plane as a rectangle."""
        return shapely.box(self.west, self.south, self.east, self.north)


def fit_window(
    bounds: tuple[float, float, float, float], left: float, top: float, width: float, height: float
) -> Window:
    """The window that shows ``bounds`` (west, south, east, north) as large as ``width`` x ``height`` allows."""
    west, south, east, north = (float(edge) for edge in bounds)
    scale = min(width / max(east - west, 1.0), height / max(north - south, 1.0))
    return Window(west, south, east, north, left, top, scale)


def shape_paths(shapes: Sequence[shapely.Geometry], window: Window) -> list[str]:
    """One path a shape; a shape too small to draw becomes a mark of one unit, so that none vanishes."""
    if not shapes:
        return []
    simple = shapely.coverage_simplify(np.asarray(shapes, dtype=object), DETAIL / window.scale)
    parts, shape_of_part = shapely.get_parts(simple, return_index=True)
    polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, part_of_ring = shapely.get_rings(parts[polygon], return_index=True)
    shape_of_ring = shape_of_part[polygon][part_of_ring]
    xy, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    drawn = _ring_paths(window.tenths(xy), ring_of_point, len(rings))
    paths = [
        "".join(drawn[ring] for ring in np.flatnonzero(shape_of_ring == place))
        for place in range(len(shapes))
    ]
    return [path or _mark(shape, window) for path, shape in zip(paths, shapes, strict=True)]


def dot_path(points: pl.DataFrame, window: Window) -> str:
    """Dots as lines without length, one a distinct place; the stroke's cap gives them size and form."""
    inside = points.filter(
        pl.col("x").is_between(window.west, window.east), pl.col("y").is_between(window.south, window.north)
    )
    if not inside.height:
        return ""
    places = np.unique(window.tenths(inside.select("x", "y").to_numpy()), axis=0)
    return "".join(f"M{x} {y}h0" for x, y in places.tolist())


def clip(shapes: Sequence[shapely.Geometry], window: Window) -> list[shapely.Geometry]:
    """Shapes cut to the window; empty where they lie outside it."""
    return list(shapely.intersection(np.asarray(shapes, dtype=object), window.box))


def _ring_paths(points: np.ndarray, ring: np.ndarray, rings: int) -> list[str]:
    """Closed paths of rings; a ring that collapses to fewer than three places is empty."""
    repeated = np.zeros(len(points), dtype=bool)
    repeated[1:] = (ring[1:] == ring[:-1]) & (points[1:] == points[:-1]).all(axis=1)
    points, ring = points[~repeated], ring[~repeated]
    steps = np.diff(points, axis=0, prepend=points[:1]).tolist()
    starts = np.searchsorted(ring, np.arange(rings))
    ends = np.searchsorted(ring, np.arange(rings), side="right")
    places = points.tolist()
    return [
        _closed(places[start], steps[start + 1 : end - 1]) if end - start > 3 else ""
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def _closed(start: list[int], steps: list[list[int]]) -> str:
    return f"M{start[0]} {start[1]}l" + " ".join(f"{dx} {dy}" for dx, dy in steps) + "z"


def _mark(shape: shapely.Geometry, window: Window) -> str:
    if shapely.is_empty(shape):
        return ""
    x, y = window.tenths(shapely.get_coordinates(shapely.centroid(shape)))[0].tolist()
    return f"M{x - 5} {y - 5}h10v10h-10z"
