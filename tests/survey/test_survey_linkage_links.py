"""Which school is meant: accepted, for a person, not in the register, no match; decisions; laws of probability."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.register.tables import Headships
from leadscape.survey.linkage import Linkage, LinkageConfig, learn_aliases, link_schools, prepare_register
from leadscape.survey.linkage.evidence import Evidence
from leadscape.survey.linkage.model import load_model, weigh

from tests.support.drawn import drawn
from tests.support.returns import schools

REGISTER = schools(
    {"urn": "100001", "name": "St Anne's Primary School", "town": "Ashby", "postcode": "AB1 2CD"},
    {"urn": "100002", "name": "Hill Top School", "town": "Moorby"},
    {"urn": "100003", "name": "Hill Top School", "town": "Castleby"},
    {"urn": "100004", "name": "Old Mill Junior School", "status": "closed", "closed_on": date(2004, 8, 31)},
    {"urn": "100005", "name": "Mill Lane Primary School", "opened_on": date(2004, 9, 1)},
    {"urn": "200001", "name": "Riverside Academy", "authority_code": "302", "authority_name": "Southshire",
     "phase": "secondary", "opened_on": date(2005, 9, 1)},
    {"urn": "200002", "name": "Riverside Academy", "authority_code": "302", "authority_name": "Southshire",
     "phase": "secondary", "status": "closed", "closed_on": date(2005, 8, 31)},
    {"urn": "200003", "name": "Quixwell Infant School", "authority_code": "302", "authority_name": "Southshire"},
    {"urn": "200004", "name": "Quixwell Junior School", "authority_code": "302", "authority_name": "Southshire"},
)  # fmt: skip
SUCCESSORS = pl.DataFrame({"urn": ["100004"], "successor_urn": ["100005"]})
PREPARED = prepare_register(REGISTER, date(2006, 6, 30), successors=SUCCESSORS)


def mentions(*rows: dict[str, str | None]) -> pl.DataFrame:
    columns = ("urn", "name", "authority_code", "authority", "town", "postcode", "phase", "head")
    return pl.DataFrame(
        {
            "mention_id": [f"M{number}" for number in range(len(rows))],
            **{column: [row.get(column) for row in rows] for column in columns},
        },
        schema=dict.fromkeys(("mention_id", *columns), pl.String),
    )


def linked(*rows: dict[str, str | None], **given) -> Linkage:
    return link_schools(mentions(*rows), PREPARED, **given)


def only(linkage: Linkage) -> dict:
    return linkage.links.row(0, named=True)


def test_what_becomes_of_a_mention():
    table = """
        name                              | authority_code | urn    | outcome         | meant  | absence
        St Annes primary school           | 301            | -      | accepted        | 100001 | -
        Saint Anne's Prim. Sch, Ashby     | -              | -      | accepted        | 100001 | -
        -                                 | -              | 100001 | accepted        | 100001 | -
        Riverside Acad.                   | 302            | -      | accepted        | 200001 | -
        Quixwell Inf                      | 302            | -      | accepted        | 200003 | -
        Hill Top School                   | 301            | -      | review          | -      | -
        Quixwell School                   | 302            | -      | review          | -      | -
        Old Mill Junior School            | 301            | -      | not_in_register | -      | closed
        Two Rivers Teaching Alliance      | 301            | -      | not_in_register | -      | grouping
        Little Acorns Day Nursery         | 301            | -      | not_in_register | -      | early_years
        Lakeside School, Jersey           | -              | -      | not_in_register | -      | outside
        Castle Rise College               | 301            | -      | no_match        | -      | -
        -                                 | -              | 999999 | no_match        | -      | -
    """
    rows = drawn(table)
    found = linked(*rows).links
    for row, got in zip(rows, found.iter_rows(named=True), strict=True):
        assert (got["outcome"], got["urn"], got["absence"]) == (
            row["outcome"],
            row["meant"],
            row["absence"],
        ), (row, got)
        assert got["reason"]


def test_a_tie_is_kept_as_a_tie():
    found = linked({"name": "Hill Top School", "authority_code": "301"})
    assert only(found)["reason"] == "several schools are about equally likely"
    first, second = found.candidates["probability"].to_list()
    assert first == second == pytest.approx(0.5, abs=0.01)
    assert found.candidates["urn"].to_list() == ["100002", "100003"]


def test_neither_a_tie_nor_a_contradiction_is_accepted_however_low_the_bar():
    low = LinkageConfig(accept_from=0.2)
    rows = [
        {"name": "Hill Top School", "authority_code": "301"},
        {"urn": "100003", "name": "Riverside Academy", "authority_code": "302"},
    ]
    assert linked(*rows, config=low).links["outcome"].to_list() == ["review", "review"]


def test_a_town_breaks_a_tie():
    found = linked({"name": "Hill Top School", "authority_code": "301", "town": "Castleby"})
    assert found.candidates["urn"].to_list()[0] == "100003"
    assert found.candidates["probability"][0] > 0.9


def test_a_closed_school_gives_its_place_to_its_successor():
    found = linked({"name": "Old Mill Junior School", "authority_code": "301"})
    assert only(found)["closed_urn"] == "100004"
    first = found.candidates.row(0, named=True)
    assert first["urn"] == "100005"
    assert "took the place of 100004" in first["reason"]


def test_the_school_open_on_the_date_is_meant_and_not_its_namesake_before():
    row = {"name": "Riverside Academy", "authority_code": "302"}
    assert only(linked(row))["urn"] == "200001"
    before = prepare_register(REGISTER, date(2005, 1, 1))
    assert only(link_schools(mentions(row), before))["urn"] == "200002"
    both = prepare_register(REGISTER, link_closed=True)
    assert only(link_schools(mentions(row), both))["urn"] == "200001"
    undecided = replace(LinkageConfig(), namesake_odds=1.0)
    assert only(link_schools(mentions(row), both, undecided))["outcome"] == "review"


def test_a_school_is_known_by_a_name_it_had():
    names = pl.DataFrame({"urn": ["100005"], "name": ["Pemberley Road Primary School"]})
    row = {"name": "Pemberley Road Primary", "authority_code": "301"}
    assert only(linked(row))["outcome"] != "accepted"
    known = prepare_register(REGISTER, date(2006, 6, 30), names=names)
    found = link_schools(mentions(row), known)
    assert only(found)["urn"] == "100005"
    assert "name of another year or file" in found.candidates["reason"][0]


@pytest.mark.parametrize("written", ["10001", "1000021", "100012"])
def test_a_number_one_slip_off_beside_the_name(written):
    found = linked({"urn": written, "name": "St Anne's Primary School", "authority_code": "301"})
    assert found.candidates["urn"][0] == "100001"


def test_a_number_that_contradicts_the_name_is_doubted():
    found = linked({"urn": "100003", "name": "Riverside Academy", "authority_code": "302"})
    assert only(found)["outcome"] == "review"
    assert "another school's" in only(found)["reason"]
    assert {"100003", "200001"} & set(found.candidates["urn"].to_list())


def test_a_heads_name_helps():
    headships = pl.DataFrame(
        {
            "urn": ["100002", "100003"],
            "head": ["Alice Example", "Bob Okafor"],
            "job_title": [None, None],
            "seen_on": [None, None],
        },
        schema={"urn": pl.String, "head": pl.String, "job_title": pl.String, "seen_on": pl.Date},
    )
    known = prepare_register(REGISTER, date(2006, 6, 30), headships=Headships.validate(headships))
    row = {"name": "Hill Top School", "authority_code": "301", "head": "Mr B. Okafor"}
    assert link_schools(mentions(row), known).candidates["urn"][0] == "100003"


def test_decisions_stand_before_everything_and_wrong_ones_are_told():
    rows = [
        {"name": "Hill Top School", "authority_code": "301"},
        {"name": "St Anne's Primary School", "authority_code": "301"},
    ]
    decided = pl.DataFrame({"mention_id": ["M0", "M1"], "decision": ["100003", "none"]})
    links = linked(*rows, decisions=decided).links
    assert links.select("outcome", "urn", "method").rows() == [
        ("accepted", "100003", "review"),
        ("no_match", None, "review"),
    ]
    assert links["probability"].to_list() == [None, None]
    unknown = pl.DataFrame({"mention_id": ["M0"], "decision": ["555555"]})
    kept = linked(*rows, decisions=unknown).links.row(0, named=True)
    assert kept["outcome"] == "review"
    assert "555555" in kept["reason"]


def test_a_wording_is_learned_from_as_stated_and_no_further():
    first = mentions({"name": "Hill Top School", "authority_code": "301"})
    learned = learn_aliases(first, pl.DataFrame({"mention_id": ["M0"], "decision": ["100003"]}))
    next_wave = mentions(
        {"name": "HILL TOP SCHOOL.", "authority_code": "301"},
        {"name": "Hill Top School", "authority_code": "302"},
        {"name": "Hill Top", "authority_code": "301"},
        {"name": "Hill Top School", "authority_code": "301", "urn": "100002"},
    )
    links = link_schools(next_wave, PREPARED, aliases=learned).links
    assert [row["method"] == "review" for row in links.iter_rows(named=True)] == [True, False, False, False]
    assert links["urn"][0] == "100003"


def test_a_wording_decided_two_ways_teaches_nothing():
    twice = mentions(
        *[
            {"name": "Hill Top School", "authority_code": "301", "town": town}
            for town in ("Moorby", "Castleby")
        ]
    )
    decided = pl.DataFrame({"mention_id": ["M0", "M1"], "decision": ["100002", "100003"]})
    assert learn_aliases(twice, decided).height == 0


def test_a_higher_target_accepts_less_and_expects_fewer_wrong():
    rows = [{"name": "St Annes primary school", "authority_code": "301"}, {"name": "Riversde", "authority_code": "302"},
            {"name": "Quixwell Infnt", "authority_code": "302"}, {"name": "Riverside Academy"}]  # fmt: skip
    loose = link_schools(mentions(*rows), PREPARED, LinkageConfig(precision_target=0.9))
    strict = link_schools(mentions(*rows), PREPARED, LinkageConfig(precision_target=0.999))
    accepted = [int((found.links["outcome"] == "accepted").sum()) for found in (loose, strict)]
    assert accepted[0] > accepted[1]
    assert loose.accept_from < strict.accept_from
    assert loose.expected_wrong >= strict.expected_wrong


NAMES = st.sampled_from(
    ["St Anne's Primary", "Hill Top School", "hilltop", "Riverside Acad", "Quixwell Inf", "Quixwell", "Old Mill Jnr",
     "", "Ashby", "Moorby Alliance"]
)  # fmt: skip
ROWS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "authority_code": st.sampled_from([None, "301", "302", "999"]),
        "authority": st.sampled_from([None, "Northshire", "Southshir", "Kent"]),
        "town": st.sampled_from([None, "Ashby", "Moorby"]),
        "postcode": st.sampled_from([None, "AB1 2CD", "AB1"]),
        "urn": st.sampled_from([None, "100001", "10001", "zz"]),
        "phase": st.sampled_from([None, "Primary", "Secondary"]),
    }
)


@settings(max_examples=25)
@given(st.lists(ROWS, min_size=1, max_size=6))
def test_probabilities_add_up_to_one_at_most_and_order_of_rows_changes_nothing(rows):
    found = linked(*rows)
    sums = found.candidates.group_by("mention_id").agg(pl.col("probability").sum())["probability"]
    assert (sums <= 1 + 1e-9).all()
    assert found.links.height == len(rows)
    turned = link_schools(mentions(*rows)[::-1], PREPARED)
    assert turned.links.sort("mention_id").equals(found.links.sort("mention_id"))
    assert turned.candidates.sort("mention_id", "rank").equals(found.candidates.sort("mention_id", "rank"))


def test_row_order_of_the_register_changes_nothing():
    rows = mentions(
        {"name": "Hill Top", "authority_code": "301"}, {"name": "Quixwell Jnr"}, {"name": "Riverside"}
    )
    turned = prepare_register(REGISTER[::-1], date(2006, 6, 30), successors=SUCCESSORS)
    assert link_schools(rows, turned).candidates.equals(link_schools(rows, PREPARED).candidates)


def test_an_empty_list_and_an_empty_register():
    assert link_schools(mentions(), PREPARED).links.height == 0
    nothing = link_schools(mentions({"name": "Hill Top School"}), prepare_register(REGISTER.clear()))
    assert only(nothing)["outcome"] == "no_match"


def _evidence(mention: list[int]) -> Evidence:
    places = np.array(mention)
    return Evidence(places, np.arange(places.size), np.arange(places.size), {})


@settings(max_examples=50)
@given(
    st.lists(st.floats(-20, 20), min_size=1, max_size=6),
    st.floats(-10, 10),
)
def test_weights_equal_the_formula_and_calibration_keeps_order_and_ties(utilities, none):
    model = load_model("england")
    plain = replace(model, calibration=(np.array([0.0, 1.0]), np.array([0.0, 1.0])))
    evidence = _evidence([0] * len(utilities))
    values = np.array(utilities)
    raw = weigh(evidence, values, np.array([none]), plain)
    top = max(*utilities, none)
    whole = np.exp(none - top) + np.exp(values - top).sum()
    assert np.allclose(raw.pair, np.exp(values - top) / whole, atol=1e-9)
    shown = weigh(evidence, values, np.array([none]), model)
    assert shown.pair.sum() + shown.none[0] == pytest.approx(1.0)
    order = np.argsort(-values, kind="stable")
    assert (np.diff(shown.pair[order]) <= 1e-12).all(), "calibration never puts the second before the first"
    humble = replace(model, calibration=(np.array([0.0, 0.9, 1.0]), np.array([0.0, 0.05, 1.0])))
    lowered = weigh(evidence, values, np.array([none]), humble)
    assert (np.diff(lowered.pair[order]) <= 1e-12).all(), "nor does one that lowers the first a good deal"
    doubled = weigh(_evidence([0] * 2 * len(utilities)), np.tile(values, 2), np.array([none]), model)
    half = len(utilities)
    assert np.allclose(doubled.pair[:half], doubled.pair[half:]), "namesakes share alike"
