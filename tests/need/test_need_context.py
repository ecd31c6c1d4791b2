"""Context says of which year it is; figures carried to successors say by which rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import TableProblem
from leadscape.core.tables import frame_of
from leadscape.need.context import context_ages, context_of_places, context_of_register
from leadscape.need.deprivation.reading import plain_postcode, read_deprivation_file
from leadscape.need.measures.carrying import carry_measures, carrying_counts
from leadscape.need.measures.reading import read_measures_file
from leadscape.need.measures.releases import choose_release, stack_measures
from leadscape.need.tables import Measures
from leadscape.register.lineage import build_lineage
from leadscape.register.reading import read_register_file
from leadscape.register.tables import Links, Schools

from tests.support.figures import write_rows

LOOKUP = ["Postcode", "Postcode Status", "LSOA code", "Index of Multiple Deprivation Rank", "IDACI Score"]


def figures(*rows: tuple[str, str, float | None]) -> pl.DataFrame:
    """``urn``, period, value of one measure."""
    return frame_of(
        Measures,
        [
            {
                "urn": urn, "measure": "ks2_rwm_expected_pct", "period": period,
                "period_end": date(int(period[:4]) + 1, 8, 31), "pupils_group": "all", "value": value,
                "status": "suppressed" if value is None else "reported", "code": "SUPP" if value is None else None,
                "pupils": 30.0, "release": "final", "source": "results.csv", "source_row": 2 + n,
            }
            for n, (urn, period, value) in enumerate(rows)
        ],
    )  # fmt: skip


def links(*pairs: tuple[str, str, date | None]) -> pl.DataFrame:
    return frame_of(
        Links,
        [
            {
                "urn": old,
                "link_urn": new,
                "relation": "successor",
                "link_type": "Successor",
                "established_on": on,
            }
            for old, new, on in pairs
        ],
    )


def schools(*urns: str, postcode: str | None = "AB1 2CD") -> pl.DataFrame:
    return frame_of(
        Schools,
        [
            {
                "urn": urn, "status": "open", "postcode": postcode, "fsm_pct": 12.5, "fsm_pct_status": "reported",
                "pupils_status": "not_collected", "capacity_status": "not_collected",
            }
            for urn in urns
        ],
    )  # fmt: skip


def test_context_of_another_year_says_so() -> None:
    context = context_of_register(schools("1", "2"), date(2022, 8, 31), "register.csv")
    results = figures(("1", "2015/16", 60.0), ("1", "2021/22", 61.0), ("2", "2022/23", 62.0))
    ages = context_ages(context, results).filter(measure="fsm_pct")
    assert ages.select("results_period", "gap_years", "schools").rows() == [
        ("2015/16", 6, 1), ("2021/22", 0, 1), ("2022/23", -1, 1),
    ]  # fmt: skip
    assert ages["statement"].to_list() == [
        "Eligible for free school meals, %: of 2022, 6 years after the results (2015/16).",
        "Eligible for free school meals, %: of 2022, the year of the results (2021/22).",
        "Eligible for free school meals, %: of 2022, 1 year before the results (2022/23).",
    ]
    assert context.filter(measure="roll")["value"].null_count() == 2
    assert set(context.filter(measure="roll")["status"]) == {"not_collected"}, "never zero"


@pytest.mark.parametrize(
    ("seen", "gap"), [(date(2021, 9, 1), 0), (date(2022, 8, 31), 0), (date(2022, 9, 1), 1)]
)
def test_a_day_belongs_to_the_school_year_it_falls_in(seen: date, gap: int) -> None:
    ages = context_ages(context_of_register(schools("1"), seen, "r.csv"), figures(("1", "2021/22", 1.0)))
    assert ages["gap_years"].unique().to_list() == [gap]


def test_deprivation_by_postcode_keeps_each_area_once_and_counts_every_row(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "lookup_imd2019.csv", LOOKUP,
        [["POSTCODE", "**UNMATCHED**", "", "", ""], ["AB1 2CD", "Live", "E01000001", "100", "0.25"],
         ["AB12EF", "Live", "E01000001", "100", "0.25"], ["AB3 4GH", "Live", "E01000002", "200", ""]],
    )  # fmt: skip
    reading = read_deprivation_file(path)
    assert (reading.edition, reading.rows_read) == ("2019", 4)
    assert {reason: n for _, reason, n, _ in reading.counts.iter_rows()} == {
        "small_area": 2, "same_area": 1, "unmatched": 1,
    }  # fmt: skip
    assert reading.postcodes["postcode"].to_list() == ["AB1 2CD", "AB1 2EF", "AB3 4GH"]
    context = context_of_places(schools("1", postcode="ab1 2ef"), reading.deprivation, reading.postcodes)
    assert context.select("measure", "value", "joined_by", "period").rows() == [
        ("imd_rank", 100.0, "postcode", "2019"),
        ("idaci_score", 0.25, "postcode", "2019"),
    ]
    unknown = reading.deprivation.filter(small_area="E01000002", measure="idaci_score").row(0, named=True)
    assert (unknown["value"], unknown["status"]) == (None, "unknown")


def test_an_edition_is_named_or_stated(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "lookup.csv", LOOKUP, [["AB1 2CD", "Live", "E01000001", "100", "0.25"]])
    with pytest.raises(TableProblem, match="of which edition"):
        read_deprivation_file(path)
    assert read_deprivation_file(path, edition="2019").edition == "2019"
    with pytest.raises(TableProblem, match="no file of indices"):
        read_deprivation_file(write_rows(tmp_path / "x.csv", ["a"], [["1"]]))


def test_an_area_of_one_census_is_not_looked_up_in_another(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "imd2019.csv", ["lsoa11_code", "IMD_rank"], [["E01000001", "100"]])
    deprivation = read_deprivation_file(path).deprivation
    places = pl.DataFrame({"urn": ["1", "2"], "small_area": ["E01000001"] * 2, "vintage": ["2011", "2021"]})
    context = context_of_places(schools("1", "2"), deprivation, small_areas=places)
    assert context["urn"].to_list() == ["1"]


@settings(max_examples=30)
@given(
    st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}", fullmatch=True), st.sampled_from(["", " ", "  "])
)
def test_postcodes_have_one_form(bare: str, gap: str) -> None:
    written = f"{bare[:-3].lower()}{gap}{bare[-3:]}"
    assert pl.select(plain_postcode(pl.lit(written))).item() == f"{bare[:-3]} {bare[-3:]}"


def test_figures_are_carried_by_rule_and_every_row_is_marked() -> None:
    lineage = build_lineage(
        links(
            ("1", "11", date(2018, 9, 1)),  # converted
            ("2", "12", date(2018, 9, 1)), ("3", "12", date(2018, 9, 1)),  # merged
            ("4", "13", date(2018, 9, 1)), ("4", "14", date(2018, 9, 1)),  # split
        )
    )  # fmt: skip
    results = figures(*((urn, "2017/18", 50.0) for urn in ("1", "2", "3", "4", "5")), ("11", "2018/19", None))
    carried = carry_measures(results, lineage, date(2019, 9, 1))
    assert carried.select("from_urn", "urn", "carried", "carry_rule", "parts").rows() == [
        ("1", "11", True, "succeeded", 1),
        ("2", "12", True, "merged", 2),
        ("3", "12", True, "merged", 2),
        ("4", None, False, "split", None),
        ("5", "5", False, "unchanged", 1),
        ("11", "11", False, "unchanged", 1),
    ]
    assert carrying_counts(carried).select("carry_rule", "figures").rows() == [
        ("unchanged", 2), ("succeeded", 1), ("merged", 2), ("split", 1),
    ]  # fmt: skip
    before = carry_measures(results, lineage, date(2018, 1, 1))
    assert set(before["carry_rule"]) == {"unchanged"}, "the links are not in force yet"


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=10))
def test_carrying_drops_no_row_and_invents_none(pairs: list[tuple[int, int]]) -> None:
    stated = links(*((str(a), str(b), None) for a, b in dict.fromkeys(pairs) if a != b))
    results = figures(*((str(urn), "2017/18", float(urn)) for urn in range(1, 9)))
    carried = carry_measures(results, build_lineage(stated))
    assert carried["from_urn"].to_list() == results["urn"].to_list()
    assert carried["value"].to_list() == results["value"].to_list()
    assert carried.filter(pl.col("carried"))["carry_rule"].is_in(["succeeded", "merged"]).all()


@pytest.mark.real
def test_every_real_figure_is_carried_or_says_why_not(real_data: Path) -> None:
    stated = [
        read_register_file(real_data / "links" / f"links_edubasealldata{v}.csv").frame
        for v in ("202105", "20230421")
    ]
    results = choose_release(read_measures_file(real_data / "performance" / "ks4_perf_2018.csv").measures)
    carried = carry_measures(results, build_lineage(stated), date(2022, 8, 31))
    assert carried.height == results.height
    counted = dict(carrying_counts(carried).select("carry_rule", "schools").iter_rows())
    assert sum(counted.values()) == results["urn"].n_unique() == 5_519
    assert counted["succeeded"] > 300
    assert carried.filter(pl.col("urn").is_null())["carry_rule"].unique().to_list() == ["split"]


@pytest.mark.real
def test_the_lookup_by_postcode_is_of_the_indices_of_2019(real_data: Path) -> None:
    areas = read_deprivation_file(real_data / "derived" / "imd2019_england_lsoa11.csv.gz")
    assert areas.deprivation["small_area"].n_unique() == areas.rows_read == 32_844
    for part, rows in ((1, 9_001), (2, 9_000), (3, 7_135)):
        path = real_data / "geography" / f"deprivation_by_school_postcode_{part}.csv"
        lookup = read_deprivation_file(path, edition="2019")
        assert lookup.counts["rows"].sum() == lookup.rows_read == rows
        both = lookup.deprivation.join(areas.deprivation, on=["small_area", "measure"])
        assert both.height > 30_000
        assert (both["value"] == both["value_right"]).all()


@pytest.mark.real
def test_stacking_real_years_keeps_every_row(real_data: Path) -> None:
    readings = [
        read_measures_file(real_data / "performance" / f"ks4_perf_{y}.csv") for y in (2016, 2017, 2018)
    ]
    stacked = stack_measures(readings)
    assert (
        stacked.height
        == sum(reading.measures.height for reading in readings)
        == choose_release(stacked).height
    )
