"""Review files of a store: written as the library writes them, read back and checked as a run does."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from leadscape.actions.read_codebooks import print_codebook
from leadscape.actions.read_decisions_file import read_decisions_file
from leadscape.actions.read_review_file import read_review_file
from leadscape.actions.write_review_file import write_decisions_file, write_review_file
from leadscape.core.errors import TableProblem

BOOK = print_codebook("england-2006")
QUESTION = {
    "question_id": "school-aaaaaaaaaaaa", "question": "school", "as_written": "=Ashgrove",
    "context": "authority 101: near",
    "nominations": 3, "candidates": ["100001 | Ashgrove Primary School | Town | 83 % | the same name"],
    "decision": "100001", "decided_by": "a clerk", "note": "Seen the list", "decided_in": "Heads, 30 June 2005",
}  # fmt: skip
ROLE = {
    "question_id": "role-helps out", "question": "role", "as_written": "helps out", "context": "", "nominations": 1,
    "candidates": [], "decision": None, "decided_by": None, "note": None,
}  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_written_is_read_back(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"review.{kind}"
    write_review_file([QUESTION, ROLE], path)
    read = read_review_file(path, BOOK, lambda urns: urns)
    assert read.drop("row").to_dicts() == [
        {name: QUESTION[name] for name in ("question_id", "decision", "decided_by", "note", "decided_in")}
    ]


def test_decisions_alone_are_the_same_in_any_order_and_none_is_none(tmp_path: Path) -> None:
    first = {
        "question_id": "role-a",
        "decision": "none",
        "decided_by": None,
        "note": None,
        "decided_in": None,
    }
    second = {
        **first,
        "question_id": "person-a-b",
        "decision": "same",
        "decided_by": "a clerk",
        "note": "=seen",
    }
    files = []
    for rows in ([first, second], [second, first]):
        assert write_decisions_file(rows, tmp_path / "decisions.csv") == 2
        files.append((tmp_path / "decisions.csv").read_bytes())
    assert files[0] == files[1]
    assert read_decisions_file(tmp_path / "decisions.csv").drop("row").to_dicts() == [second, first]
    assert write_decisions_file([{"question_id": "role-a", "decision": None}], tmp_path / "open.csv") == 1
    assert read_decisions_file(tmp_path / "open.csv").height == 0, "a question without a decision is open"


def test_what_does_not_exist_is_refused_but_for_what_is_not_asked(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    wrong = {"question_id": ["school-aaaaaaaaaaaa", "role-helps out"], "decision": ["999999", "emperor"]}
    pl.DataFrame(wrong).write_csv(path)
    with pytest.raises(TableProblem) as told:
        read_review_file(path, BOOK, lambda urns: [urn for urn in urns if urn == "100001"])
    assert told.value.problems.height == 2
    read = read_review_file(path, BOOK, lambda _: [], asked=[])
    assert read.height == 2
