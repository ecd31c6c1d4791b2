"""What does a file of boundaries say, whatever its names, its years and its coordinates?

In: GeoJSON or TopoJSON. Out: polygons in planar metres with their properties, and which authority each
belongs to.

Method: TopoJSON's arcs are summed up from their steps and joined into rings, so that neighbours keep the
same border. A polygon belongs to the authority whose code or name it carries; any other to the authority of
most schools inside it, which turns districts into the authorities they lie in, whatever has been
reorganised since.

Source of the formats: RFC 7946 (GeoJSON, 2016); TopoJSON format specification (2013).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
import shapely

from leadscape.core.errors import FileProblem
from leadscape.core.identifiers import normalise_name
from leadscape.register.geography import to_planar

if TYPE_CHECKING:
    from pathlib import Path

GRID_M: Final = 1.0
MOST_SCHOOLS_SHARE: Final = 0.5
DETAIL_SHARE: Final = 1 / 2500  # of the country's longer side: what a page can show, 260 m in England


@dataclass(frozen=True)
class Boundaries:
    """Polygons of one file.

    Attributes
    ----------
    polygons
        One geometry a feature, planar metres, valid.
    properties
        One row a feature, in the same order: ``feature`` (position), and every text property under its own
        name.
    name
        Name of the file.
    """

    polygons: np.ndarray
    properties: pl.DataFrame
    name: str


def read_boundaries(path: Path, crs: str) -> Boundaries:
    """Polygons of a GeoJSON or TopoJSON file in the planar metres of ``crs``.

    Raises
    ------
    FileProblem
        When the file is neither, or holds no polygon.
    """
    content = _load(path)
    topology = content.get("type") == "Topology"
    features = _topology_features(content, path) if topology else _geojson_features(content, path)
    features = [one for one in features if one["geometry"].get("type") in ("Polygon", "MultiPolygon")]
    try:
        drawn = shapely.from_geojson([json.dumps(one["geometry"]) for one in features])
    except shapely.errors.GEOSException as error:
        raise _not_boundaries(path, f"has a polygon that cannot be read ({error})") from error
    # A polygon without an area (no points, or all on one line) can belong to nobody.
    solid = shapely.area(shapely.make_valid(drawn)) > 0
    drawn, features = drawn[solid], [one for one, kept in zip(features, solid, strict=True) if kept]
    if not features:
        raise _not_boundaries(path, "holds no polygon")
    west, south, east, north = shapely.total_bounds(drawn)
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        degrees = shapely.get_coordinates(drawn)
        drawn = shapely.set_coordinates(drawn, np.column_stack(to_planar(degrees[:, 0], degrees[:, 1], crs)))
    words = [
        {
            _as_text(key): _as_text(value)
            for key, value in one["properties"].items()
            if isinstance(value, str) and value.strip()
        }
        for one in features
    ]
    names = sorted({key for one in words for key in one} - {"feature"})
    columns = {name: pl.Series([one.get(name) for one in words], dtype=pl.String) for name in names}
    properties = pl.DataFrame({"feature": range(len(features)), **columns})
    west, south, east, north = shapely.total_bounds(drawn)
    tolerance = max(east - west, north - south) * DETAIL_SHARE
    simplified = shapely.coverage_simplify(_repaired(drawn), tolerance)
    return Boundaries(_without_specks(_repaired(simplified), tolerance**2), properties, path.name)


def match_features(boundaries: Boundaries, placed: pl.DataFrame) -> pl.DataFrame:
    """Which authority each feature belongs to, and how that is known.

    Parameters
    ----------
    boundaries
        Polygons with their properties.
    placed
        One row a school with a place: ``authority_code``, ``authority_name``, ``x``, ``y``.

    Returns
    -------
    polars.DataFrame
        ``feature``, ``label`` (its name, else its code or position), ``authority_code`` (null when it
        belongs to none), ``rule`` (``code``, ``name``, ``schools_inside``, ``no_schools``,
        ``several_authorities``), ``schools`` inside.
    """
    authorities = placed.select("authority_code", "authority_name").drop_nulls("authority_code").unique()
    by_code = authorities.select("authority_code", key="authority_code").unique()
    by_name = authorities.select("authority_code", key=normalise_name(pl.col("authority_name"))).drop_nulls()
    by_name = by_name.unique("key", keep="none")
    texts = boundaries.properties.drop("feature")
    code = _best_property(boundaries.properties, by_code, pl.col)
    name = _best_property(boundaries.properties, by_name, lambda column: normalise_name(pl.col(column)))
    inside = _schools_inside(boundaries.polygons, placed)
    labels = [column for column in texts.columns if re.search(r"n(a)?m(e)?$", column, re.IGNORECASE)]
    label = pl.coalesce(*labels, *texts.columns, pl.format("feature {}", "feature"))
    share = pl.col("most") / pl.col("schools")
    return (
        boundaries.properties.select("feature", label=label)
        .join(code.rename({"authority_code": "of_code"}), on="feature", how="left")
        .join(name.rename({"authority_code": "of_name"}), on="feature", how="left")
        .join(inside, on="feature", how="left")
        .with_columns(of_schools=pl.when(share > MOST_SCHOOLS_SHARE).then("authority_inside"))
        .select(
            "feature",
            "label",
            authority_code=pl.coalesce("of_code", "of_name", "of_schools"),
            rule=pl.when(pl.col("of_code").is_not_null())
            .then(pl.lit("code"))
            .when(pl.col("of_name").is_not_null())
            .then(pl.lit("name"))
            .when(pl.col("of_schools").is_not_null())
            .then(pl.lit("schools_inside"))
            .when(pl.col("schools").is_null())
            .then(pl.lit("no_schools"))
            .otherwise(pl.lit("several_authorities")),
            schools=pl.coalesce("schools", pl.lit(0)),
        )
        .sort("feature")
    )


def dissolve(polygons: np.ndarray) -> shapely.Geometry:
    """Neighbouring polygons as one; exact where they share their borders, else on a grid of a metre."""
    if shapely.coverage_is_valid(polygons):
        return shapely.coverage_union_all(polygons)
    return shapely.union_all(polygons, grid_size=GRID_M)


def polygonal(shapes: np.ndarray) -> np.ndarray:
    """The polygons of each shape; lines and points that an intersection leaves behind are no area."""
    kept = shapes.copy()
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    for index in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapes[index])
        kept[index] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return kept


def _repaired(shapes: np.ndarray) -> np.ndarray:
    broken = ~shapely.is_valid(shapes)
    repaired = shapes.copy()
    repaired[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return polygonal(repaired)


def _without_specks(shapes: np.ndarray, smallest: float) -> np.ndarray:
    """Shapes without islets and holes that no page can show; a shape that is nothing else keeps its largest part."""
    kept = shapes.copy()
    for index, shape in enumerate(shapes):
        parts = shapely.get_parts(shape)
        sizes = shapely.area(parts)
        large = parts[sizes >= min(smallest, sizes.max(initial=0))]
        kept[index] = shapely.multipolygons([_without_pinholes(part, smallest) for part in large])
    return kept


def _without_pinholes(part: shapely.Polygon, smallest: float) -> shapely.Polygon:
    holes = [ring for ring in part.interiors if shapely.Polygon(ring).area >= smallest]
    return shapely.Polygon(part.exterior, holes)


def _best_property(properties: pl.DataFrame, known: pl.DataFrame, read: Any) -> pl.DataFrame:
    """Feature and authority through the one text property that meets most of the known keys."""
    nothing = pl.DataFrame(schema={"feature": pl.Int64, "authority_code": pl.String})
    found = [
        properties.select(pl.col("feature"), key=read(column))
        .join(known, on="key")
        .select("feature", "authority_code")
        for column in properties.columns
        if column != "feature"
    ]
    return max(found, key=lambda one: one.height, default=nothing)


def _schools_inside(polygons: np.ndarray, placed: pl.DataFrame) -> pl.DataFrame:
    """For each feature: schools inside, the authority of most of them, and how many that is."""
    points = shapely.points(placed["x"].to_numpy(), placed["y"].to_numpy())
    school, feature = shapely.STRtree(polygons).query(points, predicate="within")
    authority = placed["authority_code"].gather(school)
    pairs = pl.DataFrame({"feature": feature.astype(np.int64), "authority_inside": authority})
    counted = pairs.group_by("feature", "authority_inside").agg(most=pl.len().cast(pl.Int64))
    return (
        counted.sort("feature", "most", "authority_inside", descending=[False, True, False])
        .with_columns(schools=pl.col("most").sum().over("feature"))
        .unique("feature", keep="first", maintain_order=True)
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise _not_boundaries(path, f"cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise _not_boundaries(path, "is not JSON") from error
    if not isinstance(content, dict):
        raise _not_boundaries(path, "is JSON of another kind")
    return content


def _as_text(value: str) -> str:
    """A string of JSON as text: half of a character, which JSON lets stand, is none."""
    return value.encode(errors="replace").decode()


def _not_boundaries(path: Path, what: str) -> FileProblem:
    return FileProblem(
        f"{path} {what}.",
        "The map of authorities is drawn from polygons.",
        "Give a GeoJSON or TopoJSON file of areas, or none: shapes then follow from where schools stand.",
    )


def _geojson_features(content: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    if content.get("type") == "Feature":
        content = {"features": [content]}
    if not isinstance(content.get("features"), list):
        raise _not_boundaries(path, "is neither GeoJSON nor TopoJSON")
    return [
        {"geometry": _object(one, "geometry"), "properties": _object(one, "properties")}
        for one in content["features"]
        if isinstance(one, dict)
    ]


def _object(feature: dict[str, Any], key: str) -> dict[str, Any]:
    found = feature.get(key)
    return found if isinstance(found, dict) else {}


def _topology_features(content: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    """Features of the object with most geometries, their arcs put together."""
    try:
        arcs = _decoded_arcs(content)
        layers = [one.get("geometries", [one]) for one in content["objects"].values()]
        geometries = max(layers, key=len, default=[])
        return [
            {
                "geometry": {"type": one["type"], "coordinates": _coordinates(one, arcs)}
                if "arcs" in one
                else {},
                "properties": {"id": one.get("id"), **(one.get("properties") or {})},
            }
            for one in geometries
        ]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _not_boundaries(path, f"is TopoJSON whose arcs do not fit together ({error!r})") from error


def _decoded_arcs(content: dict[str, Any]) -> list[np.ndarray]:
    """Arcs as coordinates: steps added up, then scaled and moved where the file is quantised."""
    lengths = [len(arc) for arc in content["arcs"]]
    steps = np.array([point[:2] for arc in content["arcs"] for point in arc], dtype=float)
    bounds = list(pairwise(np.concatenate([[0], np.cumsum(lengths)])))
    if "transform" not in content:
        return [steps[start:end] for start, end in bounds]
    scale, translate = (np.array(content["transform"][key], dtype=float) for key in ("scale", "translate"))
    return [np.cumsum(steps[start:end], axis=0) * scale + translate for start, end in bounds]


def _coordinates(geometry: dict[str, Any], arcs: list[np.ndarray]) -> list[Any]:
    if geometry["type"] == "Polygon":
        return [_ring(ring, arcs) for ring in geometry["arcs"]]
    return [[_ring(ring, arcs) for ring in polygon] for polygon in geometry["arcs"]]


def _ring(indices: list[int], arcs: list[np.ndarray]) -> list[list[float]]:
    """One ring; a negative index is the arc of its ones' complement, walked backwards."""
    pieces = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices]
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])]).tolist()
