"""Value added from pupil records: the published example, planted schools, missing figures, small schools."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadscape.core.errors import FileProblem, NotFound, NotIdentified, StudyProblem, TableProblem
from leadscape.need.value_added import ValueAddedConfig, measure_value_added


def pupils(seed=1, schools=300, cohorts=2):
    rng = np.random.default_rng(seed)
    parts, truth = [], []
    for cohort in range(cohorts):
        effect = rng.normal(0, 0.3, schools)
        size = rng.integers(3, 80, schools)
        school = np.repeat(np.arange(schools), size)
        prior = 100 + 10 * rng.normal(size=len(school))
        outcome = 5 + 0.06 * prior + effect[school] + rng.normal(0, 0.75, len(school))
        parts.append(pl.DataFrame({"urn": school + 100000, "cohort": 2024 + cohort, "subject": "maths",
                                   "prior": prior, "outcome": outcome}))  # fmt: skip
        truth += [(str(100000 + i), str(2024 + cohort), float(effect[i])) for i in range(schools)]
    return pl.concat(parts), pl.DataFrame(truth, schema=["urn", "cohort", "truth"], orient="row")


@pytest.mark.real
def test_the_published_multilevel_example_from_sums(real_data):
    config = ValueAddedConfig(school="school", prior="standLRT", outcome="normexam", cohort=None, subject=None,
                              restricted=False)  # fmt: skip
    # Schools of the example are numbered 1 to 65, which is no school number of a register.
    exam = pl.read_csv(real_data / "oracles" / "Exam.csv", infer_schema_length=None)
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "exam.parquet"
        exam.with_columns(pl.col("school") + 100000).write_parquet(path)
        found = measure_value_added(path, config)
    model = found.models.row(0, named=True)
    assert (model["pupils"], model["schools"], model["left_out"]) == (4059, 65, 0)
    assert (round(model["slope"], 3), round(model["slope_se"], 3)) == (0.563, 0.012)
    assert (round(model["between"], 3), round(model["within"], 3)) == (0.092, 0.566)
    assert round(model["minus_2_log_likelihood"], 2) == 9357.24


def test_planted_schools_come_back_and_small_ones_are_hidden(tmp_path):
    records, truth = pupils()
    records.write_parquet(tmp_path / "pupils.parquet")
    found = measure_value_added(tmp_path / "pupils.parquet")
    rows = found.schools.join(truth, on=["urn", "cohort"])
    shown = rows.filter(pl.col("status") == "reported")
    inside = (shown["low"] <= shown["truth"]) & (shown["truth"] <= shown["high"])
    assert 0.87 <= inside.mean() <= 0.93
    assert ((shown["value_added"] - shown["truth"]) ** 2).mean() < (
        (shown["raw"] - shown["truth"]) ** 2
    ).mean()
    assert found.models["slope"].to_list() == pytest.approx([0.06, 0.06], abs=0.002)
    hidden = rows.filter(pl.col("status") == "suppressed")
    assert hidden.height
    assert (
        hidden.select("pupils", "raw", "value_added", "low", "high").null_count().row(0)
        == (hidden.height,) * 5
    )


def test_the_same_as_the_model_on_the_pupils_themselves(tmp_path):
    from leadscape.need.adjusted.mixed import fit_mixed

    records, _ = pupils(schools=40, cohorts=1)
    records.write_csv(tmp_path / "pupils.csv")
    found = measure_value_added(tmp_path / "pupils.csv", ValueAddedConfig(suppress_below=0))
    x = np.column_stack([np.ones(records.height), records["prior"] - records["prior"].mean()])
    model = fit_mixed(records["outcome"], x, records["urn"].to_numpy() - 100000)
    np.testing.assert_allclose(found.schools["value_added"], model.effect, atol=1e-4)
    np.testing.assert_allclose(found.models["between"], model.between, rtol=1e-3)


def test_missing_starts_and_results_are_counted_and_never_zero(tmp_path):
    records, _ = pupils(schools=30, cohorts=1)
    at = pl.int_range(pl.len())
    holes = records.with_columns(
        prior=pl.when(at % 7 != 0).then("prior"),
        outcome=pl.when((at % 11 != 0) & (pl.col("urn") != 100005)).then(
            pl.when(at % 13 != 0).then("outcome").otherwise(float("nan"))
        ),
    )
    holes.write_parquet(tmp_path / "holes.parquet")
    found = measure_value_added(tmp_path / "holes.parquet")
    whole = holes.filter(pl.col("prior").is_not_null() & pl.col("outcome").is_not_nan())
    whole = whole.filter(pl.col("outcome").is_not_null())
    model = found.models.row(0, named=True)
    assert (model["pupils"], model["left_out"]) == (whole.height, records.height - whole.height)
    lost = found.schools.filter(urn="100005").row(0, named=True)
    assert (lost["status"], lost["value_added"], lost["pupils"]) == ("unknown", None, 0)
    whole.write_parquet(tmp_path / "whole.parquet")
    again = measure_value_added(tmp_path / "whole.parquet").schools
    both = found.schools.join(again, on="urn", suffix="_again")
    np.testing.assert_allclose(
        both["value_added"].drop_nulls(), both["value_added_again"].drop_nulls(), atol=1e-6
    )


def test_what_cannot_be_measured_is_refused(tmp_path):
    records, _ = pupils(schools=5, cohorts=1)
    path = tmp_path / "pupils.parquet"
    records.rename({"prior": "start"}).with_columns(outcome=pl.lit("high")).write_parquet(path)
    with pytest.raises(TableProblem) as told:
        measure_value_added(path)
    assert told.value.problems["column"].to_list() == ["prior", "outcome"]
    with pytest.raises(FileProblem, match="not there"):
        measure_value_added(tmp_path / "nothing.parquet")
    with pytest.raises(NotFound, match="no engine 'abacus'"):
        measure_value_added(path, engine="abacus")
    records.filter(pl.col("urn") < 100002).write_parquet(path)
    with pytest.raises(NotIdentified, match="2 schools"):
        measure_value_added(path)
    with pytest.raises(StudyProblem, match="memory_gb"):
        ValueAddedConfig(memory_gb=0)
