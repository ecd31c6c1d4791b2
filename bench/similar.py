"""Fifty similar schools for each of 16,000: leadscape beside scikit-learn, scipy and a plain loop.

Nine characteristics are generated so that each adds as much to the distance, with the published weights of 2026. Each
run is a process of its own, so imports and memory count; ``search`` is the search alone. The plain loop takes a school
at a time, with the distances to all others from their differences; all are held against it, pair by pair. With a figure
in twenty missing only leadscape answers: the others refuse missing values.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
SCHOOLS, NEIGHBOURS = 16_000, 50
METRIC = "dfe_primary_2026"


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Similar schools: leadscape beside scikit-learn and a plain loop."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--schools", type=int, default=SCHOOLS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=2, metavar=("METHOD", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        method, file = options.one
        values = generated(options.schools, 0.05 if method.endswith("missing") else 0.0)
        started, used = time.perf_counter(), time.process_time()
        near, distance = METHODS[method](values)
        search = time.perf_counter() - started
        np.savez(file, near=near, distance=distance)
        print(json.dumps({"search": search, "processor": time.process_time() - used, "mb": _peak_mb()}))
        return
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        results = {method: measure(method, Path(folder), options) for method in METHODS}
        truth = np.load(Path(folder) / "plain loop.npz")
        for method, result in results.items():
            if method.endswith("missing"):
                continue
            found = np.load(Path(folder) / f"{method}.npz")
            result["same"] = float((found["near"] == truth["near"]).mean())
            result["off"] = float(abs(found["distance"] - truth["distance"]).max())
    report(results, options.schools)
    if options.json:
        print(json.dumps({"schools": options.schools, "neighbours": NEIGHBOURS, "methods": results}))


def measure(method: str, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """The best of some whole processes."""
    best: dict[str, Any] = {}
    for _ in range(1 if method == "plain loop" else options.runs):
        started = time.perf_counter()
        command = [sys.executable, __file__, "--schools", str(options.schools), "--one", method]
        command.append(str(folder / f"{method}.npz"))
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        result = {"seconds": time.perf_counter() - started, **json.loads(done.stdout.splitlines()[-1])}
        if not best or result["seconds"] < best["seconds"]:
            best = result
    return best


def report(results: dict[str, dict[str, Any]], schools: int) -> None:
    base = results["leadscape"]["seconds"]
    print(f"{NEIGHBOURS} similar schools for each of {schools:,}; whole processes, best of several")
    print(
        f"{'method':<28}{'seconds':>9}{'ratio':>7}{'search':>8}{'cpu':>7}{'MB':>7}{'same pairs':>12}{'off by':>10}"
    )
    for method, one in results.items():
        same = f"{100 * one['same']:.3f} %" if "same" in one else "–"
        off = f"{one['off']:.0e}" if "off" in one else "–"
        print(
            f"{method:<28}{one['seconds']:>9.2f}{one['seconds'] / base:>7.2f}{one['search']:>8.2f}"
            f"{one['processor']:>7.2f}{one['mb']:>7.0f}{same:>12}{off:>10}"
        )


def weights() -> np.ndarray:
    from leadscape.codebooks.similarity import find_metric

    return np.array([one.weight for one in find_metric(METRIC).characteristics])


def generated(schools: int, missing: float) -> np.ndarray:
    rng = np.random.default_rng(2026)
    values = rng.normal(size=(schools, len(weights()))) / np.sqrt(weights())
    values[rng.random(values.shape) < missing] = np.nan
    return values


def leadscape(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    import polars as pl

    from leadscape.need.similar import SimilarConfig, find_similar_schools, named_metric

    metric = named_metric(METRIC)
    schools = pl.DataFrame(values, schema=list(metric.characteristics)).fill_nan(None).with_columns(
        urn=pl.int_range(100_000, 100_000 + len(values)).cast(pl.String)
    )  # fmt: skip
    pairs = find_similar_schools(schools, metric, SimilarConfig(neighbours=NEIGHBOURS)).pairs
    near = pairs["neighbour_urn"].cast(pl.Int64).to_numpy() - 100_000
    if len(near) != len(values) * NEIGHBOURS:
        return near, pairs["distance"].to_numpy()
    return near.reshape(-1, NEIGHBOURS), pairs["distance"].to_numpy().reshape(-1, NEIGHBOURS)


def sklearn_of(algorithm: str) -> Any:
    def search(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        from sklearn.neighbors import NearestNeighbors

        scaled = values * np.sqrt(weights())
        found = NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm=algorithm, n_jobs=2).fit(scaled)
        distance, near = found.kneighbors()
        return near, distance

    return search


def scipy_tree(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from scipy.spatial import cKDTree

    scaled = values * np.sqrt(weights())
    distance, near = cKDTree(scaled).query(scaled, NEIGHBOURS + 1, workers=2)
    return near[:, 1:], distance[:, 1:]


def plain_loop(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    near, distance = np.empty((len(values), NEIGHBOURS), int), np.empty((len(values), NEIGHBOURS))
    weight = weights()
    for row, mine in enumerate(values):
        squared = (weight * (values - mine) ** 2).sum(axis=1)
        squared[row] = np.inf
        near[row] = np.argsort(squared, kind="stable")[:NEIGHBOURS]
        distance[row] = np.sqrt(squared[near[row]])
    return near, distance


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text()).group(1)) / 1024  # pyright: ignore
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


METHODS = {
    "leadscape": leadscape,
    "leadscape, 5 % missing": leadscape,
    "scikit-learn, brute": sklearn_of("brute"),
    "scikit-learn, k-d tree": sklearn_of("kd_tree"),
    "scipy, k-d tree": scipy_tree,
    "plain loop": plain_loop,
}

if __name__ == "__main__":
    main()
