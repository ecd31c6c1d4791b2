"""Inspections: each grade in the words of its framework; two frameworks only by a crosswalk that is named."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from leadscape.codebooks.inspections import load_inspections, parse_inspections
from leadscape.core.errors import CodebookProblem, NotComparable, TableProblem
from leadscape.need.inspections.comparing import read_together
from leadscape.need.inspections.reading import latest_inspections, read_inspections_file

from tests.support.figures import write_report_cards, write_rows, write_sub_judgements

HISTORY = ["URN", "Rating", "Inspection Date"]


def grades(frame: pl.DataFrame, urn: str) -> dict[str, str | None]:
    return dict(frame.filter(urn=urn).select("area", "grade").iter_rows())


def test_history_is_read_in_the_words_of_its_day(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "history.csv", HISTORY,
        [["900001", "Good", "20050921"], ["900001", "Satisfactory", "20120831"],
         ["900001", "Requires Improvement", "20120901"], ["900001", "Satisfactory", "20130401"],
         ["900002", "Good", "20140101"], ["900002", "Good", "20140101"], ["900003", "Splendid", "20140101"],
         ["", "Good", "20140101"], ["900004", "Good", ""], ["900005", "", ""]],
    )  # fmt: skip
    reading = read_inspections_file(path)
    assert reading.inspections.filter(urn="900001").select("inspected_on", "framework", "grade").rows() == [
        (date(2005, 9, 21), "section5_2005", "good"),
        (date(2012, 8, 31), "section5_2005", "satisfactory"),
        (date(2012, 9, 1), "section5_2012", "requires_improvement"),
        (date(2013, 4, 1), "section5_2005", "satisfactory"),
    ]
    assert any("1 judgements use words of a framework before their date" in note for note in reading.notes)
    strange = reading.inspections.filter(urn="900003").row(0, named=True)
    assert (strange["grade"], strange["status"], strange["written"]) == (None, "unknown", "Splendid")
    counted = {reason: n for _, reason, n, _ in reading.counts.iter_rows()}
    assert counted == {"judged": 6, "same": 1, "no_number": 1, "no_date": 1, "not_inspected": 1}
    assert sum(counted.values()) == reading.rows_read
    assert {row for row, *_ in reading.problems.iter_rows()} == {8, 9, 10}


def test_two_grades_on_one_day_are_both_kept_and_told(tmp_path: Path) -> None:
    rows = [["900001", "Good", "20140101"], ["900001", "Inadequate", "20140101"]]
    reading = read_inspections_file(write_rows(tmp_path / "history.csv", HISTORY, rows))
    assert reading.inspections.height == 2
    assert reading.problems.select("row", "value").rows() == [(3, "Inadequate")]


def test_sub_judgements_have_no_overall_grade(tmp_path: Path) -> None:
    reading = read_inspections_file(write_sub_judgements(tmp_path / "mi_2025.csv"))
    a = reading.inspections.filter(urn="900001")
    assert set(a["framework"]) == {"sub_judgements_2024"}
    assert grades(a, "900001") == {
        "overall_effectiveness": None, "quality_of_education": "good", "behaviour_and_attitudes": "outstanding",
        "personal_development": "good", "leadership_and_management": "requires_improvement", "early_years": "good",
    }  # fmt: skip
    assert a.filter(area="overall_effectiveness").select("status", "written").row(0) == (
        "not_applicable",
        "Not judged",
    )
    b = reading.inspections.filter(urn="900002")
    assert set(b["framework"]) == {"section5_2012"}, "before September 2024"
    assert grades(b, "900002")["overall_effectiveness"] == "requires_improvement"
    assert grades(reading.inspections, "900003")["early_years"] is None
    assert a["published_on"][0] == date(2025, 1, 10)
    assert reading.problems.is_empty()


def test_report_cards_and_the_grade_before_stand_side_by_side(tmp_path: Path) -> None:
    reading = read_inspections_file(write_report_cards(tmp_path / "mi_2026.csv"))
    assert reading.format_id == "ofsted_report_cards"
    card = reading.inspections.filter(urn="900001", framework="report_card_2025")
    assert grades(card, "900001") == {
        "safeguarding": "met", "inclusion": "strong_standard", "curriculum_and_teaching": "expected_standard",
        "achievement": "needs_attention", "attendance_and_behaviour": "expected_standard",
        "personal_development_and_well_being": "exceptional", "leadership_and_governance": "urgent_improvement",
    }  # fmt: skip
    before = reading.inspections.filter(urn="900001", framework="section5_2012")
    assert before.filter(area="overall_effectiveness").select("grade", "inspected_on").row(0) == (
        "good",
        date(2019, 3, 12),
    )
    assert set(reading.inspections.filter(urn="900002")["framework"]) == {"sub_judgements_2024"}
    assert grades(reading.inspections, "900003")["safeguarding"] == "not_met"
    assert reading.problems.select("row", "column", "value").rows() == [
        (4, "Leadership and governance", "Fine")
    ]
    counted = {reason: n for _, reason, n, _ in reading.counts.iter_rows()}
    assert counted == {"judged": 3, "not_inspected": 1}


def test_comparing_across_frameworks_is_refused_unless_a_crosswalk_is_named(tmp_path: Path) -> None:
    rows = [["900001", "Satisfactory", "20110101"], ["900001", "Good", "20140101"]]
    found = read_inspections_file(write_rows(tmp_path / "history.csv", HISTORY, rows)).inspections
    with pytest.raises(NotComparable, match="no crosswalk is named"):
        read_together(found)
    together = read_together(found, "satisfactory_as_requires_improvement")
    assert together.frame.select("framework", "grade", "rank", "crossed").rows() == [
        ("section5_2012", "requires_improvement", 3, True),
        ("section5_2012", "good", 2, False),
    ]
    assert "higher expectation" in together.statement
    within = read_together(found.filter(pl.col("framework") == "section5_2012"))
    assert (within.crosswalk, within.frame["rank"].to_list()) == (None, [2])
    with pytest.raises(NotComparable, match="does not join section5_2005"):
        read_together(found, "leadership_below_expected")
    with pytest.raises(CodebookProblem, match="no crosswalk 'mine'"):
        read_together(found, "mine")


def test_a_crosswalk_says_nothing_of_areas_it_does_not_name(tmp_path: Path) -> None:
    found = read_inspections_file(write_report_cards(tmp_path / "mi.csv")).inspections
    with pytest.raises(NotComparable):
        read_together(found, "leadership_below_expected")
    chosen = found.filter(urn="900001").filter(
        pl.col("area").is_in(["overall_effectiveness", "leadership_and_governance"])
    )
    ranks = (
        read_together(chosen, "leadership_below_expected").frame.sort("inspected_on").select("grade", "rank")
    )
    assert ranks.rows() == [("expected_standard", 3), ("urgent_improvement", 5)]


def test_latest_is_by_area_and_day(tmp_path: Path) -> None:
    rows = [["900001", "Satisfactory", "20110101"], ["900001", "Good", "20140101"]]
    found = read_inspections_file(write_rows(tmp_path / "history.csv", HISTORY, rows)).inspections
    assert latest_inspections(found)["grade"].to_list() == ["good"]
    assert latest_inspections(found, pl.lit(date(2012, 1, 1)))["grade"].to_list() == ["satisfactory"]


def test_frameworks_do_not_overlap_and_know_their_days() -> None:
    book = load_inspections()
    for one, after in zip(book.frameworks, book.frameworks[1:], strict=False):
        assert one.last is not None
        assert one.last < after.first
    card = book.by_id["report_card_2025"]
    assert card.first == date(2025, 11, 10)
    assert len(card.grades) == 5
    assert len([area for area in card.areas if area not in ("early_years", "post_16")]) == 6
    assert [grade.id for grade in card.grades_of("safeguarding")] == ["met", "not_met"]
    assert card.grades_of("overall_effectiveness") == ()


def test_a_codebook_that_contradicts_itself_is_refused() -> None:
    text = (
        '[codebook]\nid="x"\ntitle="x"\nsystem="x"\nsource="x"\n[[framework]]\nid="a"\nlabel="a"\nsource="a"\n'
        'from=2000-01-01\nareas=["whole"]\ngrades=[{id="good",label="Good",rank=1,written=["Good"]}]\n'
        '[[crosswalk]]\nid="w"\nfrom="a"\nto="b"\npurpose=""\nloses=""\nsource=""\narea={whole="whole"}\n'
        'grades={good="good"}\n'
    )
    with pytest.raises(CodebookProblem, match="names the framework 'b'"):
        parse_inspections(text.encode(), "own")


def test_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableProblem, match="no file of inspections"):
        read_inspections_file(write_rows(tmp_path / "x.csv", ["URN", "b"], [["900001", "2"]]))


@pytest.mark.real
def test_the_history_holds_what_a_plain_count_holds(real_data: Path) -> None:
    path = real_data / "derived" / "ofsted_2005-09_to_2018-08.csv.gz"
    reading = read_inspections_file(path)
    with gzip.open(path, "rt", encoding="utf-8-sig") as stream:
        rows = [tuple(row.values()) for row in csv.DictReader(stream)]
    plain = Counter(rating for _, rating, _ in set(rows))
    mine = Counter(reading.inspections["written"])
    assert mine == plain
    assert reading.rows_read == len(rows) == 55_646
    assert reading.counts["rows"].sum() == len(rows)
    assert plain["Satisfactory"] == 9_845 == reading.inspections.filter(grade="satisfactory").height
    late = reading.inspections.filter(
        (pl.col("grade") == "satisfactory") & (pl.col("inspected_on") > date(2012, 8, 31))
    )
    assert late.height == 47
    assert reading.inspections["grade"].null_count() == 0
