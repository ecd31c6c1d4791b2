"""The commands ``survey form``, ``read`` and ``response`` as their user meets them, and a study of forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from leadscape.actions.gather_inputs import gather_inputs
from leadscape.actions.study import read_study
from leadscape.cli import main
from leadscape.core.tabular import read_text_table, workbook_sheets

from tests.support.forms import fill_form

REGISTER = "URN,EstablishmentName,EstablishmentStatus (name),LA (code),LA (name),GOR (name),PhaseOfEducation (name)\n"
FRAME = (
    "respondent_id,respondent_name,kind,authority_code,region,response,channel,answered_on\n"
    "301,Northshire,authority,301,North,,email,2006-05-01\n"
    "302,Southshire,authority,302,South,,post,\n"
    "303,Westshire,authority,303,South,,post,\n"
)
STUDY = """\
[study]
title = "Forms"
system = "england"
as_of = 2006-06-30
codebook = "england-2006"
[register]
schools = ["register.csv"]
[survey]
frame = "respondents.csv"
returns = ["returns/*.xlsx"]
"""
LINE = {"Name of leader": "Alice Example", "Home school": "School 0", "Role": "Mentor head"}


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def answered(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    return json.loads(run(capsys, *arguments, "--json")[1])


@pytest.fixture
def study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Three authorities with two schools each, asked by form; 301 names somebody, 302 has nobody, 303 is silent."""
    schools = [f"{100001 + n},School {n},Open,{301 + n % 3},A{n % 3},R{n % 2},Primary" for n in range(6)]
    (tmp_path / "register.csv").write_text(REGISTER + "\n".join(schools) + "\n", encoding="utf-8")
    (tmp_path / "respondents.csv").write_text(FRAME.replace("2006-05-01", ""), encoding="utf-8")
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    forms = tmp_path / "forms"
    code, out, _ = run(
        capsys,
        "survey",
        "form",
        "landscape-nomination",
        "--frame",
        tmp_path / "respondents.csv",
        "--out",
        forms,
    )
    assert (code, "3 forms of landscape-nomination" in out) == (0, True)
    (tmp_path / "returns").mkdir()
    for respondent, answers, lines in (
        ("301", {"consent": "Yes", "have_none": "No"}, [LINE]),
        ("302", {"consent": "Yes", "have_none": "Yes"}, []),
    ):
        fill_form(forms / f"{respondent}.xlsx", answers, lines).rename(
            tmp_path / "returns" / f"{respondent} back.xlsx"
        )
    return tmp_path / "study.toml"


def test_a_study_takes_forms_as_returns(study: Path) -> None:
    inputs = gather_inputs(read_study(study))
    assert inputs.responses.select("respondent_id", pl.col("response").cast(pl.String)).rows() == [
        ("301", "answered"), ("302", "answered_none"), ("303", "silent")]  # fmt: skip
    assert inputs.nominations["leader_name"].to_list() == ["Alice Example"]
    lines = inputs.outcomes.filter(pl.col("file") == "2 returns").select("outcome", "rows").rows()
    assert lines == [("used", 1)]


def test_response_of_a_study_counts_schools_and_forms(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = answered(capsys, "survey", "response", study, "--closing", "2006-06-30")
    whole = measured["rates"][0]
    assert [whole[name] for name in ("asked", "answered", "answered_none", "silent")] == [3, 1, 1, 1]
    assert (measured["schools"][0]["schools_covered"], measured["schools"][0]["schools"]) == (4, 6)
    code, out, _ = run(capsys, "survey", "response", study)
    assert code == 0
    assert "4 of 6 open schools (66.7%) lie in an authority that answered" in out
    assert "least of all how many leaders a silent respondent would have named" in out


def test_a_respondent_who_withdrew_is_counted_as_that(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (study.parent / "gone.csv").write_text("respondent_id\n301\n", encoding="utf-8")
    study.write_text(STUDY + 'withdrawals = "gone.csv"\n', encoding="utf-8")
    whole = answered(capsys, "survey", "response", study)["rates"][0]
    assert (whole["answered"], whole["withdrawn"]) == (0, 1)


def test_response_of_a_frame_with_its_returns_and_a_closing_date(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = study.parent / "respondents.csv"
    returned = study.parent / "returns" / "301 back.xlsx"
    plain = answered(capsys, "survey", "response", frame)["rates"][0]
    assert (plain["answered"], plain["silent"]) == (0, 3)
    with_file = answered(capsys, "survey", "response", frame, "--returns", returned)["rates"][0]
    assert (with_file["answered"], with_file["silent"]) == (1, 2)
    frame.write_text(FRAME.replace("North,,", "North,yes,"), encoding="utf-8")
    late = answered(capsys, "survey", "response", frame, "--closing", "2006-04-30")["rates"][0]
    assert (late["late"], late["response_share"]) == (1, 0.0)


def test_reading_forms_says_what_they_are_and_writes_the_tables(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted((study.parent / "returns").glob("*.xlsx"))
    out = study.parent / "read"
    code, printed, _ = run(capsys, "survey", "read", *files, "--out", out)
    assert code == 0
    for words in (
        "hidden sheet, 100 %",
        "Nominations: 1.",
        "Forms that say that they have none: 1.",
        "answers.csv",
    ):
        assert words in printed
    assert read_text_table(out / "null_returns.csv").frame["respondent_id"].to_list() == ["302"]
    code, _, told = run(capsys, "survey", "read", *files, "--out", out)
    assert (code, "Name a new folder" in told) == (12, True)


def test_a_form_with_something_to_settle_ends_with_4(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blank = study.parent / "forms" / "303.xlsx"
    code, printed, _ = run(capsys, "survey", "read", blank)
    assert (code, "The form is blank" in printed) == (4, True)
    assert answered(capsys, "survey", "read", blank)["sound"] is False


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", b"%PDF-1.4"), ("b.csv", b""), ("c.csv", b"a,b\n1,2\n")]
)
def test_wrong_files_end_in_three_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    for command in ("read", "response"):
        told = answered(capsys, "survey", command, tmp_path / name)
        assert all(told[part] for part in ("what", "why", "next_step"))


def test_forms_that_may_be_filled_in_are_never_overwritten(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forms = study.parent / "forms"
    before = (forms / "303.xlsx").read_bytes()
    frame = study.parent / "respondents.csv"
    code, _, told = run(capsys, "survey", "form", "landscape-nomination", "--frame", frame, "--out", forms)
    assert (code, "303.xlsx" in told) == (12, True)
    assert (forms / "303.xlsx").read_bytes() == before
    assert sorted(path.name for path in forms.iterdir()) == ["303.xlsx"], "nothing half written"


def test_who_refused_gets_no_form_and_dyads_need_their_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = tmp_path / "frame.csv"
    frame.write_text(
        "respondent_id,respondent_name,kind,response,dyad_id\n"
        "h1,A head,head,,D/1\ns1,A deputy,second,,D/1\nh2,A head,head,refused,D2\n",
        encoding="utf-8",
    )
    written = answered(
        capsys, "survey", "form", "executive-head", "--frame", frame, "--out", tmp_path / "forms"
    )
    assert ([Path(path).name for path in written["files"]], written["left_out"]) == (
        ["h1.xlsx", "s1.xlsx"],
        1,
    )
    pages = answered(
        capsys,
        "survey",
        "form",
        "executive-head",
        "--frame",
        frame,
        "--out",
        tmp_path / "pages",
        "--format",
        "html",
    )
    assert [Path(path).name for path in pages["files"]] == ["h1.html", "s1.html"]
    frame.write_text("respondent_id,respondent_name,kind\n301,Northshire,authority\n", encoding="utf-8")
    told = answered(capsys, "survey", "form", "executive-head", "--frame", frame, "--out", tmp_path / "more")
    assert told["error"] == "TableProblem"
    assert not (tmp_path / "more").exists()


def test_a_form_for_each_entry_shows_what_is_held(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = tmp_path / "entries.csv"
    entries.write_text(
        "respondent_id,entry_id,leader_name,home_school,role\n"
        "100001,L1:sip,Alice Example,Hill Top,School improvement partner\n"
        "100001,L2:sip,'=cmd,Hill Top,Mentor head\n",
        encoding="utf-8",
    )
    written = answered(
        capsys, "survey", "form", "validation", "--entries", entries, "--out", tmp_path / "forms"
    )
    first, second = (Path(path) for path in written["files"])
    assert first.name == "100001-L1_sip.xlsx"
    asked = read_text_table(first, sheet="Answers").frame["Question"].to_list()
    assert "Name: is it right? We hold: Alice Example" in asked
    assert "Schools supported: is it right? We hold: nothing" in asked
    assert answered(capsys, "survey", "read", second)["forms"][0]["entry_id"] == "L2:sip"
    entries.write_text("respondent_id,entry_id\n100001,L1\n100001,L1\n", encoding="utf-8")
    told = answered(capsys, "survey", "form", "validation", "--entries", entries, "--out", tmp_path / "again")
    assert [problem["row"] for problem in told["problems"]] == [2, 3]


def test_unknown_instruments_and_languages_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "survey", "form", "census", "--out", tmp_path / "x")[0] == 7
    assert run(capsys, "survey", "form", "validation", "--out", tmp_path / "x", "--language", "tlh")[0] == 7
    assert not (tmp_path / "x").exists()
    blank = answered(capsys, "survey", "form", "landscape-nomination", "--out", tmp_path / "x")
    assert [sheet.name for sheet in workbook_sheets(Path(blank["files"][0])) if sheet.visible] == [
        "Start here", "Answers", "Leaders"]  # fmt: skip


def test_an_instrument_of_ones_own_starts_from_a_shipped_one_and_is_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text, _ = run(capsys, "survey", "form", "validation", "--toml")
    own = tmp_path / "mine.toml"
    own.write_text(
        text.replace("version = 1", "version = 2").replace('en = "Objection"', 'en = "Object"'), "utf-8"
    )
    assert code == 0
    same = answered(capsys, "survey", "form", own, "--compare", "validation")
    assert (same["new"][:2], same["same"]) == (["validation", 2], True)
    own.write_text(own.read_text("utf-8").replace("Name: what is right?", "Which name is right?"), "utf-8")
    changed = answered(capsys, "survey", "form", own, "--compare", "validation")["changes"]
    assert [(row["question"], row["change"], row["comparable"]) for row in changed] == [
        ("leader_name_corrected", "reworded", "check")]  # fmt: skip
    assert run(capsys, "survey", "form", own, "--out", tmp_path / "forms")[0] == 0
    assert run(capsys, "survey", "form", own)[0] == 2
