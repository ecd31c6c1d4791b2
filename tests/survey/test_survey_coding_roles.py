"""How probable is each role for odd words? Probabilities that add up, near 1 for slips of the pen, spread otherwise."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.codebooks import codebook_names, load_codebook
from leadscape.core.randomness import random_stream
from leadscape.demo.facts import read_facts
from leadscape.survey.coding import suggest_role_shares
from leadscape.survey.coding.tables import RoleSuggestions

BOOK = load_codebook("england-2006")


def wordings(*texts: str | None, route: str | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {"role_text": list(texts), "route": [route] * len(texts)},
        schema={"role_text": pl.String, "route": pl.String},
    )


def coded(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        list(rows), schema={"role_text": pl.String, "role": pl.String, "route": pl.String}, orient="row"
    )


def shares(text: str, before: pl.DataFrame | None = None, route: str | None = None) -> dict[str, float]:
    found = suggest_role_shares(wordings(text, route=route), BOOK, before)
    return dict(found.select("role", "probability").iter_rows())


def test_a_slip_of_the_pen_is_nearly_certain_and_a_description_is_not() -> None:
    assert shares("Consultent leader")["consultant_leader"] > 0.97
    assert shares("Exectuive headteachr")["executive_headship"] > 0.9
    described = shares("Two days a week in a school causing concern")
    assert max(described.values()) < 0.5
    assert max(described, key=lambda role: described[role]) == "support_for_school_in_difficulty"


def test_words_of_the_codebook_mean_what_it_says() -> None:
    assert shares("S.I.P.")["school_improvement_partner"] == 1.0
    found = suggest_role_shares(wordings("SIP"), BOOK)
    assert found.row(0, named=True)["reason"] == "the alias of the codebook"


def test_a_title_is_no_role_however_near_it_is_to_the_name_of_one() -> None:
    assert shares("Head")["none"] > 0.9
    assert shares("Headteacher")["none"] > 0.2


def test_what_a_person_decided_in_the_same_words_is_followed_as_often_as_it_was_decided() -> None:
    # text                    decided as
    # asked to lend a hand    support, support, executive
    before = coded(
        *[("Asked to lend a hand", "support_for_school_in_difficulty", "authority")] * 2,
        ("asked to lend a hand!", "executive_headship", "authority"),
        ("On leave", "none", "authority"),
    )
    found = shares("ASKED to lend a hand", before)
    assert found["support_for_school_in_difficulty"] == pytest.approx(2 / 3)
    assert found["executive_headship"] == pytest.approx(1 / 3)
    assert shares("on leave", before)["none"] == 1.0


def test_the_route_moves_words_that_say_little() -> None:
    before = coded(
        *[("mentor head", "mentor_head", "agency")] * 90,
        *[("executive head", "executive_headship", "authority")] * 90,
    )
    vague = "works with heads elsewhere"
    by_agency, by_authority = (shares(vague, before, route) for route in ("agency", "authority"))
    assert by_agency["mentor_head"] > 2 * by_authority["mentor_head"]
    assert by_authority["executive_headship"] > 2 * by_agency["executive_headship"]
    # A route of which nothing is coded has the shares of all routes together.
    assert shares(vague, before, "network") == pytest.approx(shares(vague, before))


def test_a_text_of_two_routes_lies_between_them() -> None:
    before = coded(
        *[("mentor head", "mentor_head", "agency")] * 90,
        *[("executive head", "executive_headship", "authority")] * 90,
    )
    both = pl.concat(
        [wordings("works elsewhere", route="agency"), wordings("works elsewhere", route="authority")]
    )
    found = dict(suggest_role_shares(both, BOOK, before).select("role", "probability").iter_rows())
    one, other = (
        shares("works elsewhere", before, route)["mentor_head"] for route in ("agency", "authority")
    )
    assert other < found["mentor_head"] < one


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=40)


@settings(max_examples=30)
@given(st.lists(TEXTS, max_size=5), st.permutations(range(4)))
def test_probabilities_add_up_and_do_not_depend_on_order_or_company(
    texts: list[str], order: list[int]
) -> None:
    lines = [("SIP", "school_improvement_partner", "agency"), ("lends a hand", "other", "authority"),
             ("on leave", "none", "authority"), ("cl", "consultant_leader", None)]  # fmt: skip
    before = coded(*(lines[at] for at in order))
    found = suggest_role_shares(wordings(*texts, None, route="authority"), BOOK, before)
    assert found.height == len(set(texts)) * (len(BOOK.roles) + 1)
    total = found.group_by("role_text").agg(pl.col("probability").sum())["probability"]
    np.testing.assert_allclose(total.to_numpy(), 1.0, atol=1e-12)
    assert RoleSuggestions.is_valid(found)
    for text in texts[:1]:
        alone = suggest_role_shares(wordings(text, route="authority"), BOOK, coded(*lines))
        together = found.filter(pl.col("role_text") == text)
        np.testing.assert_allclose(
            alone.sort("role")["probability"].to_numpy(),
            together.sort("role")["probability"].to_numpy(),
            atol=1e-12,
        )


# Written for another codebook than the one whose wordings the weights were chosen on, before any result was seen.
FRESH = {
    "rise_adviser": [
        "Works with the regional team on schools that are stuck",
        "Appointed by the Department to help match schools with support",
    ],
    "supporting_organisation_lead": [
        "Our school is supporting another that was judged to need attention",
        "Leads the help our trust gives to a school outside it",
    ],
    "executive_head": [
        "Heads two primaries and has a head of school in each",
        "In charge of three schools at once",
    ],
    "trust_improvement_lead": [
        "Director of school standards across the MAT",
        "Goes round the academies of the trust to raise teaching",
    ],
    "trust_leader": ["CEO of the trust", "Runs a chain of nine academies"],
    "teaching_school_hub_lead": [
        "Runs training for new teachers across the county",
        "Organises the early career framework for local schools",
    ],
    "curriculum_hub_lead": [
        "Maths mastery specialist for the region",
        "Leads work on reading for schools round about",
    ],
    "national_leader_of_education": [
        "Was made an NLE in 2014 and still helps out",
        "Designated by the college to support weak schools",
    ],
    "mentor_head": ["Buddy for two first-time heads", "Coaches a new head in the next town"],
    "authority_improvement_partner": [
        "Visits six schools each term for the council",
        "Challenges heads on behalf of the local authority",
    ],
    "shared_headship": ["Job share, Monday to Wednesday", "She and her colleague split the headship"],
    "area_partnership_lead": [
        "Chairs the partnership of all schools in the town",
        "Convenes heads of the city to plan places and exclusions",
    ],
    "community_partnership_lead": [
        "Works with social care and health on families",
        "Runs the family hub with three other schools",
    ],
}


def odd_wordings() -> pl.DataFrame:
    """Every misspelt and described wording of the demonstration with the role it was written for."""
    rows = [
        (text, role, manner)
        for role, pools in read_facts("wordings")["role"].items()
        for manner in ("misspelt", "described")
        for text in pools[manner]
    ]
    return pl.DataFrame(rows, schema=["role_text", "meant", "manner"], orient="row")


def judged(found: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """One row a text: Brier score (0 best, 2 worst), probability of the first suggestion, whether it is right."""
    hit = pl.col("role") == pl.col("meant")
    return (
        found.join(truth, on="role_text")
        .group_by("role_text", "manner")
        .agg(
            brier=((pl.col("probability") - hit.cast(pl.Float64)) ** 2).sum(),
            top=pl.col("probability").max(),
            right=(hit & (pl.col("rank") == 1)).any(),
        )
    )


def test_on_wordings_held_out_the_first_suggestion_is_right_about_as_often_as_it_says() -> None:
    truth = odd_wordings()
    # Each wording is asked about with all the others coded by a person already.
    found = pl.concat(
        suggest_role_shares(
            truth[at : at + 1].select("role_text"),
            BOOK,
            truth.filter(pl.int_range(pl.len()) != at).select(
                "role_text", role="meant", route=pl.lit("authority")
            ),
        )
        for at in range(truth.height)
    )
    table = judged(found, truth)
    misspelt = table.filter(pl.col("manner") == "misspelt")
    described = table.filter(pl.col("manner") == "described")
    assert misspelt["brier"].mean() < 0.01
    assert misspelt["right"].all()
    # Even shares over ten roles and none score 0.91; knowing nothing of the words is no better than that.
    assert 0.4 < described["brier"].mean() < 0.8
    assert described["top"].mean() < described["right"].mean() + 0.1


def test_on_another_codebook_the_first_suggestion_is_right_at_least_as_often_as_it_says() -> None:
    rows = [(text, role, "described") for role, texts in FRESH.items() for text in texts]
    truth = pl.DataFrame(rows, schema=["role_text", "meant", "manner"], orient="row")
    table = judged(suggest_role_shares(truth.select("role_text"), load_codebook("england-2026")), truth)
    # Even shares over thirteen roles and none score 0.93.
    assert table["brier"].mean() < 0.7
    assert 0.3 < table["top"].mean() < table["right"].mean() + 0.05


@pytest.mark.parametrize("name", codebook_names())
def test_typing_errors_in_known_wordings_are_recovered_and_the_probability_is_honest(name: str) -> None:
    book = load_codebook(name)
    rng = random_stream(2006, "typing errors", name)
    own = book.role_alias_frame().filter(pl.col("wording").str.len_chars() >= 8)
    rows = []
    for wording, role in own.select("wording", "role").iter_rows():
        letters = list(wording)
        for _ in range(2):
            at = int(rng.integers(1, len(letters) - 1))
            match rng.integers(3):
                case 0:
                    letters[at], letters[at - 1] = letters[at - 1], letters[at]
                case 1:
                    letters.pop(at)
                case _:
                    letters.insert(at, letters[at])
        rows.append(("".join(letters), role, "typed"))
    truth = pl.DataFrame(rows, schema=["role_text", "meant", "manner"], orient="row").unique(
        "role_text", keep="none"
    )
    table = judged(suggest_role_shares(truth.select("role_text"), book), truth)
    assert table["right"].mean() > 0.95
    assert table["brier"].mean() < 0.06
    # Rather too doubtful than too sure.
    assert 0.9 < table["top"].mean() < table["right"].mean() + 0.02


def test_three_hundred_wordings_take_no_time() -> None:
    many = wordings(
        *(f"Works {n} days a week with heads of school {n % 7}" for n in range(300)), route="authority"
    )
    before = coded(*[("consultant leader", "consultant_leader", "agency")] * 3000)
    suggest_role_shares(many.head(1), BOOK, before)
    started = perf_counter()
    suggest_role_shares(many, BOOK, before)
    assert perf_counter() - started < 1.0
