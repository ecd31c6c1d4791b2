"""Which ground is nearest to which school, and how far does the settled country reach?

In: places in planar metres. Out: triangles, cells and the outline that :mod:`leadscape.register.areas`
draws from. Every length is a multiple of the typical distance between neighbouring schools, so that it
holds in any country.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
import shapely

STRAY_SCHOOLS: Final = 2
LONE_SPACING_M: Final = 1500.0
# In typical distances between neighbouring schools (1.4 km in England), tried by eye on the register of
# August 2022: estuaries stay open and the northern uplands stay whole.
REACH: Final = 8.0
REACH_LIMIT: Final = 22.0
REACH_OF_LOCAL: Final = 2.2
MARGIN: Final = 1.8
TOLERANCE: Final = 0.6


def triangulate(places: np.ndarray) -> np.ndarray:
    """Corner indices (triangles, 3) of the Delaunay triangulation; none for places all in one line."""
    from scipy.spatial import Delaunay, QhullError

    try:
        return Delaunay(places).simplices if len(places) > 2 else np.empty((0, 3), dtype=np.int32)
    except QhullError:
        return np.empty((0, 3), dtype=np.int32)


def _sides(places: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    corners = places[triangles]
    return np.linalg.norm(corners - np.roll(corners, -1, axis=1), axis=2)


def typical_spacing(places: np.ndarray, triangles: np.ndarray) -> float:
    """Median distance between neighbouring schools, metres."""
    return float(np.median(_sides(places, triangles))) if len(triangles) else LONE_SPACING_M


def without_strays(label: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, int]:
    """Labels in which one or two sites among those of another authority take its label, and how many did.

    An authority's largest group of neighbouring sites always stays, however small.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(triangles):
        return label, 0
    first = np.concatenate([triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()])
    second = np.concatenate([np.roll(triangles, -1, axis=1).ravel(), triangles.ravel()])
    same = label[first] == label[second]
    links = coo_array((np.ones(same.sum()), (first[same], second[same])), shape=(len(label), len(label)))
    _, group = connected_components(links, directed=False)
    size = np.bincount(group)[group]
    sites = pl.DataFrame({"site": np.arange(len(label)), "label": label, "group": group, "size": size})
    main = sites.sort("size", "group", descending=[True, False]).unique("label", keep="first")["group"]
    stray = sites.filter(~pl.col("group").is_in(main.implode()), pl.col("size") <= STRAY_SCHOOLS)
    around = pl.DataFrame({"site": first[~same], "other": label[second[~same]]}).cast({"site": pl.Int64})
    taken = (
        stray.select("site", "group")
        .join(around, on="site")
        .group_by("group")
        .agg(pl.col("other").mode().min())
        .join(stray.select("site", "group"), on="group")
    )
    smoothed = label.copy()
    smoothed[taken["site"].to_numpy()] = taken["other"].to_numpy()
    return smoothed, taken.height


def settled_area(places: np.ndarray, triangles: np.ndarray, spacing: float) -> shapely.Geometry:
    """The country as far as schools reach: its triangles that are not too long, widened, holes closed."""
    sides = _sides(places, triangles)
    corner_sides = pl.DataFrame(
        {
            "site": np.concatenate([triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()]),
            "side": np.concatenate([sides.ravel(), sides.ravel()]),
        }
    )
    local = np.full(len(places), spacing)
    medians = corner_sides.group_by("site").agg(pl.col("side").median())
    local[medians["site"].to_numpy()] = medians["side"].to_numpy()
    limit = np.clip(REACH_OF_LOCAL * local[triangles].mean(axis=1), REACH * spacing, REACH_LIMIT * spacing)
    kept = triangles[sides.max(axis=1) < limit] if len(triangles) else triangles
    alone = np.setdiff1d(np.arange(len(places)), kept)
    land = shapely.coverage_union_all(shapely.polygons(places[kept]))
    margin = MARGIN * spacing
    ground = shapely.union_all(np.array([land, shapely.multipoints(places[alone])]))
    wide = shapely.buffer(ground, 2 * margin)
    parts = shapely.get_parts(shapely.buffer(wide, -margin))
    filled = shapely.union_all(np.array([shapely.Polygon(shapely.get_exterior_ring(part)) for part in parts]))
    return shapely.simplify(filled, TOLERANCE * spacing / 3)


def cells(places: np.ndarray, outline: shapely.Geometry) -> np.ndarray:
    """For each place the area nearer to it than to any other, as far as the outline at least."""
    if len(places) == 1:
        return np.array([shapely.envelope(outline)])
    drawn = shapely.voronoi_polygons(shapely.multipoints(places), extend_to=outline, ordered=True)
    return np.array(shapely.get_parts(drawn))
