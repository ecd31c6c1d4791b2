"""What a person is told of the agreement of coders: never percent alone, never without interval, never a fake 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import NotIdentified, TableProblem
from leadscape.core.tables import frame_of
from leadscape.survey.agreement import Draws, measure_labels, measure_ratings
from leadscape.survey.agreement.resampling import percentile_interval
from leadscape.survey.agreement.tables import AgreementCoefficients, LabelSets

from tests.support.drawn import drawn

DRAWS = Draws(seed=2006, replications=400)


def ratings(text: str) -> pl.DataFrame:
    """Ratings from a drawn table: one row a unit, one column a coder, ``-`` not rated."""
    wide = pl.DataFrame(drawn(text))
    return wide.unpivot(
        [name for name in wide.columns if name != "unit"], index="unit", variable_name="coder"
    )


ROLES = """
    unit | Alice       | Bob         | Charlie
    n1   | mentor head | mentor head | mentor head
    n2   | adviser     | adviser     | adviser
    n3   | adviser     | mentor head | adviser
    n4   | consultant  | consultant  | -
    n5   | adviser     | consultant  | adviser
    n6   | consultant  | consultant  | consultant
    n7   | mentor head | -           | -
"""


def test_three_coders_of_seven_nominations():
    found = measure_ratings(ratings(ROLES), draws=DRAWS)
    assert (found.units, found.compared) == (7, 6)
    coders = found.coders.select("coder", "rated", "not_rated").rows()
    assert coders == [("Alice", 7, 0), ("Bob", 6, 1), ("Charlie", 5, 2)]
    # Units n3 and n5 part: one of three pairs agrees. The other four agree: (4 + 1/3 + 1/3) / 6.
    assert found.value("percent_agreement") == pytest.approx(14 / 18)
    names = found.coefficients["coefficient"].cast(pl.String).to_list()
    assert names == ["percent_agreement", "fleiss_kappa", "gwet_ac1", "krippendorff_alpha"]
    confused = found.confusions.select("category", "other_category", "units", "pairs", "disagreements").rows()
    assert confused == [("adviser", "consultant", 1, 2, 4), ("adviser", "mentor head", 1, 2, 4)]
    said = dict(found.categories.select("category", "specific_agreement").iter_rows())
    # Each of n3 and n5 adds 2 x 1 / 2 = 1 disagreement about adviser, which was said 7 times.
    assert said["adviser"] == pytest.approx(1 - 2 / 7)
    assert found.cross_table.filter(coder="Alice", other_coder="Bob")["units"].sum() == 6
    assert "1 of 7 units" in found.notes[0]


def test_every_value_has_an_interval_around_it():
    for level in ("nominal", "ordinal"):
        found = measure_ratings(
            ratings(ROLES), level=level, categories=["mentor head", "consultant", "adviser"], draws=DRAWS
        )
        for table in (found.coefficients, found.pairs):
            known = table.filter(pl.col("value_status") == "reported")
            assert known.height
            assert (
                known.select((pl.col("low") <= pl.col("value")) & (pl.col("value") <= pl.col("high")))
                .to_series()
                .all()
            )
    with pytest.raises(Exception, match="interval_with_every_value"):
        AgreementCoefficients.validate(found.coefficients.with_columns(low=pl.lit(None, pl.Float64)))


def test_the_two_coder_trap():
    # Each marks 90 of 100 characters, 81 of them the same: as many as chance gives.
    marks = np.arange(100)
    both = pl.DataFrame(
        {
            "unit": [f"{n:02}" for n in marks] * 2,
            "coder": ["Alice"] * 100 + ["Bob"] * 100,
            "value": np.where(
                np.concatenate([marks < 90, (marks >= 9) & (marks < 99)]), "coded", "not coded"
            ),
        }
    )
    found = measure_ratings(both, draws=DRAWS)
    assert found.value("percent_agreement") == pytest.approx(0.82)
    kappa = found.row("cohen_kappa")
    assert kappa["value"] == 0
    assert kappa["expected"] == 0.82
    assert kappa["low"] < 0 < kappa["high"]
    assert any("AC1 is far above" in note for note in found.notes)


def test_the_same_ratings_in_another_order_give_the_same_bytes():
    table = ratings(ROLES)
    one, other = (
        measure_ratings(each, draws=DRAWS) for each in (table, table.sample(fraction=1, shuffle=True, seed=3))
    )
    for name in ("coefficients", "categories", "pairs", "confusions", "cross_table", "coders"):
        assert getattr(one, name).equals(getattr(other, name))
    moved = measure_ratings(table, draws=Draws(seed=7, replications=400))
    assert moved.value("gwet_ac1") == one.value("gwet_ac1")
    assert moved.row("gwet_ac1")["low"] != one.row("gwet_ac1")["low"]


UNDEFINED = {
    "one coder": ("unit | A\nu1 | x\nu2 | y", "one coder"),
    "no unit in common": ("unit | A | B\nu1 | x | -\nu2 | - | y", "No unit was rated by two"),
    "one category only": ("unit | A | B\nu1 | x | x\nu2 | x | x\nu3 | y | -", "'x'"),
    "one unit in common": ("unit | A | B\nu1 | x | y\nu2 | x | -", "1 unit rated by two coders"),
    "nobody rated anything": ("unit | A | B\nu1 | - | -", "No unit was rated by two"),
}


@pytest.mark.parametrize("name", UNDEFINED)
def test_what_cannot_show_agreement_is_refused_and_never_0_or_1(name):
    table, told = UNDEFINED[name]
    typed = ratings(table).cast({"value": pl.String})
    with pytest.raises(NotIdentified, match=told):
        measure_ratings(typed, draws=DRAWS)


def test_a_coder_who_always_says_the_same_has_no_kappa():
    found = measure_ratings(
        ratings("unit | A | B\nu1 | x | x\nu2 | x | y\nu3 | x | x\nu4 | x | y\nu5 | x | x"), draws=DRAWS
    )
    row = found.row("cohen_kappa")
    assert (row["value"], row["value_status"]) == (None, "not_applicable")
    assert "one category only" in row["reason"]
    assert found.value("krippendorff_alpha") is not None


def test_complete_agreement_is_not_certainty():
    few = measure_ratings(
        ratings("unit | A | B\n" + "\n".join(f"u{n} | {n % 2} | {n % 2}" for n in range(6))), draws=DRAWS
    )
    many = measure_ratings(
        ratings("unit | A | B\n" + "\n".join(f"u{n} | {n % 2} | {n % 2}" for n in range(60))), draws=DRAWS
    )
    for found in (few, many):
        row = found.row("krippendorff_alpha")
        assert row["value"] == row["high"] == 1
        assert "agree on every unit" in row["reason"]
    assert few.row("krippendorff_alpha")["low"] < 0.2 < 0.8 < many.row("krippendorff_alpha")["low"] < 1
    # Clopper and Pearson: of 60 units agreed the share is at least 0.025 ** (1 / 60).
    assert many.row("percent_agreement")["low"] == pytest.approx(0.025 ** (1 / 60))


def test_ranks_need_an_order_and_numbers_must_be_numbers():
    words = ratings("unit | A | B\nu1 | low | high\nu2 | high | high\nu3 | low | low\nu4 | middle | low")
    with pytest.raises(NotIdentified, match="order of the values is not known"):
        measure_ratings(words, level="ordinal", draws=DRAWS)
    found = measure_ratings(words, level="ordinal", categories=["low", "middle", "high"], draws=DRAWS)
    assert found.row("weighted_kappa_quadratic")["level"] == "ordinal"
    with pytest.raises(TableProblem) as told:
        measure_ratings(words, level="interval", draws=DRAWS)
    assert told.value.problems.height == 8
    with pytest.raises(TableProblem) as told:
        measure_ratings(words, categories=["low", "high"], draws=DRAWS)
    assert told.value.problems["value"].to_list() == ["middle"]
    with pytest.raises(TableProblem, match="negative"):
        measure_ratings(ratings("unit | A | B\nu1 | -1 | 2\nu2 | 3 | 2"), level="ratio", draws=DRAWS)


def test_a_number_written_two_ways_is_one_number():
    found = measure_ratings(
        ratings("unit | A | B\nu1 | 1 | 1.0\nu2 | 02 | 2\nu3 | 3 | 3\nu4 | 3 | 1"),
        level="interval",
        draws=DRAWS,
    )
    assert found.value("percent_agreement") == 0.75


def test_percent_agreement_cannot_be_shown_alone():
    found = measure_ratings(ratings(ROLES), draws=DRAWS)
    with pytest.raises(NotIdentified, match="not shown alone"):
        replace(found, coefficients=found.coefficients.filter(pl.col("coefficient") == "percent_agreement"))


def test_an_interval_needs_draws_in_which_the_value_exists():
    half = np.array([np.nan] * 60 + [0.5] * 40)
    assert percentile_interval(half, DRAWS).low is None
    found = percentile_interval(half[20:], DRAWS)
    assert (found.low, found.high, found.replications) == (0.5, 0.5, 40)
    assert found.caution is not None
    assert "50 %" in found.caution
    for replications, confidence in ((10, 0.95), (400, 1.0)):
        with pytest.raises(NotIdentified):
            Draws(1, replications, confidence)


@pytest.mark.parametrize("level", ["nominal", "interval"])
def test_planted_reliability_is_inside_its_interval(level):
    # Two coders read each unit rightly with chance 0.8 and else draw from the categories as they occur: both are right
    # in 0.64 of units, beyond which only chance agrees, so the truth of alpha is 0.64 (at any level: the drawn values
    # vary as much as the true ones).
    draw = np.random.default_rng(11)
    inside = 0
    for _ in range(60):
        truth = draw.choice(4, size=150, p=[0.4, 0.3, 0.2, 0.1])
        noise = draw.choice(4, size=(2, 150), p=[0.4, 0.3, 0.2, 0.1])
        said = np.where(draw.random((2, 150)) < 0.8, truth, noise)
        table = pl.DataFrame(
            {
                "unit": [str(n) for n in range(150)] * 2,
                "coder": ["A"] * 150 + ["B"] * 150,
                "value": said.ravel().astype(str),
            }
        )
        row = measure_ratings(table, level=level, draws=Draws(1, 200)).row("krippendorff_alpha")
        inside += row["low"] <= 0.64 <= row["high"]
    assert inside >= 51


@settings(max_examples=25)
@given(
    st.lists(
        st.lists(st.sampled_from(["x", "y", "z", None]), min_size=3, max_size=3), min_size=2, max_size=12
    )
)
def test_whatever_the_ratings_the_result_is_whole_or_refused(rows):
    table = pl.DataFrame(
        [(f"u{u}", f"c{c}", value) for u, row in enumerate(rows) for c, value in enumerate(row)],
        schema={"unit": pl.String, "coder": pl.String, "value": pl.String},
        orient="row",
    )
    try:
        found = measure_ratings(table, draws=Draws(1, 100))
    except NotIdentified:
        return
    known = found.coefficients.filter(pl.col("value_status") == "reported")["coefficient"].cast(pl.String)
    assert set(known) - {"percent_agreement"}
    assert found.confusions["pairs"].sum() == sum(
        a != b for row in rows for i, a in enumerate(row) for b in row[i + 1 :] if a and b
    )


def labels(text: str) -> pl.DataFrame:
    rows = [
        {
            **row,
            "labels": None
            if row["labels"] is None
            else [word for word in row["labels"].split() if word != "none"],
        }
        for row in drawn(text)
    ]
    return frame_of(LabelSets, rows)


SEVERAL = """
    unit | coder | labels
    s1   | Alice | mandate exit
    s1   | Bob   | mandate
    s2   | Alice | none
    s2   | Bob   | none
    s3   | Alice | capacity
    s3   | Bob   | exit
    s4   | Alice | capacity mandate
    s4   | Bob   | capacity mandate
    s5   | Alice | exit
    s5   | Bob   | -
"""


def test_several_labels_of_a_segment():
    found = measure_labels(labels(SEVERAL), draws=DRAWS)
    assert (found.units, found.compared) == (5, 4)
    # Two of four sets are the same; s1 shares one label of two, which is half apart by Jaccard and 2/3 by MASI.
    assert found.value("percent_agreement") == 0.5
    seen = {row["coefficient"]: row["observed"] for row in found.coefficients.iter_rows(named=True)}
    assert seen["krippendorff_alpha_jaccard"] == pytest.approx((1 + 1 + 0.5) / 4)
    assert seen["krippendorff_alpha_masi"] == pytest.approx((1 + 1 + 1 / 3) / 4)
    by_code = {row["category"]: row for row in found.categories.iter_rows(named=True)}
    # Both gave mandate to s1 and s4, nobody to any other: complete. Exit: each gave it once, never to the same segment.
    assert by_code["mandate"]["specific_agreement"] == 1
    assert by_code["exit"]["specific_agreement"] == 0
    assert by_code["exit"]["alpha"] == pytest.approx(1 - 7 * 2 / (2 * 6))
    confused = found.confusions.select("category", "other_category", "units", "pairs").rows()
    assert confused == [("capacity", "exit", 1, 1)]


def test_labels_that_nobody_could_part_are_refused():
    with pytest.raises(NotIdentified, match="no label"):
        measure_labels(
            labels("unit | coder | labels\ns1 | A | none\ns1 | B | none\ns2 | A | none\ns2 | B | none"),
            draws=DRAWS,
        )
