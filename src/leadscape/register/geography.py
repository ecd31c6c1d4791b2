"""Where is a school, in the coordinates that maps and distances need?

In: eastings and northings of a national grid. Out: longitude and latitude (WGS84), distances in kilometres.

Method: the grid is unprojected and its datum shifted by a seven-parameter Helmert transformation, the same
one on every machine. Leaving the shift out puts an English school about 109 m from where it stands. A
correction grid (OSTN15) would be better by a few metres and is not used even where it is installed, so that
the same register always gives the same coordinates.

Accuracy: for the British National Grid 2 m on average by the EPSG register (operation 1314); 5 m at worst at
the test points of Ordnance Survey in England.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.errors import NotFound

if TYPE_CHECKING:
    from pyproj import Transformer

BRITISH_NATIONAL_GRID: Final = "EPSG:27700"
WGS84: Final = "EPSG:4326"
EARTH_RADIUS_KM: Final = 6371.0088
_GRID_FILES: Final = ("hgridshift", "vgridshift", "xyzgridshift", "tinshift", "defmodel")


def add_wgs84(frame: pl.DataFrame, crs: str = BRITISH_NATIONAL_GRID) -> pl.DataFrame:
    """Fill ``longitude`` and ``latitude`` from ``easting`` and ``northing``, with the datum shift.

    Parameters
    ----------
    frame
        Rows with ``easting`` and ``northing`` in metres of ``crs``; either may be null.
    crs
        Coordinate reference system of the two, as an authority code or a PROJ string.

    Returns
    -------
    polars.DataFrame
        ``frame`` with ``longitude`` and ``latitude`` in degrees (WGS84). A row without a place on the grid
        keeps what it had, or gets null: never zero.

    Raises
    ------
    NotFound
        When the system is unknown, or no shift to WGS84 is known for it.

    Notes
    -----
    Accurate to about 2 m on average for the British National Grid: enough for a map, a distance and an area,
    not for a property boundary.

    Sources
    ------- EPSG Geodetic Parameter Dataset, coordinate operation 1314; Ordnance Survey, *A guide to
    coordinate systems in Great Britain*, section 6.6, which gives the same parameters.
    """
    present = {name: pl.col(name) for name in ("longitude", "latitude") if name in frame.columns}
    east = frame["easting"].cast(pl.Float64).to_numpy()
    north = frame["northing"].cast(pl.Float64).to_numpy()
    placed = np.isfinite(east) & np.isfinite(north)
    longitude = np.full(frame.height, np.nan)
    latitude = np.full(frame.height, np.nan)
    if placed.any():
        longitude[placed], latitude[placed] = _to_wgs84(crs).transform(east[placed], north[placed])
    computed = pl.DataFrame({"_longitude": longitude, "_latitude": latitude})
    filled = [
        pl.coalesce(
            pl.when(pl.col(f"_{name}").is_finite()).then(f"_{name}"), present.get(name, pl.lit(None))
        ).alias(name)
        for name in ("longitude", "latitude")
    ]
    return frame.hstack(computed).with_columns(filled).drop("_longitude", "_latitude")


def distance_km(
    longitude: pl.Expr, latitude: pl.Expr, other_longitude: pl.Expr, other_latitude: pl.Expr
) -> pl.Expr:
    """Great-circle distance in kilometres between two places given in degrees; null where a place is unknown.

    Notes
    ----- Haversine formula on a sphere: ``d = 2 R asin(sqrt(sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2)))`` with
    latitude φ, longitude λ and ``R`` = 6,371.0088 km, the mean radius of the GRS80 ellipsoid. The sphere
    errs by at most 0.5 %. A road is longer.
    """
    first, second = latitude.radians(), other_latitude.radians()
    across = ((other_longitude - longitude).radians() / 2).sin() ** 2
    along = ((second - first) / 2).sin() ** 2
    root = (along + first.cos() * second.cos() * across).clip(0, 1).sqrt()
    return 2 * EARTH_RADIUS_KM * root.arcsin()


def planar_distance_km(
    easting: pl.Expr, northing: pl.Expr, other_easting: pl.Expr, other_northing: pl.Expr
) -> pl.Expr:
    """Straight distance in kilometres between two places of one grid in metres; null where one is unknown.

    Notes
    -----
    On the British National Grid a kilometre of the grid is 0.9996 to 1.0004 km on the ground in England.
    """
    return ((other_easting - easting) ** 2 + (other_northing - northing) ** 2).sqrt() / 1000


def to_planar(longitude: np.ndarray, latitude: np.ndarray, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Degrees (WGS84) as metres of ``crs``: the way back from :func:`add_wgs84`."""
    x, y = _to_wgs84(crs).transform(longitude, latitude, direction="INVERSE")
    known = np.isfinite(x) & np.isfinite(y)
    return np.where(known, x, np.nan), np.where(known, y, np.nan)


def to_degrees(x: np.ndarray, y: np.ndarray, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Metres of ``crs`` as longitude and latitude (WGS84), as :func:`add_wgs84` computes them."""
    longitude, latitude = _to_wgs84(crs).transform(x, y)
    return np.asarray(longitude), np.asarray(latitude)


def local_projection(longitude: np.ndarray, latitude: np.ndarray) -> str:
    """A planar system in metres for a country without a grid: equal areas, centred on its places."""
    east, north = np.nanmedian(longitude), np.nanmedian(latitude)
    return f"+proj=laea +lon_0={east:.2f} +lat_0={north:.2f} +datum=WGS84 +units=m +no_defs"


@lru_cache(maxsize=8)
def _to_wgs84(crs: str) -> Transformer:
    """The best transformation to WGS84 that shifts the datum and needs no file."""
    import warnings

    from pyproj.exceptions import ProjError
    from pyproj.transformer import TransformerGroup

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Best transformation is not available")
            group = TransformerGroup(crs, WGS84, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise _no_transformation(crs) from error
    usable = [one for one in group.transformers if not any(step in one.definition for step in _GRID_FILES)]
    if not usable:
        raise _no_transformation(crs)
    return usable[0]


def _no_transformation(crs: str) -> NotFound:
    return NotFound(
        f"No transformation from {crs!r} to longitude and latitude is known.",
        "Without the datum shift a school would be drawn up to hundreds of metres from where it stands.",
        "Name the coordinate system by its code, such as EPSG:27700 for the British National Grid.",
    )
