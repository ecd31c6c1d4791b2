"""A study opened for a store: the same figures as the report, every row with its file, nobody's name on disk."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from leadscape.actions.follow_lineage import follow_lineage
from leadscape.actions.map_landscape import map_landscape
from leadscape.actions.open_study import OpenedStudy, open_study
from leadscape.actions.write_demo_files import write_demo_files
from leadscape.core.errors import StudyProblem
from leadscape.core.provenance import hash_file


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo_files(tmp_path_factory.mktemp("demo") / "demo", size="small")


@pytest.fixture(scope="module")
def opened(study: Path) -> OpenedStudy:
    return open_study(study)


def test_it_holds_what_the_report_on_disk_holds(study: Path, opened: OpenedStudy, tmp_path: Path) -> None:
    mapped = map_landscape(study, output=tmp_path / "out")
    public = mapped.folder / "public"
    for dataset in opened.datasets:
        assert_frame_equal(
            pl.read_parquet(public / "tables" / f"{dataset.name}.parquet"),
            dataset.frame,
            categorical_as_str=True,
        )
    files = {file.name: file for file in opened.files}
    written = {path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file()}
    kept = {name for name in written if not name.startswith("tables/")} - {"manifest.json"}
    assert set(files) == kept | {"areas.geojson", "home_points.geojson"}
    assert all(files[name].sha256 == hash_file(public / name) for name in kept)
    leaders = pl.read_csv(mapped.folder / "restricted" / "leaders.csv", infer_schema=False)
    assert set(leaders["leader_id"]) == set(opened.leaders["leader_id"])


def test_nothing_is_left_on_disk(study: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = sorted(path for path in study.parent.rglob("*"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    open_study(study)
    assert sorted(path for path in study.parent.rglob("*")) == before
    assert list(tmp_path.iterdir()) == []


def test_every_row_names_a_file_that_is_listed(opened: OpenedStudy) -> None:
    listed = set(opened.sources["source"])
    for table in (
        opened.schools,
        opened.links,
        opened.memberships,
        opened.headships,
        opened.authorities,
        opened.groups,
    ):
        assert set(table["source"]) <= listed
    register = opened.sources.row(by_predicate=pl.col("purpose") == "schools", named=True)
    assert register["as_of"] == date(2006, 6, 30)
    assert register["rows"] > opened.schools.height, "rows of the file, those that are no school included"
    assert opened.sources.filter(pl.col("purpose") == "decisions")["as_of"].to_list() == [None]


def test_headships_name_one_head_a_school(opened: OpenedStudy) -> None:
    assert opened.headships["urn"].n_unique() == opened.headships.height
    assert opened.headships["seen_on"].unique().to_list() == [date(2006, 6, 30)]
    assert opened.headships["ended_on"].null_count() == opened.headships.height
    assert set(opened.headships["urn"]) <= set(opened.schools["urn"])


def test_the_codebook_is_the_text_that_was_hashed(opened: OpenedStudy) -> None:
    import hashlib

    assert hashlib.sha256(opened.codebook_text.encode()).hexdigest() == opened.codebook_sha256


def test_the_same_inputs_have_the_same_hash_and_others_another(
    study: Path, opened: OpenedStudy, tmp_path: Path
) -> None:
    assert open_study(study).inputs_sha256 == opened.inputs_sha256
    other = study.with_name("other.toml")
    other.write_text(
        study.read_text(encoding="utf-8").replace("seed = 2006", "seed = 2007"), encoding="utf-8"
    )
    assert open_study(other).inputs_sha256 != opened.inputs_sha256
    other.unlink()


def test_shapes_are_in_degrees_with_code_and_name(opened: OpenedStudy) -> None:
    areas = json.loads(next(file.content for file in opened.files if file.name == "areas.geojson"))
    assert {feature["id"] for feature in areas["features"]} == set(opened.authorities["authority_code"])
    names = {feature["properties"]["name"] for feature in areas["features"]}
    assert names == set(opened.authorities["authority_name"])
    schools = opened.schools.drop_nulls("longitude")
    corners = [
        point
        for feature in areas["features"]
        for part in (
            feature["geometry"]["coordinates"]
            if feature["geometry"]["type"] == "Polygon"
            else [ring for polygon in feature["geometry"]["coordinates"] for ring in polygon]
        )
        for point in part
    ]
    east, north = zip(*corners, strict=True)
    assert min(east) < schools["longitude"].median() < max(east)
    assert min(north) < schools["latitude"].median() < max(north)
    assert "Shapes derived from school locations" in areas["source"]


def test_points_say_origin_and_nothing_else(opened: OpenedStudy) -> None:
    points = json.loads(next(file.content for file in opened.files if file.name == "home_points.geojson"))
    assert {tuple(feature["properties"]) for feature in points["features"]} == {("origin",)}


def test_a_study_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyProblem):
        open_study(tmp_path / "study.toml")


def test_a_family_from_links_in_a_store() -> None:
    links = pl.DataFrame(
        {
            "urn": ["2", "3", "3"],
            "link_urn": ["1", "2", "4"],
            "relation": ["predecessor"] * 3,
            "link_type": ["Predecessor"] * 3,
            "established_on": [date(2000, 9, 1), date(2005, 9, 1), None],
        }
    )
    schools = pl.DataFrame({"urn": ["1", "2", "3", "4"], "opened_on": [None] * 4, "closed_on": [None] * 4},
                           schema={"urn": pl.String, "opened_on": pl.Date, "closed_on": pl.Date})  # fmt: skip
    family = follow_lineage("2", links, schools).family.select(
        "urn", pl.col("relation").cast(pl.String), "steps"
    )
    assert family.rows() == [
        ("1", "predecessor", 1),
        ("2", "self", 0),
        ("3", "successor", 1),
        ("4", "kin", None),
    ]


def test_an_older_register_tells_when_a_headship_had_ended(study: Path, opened: OpenedStudy) -> None:
    urn, other = opened.headships["urn"][:2]
    rows = pl.read_csv(study.with_name("register.csv.gz"), infer_schema=False)
    named = rows.filter(pl.col("URN").is_in([urn, other])).with_columns(
        HeadLastName=pl.when(pl.col("URN") == urn).then(pl.lit("Formerly")).otherwise("HeadLastName")
    )
    older, declared = study.with_name("register_2005-06-30.csv"), study.with_name("two.toml")
    named.write_csv(older)
    text = study.read_text(encoding="utf-8")
    declared.write_text(
        text.replace('["register.csv.gz"]', f'["register.csv.gz", "{older.name}"]'), encoding="utf-8"
    )
    try:
        found = open_study(declared).headships.filter(pl.col("urn").is_in([urn, other]))
    finally:
        older.unlink()
        declared.unlink()
    ended = found.select(
        "urn", pl.col("head").str.ends_with("Formerly").alias("former"), "seen_on", "ended_on"
    )
    assert sorted(ended.rows()) == sorted(
        [
            (urn, True, date(2005, 6, 30), date(2006, 6, 30)),
            (urn, False, date(2006, 6, 30), None),
            (other, False, date(2006, 6, 30), None),
        ]
    )


def test_a_register_of_another_day_says_so(tmp_path: Path) -> None:
    path = write_demo_files(tmp_path / "demo", size="small")
    text = path.read_text()
    path.write_text(text.replace("[register]", "[register]\nas_of = 2005-01-31"))
    opened = open_study(path)
    days = dict(opened.sources.select("purpose", "as_of").iter_rows())
    assert days["schools"] == date(2005, 1, 31)
    assert days["returns"] == date(2006, 6, 30)
    assert opened.headships["seen_on"].unique().to_list() == [date(2005, 1, 31)]
