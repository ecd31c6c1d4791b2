"""A study of two people runs: what is published does not tell how many they are, what is kept tells who."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from leadscape.actions.map_landscape import map_landscape
from leadscape.actions.open_study import OpenedStudy, open_study
from leadscape.core.errors import StudyProblem

HEAD = "urn,school_name,status,phase,authority_code,authority_name,region,longitude,latitude"
PLACES = {"101": ("Northshire", "North"), "102": ("Eastvale", "North"), "201": ("Southport", "South")}
NAMES = ("Ada Ash", "Bea Birch", "Cleo Cedar", "Dan Dale")
RECORD = re.compile(r"[0-9a-f]{8,64}")
"""Hashes of files and records differ with every word of them."""


def write_few(folder: Path, people: int) -> Path:
    """A study of 24 schools and three authorities, of which one named ``people`` of the same role and another none."""
    folder.mkdir(parents=True, exist_ok=True)
    schools = [HEAD]
    for number in range(24):
        code = list(PLACES)[number % 3]
        name, region = PLACES[code]
        schools.append(f"{100001 + number},School {number},open,primary,{code},{name},{region},"
                       f"{-1.5 + number / 50},{52 + (number * 7 % 24) / 30}")  # fmt: skip
    (folder / "schools.csv").write_text("\n".join(schools) + "\n")
    asked = "".join(f"{code},{name},authority,{code},{region},{'none' if code == '102' else ''}\n"
                    for code, (name, region) in PLACES.items())  # fmt: skip
    (folder / "frame.csv").write_text(
        f"respondent_id,respondent_name,kind,authority_code,region,response\n{asked}"
    )
    lines = [
        f"101,{name},{100001 + 3 * n},School {3 * n},Consultant leader,2005-09-01,{100002 + 3 * n}\n"
        for n, name in enumerate(NAMES[:people])
    ]
    (folder / "return.csv").write_text(
        "respondent_id,leader_name,home_urn,home_school,role,from,partner_schools\n" + "".join(lines)
    )
    study = folder / "study.toml"
    study.write_text(
        '[study]\ntitle = "A small round"\nsystem = "england"\nas_of = 2006-06-30\ncodebook = "england-2006"\n'
        '[register]\nschools = ["schools.csv"]\n[survey]\nframe = "frame.csv"\nreturns = ["return.csv"]\n'
        '[[landscape.denominator]]\nlabel = "heads"\nn = 24\nunit = "persons"\nsource = "An invented count"\n'
    )
    return study


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[int, OpenedStudy]:
    folder = tmp_path_factory.mktemp("few")
    return {people: open_study(write_few(folder / str(people), people)) for people in (1, 2, 4)}


def test_it_runs_and_keeps_the_leaders(opened: dict[int, OpenedStudy]) -> None:
    assert opened[2].leaders.height == 2
    assert opened[2].role_holdings.height == 2
    assert sorted(opened[2].leaders["name"]) == ["Ada Ash", "Bea Birch"]


def test_what_is_published_is_the_same_for_one_person_and_for_four(opened: dict[int, OpenedStudy]) -> None:
    one, *others = opened.values()
    for other in others:
        assert [d.name for d in one.datasets] == [d.name for d in other.datasets]
        for mine, theirs in zip(one.datasets, other.datasets, strict=True):
            assert mine.frame.equals(theirs.frame), mine.name
        assert one.sentences == other.sentences
        assert {file.name for file in one.files} == {file.name for file in other.files}
        for mine, theirs in zip(one.files, other.files, strict=True):
            if mine.name.endswith((".svg", ".html", ".json", ".geojson")):
                before, after = (RECORD.sub("#", file.content.decode()) for file in (mine, theirs))
                assert before == after, mine.name


def test_it_says_that_counts_are_suppressed_and_why(opened: dict[int, OpenedStudy]) -> None:
    tables = {dataset.name: dataset.frame for dataset in opened[2].datasets}
    said = " ".join(tables["statements"]["statement"])
    assert "Every count of people is suppressed" in said
    assert any("so few people were reported" in sentence for sentence in opened[2].sentences)
    assert opened[2].provenance["parameters"]["every_count_hidden"] is True
    assert tables["totals"]["holdings_status"].unique().to_list() == ["suppressed"]
    assert tables["responses"]["nominations"].null_count() == tables["responses"].height
    assert tables["response_rates"].filter(pl.col("cut") == "all")["asked"].to_list() == [3]
    page = next(file for file in opened[2].files if file.name == "report.html").content.decode()
    assert "Every count of people is suppressed" in page
    assert not re.search(r"\b(NaN|nan|null)\b|>None<", page)


def test_the_command_line_writes_the_same(tmp_path: Path) -> None:
    mapped = map_landscape(write_few(tmp_path / "study", 2), output=tmp_path / "out")
    assert mapped.landscape.hides_every_count
    assert (tmp_path / "out/public/landscape.xlsx").stat().st_size > 10_000
    assert (tmp_path / "out/restricted/leaders.csv").read_text().count("\n") == 3


def test_without_a_return_it_is_a_landscape_in_which_nobody_is_named(tmp_path: Path) -> None:
    path = write_few(tmp_path, 2)
    path.write_text(path.read_text().replace('["return.csv"]', "[]"))
    opened = open_study(path)
    assert opened.leaders.is_empty()
    assert sorted(opened.authorities["authority_code"]) == ["101", "102", "201"]
    assert "returns" not in opened.sources["purpose"].to_list()
    answers = {dataset.name: dataset.frame for dataset in opened.datasets}["authorities"]
    assert answers.sort("authority_code")["response"].to_list() == ["silent", "answered_none", "silent"]
    path.write_text(path.read_text().replace("returns = []", 'returns = ["returns/*.xlsx"]'))
    with pytest.raises(StudyProblem, match=r"Write returns = \[\] while none has come"):
        open_study(path)
