"""What a file holds, told before anybody relies on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leadscape.core.errors import FileProblem
from leadscape.register.profile import profile_file

FILE = """URN,EstablishmentName,EstablishmentStatus (name),PhaseOfEducation (name),OpenDate,Postcode,LA (name),Colour
100001,Ash School,Open,Primary,01-09-2012,AB1 2CD,Wells,red
100002,The  Elm,Open,Primary,01-01-1900,AB1 2CE,Wells,red
100003,the elm,Closed,Secondary,,ab1 2ce,Bath,
100004,Oak,Open,Nursery,31-31-2000,,Bath,
100004,Oak Tree,Open,Nursery,,,Bath,
bad number,Fir,Open,Primary,,,Bath,
"""


@pytest.fixture
def profile(tmp_path: Path):
    def make(text: str, name: str = "register.csv"):
        (tmp_path / name).write_text(text)
        return profile_file(tmp_path / name)

    return make


def test_a_profile_tells_format_rows_repeats_gaps_and_dates(profile):
    told = profile(FILE)
    assert told.usable
    assert (told.format_id, told.table, told.rows_read, told.encoding) == (
        "gias_establishments",
        "schools",
        6,
        "utf-8",
    )
    assert told.columns_ignored == ("Colour",)
    assert "pupils" in told.columns_missing
    assert dict(told.counts.select("outcome", "rows").iter_rows()) == {"used": 3, "problem": 3}
    assert told.duplicates.rows() == [("urn", "100004", 2), ("name and postcode", "the elm, AB1 2CE", 2)]
    assert dict(told.filled.select("column", "filled_share").iter_rows())["opened_on"] == pytest.approx(1 / 3)
    assert told.value_counts.filter(column="phase").select("value", "rows").rows() == [
        ("primary", 2),
        ("secondary", 1),
    ]
    assert told.value_counts.filter(column="authority_name").rows() == [
        ("authority_name", "Wells", 2),
        ("authority_name", "Bath", 1),
    ]
    assert told.dates.row(0) == ("opened_on", date(2012, 9, 1), date(2012, 9, 1), 2)
    assert {(row, column) for row, column, _, _ in told.problems.iter_rows()} == {
        (5, None), (5, "OpenDate"), (6, None), (7, "URN"),
    }  # fmt: skip
    assert told.warnings[0] == "3 of 6 rows are kept out because they break the table."
    assert told.places_missing is None


def test_a_file_in_no_format_is_not_usable_and_says_what_it_lacks(profile):
    told = profile("EstablishmentName,EstablishmentStatus (name)\nAsh,Open\n")
    assert not told.usable
    assert told.nearest == "register.csv looks like GIAS establishments but lacks urn ('URN')."
    assert told.reason is not None
    assert told.reason.startswith("register.csv looks like GIAS establishments but lacks urn")
    assert told.columns_ignored == ("EstablishmentName", "EstablishmentStatus (name)")


def test_a_file_without_a_usable_row_keeps_its_problems(profile):
    told = profile("URN,EstablishmentName,EstablishmentStatus (name)\n,Ash,Open\n")
    assert not told.usable
    assert told.format_id == "gias_establishments"
    assert told.problems.select("row", "column").rows() == [(2, "URN")]


def test_a_file_that_is_no_table_has_no_profile(profile):
    with pytest.raises(FileProblem, match="a PDF document"):
        profile("%PDF-1.7")


def test_spells_of_one_school_are_no_repeats(profile):
    told = profile(
        "School ID,School Name,Type,From,To\n1,Ash,Full Primary,2000,2003\n1,Ash,Composite,2004,2017\n"
    )
    assert told.usable
    assert told.duplicates.is_empty()


@pytest.mark.real
def test_places_that_the_open_register_lacks_are_counted(real_data):
    told = profile_file(real_data / "derived/register_open_2018-03.csv.gz")
    assert told.usable
    assert told.places_missing == 12
    assert told.places_outside == 0
