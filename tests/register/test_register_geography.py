"""Coordinates: the datum shift is made, to the stated accuracy; distances are right and never invented."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.errors import NotFound
from leadscape.register.geography import add_wgs84, distance_km, planar_distance_km

# Ordnance Survey: test points TP01-TP09 and TP11 of the OSTN15/OSGM15 developer pack, and the worked
# example of "Transformations and OSGM15 User Guide", annexe A (Caister). Easting and northing (OSGB36) with
# the latitude and longitude they stand for (ETRS89, which agrees with WGS84 to under a metre).
TEST_POINTS = [
    ("St Mary's, Scilly", 91492.146, 11318.804, 49.92226393730, -6.29977752014),
    ("Lizard Point", 170370.718, 11572.405, 49.96006137820, -5.20304609998),
    ("Plymouth", 250359.811, 62016.569, 50.43885825610, -4.10864563561),
    ("St Catherine's Point", 449816.371, 75335.861, 50.57563665000, -1.29782277240),
    ("Southampton", 438710.920, 114792.250, 50.93127937910, -1.45051433700),
    ("Nash Point", 292184.870, 168003.465, 51.40078220140, -3.55128349240),
    ("North Foreland", 639821.835, 169565.858, 51.37447025550, 1.44454730409),
    ("Brislington", 362269.991, 169978.690, 51.42754743020, -2.54407618349),
    ("Lambeth", 530624.974, 178388.464, 51.48936564950, -0.11992557180),
    ("Colchester", 599445.590, 225722.826, 51.89436637350, 0.89724327012),
    ("Caister water tower", 651409.804, 313177.450, 52.658007833, 1.716073973),
]
PLACES = pl.DataFrame(
    TEST_POINTS, schema=["place", "easting", "northing", "true_latitude", "true_longitude"], orient="row"
)
METRES_OFF = distance_km(*map(pl.col, ("longitude", "latitude", "true_longitude", "true_latitude"))) * 1000


def test_ordnance_survey_test_points_are_met_within_the_stated_accuracy():
    off = add_wgs84(PLACES).select(METRES_OFF).to_series()
    assert off.max() < 5
    assert off.mean() < 3


def test_without_the_datum_shift_a_school_would_stand_about_100_metres_away():
    """The mistake that published files make: OSGB36 degrees taken for WGS84 degrees."""
    import pyproj

    unshifted = pyproj.Transformer.from_crs("EPSG:27700", "EPSG:4277", always_xy=True)
    longitude, latitude = unshifted.transform(PLACES["easting"].to_numpy(), PLACES["northing"].to_numpy())
    off = PLACES.with_columns(longitude=longitude, latitude=latitude).select(METRES_OFF).to_series()
    assert off.min() > 70
    assert off.max() < 160


def test_a_school_without_a_place_keeps_what_the_file_gave_and_is_never_put_at_zero():
    frame = pl.DataFrame(
        {
            "urn": ["1", "2", "3"],
            "easting": [530624.974, None, None],
            "northing": [178388.464, None, 1000.0],
            "longitude": [9.9, -0.5, None],
            "latitude": [9.9, 51.5, None],
        }
    )
    filled = add_wgs84(frame)
    assert filled.columns == frame.columns
    assert filled["longitude"].round(3).to_list() == [-0.12, -0.5, None]
    assert filled["latitude"].round(3).to_list() == [51.489, 51.5, None]


def test_an_empty_register_and_one_without_the_two_columns_are_filled_too():
    empty = pl.DataFrame(schema={"easting": pl.Float64, "northing": pl.Float64})
    assert add_wgs84(empty).schema["longitude"] == pl.Float64
    nowhere = pl.DataFrame({"easting": [None], "northing": [None]}, schema=empty.schema)
    assert add_wgs84(nowhere).row(0) == (None, None, None, None)


def test_another_country_is_another_code():
    """New Zealand Transverse Mercator (EPSG:2193): false easting 1,600 km at 173 degrees east."""
    auckland = pl.DataFrame({"easting": [1_600_000.0], "northing": [5_920_000.0]})
    assert add_wgs84(auckland, "EPSG:2193")["longitude"].item() == pytest.approx(173, abs=1e-6)


WITHOUT_DATUM = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy +units=m"
)


@pytest.mark.parametrize("crs", ["EPSG:999999", "the national grid", WITHOUT_DATUM])
def test_a_system_that_is_unknown_or_has_no_known_shift_is_refused(crs):
    with pytest.raises(NotFound, match="EPSG:27700"):
        add_wgs84(PLACES, crs)


def test_one_degree_of_latitude_is_111_km():
    frame = pl.DataFrame({"x": [0.0, None], "y": [51.0, 51.0], "u": [0.0, 0.0], "v": [52.0, 52.0]})
    measured = frame.select(distance_km(*map(pl.col, "xyuv"))).to_series()
    assert measured.round(2).to_list() == [111.2, None]


def test_planar_distance_of_a_3_4_5_triangle():
    frame = pl.DataFrame({"x": [0.0], "y": [0.0], "u": [3000.0], "v": [4000.0]})
    assert frame.select(planar_distance_km(*map(pl.col, "xyuv"))).item() == 5


DEGREES = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(DEGREES, DEGREES)
def test_distance_is_symmetric_zero_to_itself_and_at_most_half_the_globe(here, there):
    frame = pl.DataFrame([(*here, *there)], schema=list("xyuv"), orient="row")
    x, y, u, v = map(pl.col, "xyuv")
    out, back, stay = frame.select(
        out=distance_km(x, y, u, v), back=distance_km(u, v, x, y), stay=distance_km(x, y, x, y)
    ).row(0)
    assert out == pytest.approx(back, abs=1e-6)
    assert stay == 0
    assert 0 <= out <= 20_015.2
