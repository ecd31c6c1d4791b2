"""The study file: every mistake told at once, patterns opened out, paths kept relative."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leadscape.actions.start_study import start_study
from leadscape.actions.study import read_study
from leadscape.core.errors import OutputBlocked, StudyProblem

GOOD = """
[study]
title = "T"
system = "england"
as_of = 2006-06-30
codebook = "england-2006"
[register]
schools = ["register.csv"]
[survey]
frame = "frame.csv"
returns = ["returns/*.csv"]
[landscape]
suppress_below = 0
confidence = 0.9
[[landscape.denominator]]
label = "heads"
n = 10
source = "a register"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "returns").mkdir()
    for name in ("register.csv", "frame.csv", "returns/302.csv", "returns/301.csv", "returns/~$301.csv"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    return tmp_path


def study(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_study_is_read_whole(folder: Path) -> None:
    read = read_study(study(folder, GOOD))
    assert [path.name for path in read.returns] == ["301.csv", "302.csv"], "sorted, without lock files"
    assert (read.as_of, read.seed, read.settings.confidence) == (date(2006, 6, 30), 2006, 0.9)
    assert read.output == folder / "out"
    assert read.denominators[0].unit == "leaders"


def test_every_mistake_is_told_at_once(folder: Path) -> None:
    text = (
        GOOD.replace('title = "T"', 'titel = "T"')
        .replace("england-2006", "england-1906")
        .replace('"frame.csv"', '"gone.csv"')
        .replace("n = 10", "n = -1")
        .replace("confidence = 0.9", "confidence = 9")
        .replace("suppress_below = 0", "supress_below = 0")
        .replace("as_of = 2006-06-30", 'as_of = "June"')
    )
    with pytest.raises(StudyProblem) as caught:
        read_study(study(folder, text + "\n[mystery]\nx = 1\n"))
    told = " ".join(caught.value.problems)
    for fault in (
        "lacks 'title'",
        "'titel' is not understood. Did you mean 'title'?",
        "no codebook 'england-1906'",
        "no file 'gone.csv'",
        "whole number above 0, not -1",
        "confidence is 9",
        "Did you mean 'suppress_below'?",
        "as_of must be a date",
        "[mystery] is not a part of a study",
    ):
        assert fault in told, fault
    assert len(caught.value.problems) == 9


@pytest.mark.parametrize(("text", "message"), [("[study", "not valid TOML"), (None, "cannot be read")])
def test_a_file_that_is_no_study(folder: Path, text: str | None, message: str) -> None:
    path = study(folder, text) if text else folder / "none.toml"
    with pytest.raises(StudyProblem, match=message):
        read_study(path)


def test_a_started_study_lacks_only_what_its_user_must_bring(tmp_path: Path) -> None:
    started = start_study(
        tmp_path / "mine", title='A "quoted" title', codebook="england-2026", as_of=date(2026, 9, 1)
    )
    with pytest.raises(StudyProblem) as caught:
        read_study(started.folder / "study.toml")
    missing = [problem.split(":")[1].split("'")[1] for problem in caught.value.problems]
    assert missing == [
        "register.csv",
        "returns/*.xlsx",
    ]
    with pytest.raises(OutputBlocked):
        start_study(tmp_path / "mine", title="again", codebook="england-2026", as_of=date(2026, 9, 1))


def test_a_register_fills_the_frame_with_its_authorities(tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text(
        "URN,EstablishmentName,EstablishmentStatus (name),LA (code),LA (name),GOR (name)\n"
        "100001,Hill Top,Open,301,Northshire,North\n100002,Low Vale,Open,302,Southshire,South\n",
        encoding="utf-8",
    )
    started = start_study(
        tmp_path / "mine", title="T", codebook="england-2006", as_of=date(2006, 6, 30), register=register
    )
    assert started.authorities == 2
    with pytest.raises(StudyProblem) as caught:
        read_study(started.folder / "study.toml")
    assert len(caught.value.problems) == 1, "only returns are missing"
