"""The shapes and points of a report's map as GeoJSON, for a map that can be moved.

In: what :mod:`leadscape.report.map` draws. Out: text in degrees (WGS84), as RFC 7946 asks. Nothing is shown here that
the report does not show.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from leadscape.register.geography import to_degrees

if TYPE_CHECKING:
    import polars as pl

    from leadscape.register.areas import Areas
    from leadscape.report.contents import PointsShown

DECIMALS: Final = 5
"""About a metre: more would pretend that derived borders are surveyed."""


def shapes_as_geojson(areas: Areas, authorities: pl.DataFrame) -> str:
    """One feature an authority, with its code and name; ``source`` says what the shapes are.

    Parameters
    ----------
    authorities
        As :class:`~leadscape.landscape.tables.AuthorityDistribution`.
    """
    names = dict(authorities.select("authority_code", "authority_name").iter_rows())
    shapes = shapely.from_wkb(areas.shapes["wkb"].to_list())
    turned = shapely.transform(shapes, lambda xy: np.column_stack(_degrees(xy[:, 0], xy[:, 1], areas.crs)))
    features = [
        _feature(
            json.loads(shapely.to_geojson(shape)), id=code, properties={"code": code, "name": names.get(code)}
        )
        for code, shape in zip(areas.shapes["authority_code"], turned, strict=True)
    ]
    return _collection(features, source=areas.source, notes=list(areas.notes))


def points_as_geojson(areas: Areas, home: PointsShown) -> str:
    """One feature a home school that the report's map shows, with the role's origin and nothing else."""
    points = home.points
    longitude, latitude = _degrees(points["x"].to_numpy(), points["y"].to_numpy(), areas.crs)
    places = zip(longitude.tolist(), latitude.tolist(), points["origin"].cast(str), strict=True)
    features = [
        _feature({"type": "Point", "coordinates": [east, north]}, properties={"origin": origin})
        for east, north, origin in places
    ]
    return _collection(features, source=f"{home.told} not shown", notes=list(home.reasons))


def _degrees(x: np.ndarray, y: np.ndarray, crs: str) -> tuple[np.ndarray, np.ndarray]:
    longitude, latitude = to_degrees(x, y, crs)
    return np.round(longitude, DECIMALS), np.round(latitude, DECIMALS)


def _feature(geometry: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, **more}


def _collection(features: list[dict[str, Any]], **more: Any) -> str:
    made = {"type": "FeatureCollection", "features": features, **more}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n"
