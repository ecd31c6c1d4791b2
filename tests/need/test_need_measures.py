"""Reading figures: every row and every cell of a file is either a value, a reason, or a problem."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.codebooks.measures import load_measures, parse_measures
from leadscape.core.errors import CodebookProblem, NotComparable, StudyProblem, TableProblem
from leadscape.need.formats import parse_measure_format, shipped_measure_formats
from leadscape.need.measures.periods import end_years, period_end, period_of, year_in_name
from leadscape.need.measures.reading import MeasuresReading, read_measures_file
from leadscape.need.measures.releases import choose_release, differing_releases, stack_measures
from leadscape.register.recognition import Headers

from tests.support.figures import KS2_HEADER, ks2_world, write_absence_statistics, write_ks2, write_rows

A, B = "900001", "900002"


def figure(reading: MeasuresReading, urn: str, measure: str, group: str = "all") -> dict:
    """The one row of a figure."""
    rows = reading.measures.filter(urn=urn, measure=measure, pupils_group=group).to_dicts()
    assert len(rows) == 1
    return rows[0]


def school(urn: str, **cells: str) -> dict[str, str]:
    return {"RECTYPE": "1", "LEA": "999", "URN": urn, "TELIG": "30", **cells}


def test_a_percentage_a_word_a_blank_and_a_space_are_four_things(tmp_path: Path) -> None:
    path = write_ks2(
        tmp_path / "2018_999_ks2final.csv",
        [
            school(A, PTRWM_EXP="88%", PTRWM_EXP_FSM6CLA1A="SUPP", READPROG="-0.4", READPROG_LOWER="-2.1",
                   READPROG_UPPER="1.3", TFSM6CLA1A="4"),
            school(B, PTRWM_EXP=" ", PTRWM_EXP_FSM6CLA1A="NE", READPROG="LOWCOV"),
        ],
    )  # fmt: skip
    reading = read_measures_file(path)
    one = figure(reading, A, "ks2_rwm_expected_pct")
    assert (one["value"], one["status"], one["code"], one["pupils"]) == (88.0, "reported", None, 30.0)
    assert (one["period"], str(one["period_end"]), one["release"]) == ("2017/18", "2018-08-31", "final")
    assert (one["source"], one["source_row"]) == ("2018_999_ks2final.csv", 2)
    hidden = figure(reading, A, "ks2_rwm_expected_pct", "disadvantaged")
    assert (hidden["value"], hidden["status"], hidden["code"], hidden["pupils"]) == (
        None,
        "suppressed",
        "SUPP",
        4.0,
    )
    progress = figure(reading, A, "ks2_reading_progress")
    assert (progress["low"], progress["value"], progress["high"]) == (-2.1, -0.4, 1.3)
    blank = figure(reading, B, "ks2_rwm_expected_pct")
    assert (blank["value"], blank["status"], blank["code"]) == (None, "unknown", None)
    assert figure(reading, B, "ks2_rwm_expected_pct", "disadvantaged")["status"] == "not_applicable"
    assert figure(reading, B, "ks2_reading_progress")["status"] == "not_published"
    assert "READPROG_17" in reading.columns_ignored, "the year before has a file of its own"
    assert "ks2_maths_progress" in reading.measures_absent


def test_rows_for_areas_are_apart_and_every_row_is_counted(tmp_path: Path) -> None:
    rows = [
        school(A, PTRWM_EXP="70%"),
        {"RECTYPE": "2", "LEA": "999", "URN": B, "TELIG": "8", "PTRWM_EXP": "SUPP"},
        school(A, PTRWM_EXP="70%"),
        school(A, PTRWM_EXP="71%"),
        school("nan", PTRWM_EXP="0%"),
        {"RECTYPE": "9", "LEA": "999", "URN": "900009"},
        {"RECTYPE": "3", "LEA": "999", "SCHNAME": "Inventshire", "TELIG": "38", "PTRWM_EXP": "68%"},
        {"RECTYPE": "3", "PTRWM_EXP": "68%"},
        {"RECTYPE": "4", "PTRWM_EXP": "61%"},
        {"RECTYPE": "5", "PTRWM_EXP": "62%"},
    ]
    reading = read_measures_file(write_ks2(tmp_path / "2018_999_ks2final.csv", rows))
    counted = {reason: n for _, reason, n, _ in reading.counts.iter_rows()}
    assert counted == {
        "school": 2, "area": 3, "same": 1, "repeated": 1, "no_number": 1, "unknown_record": 1, "no_area_code": 1,
    }  # fmt: skip
    assert sum(counted.values()) == reading.rows_read == len(rows)
    assert set(reading.measures["urn"]) == {A, B}
    areas = reading.areas.filter(measure="ks2_rwm_expected_pct", pupils_group="all").sort("value")
    assert areas.select("area_kind", "area_code", "value").rows() == [
        ("england", "all_schools", 61.0),
        ("england", "state_funded", 62.0),
        ("authority", "999", 68.0),
    ]
    assert set(reading.problems["row"]) == {5, 6, 7, 9}
    assert reading.listings.select("urn", "record").rows() == [(A, "mainstream"), (B, "special")]


def test_record_types_mean_what_the_format_says_not_what_another_does(tmp_path: Path) -> None:
    header = ["RECTYPE", "LEA", "URN", "TPUP1618", "TB3PTSE"]
    path = write_rows(tmp_path / "england_ks5final_2015-2016.csv", header, [["3", "999", A, "40", "31.2"]])
    reading = read_measures_file(path)
    assert reading.areas.is_empty(), "3 is an authority in key stage 2 and a special school here"
    assert reading.measures.filter(measure="ks5_best3").select("period", "value").row(0) == ("2015/16", 31.2)


def test_what_cannot_be_is_unknown_and_told_with_its_cell(tmp_path: Path) -> None:
    path = write_ks2(
        tmp_path / "2018_999_ks2final.csv",
        [
            school(
                A,
                PTRWM_EXP="108%",
                READPROG="1.0",
                READPROG_LOWER="2",
                READPROG_UPPER="1",
                TOTPUPS="about 200",
            )
        ],
    )
    reading = read_measures_file(path)
    told = {(row, column, value) for row, column, value, _ in reading.problems.iter_rows()}
    assert told == {(2, "PTRWM_EXP", "108%"), (2, "READPROG_LOWER", "2"), (2, "TOTPUPS", "about 200")}
    assert figure(reading, A, "ks2_rwm_expected_pct")["value"] is None
    assert figure(reading, A, "ks2_rwm_expected_pct")["code"] == "108%"
    assert figure(reading, A, "ks2_reading_progress")["value"] == 1.0
    assert figure(reading, A, "ks2_reading_progress")["low"] is None
    assert figure(reading, A, "roll")["status"] == "unknown"


def test_year_comes_from_evidence_and_a_contradiction_is_refused(tmp_path: Path) -> None:
    rows = [school(A, PTRWM_EXP="70%")]
    assert read_measures_file(write_ks2(tmp_path / "results.csv", rows)).periods == ("2017/18",), (
        "READPROG_17"
    )
    with pytest.raises(TableProblem, match=r"contradicts itself.*2017/18.*2016/17"):
        read_measures_file(write_ks2(tmp_path / "2017_999_ks2final.csv", rows))
    stated = read_measures_file(tmp_path / "2017_999_ks2final.csv", period="2016/17")
    assert stated.periods == ("2016/17",)
    assert any("although the columns of years before says 2017/18" in note for note in stated.notes)
    bare = write_rows(tmp_path / "some_ks2.csv", KS2_HEADER[:-1], [["1", "999", A, *[""] * 12]])
    with pytest.raises(TableProblem, match="which year"):
        read_measures_file(bare)
    with pytest.raises(NotComparable, match="no school year"):
        read_measures_file(bare, period="2018")


def test_release_is_stated_named_or_not_known(tmp_path: Path) -> None:
    rows = [school(A, PTRWM_EXP="70%")]
    for word in ("provisional", "revised", "final"):
        assert read_measures_file(write_ks2(tmp_path / f"2018_ks2{word}.csv", rows)).releases == (word,)
    silent = write_ks2(tmp_path / "2018_ks2.csv", rows)
    assert read_measures_file(silent).releases == ("not_stated",)
    assert any("Nothing says whether" in note for note in read_measures_file(silent).notes)
    assert read_measures_file(silent, release="revised").releases == ("revised",)
    with pytest.raises(NotComparable, match="no release"):
        read_measures_file(silent, release="draft")


def test_the_most_checked_release_is_chosen_even_where_it_hides_what_another_showed(tmp_path: Path) -> None:
    readings = [
        read_measures_file(write_ks2(tmp_path / f"2018_{word}.csv", [school(A, PTRWM_EXP=cell)]))
        for word, cell in (("provisional", "70%"), ("final", "SUPP"), ("revised", "72%"), ("loose", "71%"))
    ]
    stacked = stack_measures(readings)
    chosen = (
        choose_release(stacked).filter(measure="ks2_rwm_expected_pct", pupils_group="all").row(0, named=True)
    )
    assert (chosen["release"], chosen["value"], chosen["status"]) == ("final", None, "suppressed")
    differing = differing_releases(stacked).filter(measure="ks2_rwm_expected_pct").row(0, named=True)
    assert (differing["lowest"], differing["highest"]) == (70.0, 72.0)
    assert differing["releases"] == "not_stated, provisional, revised"


def test_absence_as_published_with_the_statistics(tmp_path: Path) -> None:
    reading = read_measures_file(write_absence_statistics(tmp_path / "1_absence_3term_school.csv"))
    assert reading.format_id == "dfe_absence_statistics"
    assert reading.periods == ("2023/24",)
    assert figure(reading, A, "absence_persistent_pct")["value"] == 12.4
    assert figure(reading, A, "absence_overall_pct")["pupils"] == 210.0
    hidden = figure(reading, B, "absence_overall_pct")
    assert (hidden["status"], hidden["code"]) == ("suppressed", "c")
    assert reading.areas.filter(measure="absence_overall_pct").sort("area_kind").select(
        "area_kind", "area_code", "value"
    ).rows() == [("england", "state_funded", 7.1), ("region", "E12000008", 7.0), ("authority", "936", 6.6)]
    counted = {reason: n for _, reason, n, _ in reading.counts.iter_rows()}
    assert counted == {"school": 2, "area": 3, "part_of_area": 1}


def test_absence_beside_the_performance_tables(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "2018-2019_england_abs.csv", ["LA", "ESTAB", "URN", "PERCTOT", "PPERSABS10"],
        [["999", "2001", A, "4.2", "8.1"], ["999", "2002", B, "SUPP", "NP"]],
    )  # fmt: skip
    reading = read_measures_file(path)
    assert (reading.format_id, reading.periods) == ("dfe_absence", ("2018/19",))
    assert figure(reading, B, "absence_persistent_pct")["status"] == "not_published"


def test_finance_keeps_its_own_year(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "financials_2017.csv", ["URN", "Income", "Expenditure", "Balance", "Academic Year"],
        [[A, "1200000.5", "1300000.5", "-100000", "2017"], ["nan", "0", "0", "0", "2017"]],
    )  # fmt: skip
    reading = read_measures_file(path)
    assert reading.periods == ("2016-17",)
    assert str(reading.measures["period_end"][0]) == "2017-03-31"
    assert figure(reading, A, "balance_gbp")["value"] == -100000.0
    assert {reason: n for _, reason, n, _ in reading.counts.iter_rows()} == {"school": 1, "no_number": 1}


def test_a_file_of_something_else_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(TableProblem, match="has none of the columns"):
        read_measures_file(write_rows(tmp_path / "x.csv", ["a", "b"], [["1", "2"]]))
    with pytest.raises(TableProblem, match="lacks PTRWM_EXP"):
        read_measures_file(write_rows(tmp_path / "x.csv", ["RECTYPE", "URN", "TELIG"], [["1", A, "2"]]))


CELL = st.sampled_from(["", " ", "12%", "0", "-3.5", "SUPP", "NE", "NP", "NA", "LOWCOV", "SP", "DNS", "z", "x", "c",
                        "low", "u", "oops"])  # fmt: skip


@settings(max_examples=30)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=30))
def test_every_cell_is_a_value_or_is_counted_as_missing(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    rows = [
        school(str(900001 + n), PTRWM_EXP=one, PTRWM_EXP_FSM6CLA1A=two) for n, (one, two) in enumerate(cells)
    ]
    path = write_ks2(tmp_path_factory.mktemp("cells") / "2018_ks2final.csv", rows)
    reading = read_measures_file(path)
    for place, column in enumerate(("PTRWM_EXP", "PTRWM_EXP_FSM6CLA1A")):
        written = Counter(cell[place].strip() for cell in cells)
        counted = dict(reading.missing.filter(column=column).select("code", "cells").iter_rows())
        assert counted == {word: n for word, n in written.items() if word not in ("12%", "0", "-3.5")}
    assert reading.measures.filter((pl.col("value") == 0) & (pl.col("code").is_not_null())).is_empty()
    assert (reading.measures["value"].is_not_null() == (reading.measures["status"] == "reported")).all()


@pytest.mark.parametrize(
    ("written", "end"),
    [("2018", 2018), ("2017/18", 2018), ("2017-2018", 2018), ("201718", 2018), ("2018.0", 2018), ("2017/19", None),
     ("1999/00", 2000), ("18", None), ("", None)],
)  # fmt: skip
def test_years_as_files_write_them(written: str, end: int | None) -> None:
    assert pl.select(end_years(pl.lit(written))).item() == end


@pytest.mark.parametrize(
    ("name", "end"),
    [("2017_936_ks2final.csv", 2017), ("2016-2017_936_ks4final.csv", 2017), ("england_ks5final_2015-2016.csv", 2016),
     ("ks2_2018_2020.csv", None), ("202324_absence.csv", 2024), ("ks2final.csv", None)],
)  # fmt: skip
def test_years_in_names(name: str, end: int | None) -> None:
    assert year_in_name(name) == end


def test_periods_end_when_they_end() -> None:
    assert period_of(2018, "school_year") == "2017/18"
    assert period_of(2000, "financial_year") == "1999-00"
    assert [str(period_end(p)) for p in ("2017/18", "2017-18", "2019")] == [
        "2018-08-31",
        "2018-03-31",
        "2019-12-31",
    ]


def test_no_two_headers_of_a_format_are_one_to_the_reader() -> None:
    for known in shipped_measure_formats():
        wanted = [
            template.replace("{group}", suffix)
            for entry in known.measures
            for suffix in known.suffixes.values()
            for template in (entry.get("value", ""), entry.get("low", ""), entry.get("high", ""))
            if template
        ] + [header for entry in known.measures for header in entry.get("columns", {}).values()]
        names = list(dict.fromkeys(wanted))
        assert all(Headers(names).find(name) == name for name in names), known.id


def test_formats_and_codebooks_say_what_is_wrong_with_them() -> None:
    with pytest.raises(StudyProblem, match="codebook of measures"):
        parse_measure_format(
            b'[format]\nid="x"\ntitle="x"\nstage="x"\nsource="x"\nrequired=["a"]\n[period]\nkind="school_year"\n'
            b'[rows]\nurn=["a"]\n[suffixes]\nall=""\n[[measure]]\nid="nothing"\nvalue="a"\n',
            "own.toml",
        )
    with pytest.raises(CodebookProblem, match="lacks 'theme'"):
        parse_measures(b"[codebook]\n", "own")
    with pytest.raises(CodebookProblem, match="no measure 'height'"):
        load_measures().measure("height")


def test_codebook_knows_what_nobody_published_and_what_is_not_comparable() -> None:
    book = load_measures()
    assert book.why_absent("ks4_progress8", "2024/25")
    assert book.why_absent("ks2_reading_progress", "2023/24")
    assert book.why_absent("ks2_rwm_expected_pct", "2020/21")
    assert book.why_absent("ks2_rwm_expected_pct", "2022/23") is None
    assert book.breaks_between("ks4_attainment8", "2015/16", "2016/17")
    assert not book.breaks_between("ks4_progress8", "2015/16", "2017/18")
    assert {one.use for one in book.measures} >= {"outcome", "intake", "context"}


# --- real files -------------------------------------------------------------------------------------------------------

RAW = {
    "2017_936_ks2final.csv": (235, 232, 3),
    "2018_936_ks2final.csv": (238, 235, 3),
    "2016-2017_936_ks4final.csv": (130, 127, 3),
    "2017-2018_936_ks4final.csv": (130, 127, 3),
}
TIDY = {
    **{f"performance/ks2_perf_{y}.csv": n for y, n in ((2016, 16162), (2017, 16313), (2018, 16364))},
    **{f"performance/ks4_perf_{y}.csv": n for y, n in ((2016, 5335), (2017, 5399), (2018, 5519))},
    **{
        f"finance/financials_{y}.csv": n
        for y, n in ((2014, 17848), (2015, 16500), (2016, 16240), (2017, 15275))
    },
    "performance/england_ks5final_2015-2016.csv": 3400,
    "performance/england_ks5final_2016-2017.csv": 3376,
}


@cache
def read_real(path: Path) -> MeasuresReading:
    """A real file, read once for all tests."""
    return read_measures_file(path)


def plain_count(path: Path, columns: tuple[str, ...], area_types: set[str], area: bool) -> Counter:
    """Words where there is no number, by column, counted with nothing but the csv module."""
    found: Counter = Counter()
    with path.open(encoding="utf-8-sig") as stream:
        for row in csv.DictReader(stream):
            if ((row.get("RECTYPE") or "").strip() in area_types) != area or (
                row["URN"] or ""
            ).strip() == "nan":
                continue
            for column in columns:
                text = (row[column] or "").strip()
                try:
                    float(text.replace(",", "").removesuffix("%"))
                except ValueError:
                    found[column, text] += 1
    return found


@pytest.mark.real
@pytest.mark.parametrize("name", RAW)
def test_downloads_hold_what_a_plain_count_holds(real_data: Path, name: str) -> None:
    path = real_data / "performance" / "raw_la" / name
    reading = read_real(path)
    rows, schools, areas = RAW[name]
    assert (reading.rows_read, reading.counts["rows"].to_list()) == (rows, [schools, areas])
    assert reading.problems.is_empty()
    assert reading.releases == ("final",)
    figures = tuple(dict.fromkeys(reading.missing["column"]))
    types = {"3", "4", "5"} if "ks2" in name else {"4", "5", "7"}
    for whose, is_area in (("schools", False), ("areas", True)):
        mine = {
            (c, code): n
            for c, code, n in reading.missing.filter(rows=whose).select("column", "code", "cells").iter_rows()
        }
        assert mine == dict(plain_count(path, figures, types, is_area))
    values = reading.measures.filter(pl.col("value").is_not_null()).height
    codes = reading.measures.filter(pl.col("value").is_null()).height
    assert values + codes == reading.measures.height
    assert reading.measures.filter((pl.col("status") == "unknown") & pl.col("code").is_not_null()).is_empty()


@pytest.mark.real
@pytest.mark.parametrize("name", RAW)
def test_figures_of_the_authority_follow_from_its_schools(real_data: Path, name: str) -> None:
    checks = read_real(real_data / "performance" / "raw_la" / name).checks
    assert checks.height > 100
    assert checks["agrees"].all(), checks.filter(~pl.col("agrees"))
    tight = checks.filter(pl.col("rule") != "sum").select(pl.col("tolerance") <= 3).to_series().mean()
    assert tight > 0.5, "most tolerances are a rounding and a few hidden schools, not a wide open door"


@pytest.mark.real
@pytest.mark.parametrize("name", TIDY)
def test_national_files_are_read_whole(real_data: Path, name: str) -> None:
    reading = read_real(real_data / name)
    assert reading.rows_read == TIDY[name] == reading.counts["rows"].sum()
    left = 2 if "2017.csv" in name and "finance" in name else 0
    assert reading.counts.filter(pl.col("outcome") == "problem")["rows"].sum() == left
    columns = tuple(dict.fromkeys(reading.missing["column"]))
    types = {"4", "5", "7"} if "ks5" in name else set()
    mine = {
        (c, k): n
        for c, k, n in reading.missing.filter(rows="schools").select("column", "code", "cells").iter_rows()
    }
    assert mine == dict(plain_count(real_data / name, columns, types, area=False))


@pytest.mark.real
@pytest.mark.parametrize("raw", RAW)
def test_tidy_files_say_what_the_final_download_says(real_data: Path, raw: str) -> None:
    download = read_real(real_data / "performance" / "raw_la" / raw)
    year = "2017" if download.periods == ("2016/17",) else "2018"
    tidy = read_real(real_data / "performance" / f"{'ks2' if 'ks2' in raw else 'ks4'}_perf_{year}.csv")
    key = ["urn", "measure", "period", "pupils_group"]
    both = tidy.measures.join(download.measures, on=key, suffix="_final").filter(
        pl.col("value").is_not_null() | pl.col("value_final").is_not_null()
    )
    assert both.height > 1000
    assert both.filter(pl.col("value") != pl.col("value_final")).is_empty()
    only_tidy = both.filter(pl.col("value").is_not_null() & pl.col("value_final").is_null())
    assert only_tidy.is_empty(), "what the final table hides the tidy file does not show"


def test_an_authority_that_does_not_follow_is_found(tmp_path: Path) -> None:
    rows, pct, pupils = ks2_world(40, seed=7)
    honest = read_measures_file(write_ks2(tmp_path / "2018_a_final.csv", rows)).checks
    one = honest.filter(measure="ks2_rwm_expected_pct").row(0, named=True)
    assert one["agrees"]
    assert abs(one["made_again"] - pct) <= 0.5
    assert honest.filter(measure="ks2_pupils").select("published", "made_again", "tolerance").row(0) == (
        pupils,
        pupils,
        0,
    )
    rows[-1]["PTRWM_EXP"] = f"{round(pct) + 3}%"
    rows[-1]["TELIG"] = str(pupils + 1)
    wrong = read_measures_file(write_ks2(tmp_path / "2018_b_final.csv", rows)).checks
    assert not wrong.filter(measure="ks2_rwm_expected_pct")["agrees"][0]
    assert not wrong.filter(measure="ks2_pupils")["agrees"][0]


@settings(max_examples=30)
@given(st.integers(0, 500), st.sets(st.integers(0, 19), max_size=19))
def test_what_is_hidden_widens_the_tolerance_and_never_makes_an_honest_authority_wrong(
    tmp_path_factory: pytest.TempPathFactory, seed: int, hidden: set[int]
) -> None:
    rows, _, _ = ks2_world(20, seed=seed, hidden=tuple(hidden))
    checks = read_measures_file(write_ks2(tmp_path_factory.mktemp("world") / "2018_final.csv", rows)).checks
    one = checks.filter(measure="ks2_rwm_expected_pct").row(0, named=True)
    assert one["agrees"]
    assert one["schools_hidden"] == len(hidden)
    assert one["tolerance"] >= 1.0
