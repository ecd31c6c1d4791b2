"""How many lead whom no list named? The table of models, never one number."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.errors import NotIdentified
from leadscape.landscape.capture_recapture import (
    capture_histories,
    chao_lower_bound,
    chapman,
    compare_list_models,
    compare_occasion_models,
    lists_of,
)
from leadscape.landscape.loglinear import all_histories, fit_poisson, list_models, occasion_models


def histories(names, people):
    """A table of histories from counts in the order of ``all_histories``."""
    seen = all_histories(len(names)).astype(bool)
    return pl.DataFrame(dict(zip(names, seen.T, strict=True)) | {"people": people}).filter(
        pl.col("people") > 0
    )


def test_two_lists_of_sunfish():
    # Seber (1982), The Estimation of Animal Abundance, section 3.1 (data of Gerking, 1953): n1 = 109, n2 =
    # 177, m = 57.
    estimate = chapman(109, 177, 57)
    assert round(estimate.estimate) == 337
    assert estimate.se == pytest.approx(24.81, abs=0.005)


def test_the_interval_of_two_short_lists():
    # Transformed logit interval of Sadinle (2009) for 10 and 15 with 5 on both: 22 to 65.
    estimate = chapman(10, 15, 5)
    assert estimate.estimate == pytest.approx(28.33, abs=0.005)
    assert (round(estimate.low), round(estimate.high)) == (22, 65)


@pytest.mark.real
def test_the_published_models_of_68_hares(real_data):
    # Baillargeon & Rivest (2007), Journal of Statistical Software 19(5): estimate, standard error, deviance.
    published = {
        "M0": (75.4, 3.5, 68.516),
        "Mt": (75.1, 3.4, 58.314),
        "Mh Poisson2": (81.5, 5.7, 59.107),
        "Mth Poisson2": (81.1, 5.6, 48.137),
        "Mh Darroch": (90.4, 11.6, 61.600),
    }
    hares = pl.read_csv(real_data / "oracles" / "hare.csv").cast(pl.Boolean)
    comparison = compare_occasion_models(hares.group_by(hares.columns).agg(people=pl.len()))
    rows = {
        row["model"]: (round(row["estimate"], 1), round(row["se"], 1), round(row["deviance"], 3))
        for row in comparison.models.to_dicts()
        if row["model"] in published
    }
    assert rows == published
    assert comparison.observed == 68
    assert comparison.lowest < 76 < 90 < comparison.highest


def test_the_fit_is_the_generalised_linear_model_of_statsmodels():
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    seen = all_histories(4)
    counts = np.random.default_rng(3).poisson(9, size=15).astype(float)
    for model in [*list_models(seen, list("abcd"))[::5], *occasion_models(seen)]:
        fit = fit_poisson(model.design, counts)
        peer = GLM(counts, model.design, family=Poisson()).fit(tol=1e-12)
        assert fit.coefficients == pytest.approx(peer.params, abs=1e-6)
        assert fit.covariance == pytest.approx(peer.cov_params(), abs=1e-6)
        assert fit.deviance == pytest.approx(peer.deviance, abs=1e-6)
        assert fit.aic == pytest.approx(peer.aic, abs=1e-6)


def test_histories_are_counted_by_person():
    holdings = pl.DataFrame(
        {
            "leader_id": ["ada", "ada", "bea", "cem", "dan"],
            "holding_id": ["1", "2", "3", "4", "5"],
            "respondents": [["E1"], ["agency"], ["agency", "E2"], ["E1"], ["somebody else"]],
        }
    )
    lists = {"authorities": ["E1", "E2"], "agency": ["agency"]}
    assert capture_histories(holdings, lists).rows() == [(True, False, 1), (True, True, 2)]
    assert capture_histories(holdings, lists, unit="holding_id").rows() == [
        (False, True, 1),
        (True, False, 2),
        (True, True, 1),
    ]


def test_respondents_make_lists():
    responses = pl.DataFrame(
        {
            "respondent_id": ["E2", "E1", "E3", "a1", "n1"],
            "respondent_name": ["Two", "One", "Three", "Agency", "Network"],
            "kind": ["authority", "authority", "authority", "agency", "network"],
            "nominations": [4, 2, 0, 9, 3],
        }
    )
    assert lists_of(responses) == {"authorities": ("E1", "E2"), "Agency": ("a1",), "Network": ("n1",)}


def test_two_lists_show_what_their_dependence_would_change():
    comparison = compare_list_models(histories(["a", "b"], [120, 52, 57]))
    by_model = {row["model"]: row["estimate"] for row in comparison.models.to_dicts()}
    assert by_model["independence (Chapman)"] == pytest.approx(chapman(109, 177, 57).estimate)
    assert by_model["odds ratio 0.5"] == pytest.approx(229 + 52 * 120 / 57 / 2)
    assert by_model["odds ratio 2"] == pytest.approx(229 + 2 * 52 * 120 / 57)
    assert comparison.low < comparison.lowest < comparison.highest < comparison.high
    assert "no single estimate" in comparison.warning


def test_three_lists_give_every_set_of_dependent_pairs():
    comparison = compare_list_models(histories(["a", "b", "c"], [60, 120, 11, 52, 20, 57, 9]))
    names = set(comparison.models["model"])
    pairs = {"independence", "a×b", "a×c", "b×c", "a×b + a×c", "a×b + b×c", "a×c + b×c", "a×b + a×c + b×c"}
    assert names == pairs | {"Mth Poisson2", "Mth Darroch"}
    assert comparison.models.filter("in_range")["aic"].is_sorted()
    assert len(list_models(all_histories(4), list("abcd"))) == 64
    assert len(list_models(all_histories(6), list("abcdef"))) == 1 + 15 + 105


def test_a_planted_dependence_is_found_by_the_model_that_allows_it():
    # 4,000 people; list b names someone on list a far more readily, so independence falls short.
    stream = np.random.default_rng(76)
    a = stream.random(4000) < 0.4
    b = stream.random(4000) < np.where(a, 0.6, 0.2)
    c = stream.random(4000) < 0.3
    people = pl.DataFrame({"a": a, "b": b, "c": c}).filter(pl.any_horizontal("a", "b", "c"))
    comparison = compare_list_models(people.group_by("a", "b", "c").agg(people=pl.len()))
    rows = {row["model"]: row for row in comparison.models.to_dicts()}
    assert rows["a×b"]["low"] < 4000 < rows["a×b"]["high"]
    assert rows["independence"]["high"] < 4000
    assert not rows["independence"]["in_range"]
    assert rows["a×b"]["in_range"]


def test_independent_lists_recover_a_planted_population():
    stream = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        first, second = stream.random((2, 800)) < np.array([[0.3], [0.4]])
        estimate = chapman(first.sum(), second.sum(), (first & second).sum())
        covered += estimate.low <= 800 <= estimate.high
    assert 0.91 <= covered / 200 <= 0.99


def test_the_lower_bound_of_alike_lists():
    # Chao (1987): with many occasions the bound tends to f1^2 / (2 f2).
    bound = chao_lower_bound(once=30, twice=10, observed=60, lists=10_000_000)
    assert bound.estimate == pytest.approx(60 + 45)
    assert bound.low > 60
    assert chao_lower_bound(once=4, twice=0, observed=5, lists=2).estimate == 5 + 4 * 3 / 4


@given(st.lists(st.integers(1, 60), min_size=7, max_size=7), st.permutations(range(3)))
def test_the_order_of_lists_does_not_matter(counts, order):
    names = ["a", "b", "c"]
    table = histories(names, counts)
    turned = table.select([names[i] for i in order] + ["people"])
    one, two = compare_list_models(table), compare_list_models(turned)
    assert (one.lowest, one.highest, one.low, one.high) == pytest.approx(
        (two.lowest, two.highest, two.low, two.high), rel=1e-6
    )
    assert one.lowest >= one.observed


@pytest.mark.parametrize(
    ("compare", "table", "words"),
    [
        (compare_list_models, histories(["a"], [5]), "There is 1 list"),
        (compare_list_models, histories(["a", "b"], [5, 4, 0]), "Nobody is on two"),
        (compare_list_models, histories(["a", "b", "c"], [5, 4, 0, 3, 0, 0, 0]), "Nobody is on two"),
        (compare_occasion_models, histories(["a", "b"], [5, 4, 3]), "2 occasions"),
        (compare_list_models, histories(["a", "b", "c"], [0, 0, 0, 0, 0, 0, 3]), "No model"),
    ],
)
def test_lists_that_cannot_answer_are_refused(compare, table, words):
    with pytest.raises(NotIdentified, match=words) as refused:
        compare(table)
    assert refused.value.why
    assert refused.value.next_step


def test_a_combination_with_nobody_leaves_its_model_in_the_table_with_the_reason():
    comparison = compare_list_models(histories(["a", "b", "c"], [20, 20, 0, 20, 5, 0, 3]))
    refused = comparison.models.filter(pl.col("estimate").is_null())
    assert refused.height
    assert refused["note"].str.starts_with("Too few people").all()
    assert not refused["in_range"].any()


@pytest.mark.parametrize("both", [0, 11])
def test_chapman_needs_an_overlap(both):
    with pytest.raises(NotIdentified):
        chapman(10, 15, both)
