"""A whole study on the real register of August 2022, with returns of invented people on it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from leadscape.register.reading import read_register_file

from tests.support.national_study import write_national_study

MOST_MB = 700
RUN = """
import json, re, sys
from pathlib import Path
from leadscape.actions.map_landscape import map_landscape
mapped = map_landscape(Path(sys.argv[1]))
# ru_maxrss of a child starts from the peak of its parent; VmHWM is of this program alone.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) / 1024
print(json.dumps({"mb": peak, "folder": str(mapped.folder), "open": mapped.open_questions}))
"""


@pytest.fixture(scope="module")
def mapped(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    register = real_data / "derived" / "register_2022-08.csv.gz"
    schools = read_register_file(register).frame
    study = write_national_study(
        tmp_path_factory.mktemp("real"), register.resolve(), schools, as_of="2022-08-31"
    )
    done = subprocess.run([sys.executable, "-c", RUN, str(study)], capture_output=True, text=True, check=True)
    return study, json.loads(done.stdout)


@pytest.mark.real
def test_the_real_register_is_mapped_whole_in_bounded_memory(mapped: tuple[Path, dict]) -> None:
    _, outcome = mapped
    assert outcome["mb"] < MOST_MB
    public = Path(outcome["folder"]) / "public"
    reading = pl.read_parquet(public / "tables" / "reading.parquet")
    assert reading.filter(pl.col("file").str.starts_with("register"))["rows"].sum() == 20188
    assert (public / "report.html").stat().st_size < 5_000_000
    authorities = pl.read_parquet(public / "tables" / "authorities.parquet")
    assert authorities.height == 152
    silent = authorities.filter(pl.col("response") == "silent")
    assert silent.height > 70
    assert silent["holdings"].null_count() == silent.height, "an authority that did not answer is never zero"


@pytest.mark.real
def test_open_questions_wait_in_a_review_file_that_reads_back(mapped: tuple[Path, dict]) -> None:
    study, outcome = mapped
    review = Path(outcome["folder"]) / "restricted" / "review.xlsx"
    asked = pl.read_excel(review, infer_schema_length=0)
    assert asked.height == sum(outcome["open"].values()) > 0
    first = asked.filter(pl.col("question") == "school", pl.col("candidate_1").is_not_null()).row(
        0, named=True
    )
    answer = first["candidate_1"].split(" | ")[0]
    decisions = study.parent / "decisions.csv"
    decisions.write_text(f"question_id,decision\n{first['question_id']},{answer}\n", encoding="utf-8")
    decided = study.parent / "decided.toml"
    decided.write_text(
        study.read_text(encoding="utf-8").replace("[survey]", '[survey]\ndecisions = "decisions.csv"'),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(decided)], capture_output=True, text=True, check=True
    )
    assert sum(json.loads(done.stdout)["open"].values()) == asked.height - 1
