"""``leadscape survey agree`` as its user meets it: files long and wide, right and wrong."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from leadscape.cli import main
from leadscape.core.errors import TableProblem
from leadscape.survey.agreement import read_labels, read_ratings

# Krippendorff (2011): four observers, twelve units.
WIDE = """unit,Alice,Bob,Charlie,Dana
1,1,1,,1
2,2,2,3,2
3,3,3,3,3
4,3,3,3,3
5,2,2,2,2
6,1,2,3,4
7,4,4,4,4
8,1,1,2,1
9,2,2,2,2
10,,5,5,5
11,,,1,1
12,,3,,
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["survey", "agree", *arguments])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def saved(folder: Path, text: str, name: str = "ratings.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_wide_file_prints_every_coefficient_with_its_interval(capsys, tmp_path):
    code, out, _ = run(capsys, saved(tmp_path, WIDE))
    flat = " ".join(out.split())
    assert code == 0
    assert "12 units, 11 of them rated by two coders or more; 4 coders" in flat
    assert "41 ratings, 7 missing" in flat
    for name, value in (
        ("Fleiss' kappa", "0.761"),
        ("Gwet's AC1", "0.775"),
        ("Krippendorff's alpha", "0.743"),
    ):
        row = next(line for line in out.splitlines() if line.strip().startswith(name))
        assert value in row
        assert len([cell for cell in row.split() if cell.replace(".", "").replace("-", "").isdigit()]) == 5
    assert "An interval says how the figure moves" in flat
    assert "substantial" not in flat
    assert "moderate" not in flat


def test_json_has_all_digits_and_a_long_file_gives_the_same(capsys, tmp_path):
    wide = saved(tmp_path, WIDE)
    _, out, _ = run(capsys, wide, "--json", "--level", "ordinal")
    shown = json.loads(out)
    values = {row["coefficient"]: row["value"] for row in shown["coefficients"]}
    assert round(values["krippendorff_alpha"], 3) == 0.815
    assert (shown["units"], shown["units_compared"], shown["n_coders"], shown["ratings_missing"]) == (
        12,
        11,
        4,
        7,
    )
    table = pl.read_csv(wide, infer_schema=False)
    long = table.unpivot(index="unit", variable_name="Rater", value_name="Code").rename({"unit": "Segment"})
    long.write_csv(tmp_path / "long.csv")
    _, again, _ = run(capsys, str(tmp_path / "long.csv"), "--json", "--level", "ordinal")
    assert json.loads(again)["coefficients"] == shown["coefficients"]
    long.write_excel(tmp_path / "long.xlsx")
    _, workbook, _ = run(capsys, str(tmp_path / "long.xlsx"), "--json", "--level", "ordinal")
    assert json.loads(workbook)["coefficients"] == shown["coefficients"]
    _, seeded, _ = run(capsys, wide, "--json", "--level", "ordinal", "--seed", "5")
    assert [row["value"] for row in json.loads(seeded)["coefficients"]] == list(values.values())
    assert json.loads(seeded)["coefficients"] != shown["coefficients"]


def test_some_coders_and_words_for_missing(capsys, tmp_path):
    path = saved(tmp_path, "unit,note,A,B\n1,see p. 3,x,x\n2,,y,.\n3,,y,x\n4,,x,x\n5,,y,y\n")
    _, out, _ = run(capsys, path, "--coders", "A,B", "--missing", ".", "--json", "--categories", "x,y,z")
    shown = json.loads(out)
    assert [(row["coder"], row["rated"]) for row in shown["coders"]] == [("A", 5), ("B", 4)]
    assert [row["category"] for row in shown["categories"]] == ["x", "y", "z"]
    assert shown["categories"][2]["reason"] == "No coder used it."
    code, _, told = run(capsys, path, "--coders", "A,Zed")
    assert code == 4
    assert "Zed" in told


def test_several_labels_a_unit(capsys, tmp_path):
    text = "segment,coder,codes\n1,A,mandate; exit\n1,B,mandate\n1,B,exit\n2,A,none\n2,B,exit\n"
    text += "3,A,mandate\n3,B,mandate\n"
    path = saved(tmp_path, text)
    code, out, _ = run(capsys, path, "--several")
    assert code == 0
    assert "MASI" in out
    sets = read_labels(Path(path)).sort("unit", "coder")
    assert sets["labels"].to_list() == [["exit", "mandate"]] * 2 + [[], ["exit"], ["mandate"], ["mandate"]]
    with pytest.raises(TableProblem, match="alone"):
        read_labels(Path(saved(tmp_path, "segment,coder,codes\n1,A,none; exit\n1,B,exit\n")))


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("%PDF-1.7 a report", 3, "PDF"),
        ("", 3, "empty"),
        ("a,b\n1,2\n", 4, "unit"),
        ("unit,coder\n1,A\n", 4, "value"),
        ("unit,coder,value\n1,A,x\n1,A,y\n,B,x\n2,,x\n", 4, "4 problems"),
        ("unit,A,B\n1,x,x\n2,x,x\n", 9, "neither 0 nor 1"),
        ("unit,A\n1,x\n2,y\n", 9, "one coder"),
        ("unit,A,B\n1,low,high\n2,low,low\n3,high,high\n", 9, "order of the values"),
    ],
)
def test_files_that_show_no_agreement(capsys, tmp_path, text, code, told):
    level = ("--level", "ordinal") if "high" in text else ()
    ended, out, said = run(capsys, saved(tmp_path, text), *level)
    assert ended == code
    assert told in said
    assert not out


def test_problems_name_the_row_of_the_file(tmp_path):
    path = Path(saved(tmp_path, "unit,coder,value\n1,A,x\n1,B,x\n1,A,y\n"))
    with pytest.raises(TableProblem) as told:
        read_ratings(path)
    assert told.value.problems["row"].to_list() == [2, 4]


def test_coders_may_be_called_as_our_own_columns_are(tmp_path):
    path = Path(saved(tmp_path, "id,,value\n1,a,b\n2,a,a\n"))
    for read in (read_ratings, read_labels):
        assert read(path).height > 0


def test_a_table_of_units_alone_holds_no_rating(tmp_path):
    for read in (read_ratings, read_labels):
        assert read(Path(saved(tmp_path, "unit\n1\n2\n"))).height == 0
