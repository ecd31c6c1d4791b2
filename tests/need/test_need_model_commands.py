"""``leadscape need similar | adjust | value-added``, as a person calls them."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from leadscape.cli.app import app
from leadscape.core.errors import CodebookProblem, FileProblem, StudyProblem

from tests.support.results import figures

RUN = CliRunner()


def ask(*arguments):
    done = RUN.invoke(app, ["need", *map(str, arguments), "--json"], catch_exceptions=False)
    return json.loads(done.output)


def refused(kind, *arguments):
    with pytest.raises(kind):
        RUN.invoke(app, ["need", *map(str, arguments)], catch_exceptions=False)


def test_similar_schools_of_a_file(tmp_path):
    file = tmp_path / "schools.csv"
    file.write_text(
        "URN,fsm_pct,roll,phase\n100001,10,200,p\n100002,SUPP,210,p\n100003,12,190,p\n100004,30,900,s\n"
    )
    told = ask(
        "similar",
        file,
        "--metric",
        "weighted",
        "--weight",
        "fsm_pct=2",
        "--weight",
        "roll=1",
        "--same",
        "phase",
    )
    first = [row for row in told["pairs"] if row["urn"] == "100001"]
    assert [row["neighbour_urn"] for row in first if row["missing"] is None] == ["100003"]
    assert told["filters"] == ["same phase"]
    statuses = {row["urn"]: row["status"] for row in told["sets"]}
    assert statuses["100004"] == "none"
    output = tmp_path / "pairs.csv"
    ask(
        "similar",
        file,
        "--metric",
        "mahalanobis",
        "--column",
        "roll",
        "--school",
        "100001",
        "--output",
        output,
    )
    assert pl.read_csv(output)["urn"].unique().to_list() == [100001]
    refused(StudyProblem, "similar", file, "--metric", "mahalanobis")
    refused(FileProblem, "similar", tmp_path / "none.csv")


def test_adjusting_what_was_read(tmp_path):
    rng = np.random.default_rng(1)

    def drawn(measure, schools, low, high, pupils=None):
        return [
            {"urn": str(100000 + i), "measure": measure, "period": period, "pupils": pupils,
             "value": float(rng.integers(low, high))}
            for i in range(schools) for period in ("2016/17", "2017/18")
        ]  # fmt: skip

    rows = drawn("ks2_rwm_expected_pct", 60, 30, 95, 30.0) + drawn("ks2_disadvantaged_pct", 50, 0, 60)
    figures(rows).write_parquet(tmp_path / "measures.parquet")
    told = ask("adjust", tmp_path, "ks2_rwm_expected_pct", "--output", tmp_path / "out")
    assert len(told["adjusted_performance"]) == 120
    assert {row["missing"] for row in told["adjusted_performance"]} == {None, "ks2_disadvantaged_pct"}
    assert len(told["trends"]) == 60
    assert (tmp_path / "out/coefficients.csv").exists()
    refused(CodebookProblem, "adjust", tmp_path, "ks2_disadvantaged_pct")
    refused(FileProblem, "adjust", tmp_path / "nothing", "ks2_rwm_expected_pct")


def test_value_added_of_records(tmp_path):
    rng = np.random.default_rng(1)
    n = 600
    prior = rng.normal(size=n)
    pl.DataFrame(
        {
            "urn": 100000 + rng.integers(0, 20, n),
            "ks1": prior,
            "ks2": prior + rng.normal(size=n),
            "cohort": 2018,
        }
    ).write_parquet(tmp_path / "pupils.parquet")
    output = tmp_path / "schools.csv"
    told = ask("value-added", tmp_path / "pupils.parquet", "--prior", "ks1", "--outcome", "ks2", "--subject", "",
               "--output", output)  # fmt: skip
    assert told["models"][0]["pupils"] == n
    assert pl.read_csv(output).height == 20
    refused(FileProblem, "value-added", tmp_path / "pupils.parquet", "--prior", "ks1", "--outcome", "ks2",
            "--subject", "", "--output", tmp_path / "schools.doc")  # fmt: skip
