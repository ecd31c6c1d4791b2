"""``leadscape survey identify`` as its user meets it: a study, any list, wrong files, one person explained."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from leadscape.actions.identify_persons import identify_persons
from leadscape.cli import main
from leadscape.core.errors import FileProblem, NotFound, TableProblem
from leadscape.demo import write_demo

LIST = """\
name,school,la,list,from
Mrs Jane Okafor,Hill Top Primary,301,A,06/09/2004
"OKAFOR, J",Hill Top Primary School,301,B,
Kate Odell,St Anne School,302,A,
Catherine Odell,St Anne School,302,B,
'=cmd(),Old Mill School,302,A,
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["survey", "identify", *arguments])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "names.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("identify") / "demo", size="small").study


def test_a_list_of_names_and_schools(listed: Path, tmp_path: Path) -> None:
    identified = identify_persons(listed=listed, out=tmp_path / "out")
    named = identified.lines.select("nomination_id", "leader_name").join(
        identified.resolution.identities, on="nomination_id"
    )
    people = named.group_by("person").agg(pl.col("leader_name").sort())["leader_name"].to_list()
    assert ["Mrs Jane Okafor", "OKAFOR, J"] in people
    assert ["Catherine Odell", "Kate Odell"] in people
    bounds = identified.overlap.bounds.row(0, named=True)
    assert (bounds["list"], bounds["other_list"], bounds["shared_taken"]) == ("A", "B", 2)
    assert [path.name for path in identified.written] == ["pairs.csv", "identities.csv"]
    text = (tmp_path / "out" / "identities.csv").read_text(encoding="utf-8")
    assert "'=cmd()" in text, "nothing a spreadsheet would run"


def test_the_same_list_gives_the_same_bytes(listed: Path, tmp_path: Path) -> None:
    first, second = (
        [path.read_bytes() for path in identify_persons(listed=listed, out=tmp_path / name).written]
        for name in ("a", "b")
    )
    assert first == second


def test_one_person_is_explained_by_any_id_they_had(listed: Path) -> None:
    identified = identify_persons(listed=listed)
    both = identified.resolution.identities.filter(pl.col("merged_by") == "probable").row(0, named=True)
    for wanted in (both["nomination_id"], both["leader_id"], both["leader_id_before"]):
        explained = identified.explain(wanted)
        assert explained.person == both["person"]
        assert explained.lines.height == 2
        assert {"surname", "school"} <= set(explained.evidence["field"])
    with pytest.raises(NotFound, match="no id"):
        identified.explain("Jane Okafor")


def test_what_is_wrong_with_a_list_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("name,school,from\n,Hill Top,2\nBob Example,Old Mill,31/31/2001\n", encoding="utf-8")
    with pytest.raises(TableProblem) as raised:
        identify_persons(listed=path)
    assert raised.value.problems.select("row", "column").rows() == [
        (2, "leader_name"),
        (2, "started_on"),
        (3, "started_on"),
    ]
    path.write_text("name,town\nBob Example,Ashby\n", encoding="utf-8")
    with pytest.raises(TableProblem, match="None of the 1 rows has a school"):
        identify_persons(listed=path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(FileProblem, match="empty"):
        identify_persons(listed=path)
    path.write_bytes(b"%PDF-1.4 not a table")
    with pytest.raises(FileProblem, match="PDF"):
        identify_persons(listed=path)


def test_a_study_on_the_command_line(capsys: pytest.CaptureFixture[str], study: Path, tmp_path: Path) -> None:
    code, out, _ = run(capsys, str(study), "--out", str(tmp_path / "out"))
    assert code == 0
    assert "184 lines in" in out
    assert "What ties lines to their person" in out
    assert "Written:" in out
    pairs = pl.read_csv(tmp_path / "out" / "pairs.csv")
    assert {"person", "other", "probability", "outcome", "why", "name", "name_other"} <= set(pairs.columns)
    code, out, _ = run(capsys, str(study), "--explain", pairs["person"][0])
    assert code == 0
    assert "What each field says" in out


def test_json_is_one_object_without_names(capsys: pytest.CaptureFixture[str], study: Path) -> None:
    code, out, _ = run(capsys, str(study), "--json")
    told = json.loads(out)
    assert code == 0
    assert told["lines"] == 184
    assert told["persons"] <= told["groups"] <= told["lines"]
    assert "leader_name" not in out


@pytest.mark.parametrize("arguments", [(), ("study.toml", "--list", "names.csv")])
def test_a_study_or_a_list_one_of_the_two(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert "one of the two" in " ".join(err.split())
