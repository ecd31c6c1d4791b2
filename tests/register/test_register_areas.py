"""Shapes of authorities: they cover the country once, keep every authority, and follow boundaries where given."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import FileProblem, NotFound
from leadscape.register.areas import draw_areas
from leadscape.register.boundaries import read_boundaries

EAST, NORTH = 400_000, 300_000


def country(*rows: tuple, names: dict[str, str] | None = None) -> pl.DataFrame:
    """``(authority, x, y)`` in kilometres from a place in England."""
    names = names or {}
    return pl.DataFrame(
        {
            "urn": [str(number) for number in range(len(rows))],
            "authority_code": [row[0] for row in rows],
            "authority_name": [names.get(row[0], f"Authority {row[0]}") for row in rows],
            "easting": [EAST + 1000.0 * row[1] for row in rows],
            "northing": [NORTH + 1000.0 * row[2] for row in rows],
            "longitude": None,
            "latitude": None,
        },
        schema_overrides={"authority_code": pl.String, "longitude": pl.Float64, "latitude": pl.Float64},
    )


def two_halves(side: int = 10) -> pl.DataFrame:
    """West is authority 1, east is authority 2, a school at every kilometre."""
    return country(*[("1" if x < side / 2 else "2", x, y) for x in range(side) for y in range(side)])


def polygons(areas) -> dict[str, shapely.Geometry]:
    return dict(
        zip(areas.shapes["authority_code"], shapely.from_wkb(areas.shapes["wkb"].to_numpy()), strict=True)
    )


def test_a_border_lies_half_way_between_the_schools_of_two_authorities():
    areas = draw_areas(two_halves())
    west, east = polygons(areas).values()
    assert shapely.bounds(west)[2] == pytest.approx(EAST + 4500, abs=1)
    assert shapely.bounds(east)[0] == pytest.approx(EAST + 4500, abs=1)
    assert areas.crs == "EPSG:27700"
    assert areas.bounds == tuple(shapely.total_bounds([west, east]))
    assert shapely.from_wkb(areas.outline).area == pytest.approx(west.area + east.area, rel=1e-6)


def test_neighbours_share_their_borders_and_every_school_lies_in_its_authority():
    generator = np.random.Generator(np.random.PCG64(1))
    places = generator.uniform(0, 100, (800, 2))
    schools = country(*[(str(int(x // 25) * 4 + int(y // 25)), x, y) for x, y in places])
    areas = draw_areas(schools)
    shapes = polygons(areas)
    assert shapely.coverage_is_valid(list(shapes.values()))
    points = shapely.points(areas.points.select("x", "y").to_numpy())
    own = [
        shapes[code] for code in areas.points.join(schools, on="urn", maintain_order="left")["authority_code"]
    ]
    assert shapely.intersects(own, points).mean() > 0.97


def test_an_island_and_a_one_school_authority_do_not_vanish_and_are_said_to_be_rough():
    mainland = two_halves().with_columns(urn=pl.format("m{}", "urn"))
    rest = country(("9", -60, -60), ("8", 4.5, 4.5), names={"9": "Far Isles", "8": "Old City"})
    areas = draw_areas(pl.concat([mainland, rest]))
    assert set(polygons(areas)) == {"1", "2", "8", "9"}
    assert all(shape.area > 0 for shape in polygons(areas).values())
    assert any("Far Isles" in note and "Old City" in note for note in areas.notes)


def test_one_school_recorded_far_inside_another_authority_does_not_tear_a_hole():
    schools = pl.concat([two_halves(12), country(("1", 9.5, 5.5)).with_columns(urn=pl.lit("stray"))])
    areas = draw_areas(schools)
    assert len(shapely.get_parts(polygons(areas)["1"])) == 1
    assert any("1 school site" in note for note in areas.notes)
    assert areas.points.filter(pl.col("urn") == "stray").height == 1


def test_schools_on_one_spot_on_one_line_and_alone_are_drawn():
    for rows in (
        [("1", 0, 0)],
        [("1", 0, 0)] * 3,
        [("1", 0, 0), ("2", 9, 0)],
        [("1", x, 0) for x in range(5)],
    ):
        areas = draw_areas(country(*rows))
        assert set(polygons(areas)) == {row[0] for row in rows}


def test_a_country_without_a_grid_is_drawn_in_its_own_projection():
    degrees = [("1" if x < 5 else "2", 170 + x / 20, -40 + y / 20) for x in range(10) for y in range(10)]
    schools = pl.DataFrame(
        degrees, schema=["authority_code", "longitude", "latitude"], orient="row"
    ).with_columns(urn=pl.row_index().cast(pl.String), authority_name=pl.col("authority_code"))
    areas = draw_areas(schools)
    assert "laea" in areas.crs
    west, south, east, north = areas.bounds
    assert 35_000 < east - west < 60_000
    assert 45_000 < north - south < 70_000


def test_schools_without_a_place_or_an_authority_are_no_reason_to_fail_unless_all_are():
    schools = pl.concat([two_halves(), country((None, 5, 5), ("7", None or float("nan"), 5))])
    schools = schools.with_columns(urn=pl.row_index().cast(pl.String))
    areas = draw_areas(schools)
    assert areas.unmatched.select("kind", "id").rows() == [("authority", "7")]
    assert areas.points.height == 101
    with pytest.raises(NotFound, match="place and an authority"):
        draw_areas(schools.filter(pl.col("authority_code") == "7"))


def square(west: float, south: float, size: float, **properties) -> dict:
    """A square in kilometres as a GeoJSON feature; coordinates are metres of the grid."""
    left, bottom = EAST + 1000 * west, NORTH + 1000 * south
    right, top = left + 1000 * size, bottom + 1000 * size
    ring = [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def given_file(tmp_path, *features):
    path = tmp_path / "districts.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return path


def test_districts_are_joined_into_the_authorities_of_their_schools_and_the_rest_is_reported(tmp_path):
    schools = country(
        ("1", 2, 2),
        ("1", 12, 2),
        ("1", 13, 2),
        ("2", 14, 3),
        ("2", 22, 2),
        ("3", 50, 50),
        names={"2": "Eastshire"},
    )
    path = given_file(
        tmp_path,
        square(0, 0, 10, name="Westby"),
        square(10, 0, 10, name="Midby"),
        square(20, 0, 10, name="Eastshire"),
        square(30, 0, 10, name="Nowhere"),
    )
    areas = draw_areas(schools, boundaries=path)
    found = {code: shape.area / 1e6 for code, shape in polygons(areas).items()}
    assert found == {"1": pytest.approx(200), "2": pytest.approx(100)}
    assert areas.unmatched.select("kind", "name").rows() == [
        ("feature", "Nowhere"),
        ("authority", "Authority 3"),
    ]
    assert "districts.geojson" in areas.source


def test_areas_larger_than_authorities_serve_as_the_coast(tmp_path):
    schools = country(*[(str(x // 2), x, y) for x in range(10) for y in range(10)])
    areas = draw_areas(schools, boundaries=given_file(tmp_path, square(-0.5, -0.5, 10, name="The North")))
    assert len(polygons(areas)) == 5
    assert areas.bounds == (EAST - 500, NORTH - 500, EAST + 9500, NORTH + 9500)
    assert "Clipped to districts.geojson" in areas.source


def test_topojson_is_read_as_the_same_shapes_as_geojson(tmp_path):
    """Two squares that share an arc, quantised to whole kilometres, one of them walking it backwards."""
    topology = {
        "type": "Topology",
        "transform": {"scale": [1000, 1000], "translate": [EAST, NORTH]},
        "objects": {
            "areas": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "arcs": [[0, 1]], "properties": {"code": "1"}},
                    {"type": "MultiPolygon", "arcs": [[[-1, 2]]], "properties": {"code": "2"}},
                    {"type": None, "properties": {"code": "3"}},
                ],
            }
        },
        "arcs": [
            [[10, 0], [0, 10]],
            [[10, 10], [-10, 0], [0, -10], [10, 0]],
            [[10, 0], [10, 0], [0, 10], [-10, 0]],
        ],
    }
    path = tmp_path / "areas.topojson"
    path.write_text(json.dumps(topology))
    shapes = polygons(draw_areas(country(("1", 5, 5), ("2", 15, 5)), boundaries=path))
    expected = {"1": (0, 10), "2": (10, 20)}
    for code, (west, east) in expected.items():
        assert shapes[code].equals(shapely.box(EAST + 1000 * west, NORTH, EAST + 1000 * east, NORTH + 10_000))


@pytest.mark.parametrize(
    "content",
    ["%PDF-1.7", "[1, 2]", "{}", '{"type": "FeatureCollection", "features": []}', '{"type": "Topology"}'],
)
def test_a_file_that_holds_no_areas_is_refused_with_what_to_do(tmp_path, content):
    path = tmp_path / "wrong.json"
    path.write_text(content)
    with pytest.raises(FileProblem, match="GeoJSON or TopoJSON"):
        draw_areas(two_halves(), boundaries=path)
    with pytest.raises(FileProblem, match="cannot be read"):
        draw_areas(two_halves(), boundaries=tmp_path / "absent.json")


def test_a_number_of_a_topology_that_no_map_can_hold_is_refused(tmp_path):
    path = tmp_path / "areas.topojson"
    path.write_text(
        '{"type": "Topology", "transform": {"scale": [1%s, 1], "translate": [0, 0]}, "objects": {}, "arcs": []}'
        % ("0" * 400)
    )
    with pytest.raises(FileProblem, match="arcs do not fit together"):
        draw_areas(two_halves(), boundaries=path)


PLACES = st.lists(
    st.tuples(st.sampled_from("123"), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=40
)


@settings(max_examples=40, deadline=None)
@given(PLACES, st.randoms(use_true_random=False))
def test_every_authority_has_a_valid_shape_whatever_the_order_of_schools(rows, random):
    schools = country(*rows)
    areas = draw_areas(schools)
    sites = schools.group_by("easting", "northing").agg(pl.col("authority_code").mode().min())
    drawn = polygons(areas)
    assert set(sites["authority_code"]) <= set(drawn) | {"stray"}
    assert all(shape.is_valid and shape.area > 0 for shape in drawn.values())
    shuffled = schools.sample(fraction=1, shuffle=True, seed=random.randint(0, 9))
    again = draw_areas(shuffled)
    assert again.shapes.equals(areas.shapes)
    assert again.points.equals(areas.points)


@pytest.fixture(scope="module")
def english_schools(real_data) -> pl.DataFrame:
    from leadscape.register.reading import read_register_file

    return read_register_file(real_data / "derived" / "register_2022-08.csv.gz").frame


@pytest.mark.real
@pytest.mark.parametrize(
    ("boundaries", "source"),
    [
        (None, "nearest school"),
        ("eng_lad_topo_2013.json", "most schools inside"),
        ("eng_lad_2024_with_imd.geojson", "most schools inside"),
        ("eng_regions_topo_2013.json", "Clipped to"),
    ],
)
def test_england_has_all_its_authorities_and_about_its_area(real_data, english_schools, boundaries, source):
    """England has 130,279 square kilometres of land (ONS standard area measurements)."""
    areas = draw_areas(
        english_schools, boundaries=real_data / "geography" / boundaries if boundaries else None
    )
    assert areas.shapes.height == 152
    assert source in areas.source
    assert areas.points.height == english_schools.height
    assert shapely.from_wkb(areas.outline).area / 1e6 == pytest.approx(130_279, rel=0.08)


def test_half_of_a_character_in_a_property_is_read_as_none(tmp_path):
    square = {"type": "Polygon", "coordinates": [[[-2, 53], [-1, 53], [-1, 54], [-2, 54], [-2, 53]]]}
    feature = {
        "type": "Feature",
        "geometry": square,
        "properties": {"name\ud800": "Leeds", "code": "3\udfff83"},
    }
    (tmp_path / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    read = read_boundaries(tmp_path / "areas.geojson", "EPSG:27700")
    assert read.properties.select("name?", "code").rows() == [("Leeds", "3?83")]
