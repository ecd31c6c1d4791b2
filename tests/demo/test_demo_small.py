"""The small demonstration: the same bytes for the same seed, and files as a user would have them."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from leadscape.actions.study import read_study
from leadscape.demo import DemoFiles, write_demo
from leadscape.demo.plan import plan_of
from leadscape.register.reading import read_register_file
from leadscape.survey import read_decisions, read_respondents, read_returns, settle
from leadscape.survey.respondents import count_response


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_demo(tmp_path_factory.mktemp("small"), size="small")


def test_the_same_seed_gives_the_same_bytes(small: DemoFiles, tmp_path: Path) -> None:
    write_demo(tmp_path / "again", size="small")
    assert hashes(tmp_path / "again") == hashes(small.folder)


def test_writing_over_another_seed_leaves_nothing_of_it(small: DemoFiles, tmp_path: Path) -> None:
    write_demo(tmp_path, size="small", seed=7)
    other = hashes(tmp_path)
    assert other["register.csv.gz"] != hashes(small.folder)["register.csv.gz"]
    write_demo(tmp_path, size="small")
    assert hashes(tmp_path) == hashes(small.folder)


def test_the_study_file_names_files_that_are_there(small: DemoFiles) -> None:
    study = read_study(small.study)
    assert study.as_of == date(2006, 6, 30)
    assert study.codebook.id == "england-2006"
    assert set(study.returns) == {path.resolve() for path in small.returns}
    assert study.decisions == small.decisions.resolve()
    assert all("Synthetic" in denominator.source for denominator in study.denominators)
    assert "invented" in small.readme.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "table"), [("register", "schools"), ("links", "links"), ("groups", "memberships")]
)
def test_the_register_reader_knows_every_file(small: DemoFiles, name: str, table: str) -> None:
    reading = read_register_file(getattr(small, name))
    assert reading.table == table
    assert reading.frame.height > 0
    assert reading.counts["rows"].sum() == reading.rows_read


def test_the_register_holds_what_is_no_school(small: DemoFiles) -> None:
    reading = read_register_file(small.register)
    assert reading.out_of_scope["reason"].n_unique() >= 2
    assert reading.problems.height > 0
    statuses = set(reading.frame["status"].cast(pl.String))
    assert {"open", "closed", "proposed_to_open"} <= statuses


def test_what_was_reported_comes_back(small: DemoFiles) -> None:
    study = read_study(small.study)
    schools = read_register_file(small.register, seen_on=study.as_of).frame
    nominations = read_returns(small.returns).nominations
    responses = count_response(read_respondents(small.frame), nominations, "frame")
    decisions = read_decisions(small.decisions)
    settled = settle(nominations, responses, schools, study.codebook, decisions, study.as_of)
    assert dict(settled.role_holdings.group_by("role").len().iter_rows()) == plan_of("small").reported
    assert settled.role_holdings.height == 120
    assert schools["authority_code"].n_unique() == 12
    assert responses.filter(pl.col("kind") == "authority", pl.col("response") != "silent").height == 7


def test_no_two_workbooks_are_headed_alike_by_rule(small: DemoFiles) -> None:
    headings = {tuple(pl.read_excel(path).columns) for path in small.returns if path.suffix == ".xlsx"}
    assert len(headings) > 1
