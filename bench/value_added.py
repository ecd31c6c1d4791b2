"""Value added of nine million pupils: leadscape's ibis expressions beside SQL by hand, pandas and polars.

Generated: 20,000 schools, three cohorts, three subjects, one million pupils in each. Whole processes. Every method adds
the pupils up by school and fits the same model on the sums, so what differs is how pupils are read and added up; ``SQL,
two passes`` and ``pandas, residuals`` are what many analysts write instead: regression, residuals, means, a fixed
shrinkage. ``work`` is without imports. ``off by`` is the largest difference of value added from the SQL by hand.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

MEMORY_GB = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Value added: leadscape beside DuckDB by hand, pandas, polars."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--pupils", type=int, default=9_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=3, metavar=("METHOD", "RECORDS", "OUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        method, records, out = options.one
        for module in NEEDS[method]:
            importlib.import_module(module)
        started = time.perf_counter()
        result = METHODS[method](Path(records))
        work = time.perf_counter() - started
        result.write_parquet(out)
        print(json.dumps({"work": work, "mb": _peak_mb(), "processor": time.process_time()}))
        return
    with tempfile.TemporaryDirectory() as folder:
        records = Path(folder) / "pupils.parquet"
        generate(records, options.pupils)
        results: dict[str, dict[str, Any]] = {}
        # In turns, so that other work on the machine falls on all alike.
        for _ in range(options.runs):
            for method in METHODS:
                one = measure(method, records, Path(folder) / f"{method}.parquet")
                if method in results:
                    one = {key: min(value, results[method][key]) for key, value in one.items()}
                results[method] = one
        truth = pl.read_parquet(Path(folder) / "SQL by hand.parquet")
        for method, one in results.items():
            both = truth.join(
                pl.read_parquet(Path(folder) / f"{method}.parquet"), on=["urn", "cohort", "subject"]
            )
            one["rows"] = both.height
            one["off"] = (both["value_added"] - both["value_added_right"]).abs().max()
    base = results["SQL by hand"]
    print(f"Value added of {options.pupils:,} records; whole processes, best of {options.runs}")
    print(
        f"{'method':<20}{'seconds':>9}{'ratio':>7}{'work':>7}{'ratio':>7}{'cpu':>7}{'MB':>7}{'ratio':>7}"
        f"{'schools':>10}{'off by':>9}"
    )
    for method, one in results.items():
        print(
            f"{method:<20}{one['seconds']:>9.2f}{one['seconds'] / base['seconds']:>7.2f}"
            f"{one['work']:>7.2f}{one['work'] / base['work']:>7.2f}{one['processor']:>7.2f}"
            f"{one['mb']:>7.0f}{one['mb'] / base['mb']:>7.2f}{one['rows']:>10,}{one['off']:>9.0e}"
        )
    if options.json:
        print(json.dumps({"pupils": options.pupils, "methods": results}))


def generate(path: Path, pupils: int) -> None:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("select setseed(0.2026)")
        connection.execute(
            f"""copy (
                with drawn as (
                    select i, 100000 + (hash(i // 9) % 20000)::integer as urn, 2024 + (i % 3)::integer as cohort,
                           ['english', 'mathematics', 'science'][1 + (i // 3) % 3] as subject,
                           100 + 10 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) as prior,
                           sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) as noise
                    from range({pupils}) as records(i))
                select urn, cohort, subject, prior,
                       20 + 0.7 * prior + 2 * sin(urn * 12.9898 + cohort) + 8 * noise as outcome
                from drawn) to '{path}' (format parquet)"""
        )


def measure(method: str, records: Path, out: Path) -> dict[str, Any]:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "--one", method, str(records), str(out)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {"seconds": time.perf_counter() - started, **json.loads(done.stdout.splitlines()[-1])}


def leadscape(records: Path) -> pl.DataFrame:
    from leadscape.need.value_added import ValueAddedConfig, measure_value_added

    return measure_value_added(records, ValueAddedConfig(memory_gb=MEMORY_GB)).schools


def fit(sums: pl.DataFrame, start: float, level: float) -> pl.DataFrame:
    from leadscape.need.value_added import ValueAddedConfig
    from leadscape.need.value_added.estimate import estimate_from_sums
    from leadscape.need.value_added.sums import KEYS, PupilSums

    keyed = sums.with_columns(pl.col(*KEYS).cast(pl.String)).sort(KEYS)
    return estimate_from_sums(PupilSums(keyed, start, level), ValueAddedConfig()).schools


def connect() -> Any:
    import duckdb

    return duckdb.connect(config={"memory_limit": f"{MEMORY_GB:g}GB", "preserve_insertion_order": False})


def by_hand(records: Path) -> pl.DataFrame:
    with connect() as connection:
        start, level = connection.execute(f"select avg(prior), avg(outcome) from '{records}'").fetchall()[0]
        sums = connection.sql(
            f"""with centred as (select cohort, subject, urn, prior - {start!r} as x, outcome - {level!r} as y
                              from '{records}')
                select cohort, subject, urn, count(*) as records, count(x) as n, sum(x) as sx, sum(y) as sy,
                       sum(x * x) as sxx, sum(x * y) as sxy, sum(y * y) as syy
                from centred group by all"""
        ).pl()
    return fit(sums, start, level)


def two_passes(records: Path) -> pl.DataFrame:
    with connect() as connection:
        return connection.sql(
            f"""with line as (select cohort, subject, regr_slope(outcome, prior) as slope,
                              regr_intercept(outcome, prior) as intercept from '{records}' group by all)
                select urn::varchar as urn, cohort::varchar as cohort, subject, count(*) as pupils,
                       avg(outcome - intercept - slope * prior) * count(*) / (count(*) + 32.0) as value_added
                from '{records}' join line using (cohort, subject) group by all"""
        ).pl()


def with_pandas(records: Path) -> pl.DataFrame:
    import pandas as pd

    pupils = pd.read_parquet(records)
    start, level = pupils["prior"].mean(), pupils["outcome"].mean()
    pupils["x"], pupils["y"] = pupils["prior"] - start, pupils["outcome"] - level
    pupils["xx"], pupils["xy"], pupils["yy"] = pupils["x"] ** 2, pupils["x"] * pupils["y"], pupils["y"] ** 2
    grouped = pupils.groupby(["cohort", "subject", "urn"])
    sums = grouped[["x", "y", "xx", "xy", "yy"]].sum()
    sums["n"] = grouped.size()
    plain = sums.reset_index()
    named = {
        "x": "sx",
        "y": "sy",
        "xx": "sxx",
        "xy": "sxy",
        "yy": "syy",
        "n": "n",
        "cohort": "cohort",
        "urn": "urn",
    }
    frame = pl.DataFrame({name: plain[column].to_numpy() for column, name in named.items()})
    frame = frame.with_columns(subject=pl.Series(plain["subject"].tolist()), records=pl.col("n"))
    return fit(frame, float(start), float(level))


def pandas_residuals(records: Path) -> pl.DataFrame:
    import numpy as np
    import pandas as pd

    pupils = pd.read_parquet(records)
    parts = []
    for _, group in pupils.groupby(["cohort", "subject"]):
        slope, intercept = np.polyfit(group["prior"], group["outcome"], 1)
        parts.append(group.assign(residual=group["outcome"] - intercept - slope * group["prior"]))
    means = (
        pd.concat(parts).groupby(["cohort", "subject", "urn"])["residual"].agg(["mean", "size"]).reset_index()
    )
    means["value_added"] = means["mean"] * means["size"] / (means["size"] + 32.0)
    return pl.DataFrame(
        {
            "urn": means["urn"].astype(str).tolist(),
            "cohort": means["cohort"].astype(str).tolist(),
            "subject": means["subject"].tolist(),
            "value_added": means["value_added"].to_numpy(),
        }
    )


def with_polars(records: Path) -> pl.DataFrame:
    lazy = pl.scan_parquet(records)
    start, level = lazy.select(pl.col("prior").mean(), pl.col("outcome").mean()).collect().row(0)
    x, y = pl.col("prior") - start, pl.col("outcome") - level
    sums = lazy.group_by("cohort", "subject", "urn").agg(
        records=pl.len(), n=pl.len(), sx=x.sum(), sy=y.sum(), sxx=(x * x).sum(), sxy=(x * y).sum(), syy=(y * y).sum()
    )  # fmt: skip
    return fit(sums.collect(engine="streaming"), start, level)


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text()).group(1)) / 1024  # pyright: ignore
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


METHODS = {
    "leadscape": leadscape,
    "SQL by hand": by_hand,
    "SQL, two passes": two_passes,
    "pandas": with_pandas,
    "pandas, residuals": pandas_residuals,
    "polars": with_polars,
}

MODEL = "leadscape.need.value_added.estimate"
NEEDS = {
    "leadscape": ["ibis", "ibis.backends.duckdb", MODEL],
    "SQL by hand": ["duckdb", MODEL],
    "SQL, two passes": ["duckdb"],
    "pandas": ["pandas", "pyarrow.parquet", MODEL],
    "pandas, residuals": ["pandas", "pyarrow.parquet"],
    "polars": [MODEL],
}

if __name__ == "__main__":
    main()
