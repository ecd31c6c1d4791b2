"""Several returns of one respondent: used once, added up, or for a person to decide; never counted twice unseen."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.errors import TableProblem
from leadscape.survey import read_returns
from leadscape.survey.nomination_lines import TEXT_SCHEMA, type_lines
from leadscape.survey.response.repeats import settle_repeats

HEAD = "leader_name,home_school,role"
ALICE, BOB, CY = ("Alice Example,Hill Top,SIP", "Bob Sample,Low Vale,SIP", "Cy Sample,High Vale,SIP")


def written(folder: Path, name: str, *lines: str, head: str = HEAD) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def names(*paths: Path) -> list[str]:
    return read_returns(paths).nominations["leader_name"].to_list()


def test_the_same_return_twice_is_used_once_and_said_so(tmp_path: Path) -> None:
    first = written(tmp_path, "301.csv", ALICE, BOB)
    again = written(tmp_path, "301 (1).csv", BOB, ALICE)
    reading = read_returns((first, again))
    assert reading.nominations["leader_name"].to_list() == ["Alice Example", "Bob Sample"]
    assert (
        reading.nominations["nomination_id"].to_list()
        == read_returns((first,)).nominations["nomination_id"].to_list()
    )
    assert reading.notes == ("301 (1).csv says the same for 301 as 301.csv; it was used once.",)
    assert reading.set_aside.rows() == [("301 (1).csv", "the same as another return", 2)]
    assert reading.files.select("rows", "nominations", "blank").rows() == [(2, 2, 0), (2, 0, 0)]


def test_two_returns_that_differ_are_a_problem_with_the_lines_that_do(tmp_path: Path) -> None:
    first = written(tmp_path, "301.csv", ALICE, BOB)
    later = written(tmp_path, "301 - Copy.csv", ALICE, CY)
    with pytest.raises(TableProblem) as caught:
        read_returns((first, later))
    assert caught.value.problems.select("file", "row", "value").rows() == [
        ("301.csv", 3, "Bob Sample"),
        ("301 - Copy.csv", 3, "Cy Sample"),
    ]
    assert "supersedes" in caught.value.problems["rule"][0]


def test_two_returns_of_their_own_that_share_no_line_are_a_problem_too(tmp_path: Path) -> None:
    with pytest.raises(TableProblem) as caught:
        read_returns((written(tmp_path, "301.csv", ALICE), written(tmp_path, "301.b.csv", BOB)))
    assert caught.value.problems["value"].to_list() == ["Alice Example", "Bob Sample"]


def test_the_later_return_may_say_which_it_supersedes(tmp_path: Path) -> None:
    first = written(tmp_path, "301.csv", ALICE, BOB)
    (tmp_path / "later").mkdir()
    later = written(tmp_path, "301.later.csv", f"{ALICE},301.csv", f"{CY},", head=f"{HEAD},supersedes")
    reading = read_returns((first, later))
    assert reading.nominations["leader_name"].to_list() == ["Alice Example", "Cy Sample"]
    assert reading.set_aside.rows() == [("301.csv", "superseded by a later return", 2)]


def test_a_person_may_say_line_by_line_what_to_use(tmp_path: Path) -> None:
    first = written(tmp_path, "301.csv", f"{ALICE},no", f"{BOB},no", head=f"{HEAD},use")
    assert names(first, written(tmp_path, "301.b.csv", ALICE, CY)) == ["Alice Example", "Cy Sample"]
    both = written(tmp_path, "301.c.csv", f"{CY},yes", head=f"{HEAD},use")
    assert names(written(tmp_path, "301.csv", ALICE), both) == ["Alice Example", "Cy Sample"]


def test_words_that_choose_nothing_are_told(tmp_path: Path) -> None:
    wrong = written(
        tmp_path, "301.csv", f"{ALICE},maybe,", f"{BOB},,nowhere.csv", head=f"{HEAD},use,supersedes"
    )
    with pytest.raises(TableProblem) as caught:
        read_returns((wrong,))
    assert caught.value.problems.select("row", "column").rows() == [(2, "use"), (3, "supersedes")]
    one = written(tmp_path, "302.a.csv", f"{ALICE},302.b.csv", head=f"{HEAD},supersedes")
    other = written(tmp_path, "302.b.csv", f"{BOB},302.a.csv", head=f"{HEAD},supersedes")
    with pytest.raises(TableProblem, match="Each of the two files supersedes the other"):
        read_returns((one, other))


def test_lists_in_which_a_column_says_whose_each_line_is_add_up_unless_they_overlap(tmp_path: Path) -> None:
    head = f"respondent_id,{HEAD}"
    own = written(tmp_path, "301.csv", ALICE)
    beside = written(tmp_path, "extra.csv", f"301,{BOB}", head=head)
    reading = read_returns((own, beside))
    assert reading.nominations.height == 2
    assert reading.notes == ("The lines of 301 stand in 301.csv, extra.csv; they add up.",)
    overlapping = written(tmp_path, "overlap.csv", f"301,{ALICE}", f"301,{BOB}", head=head)
    with pytest.raises(TableProblem) as caught:
        read_returns((own, overlapping))
    assert caught.value.problems["value"].to_list() == ["Bob Sample"]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 2)), min_size=1, max_size=12))
def test_no_line_is_lost_or_made(rows: list[tuple[str, int]]) -> None:
    """Whatever is repeated: lines left and lines set aside are all the lines there were."""
    texts = pl.DataFrame(
        [
            {"row": n, "respondent_id": who, "leader_name": f"L{n % 3}", "file_at": at, "source_file": f"f{at}",
             "sender": "x"}
            for n, (who, at) in enumerate(rows, 2)
        ],
        schema=TEXT_SCHEMA,
    )  # fmt: skip
    lines = type_lines(texts)
    settled = settle_repeats(lines, ["f0", "f1", "f2"])
    assert settled.lines.height + settled.set_aside["rows"].sum() == lines.height
    kept = set(settled.lines["respondent_id"])
    assert kept == {who for who, _ in rows}, "every respondent keeps a return"
