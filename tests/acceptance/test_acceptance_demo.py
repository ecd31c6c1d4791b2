"""The national demonstration as a newcomer runs it, against the paper and the planted truth."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from leadscape.landscape.tables import Estimates

TABLE_1 = [101, 81, 78, 83, 2292, 139, 255, 49]  # HH2007, Table 1


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    folder = tmp_path_factory.mktemp("national") / "demo"
    return folder, leadscape("demo", "--size", "national", "--folder", str(folder), "--json")


def leadscape(*arguments: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", "from leadscape.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / "out" / "public" / "tables" / f"{name}.parquet")


def test_the_printed_extent_is_table_1(demo: tuple[Path, dict]) -> None:
    _, printed = demo
    assert [row["holdings"] for row in printed["extent"]] == [*TABLE_1, None, None]
    assert {row["holdings_status"] for row in printed["extent"][8:]} == {"not_collected"}
    totals = {row["total"]: row["holdings"] for row in printed["totals"]}
    assert (totals["all"], totals["without_own_school"], totals["origin:local"]) == (3078, 2995, 343)


@pytest.fixture(scope="module")
def undecided(demo: tuple[Path, dict], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """The same returns mapped without any decision by a person."""
    folder, _ = demo
    study = folder / "undecided.toml"
    lines = (folder / "study.toml").read_text(encoding="utf-8").splitlines()
    study.write_text("\n".join(line for line in lines if not line.startswith("decisions")), encoding="utf-8")
    out = tmp_path_factory.mktemp("undecided") / "out"
    return out, leadscape("map", str(study), "--output", str(out), "--json")


def test_table_1_stands_only_once_the_clerk_has_decided(
    demo: tuple[Path, dict], undecided: tuple[Path, dict]
) -> None:
    _, printed = demo
    _, before = undecided
    assert [row["holdings"] for row in before["extent"][:8]] != TABLE_1
    assert sum(before["open_questions"].values()) > 50
    assert Path(before["review"]).exists()
    assert printed["open_questions"] == {}


def test_without_any_decision_what_was_reported_lies_in_its_interval(undecided: tuple[Path, dict]) -> None:
    out, before = undecided
    estimates = {row["estimate_id"]: row for row in before["estimates"]}
    reported, leaders = estimates["reported:holdings"], estimates["reported:leaders"]
    assert reported["low"] <= 3078 <= reported["high"]
    assert leaders["low"] <= 2800 <= leaders["high"]
    assert reported["high"] - reported["low"] < 150
    doubt = pl.read_parquet(out / "public" / "tables" / "doubt.parquet")
    within = [
        low <= count <= high for count, low, high in zip(TABLE_1, doubt["low"], doubt["high"], strict=False)
    ]
    # Eight intervals of 95 %: one may miss.
    assert sum(within) >= 7


def test_without_any_decision_the_truth_lies_in_the_adjusted_intervals(
    demo: tuple[Path, dict], undecided: tuple[Path, dict]
) -> None:
    folder, decided = demo
    _, before = undecided
    truth = pl.read_parquet(folder / "truth" / "truth_holdings.parquet")
    local = truth.filter(pl.col("origin") == "local").height
    for mapped in (before, decided):
        rows = {row["estimate_id"]: row for row in mapped["estimates"]}
        by_region, whole = rows["local:post_stratified:region"], rows["all:whole:post_stratified:region"]
        assert by_region["low"] <= local <= by_region["high"]
        assert whole["low"] <= truth.height <= whole["high"]


def test_doubt_widens_what_is_told_and_says_so(demo: tuple[Path, dict], undecided: tuple[Path, dict]) -> None:
    decided, open_ = (
        {row["estimate_id"]: row["high"] - row["low"] for row in mapped["estimates"]}
        for _, mapped in (demo, undecided)
    )
    assert open_["reported:holdings"] > decided["reported:holdings"]
    assert open_["local:post_stratified:region"] > decided["local:post_stratified:region"]
    # Prevalences are told to a tenth of a per cent, so doubt may be too small to be seen; it never narrows.
    assert all(
        width >= decided[name] - 1e-9 for name, width in open_.items() if name.startswith("prevalence")
    )
    told = [row["interval"] for row in undecided[1]["estimates"] if row["estimate_id"] == "prevalence:2:1"]
    assert told[0].endswith("doubt about roles, schools and people included (20 draws)")


def test_the_planted_truth_lies_in_the_intervals(demo: tuple[Path, dict]) -> None:
    folder, _ = demo
    truth = pl.read_parquet(folder / "truth" / "truth_holdings.parquet")
    local = truth.filter(pl.col("origin") == "local").height
    estimates = Estimates.validate(table(folder, "estimates").select(Estimates.column_names()), cast=True)
    by_region = estimates.row(
        by_predicate=pl.col("estimate_id") == "local:post_stratified:region", named=True
    )
    assert by_region["low"] <= local <= by_region["high"]
    models = table(folder, "models")
    for role in ("executive_headship", "consultant_leader", "mentor_head", "school_improvement_partner"):
        spanned = models.filter(pl.col("population") == role, "in_range")
        there = truth.filter(pl.col("role") == role).height
        assert spanned["low"].min() <= there <= spanned["high"].max()
        assert spanned.height > 1


def test_the_same_inputs_give_the_same_bytes(demo: tuple[Path, dict], tmp_path: Path) -> None:
    folder, _ = demo
    again = leadscape("map", str(folder / "study.toml"), "--output", str(tmp_path / "again"), "--json")
    first, second = folder / "out", Path(again["folder"])
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    differing = [name.as_posix() for name in names if _digest(first / name) != _digest(second / name)]
    assert differing == []


def test_the_public_folder_names_nobody_and_is_small(demo: tuple[Path, dict]) -> None:
    folder, _ = demo
    people = pl.read_csv(folder / "out" / "restricted" / "leaders.csv")["name"]
    public = folder / "out" / "public"
    assert (public / "report.html").stat().st_size < 5_000_000
    written = [path for path in public.rglob("*") if path.suffix in {".html", ".csv", ".json", ".svg"}]
    text = "".join(path.read_text(encoding="utf-8") for path in written)
    full_names = people.filter(people.str.count_matches(" ") >= 1)
    assert full_names.len() > 2000
    assert not [name for name in full_names if name in text]


def test_the_public_record_does_not_tell_how_many_an_authority_named(demo: tuple[Path, dict]) -> None:
    folder, _ = demo
    records = {
        where: json.loads((folder / "out" / where / "provenance.json").read_text(encoding="utf-8"))["inputs"]
        for where in ("public", "restricted")
    }
    returns = {
        where: [file for file in files if file["purpose"] == "returns"] for where, files in records.items()
    }
    assert all(file["rows_read"] is None and file["size_bytes"] is None for file in returns["public"])
    assert [file["sha256"] for file in returns["public"]] == [
        file["sha256"] for file in returns["restricted"]
    ]
    assert sum(file["rows_used"] for file in returns["restricted"]) > 3078


def test_the_study_is_compared_with_the_published_table(demo: tuple[Path, dict]) -> None:
    folder, _ = demo
    compared = leadscape(
        "landscape", "compare", "hopkins-higham-2006", str(folder / "out" / "public"), "--json"
    )
    collected = [row for row in compared["rows"] if row["earlier_holdings"] is not None]
    assert [row["later_holdings"] for row in collected] == TABLE_1
    assert [row["change"] for row in collected] == [0] * 8
    assert all(row["change"] is None for row in compared["rows"] if row["earlier_holdings"] is None)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
