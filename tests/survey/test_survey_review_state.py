"""Where a review stands, and how often suggestions were taken."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from leadscape.actions.review_questions import review_questions
from leadscape.cli import main
from leadscape.core.errors import OutputBlocked
from leadscape.core.tables import frame_of
from leadscape.demo import write_demo
from leadscape.survey.acceptance import count_acceptance
from leadscape.survey.tables import Questions

from tests.support.drawn import drawn


def questions_of(text: str) -> pl.DataFrame:
    """Questions from rows with ``id``, ``question``, ``candidates`` (ids with commas between) and ``decision``."""
    return frame_of(
        Questions,
        [
            {
                "question_id": row["id"],
                "question": row["question"],
                "nominations": 1,
                "candidates": answers,
                "answers": answers,
                "probabilities": [1 / len(answers) for _ in answers],
                "evidence": ["" for _ in answers],
                "decision": row.get("decision"),
            }
            for row in drawn(text)
            for answers in ([part.strip() for part in (row["candidates"] or "").split(",") if part.strip()],)
        ],
    )


def test_what_people_decided_beside_what_was_suggested() -> None:
    asked = questions_of(
        """
        id         | question | candidates
        role-a     | role     | mentor_head, other
        role-b     | role     | mentor_head, other
        role-c     | role     | mentor_head
        role-d     | role     | other
        school-e   | school   | 100001
        """
    )
    decided = questions_of(
        """
        id         | question | candidates | decision
        role-a     | role     | -          | mentor_head
        role-b     | role     | -          | other
        role-c     | role     | -          | none
        role-d     | role     | -          | executive_headship
        school-e   | school   | -          | -
        school-f   | school   | -          | 100002
        """
    )
    rows = {row["question"]: row for row in count_acceptance(asked, decided).iter_rows(named=True)}
    role = rows["role"]
    counts = [role[name] for name in ("decided", "first", "other", "overruled", "none_right", "corrected")]
    assert counts == [4, 1, 1, 1, 1, 0]
    # Clopper-Pearson for 1 of 4.
    assert (role["first_share"], round(role["low"], 4), round(role["high"], 4)) == (0.25, 0.0063, 0.8059)
    # Nobody asked about f: it puts right what the software had taken, and is in no share.
    assert (rows["school"]["decided"], rows["school"]["corrected"], rows["school"]["first_share"]) == (
        0,
        1,
        None,
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("review"), size="small").study


def test_a_decided_study_has_nothing_open(study: Path) -> None:
    state = review_questions(study)
    assert state.progress["open"].sum() == 0
    assert state.acceptance["decided"].sum() == state.progress["decided"].sum()
    assert state.deciders["decided_by"].to_list() == ["clerk of the demonstration"]


def test_an_open_study_writes_what_waits_with_reasons(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    undecided = study.with_name("undecided.toml")
    text = study.read_text(encoding="utf-8")
    undecided.write_text("\n".join(line for line in text.splitlines() if not line.startswith("decisions")))
    out = tmp_path / "review.csv"
    main_without_exit("survey", "review", str(undecided), "--out", str(out), "--json")
    state = json.loads(capsys.readouterr().out)
    waiting = sum(row["open"] for row in state["progress"])
    written = pl.read_csv(out, infer_schema=False)
    assert waiting == written["decision"].null_count() == written.height > 0
    assert state["acceptance"] == []
    assert written["candidate_1"].str.contains("%").any()


def test_the_file_of_decisions_is_never_written_over(study: Path) -> None:
    before = (study.parent / "review.csv").read_bytes()
    with pytest.raises(OutputBlocked, match="decisions that the study reads"):
        review_questions(study, out=study.parent / "review.csv")
    assert (study.parent / "review.csv").read_bytes() == before


def test_a_file_that_somebody_may_have_filled_in_is_never_written_over(study: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.xlsx"
    mine.write_bytes(b"decisions of a clerk")
    with pytest.raises(OutputBlocked, match="there already"):
        review_questions(study, out=mine)
    assert mine.read_bytes() == b"decisions of a clerk"


def main_without_exit(*arguments: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 0
