"""A fault must be seen when something is lost, half there, or done twice: each judge is shown that, and a sound one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from soak import faults
from soak.corrections import WHOLE, WHY, judge, read_corrections
from soak.fault_imports import half_stored, told_wrongly
from soak.fault_jobs import Endings
from soak.fault_letters import judge_letters
from soak.findings import Findings


class Answering:
    """A service that answers each question as told."""

    def __init__(self, *answers: list[dict[str, Any]]) -> None:
        self.answers = list(answers)

    def query(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return self.answers.pop(0)


WRITTEN = "Written AaaaaAaaab"


@pytest.mark.parametrize(
    ("confirmed", "found", "nameless", "lost", "half"),
    [
        (["a"], {"a": (1, WHOLE)}, 0, 0, 0),
        (["a"], {}, 0, 1, 0),
        ([], {"a": (1, WHOLE)}, 0, 0, 0),
        (["a"], {"a": (1, ())}, 0, 0, 1),
        (["a"], {"a": (0, WHOLE)}, 0, 0, 1),
        (["a"], {"a": (1, WHOLE[:-1])}, 0, 0, 1),
        (["a"], {"a": (2, WHOLE)}, 0, 0, 1),
        (["a"], {"a": (1, WHOLE)}, 1, 0, 1),
    ],
    ids=["whole", "lost", "not confirmed and kept", "no history", "no name", "part of the history", "name twice",
         "somebody without a name"],
)  # fmt: skip
def test_a_correction_is_whole_or_not_there(confirmed, found, nameless, lost, half) -> None:
    assert judge(confirmed, found, nameless) == (lost, half)


def test_a_name_and_its_reason_are_brought_together() -> None:
    service = Answering([{"name": WRITTEN, "n": 1}], [{"why": f"{WHY}00000 00001", "events": list(WHOLE)}])
    assert read_corrections(service) == {WRITTEN: (1, WHOLE)}  # type: ignore[arg-type]


def job(state: str, done: int, problem: Any = None) -> Answering:
    return Answering([{"state": state, "attempts": 2, "problem": problem}], [{"n": done}])


@pytest.mark.parametrize(
    ("answers", "unexplained", "twice"),
    [
        (job("done", 1), 0, 0),
        (job("done", 2), 0, 1),
        (job("done", 0), 0, 1),
        (job("failed", 0, {"what": "It was ended 3 times."}), 0, 0),
        (job("failed", 1, {"what": "It was ended 3 times."}), 0, 1),
        (job("failed", 0), 1, 0),
        (job("running", 0), 1, 0),
    ],
)
def test_a_job_is_done_once_or_explained(answers: Answering, unexplained: int, twice: int) -> None:
    endings = Endings(answers)  # type: ignore[arg-type]
    endings.note("key")
    assert (len(endings.unexplained), len(endings.twice)) == (unexplained, twice)
    found = Findings("faults")
    endings.tell(found, "Jobs")
    assert found.is_good is not bool(unexplained or twice)


@pytest.mark.parametrize(
    ("came", "killed_at", "missing", "again", "more"),
    [
        ({"a@": 1, "b@": 1}, {}, 0, 0, 0),
        ({"a@": 1}, {}, 1, 0, 0),
        ({"a@": 2, "b@": 1}, {"A": 1}, 0, 1, 0),
        ({"a@": 2, "b@": 1}, {"B": 1}, 0, 0, 1),
        ({"a@": 3, "b@": 1}, {"A": 1}, 0, 1, 1),
    ],
)
def test_a_letter_comes_again_only_where_a_worker_was_killed_at_it(
    came, killed_at, missing, again, more
) -> None:
    letters = {"a@": "A", "b@": "B"}
    assert judge_letters(letters, Counter(came), Counter(killed_at)) == (missing, again, more)


@pytest.mark.parametrize(
    ("named", "stored", "wrong"),
    [(0, None, 0), (3, None, 0), (2, None, 1), (3, True, 0), (0, True, 1), (0, False, 0), (3, False, 1)],
)
def test_a_register_is_stored_whole_or_not_at_all(named: int, stored: bool | None, wrong: int) -> None:
    service = Answering([{"n": named}])
    assert len(half_stored(service, 1, ("1", "2", "3"), stored)) == wrong  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "records", "sources", "wrong"), [(400, 400, 1, 0), (800, 400, 1, 1), (400, 400, 2, 1)]
)
def test_an_import_that_is_told_twice_is_seen(changes: int, records: int, sources: int, wrong: int) -> None:
    service = Answering([{"n": changes, "records": records}], [{"n": sources}])
    assert len(told_wrongly(service, "job", "register.csv")) == wrong  # type: ignore[arg-type]


def test_a_fault_that_breaks_off_is_not_kept() -> None:
    def disk_full(found: Findings) -> None:
        raise OSError("no disk")

    found = Findings("faults")
    faults._attempt(found, disk_full)
    assert not found.is_good
    assert "Disk full" in found.lines[0].what
