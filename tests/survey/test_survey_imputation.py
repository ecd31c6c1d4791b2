"""Open questions drawn: what each draw may hold, and that draws follow the probabilities."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from leadscape.codebooks import load_codebook
from leadscape.survey import no_decisions, settle
from leadscape.survey.co_nomination import weigh_by_co_nomination
from leadscape.survey.imputation import draw_answers, draw_holdings

from tests.support.returns import nominations, responses, schools

BOOK = load_codebook("england-2006")
DAY = date(2006, 6, 30)
REGISTER = schools(
    {"urn": "100001", "name": "St Anne's Primary School"},
    {"urn": "100002", "name": "Hillside Primary School"},
)
ASKED = responses(
    {"respondent_id": "301", "authority_code": "301"},
    {"respondent_id": "agency", "kind": "agency", "region": None},
)


def lines_of(text: str) -> pl.DataFrame:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    names = ("nomination_id", "person", "route", "question_id", "role")
    return pl.DataFrame(
        [dict(zip(names, [None if c == "-" else c for c in row], strict=True)) for row in rows],
        schema=dict.fromkeys(names, pl.String),
    )


def shares_of(**answers: float) -> pl.DataFrame:
    return pl.DataFrame(
        {"question_id": ["q"] * len(answers), "role": list(answers), "probability": list(answers.values())}
    )


def test_answers_are_drawn_as_often_as_they_are_probable() -> None:
    answers = pl.DataFrame(
        {
            "question_id": ["a", "a", "a", "b"],
            "role": ["x", "y", "none", "z"],
            "probability": [0.5, 0.3, 0.2, 1.0],
        }
    )
    rng = np.random.default_rng(1)
    drawn = pl.concat([draw_answers(answers, "question_id", rng) for _ in range(4_000)])
    share = dict(
        drawn.filter(pl.col("question_id") == "a").group_by("role").agg(pl.len() / 4_000).iter_rows()
    )
    assert share == pytest.approx({"x": 0.5, "y": 0.3, "none": 0.2}, abs=0.03)
    assert drawn.filter(pl.col("question_id") == "b")["role"].unique().to_list() == ["z"]


def test_every_question_gets_one_answer_whatever_the_order_of_rows() -> None:
    answers = pl.DataFrame(
        {
            "question_id": ["b", "a", "b", "a"],
            "role": ["p", "q", "r", "s"],
            "probability": [0.6, 0.1, 0.4, 0.9],
        }
    )
    drawn = draw_answers(answers, "question_id", np.random.default_rng(3))
    assert sorted(drawn["question_id"]) == ["a", "b"]


def draw(*lines: dict, draws: int = 40) -> tuple:
    settled = settle(nominations(*lines), ASKED, REGISTER, BOOK, no_decisions(), DAY)
    return settled, draw_holdings(settled.understood, REGISTER, BOOK, DAY, draws, seed=2006)


def test_nothing_in_doubt_draws_nothing() -> None:
    settled, ways = draw(
        {"home_urn": "100001", "home_school": "St Anne's Primary School", "role_text": "Mentor head"}
    )
    assert settled.understood.doubts.is_empty
    assert ways == ()


def test_a_wording_in_doubt_is_a_holding_in_some_ways_and_not_in_others() -> None:
    settled, ways = draw(
        {"home_urn": "100001", "role_text": "Mentor head"},
        {"home_urn": "100002", "leader_name": "Bob Sample", "role_text": "Lends a hand, somehow, somewhere"},
    )
    assert settled.role_holdings.height == 1
    counts = {way.role_holdings.height for way in ways}
    assert counts <= {1, 2}
    assert 2 in counts
    assert all("mentor_head" in way.role_holdings["role"].to_list() for way in ways)


def test_the_same_seed_draws_the_same() -> None:
    line = {"home_urn": "100001", "role_text": "Lends a hand, somehow, somewhere"}
    _, first = draw(line)
    _, again = draw(line)
    assert all(a.role_holdings.equals(b.role_holdings) for a, b in zip(first, again, strict=True))


def test_what_others_call_the_same_people_says_what_words_mean() -> None:
    """Four of five people so described are mentor heads on an agency's list; by their words either was as likely."""
    known = "\n".join(
        f"k{n} | p{n} | authority | - | {'mentor_head' if n < 5 else 'other'}\n"
        f"l{n} | p{n} | agency | - | {'mentor_head' if n < 5 else 'consultant_leader'}"
        for n in range(10)
    )
    asked = "\n".join(f"w{n} | q{n} | authority | q | -" for n in range(5))
    listed = "\n".join(f"m{n} | q{n} | agency | - | mentor_head" for n in range(4))
    weighed = weigh_by_co_nomination(
        shares_of(mentor_head=0.4, other=0.4, none=0.2), lines_of(f"{known}\n{asked}\n{listed}")
    )
    found = {row["role"]: row for row in weighed.iter_rows(named=True)}
    assert found["mentor_head"]["probability"] > 0.9
    assert (found["mentor_head"]["co_named"], found["mentor_head"]["lines"]) == (4, 5)
    assert weighed["probability"].sum() == pytest.approx(1)


def test_words_whose_people_nobody_else_names_are_not_a_national_role() -> None:
    known = "\n".join(
        f"k{n} | p{n} | authority | - | {'mentor_head' if n < 10 else 'executive_headship'}"
        + (f"\nl{n} | p{n} | agency | - | mentor_head" if n < 9 else "")
        for n in range(20)
    )
    asked = "\n".join(f"w{n} | q{n} | authority | q | -" for n in range(6))
    weighed = weigh_by_co_nomination(
        shares_of(mentor_head=0.5, executive_headship=0.5), lines_of(f"{known}\n{asked}")
    )
    found = dict(weighed.select("role", "probability").iter_rows())
    assert found["executive_headship"] > 0.9


def test_without_other_lines_the_words_alone_decide() -> None:
    shares = shares_of(mentor_head=0.7, none=0.3)
    weighed = weigh_by_co_nomination(shares, lines_of("w | p | authority | q | -"))
    assert weighed["probability"].to_list() == [0.7, 0.3]
