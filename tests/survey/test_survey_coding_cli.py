"""``leadscape survey code`` as its user meets it: from answers to themes, and wrong files along the way."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from leadscape.cli import main
from leadscape.core.tables import frame_of
from leadscape.core.writing import write_csv
from leadscape.survey.coding.files import read_coding_files
from leadscape.survey.instruments.tables import Answers, Forms

ANSWERS = """respondent_id,question,text,quote,pseudonym
h1,initiative,The authority rang and asked me. I report to both governing bodies.,yes,Head A
h2,initiative,I offered to take it on after Mrs Jane Okafor left.,with pseudonym,Head B
h3,capacity,"My deputies have grown, but parents here ask where I am.",no,
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["survey", "code", *arguments])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def fill(sheet: Path, codes: list[str | None]) -> Path:
    filled = sheet.with_name(f"filled_{sheet.name}")
    pl.read_csv(sheet, infer_schema=False).with_columns(codes=pl.Series(codes, dtype=pl.String)).write_csv(
        filled
    )
    return filled


def test_from_answers_to_themes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("answers.csv").write_text(ANSWERS, encoding="utf-8")
    code, out, _ = run(
        capsys, "sheet", "answers.csv", "--coder", "Ann", "--unit", "sentence", "--sheet", "ann.csv", "--json"
    )
    made = json.loads(out)
    assert (code, made["segments"], made["answers"]) == (0, 4, 3)
    assert made["with_suggestions"] >= 3

    # Nothing is accepted yet, so nothing is coded.
    code, out, _ = run(capsys, "read", "ann.csv", "--json")
    assert json.loads(out)["decided"] == 0
    ann = fill(
        Path("ann.csv"),
        ["initiative_authority", "mandate_accountability", "initiative_head", "lead_school_cost"],
    )
    code, out, _ = run(capsys, "read", str(ann), "--on", "2006-10-01")
    assert "4 segments decided, 0 left open; 4 decisions are new or changed." in out
    assert "95 % interval" in out

    code, out, _ = run(capsys, "sheet", "--coder", "Bob", "--second", "1", "--sheet", "bob.csv")
    assert "blind second coding" in out
    shown = Path("bob.csv").read_text(encoding="utf-8")
    assert "Ann" not in shown
    assert "initiative_authority" not in shown
    bob = fill(
        Path("bob.csv"), ["initiative_authority", "none", "initiative_head", "lead_school_cost; capacity"]
    )
    run(capsys, "read", str(bob), "--on", "2006-10-02")

    code, out, _ = run(capsys, "queue", "--queue", "queue.csv")
    assert "their codes differ on 2, of which 2 wait" in out
    assert "Percent agreement" in out
    assert "Krippendorff's alpha" in out
    decisions = pl.read_csv("queue.csv", infer_schema=False).with_columns(
        decision=pl.Series(["mandate_accountability", "lead_school_cost"]), decided_by=pl.lit("Cleo")
    )
    decisions.write_csv("decided.csv")
    code, _, err = run(capsys, "adjudicate", "decided.csv", "--on", "2006-10-03")
    assert code == 4
    assert "Must say why" in err
    decisions.with_columns(why=pl.lit("as defined")).write_csv("decided.csv")
    code, out, _ = run(capsys, "adjudicate", "decided.csv", "--on", "2006-10-03", "--json")
    assert json.loads(out) == {"added": 2, "open": 0}

    code, out, _ = run(capsys, "themes")
    assert "Quotes were not written" in out
    assert not Path("coding/themes/quotes.csv").exists()
    Path("names.csv").write_text("name\nJane Okafor\n", encoding="utf-8")
    code, out, _ = run(capsys, "themes", "--names", "names.csv", "--json")
    told = json.loads(out)
    assert (told["decided"], told["disputed"], told["unread"]) == (4, 0, 0)
    assert {quote["quote"] for quote in told["quotes"]} == {
        "The authority rang and asked me.",
        "I report to both governing bodies.",
        "I offered to take it on after [name] left.",
    }
    first = Path("coding/themes/themes.xlsx").read_bytes()
    run(capsys, "themes", "--names", "names.csv", "--json")
    assert Path("coding/themes/themes.xlsx").read_bytes() == first


def test_the_long_answers_of_forms_are_coded_and_their_other_answers_are_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    base = {"instrument": "executive-head", "version": 1, "status": "answered", "item": 0, "file": "h1.xlsx",
            "respondent_id": "h1"}  # fmt: skip
    said = {"capacity": "Two deputies\nstep up.", "days_a_week": "2", "quote": "yes"}
    answers = frame_of(Answers, [{**base, "question": name, "value": value} for name, value in said.items()])
    form = {"content_hash": "x", "language": "en", "answered": 3, "recognised_by": "headings", "certainty_share": 1.0,
            "consent": "given", "use": "used", "dyad_id": "d1"}  # fmt: skip
    forms = frame_of(Forms, [{**base, **form}])
    write_csv(answers, Path("read/answers.csv"))
    write_csv(forms, Path("read/forms.csv"))
    code, out, _ = run(capsys, "sheet", "read", "--coder", "Ann", "--json")
    assert (code, json.loads(out)["segments"]) == (0, 1)
    held = read_coding_files(Path("coding")).sources.row(0, named=True)
    assert (held["text"], held["question"], held["dyad"], held["permission"]) == (
        "Two deputies\nstep up.", "capacity", "d1", "given")  # fmt: skip
    Path("empty").mkdir()
    code, _, err = run(capsys, "sheet", "empty", "--coder", "Bob")
    assert code == 7
    assert "survey read" in err


def test_a_sheet_that_somebody_may_have_filled_in_is_not_written_over(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("answers.csv").write_text(ANSWERS, encoding="utf-8")
    run(capsys, "sheet", "answers.csv", "--coder", "Ann")
    code, _, err = run(capsys, "sheet", "--coder", "Ann")
    assert code == 12
    assert "may hold codes" in err


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("sheet.csv", b"%PDF-1.4 not a table", 3),
        ("sheet.csv", b"", 3),
        ("sheet.csv", b"segment_id,codes\ng1,exit\n", 4),
        ("absent.csv", None, 3),
    ],
)
def test_wrong_files_are_told_and_change_nothing(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: bytes | None,
    code: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("answers.csv").write_text(ANSWERS, encoding="utf-8")
    run(capsys, "sheet", "answers.csv", "--coder", "Ann")
    before = sorted(path.name for path in Path("coding").iterdir())
    if content is not None:
        Path(name).write_bytes(content)
    assert run(capsys, "read", name)[0] == code
    assert sorted(path.name for path in Path("coding").iterdir()) == before


def test_nothing_laid_out_and_unknown_schemes_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "themes")
    assert code == 7
    assert "survey code sheet" in err
    code, _, err = run(capsys, "scheme", "nonesuch")
    assert code == 6
    code, out, _ = run(capsys, "scheme", "--json")
    assert {one["id"] for one in json.loads(out)["schemes"]} >= {"executive-heads-2006", "england-2006"}


def test_schemes_go_to_other_programs_and_come_back(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "heads.qdc"
    code, _, _ = run(capsys, "scheme", "executive-heads-2006", "--qdc", str(path))
    assert code == 0
    _, before, _ = run(capsys, "scheme", "executive-heads-2006", "--json")
    _, after, _ = run(capsys, "scheme", str(path), "--json")
    assert json.loads(after)["codes"] == json.loads(before)["codes"]
    assert json.loads(after)["themes"] == json.loads(before)["themes"]
