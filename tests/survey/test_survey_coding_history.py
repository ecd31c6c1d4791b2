"""The history of codings: decisions are added, what they replace can be seen again, a person decides between coders."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import TableProblem
from leadscape.core.tables import frame_of
from leadscape.survey.coding.disagreements import find_disagreements, read_queue, write_queue
from leadscape.survey.coding.history import (
    add_decisions,
    history_problems,
    no_codings,
    outdated_codings,
    settle_segments,
    standing_decisions,
)
from leadscape.survey.coding.independence import independent_label_sets
from leadscape.survey.coding.recode import read_recodes, recode
from leadscape.survey.coding.scheme import Code, CodeScheme
from leadscape.survey.coding.second import draw_second_coding
from leadscape.survey.coding.tables import Recodes, Segments

from tests.support.drawn import drawn

DAY = date(2006, 10, 1)


def scheme(*ids: str) -> CodeScheme:
    return CodeScheme("s", "S", "test", "2006", tuple(Code(i, i.title(), f"About {i}.") for i in ids))


SCHEME = scheme("exit", "funding", "renewal")


def decided(text: str) -> pl.DataFrame:
    """Decisions drawn as ``segment | coder | round | codes``, with ``memo`` where there is one."""
    rows = drawn(text)
    return pl.DataFrame(
        {
            "segment_id": [row["segment"] for row in rows],
            "coder": [row["coder"] for row in rows],
            "coded_on": [DAY] * len(rows),
            "round": [int(row["round"] or 1) for row in rows],
            "memo": [row.get("memo") for row in rows],
            "codes": [(row["codes"] or "").split("+") for row in rows],
        },
        schema_overrides={"memo": pl.String},
    )


def segments(*ids: str) -> pl.DataFrame:
    return frame_of(
        Segments,
        [
            {"segment_id": i, "source_id": f"a{i}", "start": 0, "end": 4, "text": f"{i:<4}".replace(" ", "x")}
            for i in ids
        ],
    )


def codes_of(history: pl.DataFrame, as_of_round: int | None = None) -> dict[tuple[str, str], list[str]]:
    stood = standing_decisions(history, as_of_round)
    return {(row["segment_id"], row["coder"]): row["codes"] for row in stood.iter_rows(named=True)}


def test_coding_again_replaces_and_what_stood_before_can_be_seen() -> None:
    first = add_decisions(no_codings(), decided(
        """segment | coder | round | codes
           g1      | Ann   | 1     | exit+funding
           g1      | Bob   | 1     | exit"""), "coding")  # fmt: skip
    both = add_decisions(first, decided(
        """segment | coder | round | codes
           g1      | Ann   | 2     | exit"""), "coding")  # fmt: skip
    assert codes_of(both) == {("g1", "Ann"): ["exit"], ("g1", "Bob"): ["exit"]}
    assert codes_of(both, as_of_round=1) == {("g1", "Ann"): ["exit", "funding"], ("g1", "Bob"): ["exit"]}
    assert both.head(first.height).equals(first)
    assert settle_segments(first)["codes"].to_list() == [None]
    assert settle_segments(both).select("codes", "settled_by", "coders").rows() == [
        (["exit"], "agreement", 2)
    ]


def test_a_sheet_read_twice_changes_nothing() -> None:
    said = decided(
        """segment | coder | round | codes
           g1      | Ann   | 1     | exit"""
    )
    once = add_decisions(no_codings(), said, "coding")
    assert add_decisions(once, said, "coding").equals(once)
    noted = add_decisions(once, said.with_columns(memo=pl.lit("unsure")), "coding")
    assert codes_of(noted) == {("g1", "Ann"): ["exit"]}
    assert noted["memo"].to_list() == [None, "unsure"]


def test_a_person_decides_between_coders_and_their_codes_stay() -> None:
    history = add_decisions(no_codings(), decided(
        """segment | coder | round | codes
           g1      | Ann   | 1     | exit
           g1      | Bob   | 1     | funding
           g2      | Ann   | 1     | none"""), "coding")  # fmt: skip
    found = find_disagreements(history, segments("g1", "g2"), SCHEME)
    assert (found.open, found.compared) == (1, 1)
    row = found.queue.row(0, named=True)
    assert row["said"] == "Ann: exit\nBob: funding"
    assert row["disputed"] == "exit; funding"
    assert row["definitions"] == "exit: About exit.\nfunding: About funding."
    ruled = add_decisions(history, decided(
        """segment | coder | round | codes | memo
           g1      | Cleo  | 1     | exit  | money is not named"""), "adjudication")  # fmt: skip
    assert settle_segments(ruled).select("codes", "settled_by").rows() == [
        (["exit"], "adjudication"), (["none"], "one_coder")]  # fmt: skip
    assert find_disagreements(ruled, segments("g1", "g2"), SCHEME).open == 0
    again = add_decisions(ruled, decided(
        """segment | coder | round | codes   | memo
           g1      | Dev   | 2     | funding | cover was paid for"""), "adjudication")  # fmt: skip
    assert settle_segments(again)["codes"].to_list()[0] == ["funding"]
    assert settle_segments(again, as_of_round=1)["codes"].to_list()[0] == ["exit"]
    # An adjudication holds until another one, also when the coders come to agree on something else.
    agreed = add_decisions(again, decided(
        """segment | coder | round | codes
           g1      | Bob   | 3     | exit"""), "coding")  # fmt: skip
    assert settle_segments(agreed).select("codes", "settled_by").row(0) == (["funding"], "adjudication")
    # Agreement is measured on what each said alone.
    alone = independent_label_sets(again)
    assert alone.rows() == [("g1", "Ann", ["exit"]), ("g1", "Bob", ["funding"]), ("g2", "Ann", [])]


def test_what_coders_say_after_they_talked_is_not_taken_for_agreement() -> None:
    history = add_decisions(no_codings(), decided(
        """segment | coder | round | codes
           g1      | Ann   | 1     | exit
           g1      | Bob   | 1     | funding"""), "coding")  # fmt: skip
    typo = add_decisions(history, decided(
        """segment | coder | round | codes
           g1      | Ann   | 1     | renewal"""), "coding")  # fmt: skip
    talked = add_decisions(typo, decided(
        """segment | coder | round | codes
           g1      | Ann   | 2     | funding"""), "coding")  # fmt: skip
    assert settle_segments(talked)["settled_by"].to_list() == ["agreement"]
    assert independent_label_sets(talked)["labels"].to_list() == [["renewal"], ["funding"]]


def test_a_renamed_code_is_carried_through_and_a_split_one_is_coded_again(tmp_path) -> None:
    history = add_decisions(no_codings(), decided(
        """segment | coder | round | codes        | memo
           g1      | Ann   | 1     | exit+funding | unsure
           g2      | Ann   | 1     | renewal      | -
           g3      | Bob   | 1     | none         | -"""), "coding")  # fmt: skip
    after = scheme("ending", "funding", "succession", "training")
    assert outdated_codings(history, after).rows() == [("exit", 1), ("renewal", 1)]
    path = tmp_path / "recodes.csv"
    path.write_text(
        "code,change,becomes,why,decided_by,decided_on\n"
        "exit,renamed,ending,plainer,Cleo,2006-11-01\n"
        "renewal,split,succession; training,two things,Cleo,2006-11-01\n",
        encoding="utf-8",
    )
    recodes = read_recodes(path, after)
    assert recodes["becomes"].to_list() == [["ending"], ["succession", "training"]]
    done = recode(history, recodes)
    assert codes_of(done.history)[("g1", "Ann")] == ["ending", "funding"]
    assert codes_of(done.history, as_of_round=1)[("g1", "Ann")] == ["exit", "funding"]
    assert done.history.head(history.height).equals(history)
    last = done.history.row(-1, named=True)
    assert (last["coder"], last["recoded_by"], last["memo"]) == (
        "Ann", "Cleo", "unsure | exit renamed to ending by Cleo: plainer")  # fmt: skip
    assert done.to_code_again.rows() == [("g2", "Ann", "renewal", ["succession", "training"])]
    assert recode(done.history, recodes).carried == 0
    assert history_problems(done.history, segments("g1", "g2", "g3")).height == 0
    assert Recodes.is_valid(recodes)


def test_merging_two_codes_of_one_segment_leaves_one() -> None:
    history = add_decisions(no_codings(), decided(
        """segment | coder | round | codes
           g1      | Ann   | 1     | exit+renewal"""), "coding")  # fmt: skip
    base = {
        "change": "merged",
        "becomes": ["ending"],
        "why": "one idea",
        "decided_by": "Cleo",
        "decided_on": DAY,
    }
    merged = frame_of(Recodes, [{"code": "exit", **base}, {"code": "renewal", **base}])
    assert codes_of(recode(history, merged).history) == {("g1", "Ann"): ["ending"]}


def test_a_recode_that_leads_nowhere_is_refused_with_every_row(tmp_path) -> None:
    path = tmp_path / "recodes.csv"
    path.write_text(
        "code,change,becomes,why,decided_by,decided_on\n"
        "old,moved,exit,x,Cleo,2006-11-01\n"
        "older,renamed,nowhere,x,Cleo,someday\n"
        "exit,renamed,funding,x,Cleo,2006-11-01\n",
        encoding="utf-8",
    )
    with pytest.raises(TableProblem) as refused:
        read_recodes(path, SCHEME)
    told = set(refused.value.problems.select("row", "column").iter_rows())
    assert {(2, "change"), (3, "becomes"), (3, "decided_on"), (4, "code"), (2, "becomes")} <= told


def test_a_history_from_which_something_was_taken_is_noticed() -> None:
    once = add_decisions(no_codings(), decided(
        """segment | coder | round | codes
           g1      | Ann   | 1     | exit"""), "coding")  # fmt: skip
    twice = add_decisions(once, decided(
        """segment | coder | round | codes
           g1      | Ann   | 2     | funding"""), "coding")  # fmt: skip
    assert history_problems(twice, segments("g1")).height == 0
    beheaded = history_problems(twice.tail(1), segments("g1"))
    assert beheaded["rule"].to_list() == ["Replaces a decision that is not there."]
    edited = twice.with_columns(supersedes=pl.lit(None, pl.String))
    assert set(history_problems(edited, segments("g1"))["column"]) == {"decision_id"}
    assert history_problems(twice, segments("g2"))["column"].unique().to_list() == ["segment_id"]
    both = pl.concat([once, once.with_columns(code=pl.lit("none"))])
    assert "code" in history_problems(both, segments("g1"))["column"].to_list()


CHOICES = st.sets(st.sampled_from(["exit", "funding", "renewal"]), min_size=1).map(sorted)
STEPS = st.lists(
    st.tuples(st.sampled_from(["g1", "g2"]), st.sampled_from(["Ann", "Bob"]), CHOICES), max_size=8
)


@settings(max_examples=25)
@given(STEPS)
def test_history_only_grows_and_the_last_word_of_each_coder_stands(
    steps: list[tuple[str, str, list[str]]],
) -> None:
    history, last = no_codings(), {}
    for number, (segment, coder, codes) in enumerate(steps, 1):
        said = pl.DataFrame(
            {"segment_id": [segment], "coder": [coder], "coded_on": [DAY], "round": [number], "memo": [None],
             "codes": [codes]}, schema_overrides={"memo": pl.String})  # fmt: skip
        grown = add_decisions(history, said, "coding")
        assert grown.head(history.height).equals(history)
        history, last[(segment, coder)] = grown, codes
        assert codes_of(history) == last
    assert history_problems(history, segments("g1", "g2")).height == 0


def test_the_second_coder_is_given_a_fixed_draw_of_what_others_coded() -> None:
    ids = [f"g{n:03}" for n in range(100)]
    every = segments(*ids)
    drawing = "segment | coder | round | codes\n" + "\n".join(f"{i} | Ann | 1 | exit" for i in ids[:60])
    said = decided(drawing)
    history = add_decisions(no_codings(), said, "coding")
    fifth = draw_second_coding(every, history, "Bob", 0.2, seed=1)
    assert fifth.height == 12
    assert fifth.equals(draw_second_coding(every, history, "Bob", 0.2, seed=1))
    assert not fifth.equals(draw_second_coding(every, history, "Bob", 0.2, seed=2))
    half = draw_second_coding(every, history, "Bob", 0.5, seed=1)
    assert set(fifth["segment_id"]) <= set(half["segment_id"]) <= set(ids[:60])
    other_codes = add_decisions(no_codings(), said.with_columns(codes=pl.lit(["funding"])), "coding")
    assert draw_second_coding(every, other_codes, "Bob", 0.2, seed=1).equals(fifth)


def test_a_decision_between_coders_needs_who_and_why(tmp_path) -> None:
    history = add_decisions(no_codings(), decided(
        """segment | coder | round | codes
           g1      | Ann   | 1     | exit
           g1      | Bob   | 1     | funding"""), "coding")  # fmt: skip
    found = find_disagreements(history, segments("g1"), SCHEME)
    path = tmp_path / "queue.csv"
    write_queue(found, SCHEME, path)
    assert read_queue(path, segments("g1"), SCHEME, DAY, 1).height == 0
    blank = pl.read_csv(path, infer_schema=False)
    blank.with_columns(decision=pl.lit("exit; none")).write_csv(path)
    with pytest.raises(TableProblem) as refused:
        read_queue(path, segments("g1"), SCHEME, DAY, 1)
    assert set(refused.value.problems["column"]) == {"decided_by", "why", "decision"}
    blank.with_columns(
        decision=pl.lit("Exit"), decided_by=pl.lit("Cleo"), why=pl.lit("as defined")
    ).write_csv(path)
    read = read_queue(path, segments("g1"), SCHEME, DAY, 2)
    assert read.select("coder", "memo", "codes", "round").rows() == [("Cleo", "as defined", ["exit"], 2)]
