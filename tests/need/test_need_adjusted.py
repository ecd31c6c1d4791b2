"""Adjusted performance: planted schools, small numbers, missing figures, and the next year of real results."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.codebooks.sustained import find_sustained_rule
from leadscape.core.errors import CodebookProblem, NotComparable, NotIdentified, StudyProblem
from leadscape.need.adjusted.config import AdjustConfig
from leadscape.need.adjusted.gaps import measure_gaps
from leadscape.need.adjusted.kinds import adjust_by_kind
from leadscape.need.adjusted.performance import adjust_performance
from leadscape.need.adjusted.sustained import detect_sustained
from leadscape.need.adjusted.trends import measure_trends

from tests.support.results import figures, tidy_national

PERIODS = ("2014/15", "2015/16", "2016/17", "2017/18")


def world(seed=1, schools=600, years=3, between=6.0, within=3.0, slope=0.0, binomial=True):
    """Schools in which %, of pupils at the standard, falls by 0.4 for each % FSM, with lasting and yearly effects."""
    rng = np.random.default_rng(seed)
    pupils = rng.integers(6, 90, schools)
    fsm = np.clip(rng.gamma(2, 8, schools), 0, 70)
    lasting = rng.normal(0, between, schools)
    rows, truth = [], []
    for year, period in enumerate(PERIODS[-years:]):
        deviation = lasting + rng.normal(0, within, schools) + slope * year
        p = np.clip(70 - 0.4 * fsm + 2 * year + deviation, 1, 99)
        value = (
            100 * rng.binomial(pupils, p / 100) / pupils
            if binomial
            else p + rng.normal(0, 40 / np.sqrt(pupils))
        )
        truth.append(deviation)
        rows += [
            {"urn": str(100000 + i), "period": period, "value": float(value[i]), "pupils": float(pupils[i])}
            for i in range(schools)
        ]
    intake = pl.DataFrame({"urn": [str(100000 + i) for i in range(schools)], "fsm_pct": fsm})
    return figures(rows), intake, np.array(truth), pupils


def test_planted_schools_come_back():
    measures, intake, truth, pupils = world()
    adjusted = adjust_performance(measures, "m", "pct", intake)
    rows = adjusted.performance.sort("period", "urn")
    inside = (truth.ravel() >= rows["low"].to_numpy()) & (truth.ravel() <= rows["high"].to_numpy())
    assert 0.87 <= inside.mean() <= 0.93
    fsm = adjusted.coefficients.filter(pl.col("term").str.starts_with("fsm_pct "))["estimate"].mean()
    assert fsm / intake["fsm_pct"].std() == pytest.approx(-0.4, abs=0.06)
    small = np.tile(pupils < 15, 3)
    pooled, raw = rows["adjusted"].to_numpy(), rows["raw_difference"].to_numpy()
    assert pooled[small].std() < 0.8 * raw[small].std()
    assert rows["reliability"].to_numpy()[small].mean() < rows["reliability"].to_numpy()[~small].mean()
    assert rows["used"].unique().to_list() == ["fsm_pct"]


def test_every_row_is_there_and_says_what_is_not_known():
    measures, intake, *_ = world(schools=60, years=2)
    hidden = figures([{"urn": "200000", "value": None, "pupils": 4}, {"urn": "200001", "value": 50.0}])
    intake = intake.with_columns(pl.when(pl.col("urn") != "100003").then("fsm_pct").alias("fsm_pct"))
    intake = intake.with_columns(idaci=pl.lit(None, pl.Float64))
    adjusted = adjust_performance(pl.concat([measures, hidden]), "m", "pct", intake)
    rows = adjusted.performance
    assert rows.height == measures.height + 2
    suppressed, uncounted = rows.filter(pl.col("urn") >= "200000").sort("urn").to_dicts()
    assert (suppressed["adjusted"], suppressed["reason"]) == (None, "the figure is suppressed")
    assert uncounted["adjusted"] is None
    assert "number of pupils" in uncounted["reason"]
    assert rows.filter(urn="100003")["missing"].to_list() == ["fsm_pct"] * 2
    assert adjusted.left_out == {"idaci": "known of 0 % of rows only"}
    assert "fsm_pct missing 2016/17" in adjusted.coefficients["term"].to_list()
    assert any("Not used: idaci" in sentence for sentence in adjusted.sentences)


def test_the_release_checked_most_counts():
    measures, intake, *_ = world(schools=40, years=1)
    early = measures.with_columns(pl.col("value") / 2, release=pl.lit("provisional"))
    both = adjust_performance(pl.concat([early, measures]), "m", "pct", intake).performance
    assert both["value"].to_list() == measures.sort("urn")["value"].to_list()


def test_a_published_interval_is_the_sampling_variance():
    measures, intake, *_ = world(schools=80, years=2, binomial=False)
    sd = 40 / pl.col("pupils").sqrt()
    published = measures.with_columns(
        low=pl.col("value") - 1.959964 * sd, high=pl.col("value") + 1.959964 * sd
    )
    adjusted = adjust_performance(published, "m", "points", intake)
    expected = published.sort("urn", "period").select((sd**2).alias("v"))["v"]
    np.testing.assert_allclose(adjusted.performance["sampling_variance"], expected, rtol=1e-5)
    assert adjusted.pupil_variance is None
    estimated = adjust_performance(world(years=3, binomial=False)[0], "m", "points", intake=None)
    assert estimated.pupil_variance == pytest.approx(1600, rel=0.35)


@pytest.mark.real
@pytest.mark.parametrize(
    ("stage", "column", "measure", "unit"),
    [
        ("ks2", "Overall Meet Std", "ks2_rwm_expected_pct", "pct"),
        ("ks2", "Maths Progress", "maths_progress", "points"),
        ("ks4", "Attainment 8", "attainment_8", "points"),
        ("ks4", "Progress 8", "progress_8", "points"),
    ],
)
def test_the_year_2018_from_2016_and_2017(real_data, stage, column, measure, unit):
    """The pooled figure is nearer to the next year's than the raw figure, the raw mean or the nation's mean."""
    errors = errors_of_the_next_year(real_data, stage, column, measure, unit)
    assert errors["adjusted"] < min(errors["raw 2017"], errors["raw mean"], errors["nation"])


def errors_of_the_next_year(folder, stage, column, measure, unit):
    """Root mean squared errors of 2018 by method, over schools with all three results; and the interval's coverage."""
    rows = tidy_national(folder, stage, {measure: column})
    register = pl.read_csv(folder / "derived/register_2022-08.csv.gz", infer_schema_length=0)
    imd = pl.read_csv(folder / "derived/imd2015_england_lsoa11.csv.gz", infer_schema_length=0)
    intake = (
        register.select("urn", "lsoa_code", fsm_pct=pl.col("percentage_fsm").cast(pl.Float64, strict=False))
        .join(
            imd.select(lsoa_code="lsoa11_code", imd=pl.col("IMD_score").cast(pl.Float64, strict=False)),
            on="lsoa_code",
            how="left",
        )
        .select("urn", "fsm_pct", "imd")
        .unique("urn", keep="first")
    )
    kinds = (
        pl.read_csv(
            folder / "register/school_details_2018.csv",
            infer_schema_length=0,
            encoding="cp1252",
            truncate_ragged_lines=True,
        )
        .select(urn="URN", kind="Type")
        .unique("urn", keep="first")
    )
    # Independent schools sit examinations that stopped counting: their figures fell by a rule, not by their pupils.
    rows = rows.join(kinds.filter(pl.col("kind") == "Independent School"), on="urn", how="anti")
    past = rows.filter(pl.col("period") < "2017/18")
    apart = adjust_by_kind(past, measure, unit, kinds, intake, AdjustConfig(known_share_min=0.3))
    effects = pl.concat([one.effects for one in apart.values()])
    wide = rows.pivot("period", index="urn", values="value").drop_nulls()
    now = wide.join(effects, on="urn")
    truth = now["2017/18"]
    nation = past.filter(pl.col("period") == "2016/17")["value"].mean()
    methods = {
        "adjusted": now["next_value"],
        "raw 2017": now["2016/17"],
        "raw mean": (now["2016/17"] + now["2015/16"]) / 2,
        "nation": pl.Series([nation] * now.height),
    }
    found = {name: float(((one - truth) ** 2).mean() ** 0.5) for name, one in methods.items()}
    inside = (truth >= now["next_low"]) & (truth <= now["next_high"])
    return found | {"covered": float(inside.mean()), "schools": now.height}


def test_a_gap_of_two_groups_by_hand():
    # 6 of 10 and 30 of 40: p = 7/12 and 31/42, difference -0.1548, variance 0.02025 + 0.00460.
    rows = [
        {"urn": "100001", "pupils_group": "disadvantaged", "value": 60.0, "pupils": 10},
        {"urn": "100001", "pupils_group": "other", "value": 75.0, "pupils": 40},
        {"urn": "100002", "pupils_group": "disadvantaged", "value": None, "pupils": 3},
        {"urn": "100002", "pupils_group": "other", "value": 75.0, "pupils": 40},
        {"urn": "100003", "pupils_group": "disadvantaged", "value": 50.0},
        {"urn": "100003", "pupils_group": "other", "value": 75.0, "pupils": 40},
    ]
    gaps = measure_gaps(figures(rows), "m", "pct")
    one, two, three = gaps.to_dicts()
    assert one["gap"] == -15
    reach = 1.6448536 * np.sqrt(7 / 12 * 5 / 12 / 12 + 31 / 42 * 11 / 42 / 42)
    assert (one["low"], one["high"]) == pytest.approx(
        (100 * (7 / 12 - 31 / 42 - reach), 100 * (7 / 12 - 31 / 42 + reach))
    )
    assert (two["gap"], two["status"], two["reason"]) == (
        None,
        "suppressed",
        "the figure of a group is suppressed",
    )
    assert (three["gap"], three["reason"]) == (None, "the pupils of a group are not known")


def test_gap_intervals_cover():
    rng = np.random.default_rng(4)
    n, m = rng.integers(3, 30, 4000), rng.integers(20, 90, 4000)
    p, q = rng.uniform(0.3, 0.9, 4000), rng.uniform(0.5, 0.95, 4000)
    x, y = rng.binomial(n, p), rng.binomial(m, q)
    rows = [{"urn": str(100000 + i), "pupils_group": g, "value": float(100 * k[i] / t[i]), "pupils": float(t[i])}
            for i in range(4000) for g, k, t in (("disadvantaged", x, n), ("other", y, m))]  # fmt: skip
    gaps = measure_gaps(figures(rows), "m", "pct")
    truth = 100 * (p - q)
    assert 0.88 <= ((gaps["low"] <= truth) & (gaps["high"] >= truth)).mean() <= 0.94


def test_trends_have_intervals_that_cover_and_holes_that_are_not_bridged():
    measures, intake, *_ = world(years=3, slope=2.0, within=2.0)
    trends = measure_trends(adjust_performance(measures, "m", "pct", intake)).sort("urn")
    # Every school rises by 2 and so does the nation: net of it nobody does. What is left is the yearly spread.
    assert trends["slope"].mean() == pytest.approx(0, abs=0.3)
    assert 0.86 <= ((trends["low"] <= 0) & (trends["high"] >= 0)).mean() <= 0.94
    restless, *_ = world(years=3, within=9.0, schools=1500)
    moving = measure_trends(adjust_performance(restless, "m", "pct", intake=None))
    assert 0.86 <= ((moving["low"] <= 0) & (moving["high"] >= 0)).mean() <= 0.94
    two = measures.filter(~((pl.col("urn") == "100000") & (pl.col("period") == "2016/17")))
    row = measure_trends(adjust_performance(two, "m", "pct", intake)).row(0, named=True)
    assert (row["direction"], row["periods"]) == ("cannot tell", 2)
    assert row["reason"] == "2 results that can be compared, 3 needed"
    moved = measures.with_columns(pl.col("period").replace({"2015/16": "2009/10"}))
    row = measure_trends(adjust_performance(moved, "m", "pct", intake)).row(0, named=True)
    assert row["reason"] == "the results lie too far apart"


def sustained_world(lift=0.0, seed=3):
    measures, intake, *_ = world(seed=seed, schools=900, years=4, within=2.0)
    disadvantage = intake.select("urn", context="fsm_pct")
    improved = [str(100000 + i) for i in range(0, 900, 10)]
    later = pl.col("urn").is_in(improved) & (pl.col("period") > "2014/15")
    measures = measures.with_columns(
        pl.when(later).then((pl.col("value") + lift).clip(0, 100)).otherwise("value").alias("value")
    )
    adjusted = adjust_performance(measures, "m", "pct")
    return measures, disadvantage, improved, adjusted


def test_sustained_improvement_is_found_and_a_return_from_a_low_start_is_not():
    rule = find_sustained_rule()
    _, disadvantage, improved, adjusted = sustained_world()
    quiet = detect_sustained(adjusted, disadvantage, rule)
    fits = quiet.filter(
        pl.col("context") >= pl.col("context_needed"), pl.col("start") <= pl.col("start_needed")
    )
    assert fits.height > 100
    assert (fits["verdict"] == "yes").mean() <= 0.05
    # The naive reader would find most of them risen above their start.
    wide = adjusted.performance.pivot("period", index="urn", values="raw_difference").join(
        fits, on="urn", how="semi"
    )
    assert (wide["2017/18"] > wide["2014/15"]).mean() > 0.6
    _, disadvantage, improved, adjusted = sustained_world(lift=30)
    found = detect_sustained(adjusted, disadvantage, rule).filter(
        pl.col("context") >= pl.col("context_needed"), pl.col("start") <= pl.col("start_needed")
    )
    lifted = pl.col("urn").is_in(improved)
    assert (found.filter(lifted)["verdict"] == "yes").mean() > 0.6
    assert (found.filter(~lifted)["verdict"] == "yes").mean() < 0.05


@settings(max_examples=15)
@given(st.sets(st.integers(0, 3599), max_size=400))
def test_hiding_figures_never_makes_a_school_an_improver(hidden):
    measures, disadvantage, _, adjusted = WORLD
    rule = find_sustained_rule()
    whole = {row["urn"]: row["verdict"] for row in detect_sustained(adjusted, disadvantage, rule).to_dicts()}
    at = pl.Series(range(measures.height)).is_in(list(hidden))
    keys = measures.filter(at).select("urn", "period")
    names = ["raw_difference", "sampling_variance", "adjusted", "low", "high"]
    masked = adjusted.performance.join(
        keys.with_columns(gone=True), on=["urn", "period"], how="left"
    ).with_columns(pl.when(pl.col("gone").is_null()).then(name).alias(name) for name in names)
    from dataclasses import replace

    seen = detect_sustained(replace(adjusted, performance=masked.drop("gone")), disadvantage, rule)
    touched = set(keys["urn"])
    starts = keys.filter(pl.col("period") == "2014/15").height
    for row in seen.to_dicts():
        if row["verdict"] == "yes":
            assert row["urn"] not in touched
            # The median of starts may move where starts were hidden; nobody else changes.
            assert starts or whole[row["urn"]] == "yes"


WORLD = sustained_world(lift=20)


def test_what_cannot_be_adjusted_is_refused():
    measures, intake, *_ = world(schools=30, years=1)
    with pytest.raises(NotComparable, match="No row holds 'x'"):
        adjust_performance(measures, "x", "pct")
    with pytest.raises(NotComparable, match="repeated"):
        adjust_performance(measures, "m", "pct", pl.concat([intake, intake]))
    with pytest.raises(NotComparable, match="value"):
        adjust_performance(measures, "m", "pct", intake.rename({"fsm_pct": "value"}))
    with pytest.raises(NotIdentified, match="2 rows"):
        adjust_performance(measures.head(2), "m", "pct")
    with pytest.raises(StudyProblem, match="confidence"):
        AdjustConfig(confidence=1.0)
    with pytest.raises(CodebookProblem, match="no rule"):
        find_sustained_rule("nobody")
