"""The landscape tables of a national study: ours beside the same tables made with pandas.

Both start from the same files: a register of about 20,000 schools and a national set of returns on it. The register is
the real one of August 2022 where it is at hand (``LEADSCAPE_REAL_DATA``), else that of the national demonstration. Each
run is a process of its own, so imports and memory count.

pandas makes the counts: read, code roles by label and alias, link by number and by exact name in the authority,
resolve duplicates, then extent, authorities, regions and phases. That is what an analyst would write, plainly. In this
study every person is written in one way, so exact names suffice; ``tables`` makes the same tables with leadscape, which
also links and weighs what is not exact, and counts apart the few pairs that it leaves to a person; ``map`` is the whole
command, with estimates on twenty draws of what is in doubt, suppression, map, workbook and report as well, for which
pandas has no counterpart.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
REAL = Path(os.environ.get("LEADSCAPE_REAL_DATA", ROOT.parent / "shared" / "data"))
RUNS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description="Landscape tables: leadscape beside pandas.")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--one", nargs=2, metavar=("METHOD", "STUDY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        method, study = options.one
        print(json.dumps({"extent": METHODS[method](Path(study)), "mb": _peak_mb()}))
        return
    with tempfile.TemporaryDirectory() as folder:
        study, register = prepare(Path(folder))
        results = {method: measure(method, study) for method in METHODS}
        truth = sum(json.loads((study.parent / "truth.json").read_text()).values())
    report(results, register, truth)
    if options.json:
        print(json.dumps({"register": register, "reported": truth, "methods": results}))


def prepare(folder: Path) -> tuple[Path, str]:
    """Write the study; say which register it is on."""
    sys.path.insert(0, str(ROOT))
    from leadscape.register.reading import read_register_file

    from tests.support.national_study import write_national_study

    real = REAL / "derived" / "register_2022-08.csv.gz"
    if real.exists():
        schools = read_register_file(real).frame
        return write_national_study(
            folder / "study", real.resolve(), schools, as_of="2022-08-31"
        ), "real, 2022-08"
    from leadscape.demo import write_demo

    demo = write_demo(folder / "demo", size="national")
    register = demo.study.parent / "register.csv.gz"
    schools = read_register_file(register).frame
    return write_national_study(folder / "study", register, schools, as_of="2006-06-30"), "demonstration"


def measure(method: str, study: Path) -> dict:
    """Median wall time and peak memory of the whole process, and the extent it found."""
    seconds, outcome = [], {}
    for _ in range(RUNS):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, __file__, "--one", method, str(study)],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds.append(time.perf_counter() - started)
        outcome = json.loads(done.stdout.splitlines()[-1])
    return {"seconds": round(statistics.median(seconds), 2), **outcome}


def report(results: dict[str, dict], register: str, truth: int) -> None:
    """The comparison as a table, with the quality of each result: holdings counted beside those that were reported."""
    base = results["leadscape tables"]
    print(f"Landscape tables of a national study (register: {register}); median of {RUNS} whole processes")
    print(f"{'method':<18}{'seconds':>9}{'ratio':>8}{'MB':>7}{'counted':>9}{'off by':>8}")
    for method, result in results.items():
        counted = sum(result["extent"].values())
        ratio = result["seconds"] / base["seconds"]
        print(
            f"{method:<18}{result['seconds']:>9.2f}{ratio:>8.2f}{result['mb']:>7.0f}{counted:>9,}{counted - truth:>+8,}"
        )
    print(f"Role-holdings reported, each once: {truth:,}")


def leadscape_tables(study: Path) -> dict[str, int]:
    from leadscape.actions.gather_inputs import gather_inputs
    from leadscape.actions.study import read_study
    from leadscape.landscape.distribution import count_authorities, count_phases, count_regions
    from leadscape.landscape.extent import count_extent
    from leadscape.survey import settle

    declared = read_study(study)
    inputs = gather_inputs(declared)
    settled = settle(
        inputs.nominations,
        inputs.responses,
        inputs.schools,
        declared.codebook,
        inputs.decisions,
        declared.as_of,
    )
    held, book = settled.role_holdings, declared.codebook
    authorities = count_authorities(held, inputs.responses, inputs.schools, book, as_of=declared.as_of)
    count_regions(authorities, held, inputs.responses, book)
    count_phases(held, inputs.schools, book, declared.as_of)
    return _extent(count_extent(held, book).select("role", "holdings").rows())


def leadscape_map(study: Path) -> dict[str, int]:
    from leadscape.actions.map_landscape import map_landscape

    return _extent(map_landscape(study).landscape.extent.select("role", "holdings").rows())


def pandas_tables(study: Path) -> dict[str, int]:
    import tomllib
    import unicodedata

    import pandas as pd

    from leadscape.codebooks import load_codebook

    declared = tomllib.loads(study.read_text())
    as_of = pd.Timestamp(declared["study"]["as_of"])
    book = load_codebook(declared["study"]["codebook"])

    def fold(text: object) -> str:
        if not isinstance(text, str):
            return ""
        plain = "".join(
            c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
        ).lower()
        return " ".join(re.sub(r"[^\w]+|_", " ", re.sub(r"['’‘`´]", "", plain.replace("&", " and "))).split())

    register = pd.read_csv(declared["register"]["schools"][0], dtype=str)
    names = {"establishment_name": "name", "la_code": "authority", "education_phase": "phase", "region_name": "region",
             "EstablishmentName": "name", "LA (code)": "authority", "PhaseOfEducation (name)": "phase",
             "GOR (name)": "region", "URN": "urn", "OpenDate": "open_date", "CloseDate": "close_date"}  # fmt: skip
    register = register.rename(columns=names)
    opened = pd.to_datetime(register["open_date"], format="mixed", dayfirst=True, errors="coerce")
    register = register[opened.isna() | (opened <= as_of)]
    register["folded"] = register["name"].map(fold)
    frame = pd.read_csv(study.parent / "respondents.csv", dtype=str)
    files = [*sorted(study.parent.glob("returns/*.csv")), study.parent / "agency.csv"]
    parts = []
    for path in files:
        part = pd.read_csv(path, dtype=str)
        if "respondent_id" not in part:
            part["respondent_id"] = path.stem
        parts.append(part)
    lines = pd.concat(parts, ignore_index=True).merge(
        frame[["respondent_id", "authority_code"]], on="respondent_id", how="left"
    )
    words = {
        fold(wording).removesuffix("s"): role for wording, role, _ in book.role_alias_frame().iter_rows()
    }
    lines["role_id"] = lines["role"].map(lambda text: words.get(fold(text).removesuffix("s")))
    lines["folded"] = lines["home_school"].map(fold)
    by_name = register.drop_duplicates(["authority", "folded"], keep=False)[["authority", "folded", "urn"]]
    lines = lines.merge(
        by_name.rename(columns={"urn": "named"}),
        left_on=["authority_code", "folded"],
        right_on=["authority", "folded"],
        how="left",
    )
    lines["linked"] = lines["home_urn"].where(lines["home_urn"].isin(register["urn"])).fillna(lines["named"])
    lines["person"] = lines["leader_name"].map(fold)
    lines["place"] = lines["linked"].fillna(lines["authority_code"].fillna("?") + lines["folded"])
    holdings = lines.dropna(subset="role_id").drop_duplicates(["person", "place", "role_id"])
    holdings = holdings.merge(
        register[["urn", "authority", "region", "phase"]].rename(columns={"authority": "home_authority"}),
        left_on="linked",
        right_on="urn",
        how="left",
    )
    schools = register.groupby("authority").size()
    held = holdings.groupby("home_authority").size().reindex(schools.index)
    (100 * held / schools).describe()
    holdings.groupby("region").size()
    holdings.groupby("phase").size()
    return _extent(holdings.groupby("role_id").size().items())


def _extent(pairs: object) -> dict[str, int]:
    return {role: int(n) for role, n in sorted(pairs) if n}  # pyright: ignore


def _peak_mb() -> float:
    """Peak memory of this program; ru_maxrss would start from the peak of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text()).group(1)) / 1024  # pyright: ignore
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


METHODS = {
    "pandas tables": pandas_tables,
    "leadscape tables": leadscape_tables,
    "leadscape map": leadscape_map,
}

if __name__ == "__main__":
    main()
