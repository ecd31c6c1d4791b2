"""From lines of returns to leaders and holdings: what merges, what is asked, what a decision does."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.codebooks import load_codebook
from leadscape.core.errors import TableProblem
from leadscape.survey import no_decisions, settle

from tests.support.returns import nominations, responses, schools

DAY = date(2006, 6, 30)
BOOK = load_codebook("england-2006")
REGISTER = schools(
    {"urn": "100001", "name": "St Anne's Primary School", "town": "Ashby"},
    {"urn": "100002", "name": "Hill Top School"},
    {"urn": "100003", "name": "Hill Top School"},
    {"urn": "100004", "name": "Old Mill School", "status": "closed", "closed_on": date(2004, 8, 31)},
    {"urn": "200001", "name": "Riverside Academy", "authority_code": "302", "authority_name": "Southshire",
     "region": "South", "phase": "secondary"},
)  # fmt: skip
ASKED = responses(
    {"respondent_id": "301", "authority_code": "301"},
    {"respondent_id": "agency", "kind": "agency"},
)


EARLIER = "Headteachers 2005, 30 June 2005"


def settled(*lines: dict, decisions: dict[str, str] | None = None, decided_in: str | None = None):
    decided = no_decisions()
    if decisions:
        decided = pl.DataFrame(
            [(question, answer, "clerk", None, decided_in) for question, answer in decisions.items()],
            schema=decided.schema,
            orient="row",
        )
    return settle(nominations(*lines), ASKED, REGISTER, BOOK, decided, DAY)


def test_one_person_in_one_role_reported_twice_is_one_holding() -> None:
    # | respondent | name             | school                   | role            |
    # | 301        | Mrs Jane Okafor  | St Annes primary school  | Consultant Head |
    # | agency     | OKAFOR, Jane     | 100001                   | consultant leader
    result = settled(
        {
            "leader_name": "Mrs Jane Okafor",
            "home_school": "St Annes primary school",
            "role_text": "Consultant Head",
        },
        {
            "respondent_id": "agency",
            "leader_name": "OKAFOR, Jane",
            "home_urn": "100001",
            "role_text": "consultant leader",
        },
    )
    assert result.role_holdings.height == 1
    holding = result.role_holdings.row(0, named=True)
    assert (holding["role"], holding["origin"], holding["home_urn"]) == (
        "consultant_leader",
        "national",
        "100001",
    )
    assert holding["respondents"] == ["301", "agency"]
    assert holding["routes"] == ["agency", "authority"]
    assert result.questions.height == 0


def test_one_person_in_two_roles_is_one_leader_with_two_holdings() -> None:
    line = {"leader_name": "Bob Example", "home_urn": "100001"}
    result = settled({**line, "role_text": "SIP"}, {**line, "role_text": "mentor head"})
    assert result.leaders.height == 1
    assert sorted(result.role_holdings["role"]) == ["mentor_head", "school_improvement_partner"]


def test_a_name_that_two_schools_of_the_authority_bear_is_asked() -> None:
    result = settled({"home_school": "Hill Top School", "role_text": "SIP"})
    question = result.questions.row(0, named=True)
    assert question["question"] == "school"
    assert {candidate.split(" | ")[0] for candidate in question["candidates"][:2]} == {"100002", "100003"}
    assert result.role_holdings["home_urn"].to_list() == [None], "counted, its home school not known"


def test_a_decision_answers_the_question_it_was_made_for() -> None:
    line = {"home_school": "Hill Top School", "role_text": "helps out next door"}
    open_questions = settled(line).questions
    answers = {
        row["question_id"]: {"school": "100003", "role": "support_for_school_in_difficulty"}[row["question"]]
        for row in open_questions.iter_rows(named=True)
    }
    result = settled(line, decisions=answers)
    assert result.role_holdings.select("role", "home_urn").rows() == [
        ("support_for_school_in_difficulty", "100003")
    ]
    assert result.questions["decision"].null_count() == 0
    assert result.uncoded == 0


def test_a_role_nobody_has_decided_is_in_no_count() -> None:
    result = settled({"home_urn": "100001", "role_text": "does wonderful things"})
    assert result.role_holdings.height == 0
    assert result.uncoded == 1
    assert result.questions["question"].to_list() == ["role"]


def test_a_number_that_contradicts_the_name_is_doubted() -> None:
    result = settled({"home_urn": "100002", "home_school": "Riverside Academy", "role_text": "SIP"})
    assert result.linked["home_urn"].to_list() == [None]
    assert result.questions["question"].to_list() == ["school"]


@pytest.mark.parametrize(
    ("written", "linked"),
    [
        ("Saint Anne's Primary", True),
        ("Saint Annes School", True),
        ("Ann's Primary School", True),
        ("Longmoor Primary School", False),
        ("St Peter's Primary School", False),
        ("Primary School", False),
        (None, True),
    ],
)
def test_names_that_agree_in_common_words_only_do_not_confirm_a_number(
    written: str | None, linked: bool
) -> None:
    result = settled({"home_urn": "100001", "home_school": written, "role_text": "SIP"})
    assert (result.linked["home_urn"].item() is not None) == linked


def test_a_closed_school_is_not_linked_to_but_may_be_decided_on() -> None:
    line = {"home_school": "Old Mill School", "role_text": "SIP"}
    first = settled(line)
    assert first.linked["method"].to_list() == ["unlinked"]
    question = first.questions["question_id"].item()
    assert settled(line, decisions={question: "100004"}).linked["home_urn"].to_list() == ["100004"]


def test_the_successor_of_a_closed_school_is_offered_first_and_not_taken() -> None:
    line = nominations({"home_urn": "100004", "home_school": "Old Mill School", "role_text": "SIP"})
    followed = pl.DataFrame({"urn": ["100004", "100001"], "successor_urn": ["100002", "100001"]})
    result = settle(line, ASKED, REGISTER, BOOK, no_decisions(), DAY, followed)
    assert result.linked["home_urn"].item() is None
    first = result.questions["candidates"].item()[0]
    assert first.startswith("100002 | Hill Top School | ")
    assert "took the place of 100004" in first


def test_forms_of_one_name_in_one_role_at_one_school_are_one_person_unless_decided_otherwise() -> None:
    lines = (
        {"leader_name": "Liz Adeyemi", "home_urn": "100001", "role_text": "SIP"},
        {
            "leader_name": "Mrs E. Adeyemi",
            "home_urn": "100001",
            "role_text": "SIP",
            "respondent_id": "agency",
        },
    )
    assert settled(*lines).leaders.height == 1
    assert settled(*lines, decisions={"person-1-2": "different"}).leaders.height == 2


def test_a_surname_that_says_little_is_asked_and_merges_only_when_decided() -> None:
    lines = (
        {"leader_name": "Liz Adeyemi", "home_urn": "100001", "role_text": "SIP"},
        {"leader_name": "Mrs Adeyemi", "home_urn": "100001", "role_text": "Mentor head"},
    )
    first = settled(*lines)
    assert first.leaders.height == 2
    question = first.questions.row(0, named=True)
    assert "surname the same" in question["context"]
    assert set(question["candidates"]) == {"same", "different"}
    assert settled(*lines, decisions={question["question_id"]: "same"}).leaders.height == 1
    assert settled(*lines, decisions={question["question_id"]: "different"}).leaders.height == 2


def test_namesakes_in_different_authorities_are_two_people_until_somebody_knows_better() -> None:
    result = settled(
        {"leader_name": "Chris Example", "home_urn": "100001", "role_text": "SIP"},
        {"leader_name": "Chris Example", "home_urn": "200001", "role_text": "SIP", "authority": "Southshire"},
    )
    assert result.leaders.height == 2
    assert set(result.questions["question"]) <= {"person"}


def test_a_holding_that_ended_is_kept_apart() -> None:
    result = settled(
        {"home_urn": "100001", "role_text": "SIP", "ended_on": date(2005, 8, 31)},
        {"home_urn": "100001", "role_text": "mentor head", "ended_on": date(2006, 8, 31)},
    )
    assert result.role_holdings["role"].to_list() == ["mentor_head"]
    assert result.ended_holdings["role"].to_list() == ["school_improvement_partner"]


def test_partner_schools_become_supports_and_a_school_is_not_its_own_partner() -> None:
    result = settled(
        {
            "home_urn": "100001",
            "role_text": "executive head",
            "partner_schools": "100002; St Anne's Primary School;  ",
        }
    )
    assert result.supports.select("home_urn", "partner_urn").rows() == [("100001", "100002")]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ({"home_urn": "100001", "role_text": "mystery"}, "wizard"),
        ({"home_school": "Hill Top School", "role_text": "SIP"}, "999999"),
    ],
)
def test_a_decision_that_names_nothing_is_refused(line: dict, answer: str) -> None:
    question = settled(line).questions["question_id"].item()
    with pytest.raises(TableProblem, match=answer):
        settled(line, decisions={question: answer})


def test_a_decision_nobody_asks_for_any_more_is_counted() -> None:
    result = settled({"home_urn": "100001", "role_text": "SIP"}, decisions={"role-long gone": "mentor_head"})
    assert result.unused_decisions == 1


LINES = [
    {"leader_name": name, "home_urn": urn, "role_text": role, "respondent_id": respondent}
    for name in ("Alice Example", "Mr Bob Sample")
    for urn in ("100001", "100002")
    for role in ("SIP", "mentor head")
    for respondent in ("301", "agency")
]


@settings(max_examples=8, deadline=None)
@given(st.permutations(list(enumerate(LINES, 1))))
def test_order_of_lines_does_not_matter(order: list[tuple[int, dict]]) -> None:
    lines = [{**line, "nomination_id": f"N{number:02}"} for number, line in order]
    result = settled(*lines)
    assert result.role_holdings.height == 8
    ordered = [{**line, "nomination_id": f"N{number:02}"} for number, line in enumerate(LINES, 1)]
    assert result.role_holdings.equals(settled(*ordered).role_holdings)


def test_a_holding_goes_on_while_any_report_of_it_does() -> None:
    line = {"home_urn": "100001", "role_text": "SIP"}
    result = settled(
        {**line, "started_on": date(2003, 9, 1), "ended_on": date(2005, 8, 31)},
        {**line, "respondent_id": "agency", "started_on": date(2002, 9, 1)},
    )
    assert result.role_holdings.select("started_on", "ended_on").rows() == [(date(2002, 9, 1), None)]


def test_different_surnames_at_one_school_are_different_people_without_asking() -> None:
    result = settled(
        {"leader_name": "Liz Adeyemi", "home_urn": "100001", "role_text": "SIP"},
        {"leader_name": "Carl Bergström", "home_urn": "100001", "role_text": "SIP"},
    )
    assert result.leaders.height == 2
    assert result.questions.height == 0


def test_a_plural_is_the_same_role() -> None:
    result = settled({"home_urn": "100001", "role_text": "Mentor Heads"})
    assert result.role_holdings["role"].to_list() == ["mentor_head"]


def test_a_number_of_one_school_beside_the_name_of_another_is_asked_with_the_named_one_offered() -> None:
    line = {"home_urn": "200001", "home_school": "St Annes Primry", "role_text": "SIP"}
    result = settled(line)
    assert result.linked["home_urn"].item() is None
    candidates = result.questions["candidates"].item()
    assert any(candidate.startswith("100001 | St Anne's Primary School") for candidate in candidates)


def test_a_title_alone_names_nobody() -> None:
    line = {"home_urn": "100001", "role_text": "SIP"}
    result = settled(
        {**line, "leader_name": "Mrs"}, {**line, "leader_name": "Mr."}, {**line, "leader_name": "..."}
    )
    assert result.leaders.height == 3


def test_one_name_without_a_school_is_asked_and_not_merged() -> None:
    line = {"leader_name": "Chris Example", "role_text": "SIP"}
    result = settled(line, {**line, "respondent_id": "agency", "authority": "Northshire"})
    assert result.leaders.height == 2
    assert result.questions["question"].to_list() == ["person"]


def test_candidates_say_what_they_answer_how_likely_and_why_in_columns_of_their_own() -> None:
    lines = (
        {"leader_name": "Liz Adeyemi", "home_school": "Hill Top School", "role_text": "helps out next door"},
        {"leader_name": "Mrs Adeyemi", "home_school": "Hill Top School", "role_text": "SIP"},
    )
    asked = {row["question"]: row for row in settled(*lines).questions.iter_rows(named=True)}
    assert set(asked) == {"role", "school", "person"}
    for row in asked.values():
        told = [len(row[name]) for name in ("candidates", "answers", "probabilities", "evidence")]
        assert len(set(told)) == 1
        assert told[0] > 0
    school, role, person = asked["school"], asked["role"], asked["person"]
    assert school["answers"] == [one.split(" | ")[0] for one in school["candidates"]]
    assert school["evidence"] == [one.split(" | ")[-1] for one in school["candidates"]]
    assert role["answers"] == [one.split(" (")[0] for one in role["candidates"]]
    assert set(person["answers"]) == {"same", "different"}
    assert sum(person["probabilities"]) == pytest.approx(1)
    assert person["probabilities"][0] >= 0.5


def test_a_decision_of_an_earlier_study_answers_the_same_question_and_says_so() -> None:
    line = {"home_urn": "100001", "role_text": "Helps out  next door"}
    result = settled(line, decisions={"role-helps out next door": "mentor_head"}, decided_in=EARLIER)
    assert result.role_holdings["role"].to_list() == ["mentor_head"]
    asked = result.questions.row(0, named=True)
    assert (asked["decision"], asked["decided_by"], asked["decided_in"]) == ("mentor_head", "clerk", EARLIER)


@pytest.mark.parametrize(
    ("line", "answer", "rule"),
    [
        (
            {"home_urn": "100001", "role_text": "mystery"},
            "wizard",
            "Must be a role id of england-2006, or none.",
        ),
        (
            {"home_school": "Hill Top School", "role_text": "SIP"},
            "999999",
            "Must be a URN of the register, or none.",
        ),
    ],
)
def test_what_an_earlier_study_knew_and_this_one_does_not_is_set_aside_and_told(
    line: dict, answer: str, rule: str
) -> None:
    question = settled(line).questions["question_id"].item()
    decisions = {question: answer, "role-not asked here": "wizard", "role-long gone": "mentor_head"}
    result = settled(line, decisions=decisions, decided_in=EARLIER)
    assert result.questions["decision"].to_list() == [None]
    assert result.set_aside.rows() == [(question, answer, EARLIER, rule)]
    assert result.unused_decisions == 0, "what was asked then and is not asked now is nobody's loss"


def test_who_decided_on_two_people_is_known_when_their_lines_stand_in_other_groups() -> None:
    lines = (
        {"nomination_id": "N02", "leader_name": "Liz Adeyemi", "home_urn": "100001", "role_text": "SIP"},
        {
            "nomination_id": "N03",
            "leader_name": "Mrs Adeyemi",
            "home_urn": "100001",
            "role_text": "Mentor head",
        },
    )
    decided = {"person-02-03": "same"}
    assert settled(*lines, decisions=decided).questions["decided_by"].to_list() == ["clerk"]
    one_more = {**lines[0], "nomination_id": "N01", "respondent_id": "agency"}
    asked = settled(*lines, one_more, decisions=decided, decided_in=EARLIER).questions.row(0, named=True)
    assert asked["question_id"] != "person-02-03"
    assert (asked["decision"], asked["decided_by"], asked["decided_in"]) == ("same", "clerk", EARLIER)
