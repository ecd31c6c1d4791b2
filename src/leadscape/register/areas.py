"""What does each authority look like on a map, drawn from where its schools stand or from given boundaries?

In: :class:`~leadscape.register.tables.Schools`, optionally a boundary file. Out: :class:`Areas`.

Method without boundaries: every place in the country belongs to the authority of its nearest school. The
cells of nearest school (Voronoi) are dissolved by authority and clipped to the settled area: the triangles
between neighbouring schools (Delaunay) that are not longer than schools are usually apart there, widened a
little. Borders are simplified together, so that neighbours keep sharing them. Every length follows from the
typical distance between neighbouring schools, so the method holds in any country.

What it does not say: a derived border is a likeness, not a boundary. Where two authorities meet in open
country it lies half-way between their nearest schools; narrow water is bridged, as schools on both sides
stand close.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import shapely

from leadscape.core.errors import NotFound
from leadscape.register.boundaries import (
    GRID_M,
    Boundaries,
    dissolve,
    match_features,
    polygonal,
    read_boundaries,
)
from leadscape.register.geography import BRITISH_NATIONAL_GRID, local_projection, to_planar
from leadscape.register.tessellation import (
    TOLERANCE,
    cells,
    settled_area,
    triangulate,
    typical_spacing,
    without_strays,
)

if TYPE_CHECKING:
    from pathlib import Path

DERIVED: Final = (
    "Shapes derived from school locations: each place belongs to the authority of its nearest school."
)
FEW_SCHOOLS: Final = 3


@dataclass(frozen=True)
class Areas:
    """Shapes of authorities and places of schools, in the same planar metres.

    Attributes
    ----------
    shapes
        ``authority_code``, ``wkb`` (polygon or multipolygon), ordered by code.
    outline
        WKB of the whole settled area.
    points
        ``urn``, ``x``, ``y`` of every school with a place.
    crs
        Coordinate system of all three.
    source
        A sentence for the reader of the map: what the shapes are.
    bounds
        West, south, east, north of the shapes, metres.
    unmatched
        ``kind`` (``feature`` or ``authority``), ``id``, ``name``, ``reason``: what could not be drawn.
    notes
        Sentences on shapes to be read with care.
    """

    shapes: pl.DataFrame
    outline: bytes
    points: pl.DataFrame
    crs: str
    source: str
    bounds: tuple[float, float, float, float]
    unmatched: pl.DataFrame
    notes: tuple[str, ...]


def draw_areas(schools: pl.DataFrame, *, boundaries: Path | None = None) -> Areas:
    """Shapes of authorities, derived from school locations or taken from a boundary file.

    Parameters
    ----------
    schools
        As :class:`~leadscape.register.tables.Schools`: ``urn``, ``authority_code``, ``authority_name`` and
        a place (``easting`` and ``northing``, or ``longitude`` and ``latitude``).
    boundaries
        GeoJSON or TopoJSON of authorities, or of districts within them. A file of larger areas, such as
        regions, is used as the coastline that derived shapes are clipped to.

    Returns
    -------
    Areas

    Raises
    ------
    NotFound
        When no school has both a place and an authority.
    FileProblem
        When the boundary file holds no polygons.
    """
    located, crs = _place(schools)
    placed = located.drop_nulls("authority_code")
    if placed.is_empty():
        raise NotFound(
            "No school has both a place and an authority.",
            "The map of authorities is drawn from where their schools stand.",
            "Give a register with coordinates and authority codes, or leave the map out.",
        )
    points = located.select("urn", "x", "y").sort("urn")
    if boundaries is None:
        codes, polygons, notes = _derive(placed, None)
        unmatched = _without_shape(schools, codes, "It has no school with a place.")
        source = (
            "Shapes derived from school locations: each place belongs to the authority of its nearest school."
        )
        return _areas(codes, polygons, points, crs, source, unmatched, notes)
    given = read_boundaries(boundaries, crs)
    matched = match_features(given, placed)
    covered = matched["authority_code"].drop_nulls().n_unique()
    if covered < placed["authority_code"].n_unique() / 2:
        coast = dissolve(given.polygons)
        codes, polygons, notes = _derive(placed, coast)
        unmatched = _without_shape(schools, codes, "It has no school with a place inside the areas given.")
        source = f"{DERIVED} Clipped to {given.name}, whose areas are larger than authorities."
        return _areas(codes, polygons, points, crs, source, unmatched, notes)
    codes, polygons = _dissolve_given(given, matched)
    left_out = matched.filter(pl.col("authority_code").is_null()).select(
        kind=pl.lit("feature"),
        id=pl.col("feature").cast(pl.String),
        name="label",
        reason=pl.when(pl.col("rule") == "no_schools")
        .then(pl.lit("No school stands in it and no authority has its code or name."))
        .otherwise(pl.lit("Its schools belong to several authorities, none of them to most.")),
    )
    lacking = _without_shape(schools, codes, f"No area of {given.name} belongs to it.")
    source = f"Shapes from {given.name}, given to the authority each names or that of most schools inside."
    return _areas(codes, polygons, points, crs, source, pl.concat([left_out, lacking]), ())


def _areas(
    codes: list[str],
    polygons: np.ndarray,
    points: pl.DataFrame,
    crs: str,
    source: str,
    unmatched: pl.DataFrame,
    notes: tuple[str, ...],
) -> Areas:
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(polygons))
    shapes = pl.DataFrame(
        {"authority_code": codes, "wkb": shapely.to_wkb(polygons).tolist()},
        schema={"authority_code": pl.String, "wkb": pl.Binary},
    )
    outline = shapely.to_wkb(dissolve(polygons))
    return Areas(shapes, outline, points, crs, source, (west, south, east, north), unmatched, notes)


def _place(schools: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Schools with ``x`` and ``y`` in one planar system: the national grid where most have it, else local."""
    numbers = schools.select(
        pl.col(name).cast(pl.Float64) if name in schools.columns else pl.lit(None, pl.Float64).alias(name)
        for name in ("easting", "northing", "longitude", "latitude")
    )
    x, y, longitude, latitude = (numbers[name].to_numpy().copy() for name in numbers.columns)
    gridded = np.isfinite(x) & np.isfinite(y)
    in_degrees = np.isfinite(longitude) & np.isfinite(latitude)
    by_grid = gridded.sum() >= (in_degrees & ~gridded).sum()
    crs = BRITISH_NATIONAL_GRID if by_grid else local_projection(longitude, latitude)
    to_convert = in_degrees & ~gridded if by_grid else in_degrees
    if not by_grid:
        x, y = np.full_like(longitude, np.nan), np.full_like(latitude, np.nan)
    if to_convert.any():
        x[to_convert], y[to_convert] = to_planar(longitude[to_convert], latitude[to_convert], crs)
    placed = schools.select("urn", "authority_code", "authority_name").with_columns(x=x, y=y)
    return placed.filter(pl.col("x").is_finite() & pl.col("y").is_finite()), crs


def _derive(
    placed: pl.DataFrame, coast: shapely.Geometry | None
) -> tuple[list[str], np.ndarray, tuple[str, ...]]:
    """Codes and polygons of every authority with a placed school."""
    sites = (
        placed.group_by(pl.col("x").round(0), pl.col("y").round(0))
        .agg(pl.col("authority_code").mode().min())
        .sort("x", "y")
    )
    places = sites.select("x", "y").to_numpy()
    triangles = triangulate(places)
    code_list, label = np.unique(sites["authority_code"].to_numpy(), return_inverse=True)
    label, strays = without_strays(label, triangles)
    spacing = typical_spacing(places, triangles)
    outline = settled_area(places, triangles, spacing) if coast is None else coast
    nearest = cells(places, outline)
    dissolved = np.array([shapely.coverage_union_all(nearest[label == one]) for one in range(len(code_list))])
    clipped = polygonal(shapely.intersection(dissolved, outline, grid_size=GRID_M))
    simplified = polygonal(shapely.coverage_simplify(clipped, TOLERANCE * spacing))
    polygons = np.where(shapely.is_empty(simplified), clipped, simplified)
    there = ~shapely.is_empty(polygons)
    few = np.bincount(label, minlength=len(code_list)) < FEW_SCHOOLS
    names = dict(placed.select("authority_code", "authority_name").iter_rows())
    notes = []
    if strays:
        notes.append(
            f"The shapes pass over {strays} school sites that stand among those of another authority."
        )
    if few.any():
        listed = ", ".join(names.get(code) or code for code in code_list[few])
        notes.append(f"Shapes of authorities with fewer than {FEW_SCHOOLS} school sites are rough: {listed}.")
    return list(code_list[there]), polygons[there], tuple(notes)


def _dissolve_given(given: Boundaries, matched: pl.DataFrame) -> tuple[list[str], np.ndarray]:
    groups = (
        matched.drop_nulls("authority_code").group_by("authority_code").agg("feature").sort("authority_code")
    )
    dissolved = np.array(
        [
            shapely.union_all(given.polygons[features.to_numpy()], grid_size=GRID_M)
            for features in groups["feature"]
        ]
    )
    return groups["authority_code"].to_list(), polygonal(dissolved)


def _without_shape(schools: pl.DataFrame, codes: list[str], reason: str) -> pl.DataFrame:
    known = schools.drop_nulls("authority_code").unique("authority_code", keep="first").sort("authority_code")
    return known.filter(~pl.col("authority_code").is_in(codes)).select(
        kind=pl.lit("authority"), id="authority_code", name="authority_name", reason=pl.lit(reason)
    )
