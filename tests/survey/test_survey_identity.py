"""Which lines mean one person: what merges unasked, what is asked, what a decision does, and that it can be undone."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.survey.identity import (
    IdentityConfig,
    PersonResolution,
    list_overlap,
    resolve_persons,
    school_ties,
)
from leadscape.survey.identity.blocking import find_candidates
from leadscape.survey.identity.clusters import components, join_apart, pairs_within
from leadscape.survey.identity.coding import code_groups
from leadscape.survey.identity.groups import complete_lines, group_lines
from leadscape.survey.identity.weighing import weigh_candidates, weigh_pairs

from tests.support.people_worlds import pair_scores, plant_people

SCHOOLS = {"100001": "Hill Top School", "100002": "Old Mill School", "200001": "Riverside Academy"}


def line(number: int, name: str, urn: str | None = "100001", **more: Any) -> dict[str, Any]:
    return {
        "nomination_id": f"N{number}",
        "leader_name": name,
        "home_urn": urn,
        "home_school": SCHOOLS.get(urn or ""),
        "authority_code": None if urn is None else urn[:3],
        "region": "North",
        "respondent_id": f"list {number}",
        **more,
    }


def resolved(
    *rows: dict[str, Any], decided: dict[tuple[str, str], str] | None = None, **more: Any
) -> PersonResolution:
    """Resolve a few lines among forty others of a district, so that chance is what it is in a study."""
    crowd = [
        line(900 + at, f"{given} {surname}", f"9{at:05d}")
        for at, (given, surname) in enumerate(
            (given, surname) for given in ("Abel", "Bess", "Cyril", "Dora") for surname in CROWD
        )
    ]
    decisions = pl.DataFrame(
        [(one, other, answer) for (one, other), answer in (decided or {}).items()],
        schema={"person": pl.String, "other": pl.String, "decision": pl.String},
        orient="row",
    )
    lines = pl.DataFrame([*rows, *crowd], infer_schema_length=None)
    return resolve_persons(lines, decided=decisions, **more)


CROWD = ("Quill", "Marsh", "Tarn", "Fell", "Holm", "Beck", "Dale", "Firth", "Ghyll", "Knott")


def persons(result: PersonResolution) -> list[set[str]]:
    """Lines of each person, without the crowd."""
    own = result.identities.filter(pl.col("nomination_id").str.len_chars() < 4)
    return [set(ids) for ids in own.group_by("person").agg("nomination_id").sort("person")["nomination_id"]]


def test_who_is_one_person_and_who_is_asked_about() -> None:
    # | line | name                 | school    | from       | means
    # | N1   | Catherine Okafor     | Hill Top  | 2004-09-06 | one person with N2 and N3
    # | N2   | Mrs K. Okafor        | Hill Top  |            | initial of a short form of Catherine
    # | N3   | OKAFOR, Kate         | Hill Top  | 2004-09-06 | short form
    # | N4   | Catherine Okafor     | Old Mill  |            | another school, only the name: a question
    # | N5   | Peter Okafor         | Hill Top  |            | another given name: another person
    result = resolved(
        line(1, "Catherine Okafor", started_on=date(2004, 9, 6)),
        line(2, "Mrs K. Okafor"),
        line(3, "OKAFOR, Kate", started_on=date(2004, 9, 6)),
        line(4, "Catherine Okafor", "100002"),
        line(5, "Peter Okafor"),
    )
    assert persons(result) == [{"N1", "N2", "N3"}, {"N4"}, {"N5"}]
    asked = result.pairs.filter(pl.col("outcome") == "review").row(0, named=True)
    assert {asked["person"], asked["other"]} <= {"N1", "N2", "N3", "N4"}
    assert asked["asked_because"] == "home schools differ, and only the name ties them"
    assert "surname the same" in asked["why"]


def test_each_merge_is_explained_field_by_field_and_adds_up() -> None:
    result = resolved(line(1, "Catherine Okafor"), line(2, "Kate Okafor"))
    pair = result.pairs.filter(pl.col("person") == "N1").row(0, named=True)
    evidence = result.evidence.filter(pl.col("person") == "N1", pl.col("other") == "N2")
    assert evidence["bits"].sum() == pytest.approx(pair["bits"])
    assert dict(evidence.select("field", "level").iter_rows())["given"] == "variant"
    odds = result.prior / (1 - result.prior) * 2 ** pair["bits"]
    assert pair["probability"] == pytest.approx(odds / (1 + odds)), "the formula of the methods page"


def test_an_initial_between_two_people_is_asked_and_shares_its_probability() -> None:
    result = resolved(line(1, "Jane Okafor"), line(2, "J. Okafor"), line(3, "Jack Okafor"))
    assert persons(result) == [{"N1"}, {"N2"}, {"N3"}]
    asked = result.pairs.filter(pl.col("outcome") == "review", pl.col("person").str.len_chars() < 4)
    assert asked.height == 2
    assert asked["rivals"].to_list() == [1, 1]
    assert asked["probability"].sum() == pytest.approx(1.0, abs=0.01), "J. Okafor is one of the two"
    assert set(asked["asked_because"]) == {"it agrees with two who cannot be one person"}


def test_a_title_alone_is_nobody_and_a_name_without_a_school_is_never_merged_unasked() -> None:
    result = resolved(line(1, "Mrs"), line(2, "Mrs"), line(3, "Jane Okafor"), line(4, "Jane Okafor", None))
    assert persons(result) == [{"N1", "N2"}, {"N3"}, {"N4"}] or persons(result) == [
        {"N1"},
        {"N2"},
        {"N3"},
        {"N4"},
    ]
    assert not {"N1", "N2"} & set(result.pairs["person"])


def test_couples_and_changed_surnames_are_asked_not_merged() -> None:
    result = resolved(
        line(1, "Mr T. Okafor"),
        line(2, "Mrs T. Okafor"),
        line(3, "Amara Bell", "100002", started_on=date(2003, 2, 17), role="mentor_head"),
        line(4, "Amara Tarrant", "100002", started_on=date(2003, 2, 17), role="mentor_head"),
    )
    assert persons(result) == [{"N1"}, {"N2"}, {"N3"}, {"N4"}]
    changed = result.pairs.filter(pl.col("person") == "N3").row(0, named=True)
    assert (changed["outcome"], changed["asked_because"]) == ("review", "surnames differ")
    assert changed["probability"] > 0.5


def test_two_of_one_common_name_in_a_trust_stay_apart() -> None:
    ties = pl.DataFrame({"urn": ["100001"], "other_urn": ["200001"], "tie": ["trust"]})
    result = resolved(
        line(1, "Sarah Smith", respondent_id="301"),
        line(2, "Sarah Smith", "200001", respondent_id="301"),
        ties=ties,
    )
    assert persons(result) == [{"N1"}, {"N2"}]


def test_a_head_listed_at_the_school_that_their_own_line_supports_is_one_person() -> None:
    result = resolved(
        line(1, "Amara Bellweather", partner_urns=["200001"], role="executive_headship"),
        line(2, "Amara Bellweather", "200001", role="executive_headship"),
    )
    assert persons(result) == [{"N1", "N2"}]
    assert "partner school of the other" in result.pairs.filter(pl.col("person") == "N1")["why"].item()


def test_a_decision_holds_and_its_absence_gives_back_the_earlier_ids() -> None:
    rows = [line(1, "Catherine Okafor"), line(2, "Kate Okafor"), line(3, "Catherine Okafor", "100002")]
    before = resolved(*rows)
    assert persons(before) == [{"N1", "N2"}, {"N3"}]
    same = resolved(*rows, decided={("N3", "N2"): "same"})
    assert persons(same) == [{"N1", "N2", "N3"}]
    third = same.identities.filter(pl.col("nomination_id") == "N3").row(0, named=True)
    assert (third["merged_by"], third["leader_id"], third["leader_id_before"]) == ("review", "L1", "L3")
    assert third["probable_person"] == "N3", "what evidence alone gives is kept"
    apart = resolved(*rows, decided={("N1", "N2"): "different"})
    assert persons(apart) == [{"N1"}, {"N2"}, {"N3"}]
    assert resolved(*rows).identities.equals(before.identities)


def test_different_holds_through_others_and_inside_a_group() -> None:
    rows = [line(1, "Kate Okafor"), line(2, "Catherine Okafor"), line(3, "Catherine Okafor")]
    assert persons(resolved(*rows)) == [{"N1", "N2", "N3"}]
    # N2 and N3 read the same and are two people all the same; N1 may be either, so it is asked about.
    result = resolved(*rows, decided={("N2", "N3"): "different"})
    assert persons(result) == [{"N1"}, {"N2"}, {"N3"}]
    asked = result.pairs.filter(pl.col("outcome") == "review", pl.col("decision").is_null())
    assert {"N1"} <= set(asked["person"]) | set(asked["other"])


def test_decisions_that_contradict_each_other_are_a_question() -> None:
    rows = [line(1, "Ann Abara"), line(2, "Ann Abara", "100002"), line(3, "Ann Abara", "200001")]
    result = resolved(*rows, decided={("N1", "N2"): "same", ("N2", "N3"): "same", ("N1", "N3"): "different"})
    assert persons(result) == [{"N1"}, {"N2"}, {"N3"}], "nobody is merged while decisions contradict"
    waiting = result.pairs.filter(pl.col("asked_because").str.contains("other decisions make them different"))
    assert waiting.select("person", "other").rows() == [("N1", "N2"), ("N2", "N3")]
    assert waiting["decision"].null_count() == 2


def test_a_decision_on_lines_that_are_gone_is_counted() -> None:
    result = resolved(line(1, "Ann Abara"), decided={("N1", "N77"): "same"})
    assert result.unused_decisions == 1


def test_a_rare_surname_weighs_more_than_a_common_one() -> None:
    counts = pl.DataFrame({"surname": ["Smith", "Bellweather", "Others"], "count": [12_000, 3, 900_000]})

    def bits(surname: str) -> float:
        rows = (line(1, f"Amara {surname}"), line(2, f"Amara {surname}", "100002"))
        found = resolved(*rows, surname_counts=counts).evidence
        return found.filter(pl.col("person") == "N1", pl.col("field") == "surname")["bits"].item()

    assert bits("Bellweather") > bits("Smith") + 3


def test_no_lines_and_one_line_have_an_answer() -> None:
    nobody = resolve_persons(pl.DataFrame(schema={"nomination_id": pl.String, "leader_name": pl.String}))
    assert nobody.identities.height == nobody.pairs.height == 0
    one = resolve_persons(pl.DataFrame({"nomination_id": ["N1"], "leader_name": ["Ann Abara"]}))
    assert one.identities["person"].to_list() == ["N1"]


def test_thresholds_out_of_order_are_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="conflict_below"):
        IdentityConfig(same_from=0.01)


@pytest.fixture(scope="module")
def world():
    return plant_people(1)


@pytest.fixture(scope="module")
def found(world):
    return resolve_persons(world.lines, ties=world.ties)


def test_a_planted_world_comes_back(world, found) -> None:
    scores = pair_scores(world.lines, found.identities)
    assert scores["precision"] >= 0.99
    assert scores["recall"] >= 0.92
    assert pair_scores(world.lines, found.identities, "group")["recall"] < 0.65, "the names are messy"


@pytest.mark.parametrize("trick", ["short", "initial", "turned", "half", "unlinked", "slip"])
def test_every_trick_of_writing_is_seen_through(world, found, trick: str) -> None:
    told = world.lines.join(found.identities, on="nomination_id")
    people = told.group_by("leader").agg(pl.col("trick"), pl.col("person").n_unique())
    tricked = people.filter(pl.col("trick").list.contains(trick), pl.col("trick").list.len() == 2)
    assert tricked.height >= 10
    assert (tricked["person"] == 1).mean() > 0.9


def test_moves_and_changed_surnames_are_never_merged_unasked(world, found) -> None:
    told = world.lines.join(found.identities, on="nomination_id")
    people = told.group_by("leader").agg(pl.col("trick"), pl.col("person").n_unique())
    for trick in ("moved", "changed"):
        assert (
            people.filter(pl.col("trick").list.contains(trick), pl.col("trick").list.len() == 2)["person"]
            == 2
        ).all()


def test_what_is_merged_unasked_is_right_and_probabilities_are_honest() -> None:
    told = []
    for seed in range(21, 26):
        world = plant_people(seed, persons=600, schools=600)
        leader = world.lines.select("nomination_id", "leader")
        told.append(
            resolve_persons(world.lines, ties=world.ties)
            .pairs.join(leader, left_on="person", right_on="nomination_id")
            .join(leader, left_on="other", right_on="nomination_id", suffix="_other")
            .with_columns(truth=pl.col("leader") == pl.col("leader_other"))
        )
    pairs = pl.concat(told)
    same, asked = (pairs.filter(pl.col("outcome") == outcome) for outcome in ("same", "review"))
    assert same["truth"].mean() >= 0.99
    assert same["truth"].mean() == pytest.approx(same["probability"].mean(), abs=0.01)
    share = asked["probability"].sum() / asked["truth"].sum()
    assert 0.6 < share < 1.6, "pairs asked about hold about as many people as their probabilities say"


def test_the_order_of_lines_does_not_matter(world, found) -> None:
    shuffled = world.lines.sample(fraction=1.0, shuffle=True, seed=3)
    again = resolve_persons(shuffled, ties=world.ties)
    assert again.identities.equals(found.identities)
    assert again.pairs.drop("probability", "bits").equals(found.pairs.drop("probability", "bits"))


def test_lists_share_people_between_two_bounds(world, found) -> None:
    overlap = list_overlap(world.lines, found)
    row = overlap.bounds.row(0, named=True)
    assert (row["list"], row["other_list"]) == ("agency", "authority")
    routes = world.lines.group_by("leader").agg(pl.col("route").n_unique())
    truth = int((routes["route"] == 2).sum())
    assert row["shared_least"] < row["shared_taken"] < row["shared_most"] <= truth * 1.02
    # Some who moved or changed their name come near no line of their own: no bound knows of them.
    assert row["shared_most"] >= 0.97 * truth
    assert overlap.people["nominations"].sum() == world.lines.height


def test_schools_are_tied_by_trust_and_by_succession() -> None:
    memberships = pl.DataFrame(
        {
            "urn": ["1", "2", "3", "4"],
            "group_uid": ["T", "T", "T", "S"],
            "group_type": ["multi_academy_trust"] * 3 + ["sponsor"],
        }
    )
    successors = pl.DataFrame({"urn": ["0", "1"], "successor_urn": ["1", "1"]})
    ties = school_ties(pl.Series(["0", "1", "2", "4", None]), memberships, successors)
    assert ties.rows() == [("0", "1", "followed"), ("1", "2", "trust")]


PAIRS = [(a, b) for a in range(9) for b in range(a + 1, 9)]
EDGES = st.lists(st.sampled_from(PAIRS), max_size=14)


@settings(max_examples=150)
@given(EDGES, EDGES)
def test_nobody_is_ever_joined_with_whom_they_cannot_be(joined: list, apart: list) -> None:
    def ends(pairs: list) -> tuple[np.ndarray, np.ndarray]:
        array = np.array(sorted(set(pairs)), dtype=np.int64).reshape(-1, 2)
        return array[:, 0], array[:, 1]

    one, other = ends(joined)
    result = join_apart(9, one, other, np.linspace(0.99, 1.0, one.size), *ends(apart))
    for a, b in set(apart):
        assert result.person[a] != result.person[b]
    assert np.array_equal(result.person, components(9, one[result.kept], other[result.kept]))
    untouched = components(9, one, other)
    calm = ~np.isin(untouched, [untouched[a] for a, b in set(apart) if untouched[a] == untouched[b]])
    assert np.array_equal(result.person[calm], untouched[calm]), "where nothing contradicts, everything joins"


@settings(max_examples=50)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_pairs_within_persons_are_all_of_them(labels: list[int]) -> None:
    person = np.array(labels, dtype=np.int64)
    one, other = pairs_within(person, 40)
    brute = {(a, b) for a in range(len(labels)) for b in range(a + 1, len(labels)) if labels[a] == labels[b]}
    assert set(zip(one.tolist(), other.tolist(), strict=True)) == brute
    assert one.size == len(brute)


def test_search_keys_miss_nobody_whom_comparing_everybody_would_find() -> None:
    world = plant_people(5, persons=400, schools=240)
    config = IdentityConfig()
    groups = group_lines(complete_lines(world.lines))
    coded = code_groups(groups, world.ties)
    found = find_candidates(groups, config.largest_block)
    weights, _ = weigh_candidates(coded, config, found.one, found.other, None)
    one, other = np.triu_indices(groups.size, 1)
    everybody = weigh_pairs(coded, config, weights, one, other)
    likely = everybody.keep((everybody.probability >= 0.5) & ~np.isin(everybody.levels[:, 0], [-1]))
    keys = set(zip(found.one.tolist(), found.other.tolist(), strict=True))
    missed = [
        pair for pair in zip(likely.one.tolist(), likely.other.tolist(), strict=True) if pair not in keys
    ]
    assert likely.one.size > 80
    assert not missed
