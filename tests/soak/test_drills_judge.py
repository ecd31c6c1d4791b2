"""A drill must fail when the thing it tries is broken: each is shown a broken one, and a sound one."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from leadscape.core.errors import FileProblem

from soak import findings, page
from soak.__main__ import _only_one
from soak.attack_files import Gigabyte, bomb, workbook
from soak.attack_words import HOSTILE_NAMES
from soak.findings import Findings, Line
from soak.fuzz import is_whole, tell
from soak.fuzz_crew import Crew
from soak.fuzz_judge import READ, REFUSED, judge, spoilt
from soak.load import judge as judge_load
from soak.load_processes import Held, growth, judge_processes, work_shares
from soak.mutation import WAYS, mutate
from soak.readers import READERS, Reader

RIGHT = {
    "table": b"a,b\n1,2\n3,4\n",
    "toml": b'[study]\ntitle = "x"\n',
    "json": b'{"a": [1, {"b": 2}]}',
    "xml": b'<?xml version="1.0" encoding="utf-8"?><a b="c">d</a>',
    "bytes": b"0123456789",
    "workbook": workbook(""),
    "packed": b"",
}


@pytest.mark.parametrize("kind", WAYS)
def test_the_same_numbers_spoil_a_file_in_the_same_way(kind: str) -> None:
    import gzip

    content = RIGHT[kind] or gzip.compress(b"a,b\n1,2\n", mtime=0)
    spoiled = [mutate(content, kind, Random(number)) for number in range(60)]
    assert spoiled == [mutate(content, kind, Random(number)) for number in range(60)]
    assert len(set(spoiled)) > 30
    assert content not in spoiled[:3]


def test_a_reader_is_judged_by_how_it_ends() -> None:
    class Panic(BaseException):
        pass

    def raising(error: BaseException):
        def read(path: Path) -> None:
            raise error

        return read

    assert judge(lambda path: None, Path()) == READ
    assert judge(raising(FileProblem("a", "b", "c")), Path()) == REFUSED
    assert judge(raising(FileProblem("a", "", "c")), Path()) == "a sentence without its parts"
    assert judge(raising(ValueError("no int")), Path()).startswith("ValueError")
    assert judge(raising(Panic("of a library")), Path()).startswith("Panic")


def test_a_reader_that_takes_for_ever_is_stopped(monkeypatch) -> None:
    monkeypatch.setattr("soak.fuzz_judge.LONGEST", 1)
    assert judge(lambda path: time.sleep(5), Path()).startswith("TooLong")


def test_what_went_through_is_counted_with_its_place() -> None:
    found = Findings("fuzz")
    tell(found, "schools", Counter({READ: 7, REFUSED: 2, "ValueError in x.py:1 (no)": 1}))
    assert (found.lines[0].tried, found.lines[0].through, found.is_good) == (10, 1, False)
    assert "ValueError in x.py:1" in found.lines[0].found


def test_every_reader_has_a_right_file_of_a_known_kind(tmp_path: Path) -> None:
    assert len({reader.name for reader in READERS}) == len(READERS)
    assert all(kind in WAYS for reader in READERS for _, kind, _ in reader.files)
    (tmp_path / "a.csv").write_bytes(RIGHT["table"])
    reader = Reader("any", print, (("a.csv", "table", 10),))
    assert spoilt(reader, 5, tmp_path) == spoilt(reader, 5, tmp_path)


def test_a_process_that_dies_is_told_of_with_its_file(tmp_path: Path, monkeypatch) -> None:
    class Dead:
        task = ("schools", 3, 5)
        heard_at = time.monotonic()

        class process:
            exitcode = -6

            @staticmethod
            def is_alive() -> bool:
                return False

        def heard(self) -> list:
            return []

    class Sound(Dead):
        task = None
        process = type("process", (), {"exitcode": None, "is_alive": staticmethod(lambda: True)})

        def give(self, task) -> None:
            self.left = list(range(task[1], task[2]))
            self.task = task

        def heard(self) -> list:
            said = [("schools", READ, number) for number in getattr(self, "left", [])]
            self.task, self.left = None, []
            return said

    monkeypatch.setattr("soak.fuzz_crew.Member", lambda *_: Sound())
    monkeypatch.setattr("soak.fuzz_crew._keep_again", lambda *_: None)
    crew = Crew(tmp_path, 1)
    crew.members = [Dead()]  # type: ignore[list-item]
    assert crew.perform([]) == [("schools", "the process died (code -6)", 3), ("schools", READ, 4)]


def row(name: str, p95: float, failed: int = 0) -> dict[str, str]:
    return {"Name": name, "Request Count": "100", "Failure Count": str(failed), "50%": "20", "95%": str(p95),
            "Max Response Time": "900"}  # fmt: skip


def process(grown: float = 0.0, share: float = 0.5, begins: int = 0, ends: int = 240) -> list[Held]:
    """A process over the time: megabytes that it gains in it, and the share of the work that it does."""
    seconds = range(begins, ends + 1, 2)
    return [
        Held(float(at), 100 + grown * (at - begins) / (ends - begins), share * (at - begins))
        for at in seconds
    ]


@pytest.mark.parametrize(
    ("p95", "failed", "grown", "good"),
    [(200, 0, 1, True), (501, 0, 1, False), (200, 1, 1, False), (200, 0, 40, False)],
)
def test_load_is_kept_only_in_time_without_errors_and_flat(
    p95: float, failed: int, grown: float, good: bool
) -> None:
    found = Findings("load")
    rows = [row("home", p95, failed), row("Aggregated", p95, failed)]
    judge_load(found, rows, {7: process(grown), 8: process()}, 120, 50)
    assert found.is_good is good


def test_a_process_that_was_renewed_is_not_judged_and_is_told() -> None:
    found = Findings("load")
    young = process(80.0, begins=40)
    rows = [row("home", 200, 0), row("Aggregated", 200, 0)]
    judge_load(found, rows, {7: process(), 8: young}, 120, 50)
    assert found.is_good
    assert any("1 of 2 processes began while it was watched" in note for note in found.notes)
    again = Findings("load")
    judge_load(again, rows, {7: process(80.0), 8: young}, 120, 50)
    assert not again.is_good


def test_growth_is_that_of_the_floor_and_not_of_high_points() -> None:
    flat = process()
    assert growth(flat) == 0
    high = [replace(one, megabytes=160.0) if one.at % 30 > 4 and one.at > 120 else one for one in flat]
    assert growth(high) == 0
    assert growth(process(48.0)) == pytest.approx(42.0, abs=1.0)
    assert growth(flat[:20]) == 0, "too short to tell"


def test_a_process_that_has_nearly_all_the_work_is_found() -> None:
    assert work_shares({7: process(share=0.9), 8: process(share=0.1)}) == pytest.approx([0.9] * 8)
    uneven = Findings("load")
    judge_processes(uneven, {7: process(share=0.9), 8: process(share=0.1)})
    assert [line.within for line in uneven.lines] == [True, True, False]
    for_a_minute = [*process(share=0.9, ends=60), *(replace(one, worked=54 + 0.5 * (one.at - 60)) for one in
                                                    process(begins=60)[1:])]  # fmt: skip
    renewed = Findings("load")
    judge_processes(renewed, {7: for_a_minute, 8: process(share=0.1, ends=60), 9: process(begins=62)})
    assert renewed.lines[-1].within, "one that begins in the place of another has little to do at first"


def test_the_page_says_what_was_not_run_and_what_was_not_kept(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(page, "read", lambda drill: findings.read(drill, tmp_path))
    bare = page.draw()
    assert bare.count("| not run |\n") == bare.count("Not run.") == len(page.DRILLS)
    good = Findings(
        "load",
        [Line("pages", 10, 0, "p95 20 ms")],
        commit="abc",
        machine="2 cores",
        started_at="2026-11-25T10:00:00",
    )
    bad = Findings(
        "attack", [Line("ids | <b>", 10, 2)], ["uploads: no page"], started_at="2026-11-25T10:00:00"
    )
    for one in (good, bad):
        findings.keep(one, tmp_path)
    drawn = page.draw()
    assert "| Load | 2026-11-25 10:00 | 0 | 10 | 0 | kept |" in drawn
    assert "| Attack | 2026-11-25 10:00 | 0 | 10 | 2 | **not kept**, 1 not run |" in drawn
    assert "ids \\| &lt;b>" in drawn
    assert "* uploads: no page" in drawn


def test_the_page_says_at_what_commit_each_part_of_a_drill_was_run(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(page, "read", lambda drill: findings.read(drill, tmp_path))
    parts = [
        Line("schools", 10, 0, "read", commit="old", seconds=40),
        Line("links", 10, 0, "read", commit="new", seconds=2),
    ]
    findings.keep(
        Findings("fuzz", parts, commit="new", seconds=3, started_at="2026-11-25T10:00:00"), tmp_path
    )
    drawn = page.draw()
    assert "| schools | 10 | 0 | read; at commit old |" in drawn
    assert "| links | 10 | 0 | read |" in drawn
    assert "| Spoilt files | 2026-11-25 10:00 | 42 | 20 | 0 | kept |" in drawn


def test_a_reader_is_left_out_only_where_all_was_read_at_this_commit() -> None:
    line = Line("schools", 100, 0, commit="abc")
    assert is_whole(line, 100, "abc")
    assert not is_whole(line, 101, "abc")
    assert not is_whole(line, 100, "abd")
    assert not is_whole(None, 100, "abc")
    changed = "abc with changes that are not committed"
    assert not is_whole(Line("schools", 100, 0, commit=changed), 100, changed)


def test_a_drill_that_breaks_off_is_not_kept(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(findings, "RESULTS", tmp_path)
    monkeypatch.setattr(findings, "keep", lambda found: kept.append(found))
    kept: list[Findings] = []
    with pytest.raises(ZeroDivisionError), findings.finding("load") as found:
        print(1 / len(found.lines))
    assert kept[0].is_good is False
    assert json.dumps(kept[0].lines[-1].__dict__)


def test_a_line_that_tried_nothing_is_not_good() -> None:
    assert not Line("nothing", 0, 0).is_good


def test_hostile_files_are_what_they_say() -> None:
    assert len(bomb("a", 50 << 20)) < 1 << 20
    assert any("<script>" in name for name in HOSTILE_NAMES)


def test_a_gigabyte_is_as_long_as_it_says(monkeypatch) -> None:
    monkeypatch.setattr("soak.attack_files.GIGABYTE", 3_000_000)
    body = Gigabyte("token")
    sent = b"".join(iter(lambda: body.read(65_536), b""))
    assert len(sent) == len(body)
    assert sent.endswith(b"--b--\r\n")


def test_the_command_lists_the_drills() -> None:
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "soak", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=findings.ROOT,
    )
    assert all(drill in done.stdout for drill in page.DRILLS)


def test_a_second_soak_waits_for_the_first(tmp_path: Path) -> None:
    first = _only_one(tmp_path)
    with pytest.raises(SystemExit, match="Another soak of this user is at work"):
        _only_one(tmp_path)
    first.close()
    _only_one(tmp_path).close()
