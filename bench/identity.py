"""Persons recognised across lists: ours beside splink and beside exact grouping, on worlds whose truth is known.

The main world is the national demonstration: its returns are read and its home schools linked by the software alone,
without the clerk's review, and persons are resolved from that. Then other seeds, the small size, and five planted
worlds that are harder: changed surnames, moves, couples, namesakes in one trust. Scores are over pairs of nominations:
how many pairs said to be one person are, and how many pairs of one person were found.

Last a population, for speed: ours and splink on the same rows. Each run is a process of its own; ``seconds`` is the
recognition itself without imports and reading, ``mb`` the peak of the whole process.

splink gets names taken apart by us, is tuned for this data, and joins from the probability that was best for it on a
demonstration with another seed (0.99). Pairs that ours leaves to a person count as not found.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

SPLINK_JOINS_FROM = 0.99
METHODS = ("exact", "splink", "leadscape")
DEMONSTRATIONS = {
    "national": ("national", 2006),
    "national 2007": ("national", 2007),
    "national 2008": ("national", 2008),
    "small": ("small", 2006),
}
PLANTED_SEEDS = (11, 12, 13, 14, 15)
POPULATION = 300_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Persons across lists: leadscape beside splink and exact grouping."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument(
        "--rows", type=int, default=POPULATION, help="rows of the population (0: leave it out)"
    )
    parser.add_argument("--one", nargs=2, metavar=("METHOD", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(resolve(options.one[0], Path(options.one[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        worlds = prepare(Path(folder))
        results = {
            method: {name: measure(method, files) for name, files in worlds.items()} for method in METHODS
        }
        if options.rows:
            files = [write_population(Path(folder), options.rows)]
            for method in METHODS:
                results[method]["population"] = measure(method, files) | {"rows": options.rows}
    report(results)
    if options.json:
        print(
            json.dumps(
                {method: worlds.pop("national") | {"worlds": worlds} for method, worlds in results.items()}
            )
        )


def prepare(folder: Path) -> dict[str, list[Path]]:
    """Write the lines of every world, several files for a world that is measured over several seeds."""
    from tests.support.people_worlds import plant_people

    files: dict[str, list[Path]] = {}
    for name, (size, seed) in DEMONSTRATIONS.items():
        path = folder / f"{name.replace(' ', '-')}.parquet"
        read_demonstration(folder / path.stem, size, seed).write_parquet(path)
        files[name] = [path]
    planted = []
    for seed in PLANTED_SEEDS:
        world, path = plant_people(seed), folder / f"planted-{seed}.parquet"
        world.lines.write_parquet(path)
        world.ties.write_parquet(path.with_suffix(".ties"))
        planted.append(path)
    return files | {"planted": planted}


def read_demonstration(folder: Path, size: str, seed: int) -> pl.DataFrame:
    """Lines of a demonstration as the survey's code reads and links them without any decision, and who is meant."""
    from leadscape.actions.gather_inputs import gather_inputs
    from leadscape.actions.study import read_study
    from leadscape.demo import write_demo
    from leadscape.survey import no_decisions
    from leadscape.survey.understanding import understand

    demo = write_demo(folder, size=size, seed=seed)  # pyright: ignore
    study = read_study(demo.study)
    inputs = gather_inputs(study)
    meant = understand(
        inputs.nominations, inputs.responses, inputs.schools, study.codebook, no_decisions(), study.as_of,
        successors=inputs.successors(study.as_of), names=inputs.names, config=study.survey,
    )  # fmt: skip
    regions = inputs.schools.group_by("authority_code").agg(
        region=pl.col("region").drop_nulls().mode().sort().first()
    )
    truth = pl.read_parquet(demo.truth["truth_nominations"]).select("source_file", "source_row", "leader")
    return (
        meant.located.drop("region", strict=False)
        .join(meant.codings.select("nomination_id", "role"), on="nomination_id", maintain_order="left")
        .join(regions, on="authority_code", how="left", maintain_order="left")
        .join(truth, on=["source_file", "source_row"], how="left", maintain_order="left")
    )


def write_population(folder: Path, rows: int) -> Path:
    from identity_population import plant_population

    path = folder / "population.parquet"
    plant_population(rows).write_parquet(path)
    return path


def measure(method: str, files: list[Path]) -> dict[str, Any]:
    """Scores over all files together, seconds and peak memory."""
    runs = []
    for path in files:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", __file__, "--one", method, str(path)],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": "0"},
        )
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    true, found, right, asked = (sum(run[key] for run in runs) for key in ("true", "found", "right", "asked"))
    return {
        "precision": round(right / found, 5) if found else None,
        "recall": round(right / true, 5),
        "pairs": true,
        "asked": asked,
        "seconds": round(sum(run["seconds"] for run in runs), 2),
        "mb": round(max(run["mb"] for run in runs)),
    }


def resolve(method: str, path: Path) -> dict[str, float]:
    """One method on one file."""
    import identity_peers
    from leadscape.survey.identity import resolve_persons

    from tests.support.people_worlds import pair_scores

    lines = pl.read_parquet(path)
    ties_file = path.with_suffix(".ties")
    ties = pl.read_parquet(ties_file) if ties_file.exists() else None
    asked, started = 0, time.perf_counter()
    if method == "leadscape":
        resolution = resolve_persons(lines, ties=ties)
        persons = resolution.identities
        asked = int((resolution.pairs["outcome"].cast(pl.String) == "review").sum())
    elif method == "splink":
        persons = identity_peers.splink(lines, SPLINK_JOINS_FROM)
    else:
        persons = identity_peers.exact(lines)
    seconds = time.perf_counter() - started
    return pair_scores(lines, persons) | {"asked": asked, "seconds": seconds, "mb": _peak_mb()}


def report(results: dict[str, dict[str, dict[str, Any]]]) -> None:
    """The comparison as a table a world."""
    for world in results["leadscape"]:
        told = results["leadscape"][world]
        rows = f", {told['rows']:,} rows" if "rows" in told else ""
        print(f"\n{world}{rows} ({told['pairs']:,} pairs of nominations mean one person)")
        print(f"{'method':<12}{'precision':>10}{'recall':>9}{'asked':>7}{'seconds':>9}{'ratio':>7}{'MB':>7}")
        for method in METHODS:
            one = results[method][world]
            ratio = one["seconds"] / told["seconds"]
            precision = "–" if one["precision"] is None else f"{one['precision']:.4f}"
            print(
                f"{method:<12}{precision:>10}{one['recall']:>9.4f}{one['asked']:>7}{one['seconds']:>9.2f}{ratio:>7.2f}"
                f"{one['mb']:>7}"
            )


def _peak_mb() -> float:
    """Peak memory of this program; ru_maxrss would start from the peak of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text()).group(1)) / 1024  # pyright: ignore
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
