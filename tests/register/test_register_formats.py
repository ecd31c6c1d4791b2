"""Formats as data: shipped ones are sound, a user's own is checked, and a file finds the one that fits."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.codebooks.library import load_codebook
from leadscape.core.errors import FileProblem, StudyProblem, TableProblem
from leadscape.register.dates import date_in_name, parse_date
from leadscape.register.formats import load_format, shipped_formats
from leadscape.register.reading import read_register_file
from leadscape.register.recognition import Headers, match_format, recognise

MAPPING = """
[format]
id = "highland"
title = "Highland schools"
table = "schools"
country = "highland"
source = "Invented"
required = ["urn", "name"]
date_order = "mdy"
placeholders = [1970-01-01]
bounds = [-10, 50, 5, 60]

[columns]
urn = ["SEED Code"]
name = ["School"]
opened_on = "Opened"
phase = ["Sector"]
authority_code = { headers = ["Council"], extract = '^(\\w+) ' }
longitude = ["Long"]
latitude = ["Lat"]

[constants]
status = "open"
region = "Highland"

[values.phase]
"Prim" = "primary"

[[scope]]
id = "closed"
sentence = "The list keeps closed schools in brackets."
headers = ["School"]
matches = '^\\('
"""


def test_every_shipped_format_uses_known_phases_and_distinct_ids():
    formats = shipped_formats()
    phases = set(load_codebook("england-2006").labels("phases"))
    assert len({known.id for known in formats}) == len(formats) >= 13
    for known in formats:
        mapped = {*known.values.get("phase", {}).values(), *known.patterns.get("phase", {}).values()}
        mapped |= {rule.value for rule in known.derived if rule.column == "phase"}
        assert mapped <= phases, known.id
        assert known.source
        assert all(rule.sentence.endswith(".") for rule in known.scope)


def test_a_mapping_file_reads_a_register_of_ones_own(tmp_path: Path):
    (tmp_path / "highland.toml").write_text(MAPPING)
    (tmp_path / "schools.csv").write_text(
        "seed_code,School,Opened,Sector,Council,Long,Lat\n"
        "5100001,Ash,12/31/1999,Prim,HC north,-4.2,57.5\n"
        "5100002,(Elm),1/1/1970,Prim,HC north,-4.2,57.5\n"
        "5100003,Oak,1/1/1970,Sec,HC south,57.5,-4.2\n"
    )
    reading = read_register_file(tmp_path / "schools.csv", mapping=tmp_path / "highland.toml")
    columns = ("urn", "opened_on", "phase", "authority_code", "region", "status", "longitude", "latitude")
    assert reading.frame.select(columns).rows() == [
        ("5100001", date(1999, 12, 31), "primary", "HC", "Highland", "open", -4.2, 57.5),
        ("5100003", None, None, "HC", "Highland", "open", None, None),
    ]
    assert reading.out_of_scope["reason"].to_list() == ["closed"]
    assert reading.problems.row(0)[3] == "Must lie in Highland; the place was left missing."
    (tmp_path / "other.csv").write_text("School\nAsh\n")
    with pytest.raises(TableProblem, match="looks like Highland schools but lacks urn"):
        read_register_file(tmp_path / "other.csv", mapping=tmp_path / "highland.toml")


def test_every_mistake_in_a_mapping_file_is_told(tmp_path: Path):
    wrong = MAPPING.replace('required = ["urn", "name"]', 'required = ["urn", "seat"]\ncolour = "red"')
    wrong = wrong.replace("opened_on", "oppened_on").replace('table = "schools"', 'table = "school"')
    wrong = wrong.replace("'^\\('", "'('").replace('"mdy"', '"ymd"') + "\n[extras]\n"
    (tmp_path / "wrong.toml").write_text(wrong)
    with pytest.raises(StudyProblem) as caught:
        load_format(tmp_path / "wrong.toml")
    said = " ".join(caught.value.problems)
    for part in ("[extras]", "'colour'", "'seat'", "'school'", "regular expression", "date_order"):
        assert part in said
    (tmp_path / "columns.toml").write_text(MAPPING.replace("opened_on", "oppened_on"))
    with pytest.raises(StudyProblem, match="'oppened_on' is no column of schools"):
        load_format(tmp_path / "columns.toml")
    (tmp_path / "broken.toml").write_text("[format\n")
    with pytest.raises(StudyProblem, match="not valid TOML"):
        load_format(tmp_path / "broken.toml")
    with pytest.raises(FileProblem, match="cannot be read"):
        load_format(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["URN", "EstablishmentName", "EstablishmentStatus (name)", "KS2 Pupils"], "gias_establishments"),
        (["urn", "establishment_name", "education_phase"], "gias_establishments"),
        (["urn", "name", "open_date"], "school_list"),
        (["URN", "LinkURN", "LinkType"], "gias_links"),
        (["URN", "Linked UID", "Group Name", "Group Type", "PhaseOfEducation (name)"], "gias_memberships"),
        (["Group UID", "Group Name", "Group Type", "Group Status"], "gias_groups"),
        (["School ID", "School Name", "Type", "From", "To"], "new_zealand_schools"),
    ],
)  # fmt: skip
def test_a_file_finds_the_format_that_uses_most_of_it(headers, expected):
    assert recognise(Headers(headers), shipped_formats(), "file.csv").format.id == expected


def test_two_formats_that_fit_equally_are_not_chosen_between():
    known = next(entry for entry in shipped_formats() if entry.id == "school_list")
    with pytest.raises(TableProblem, match="fits two formats equally"):
        recognise(Headers(["urn", "name"]), [known, known], "list.csv")


@given(
    st.lists(
        st.sampled_from(["open_date", "Open Date", "OPENDATE", "OpenDate", "open-date ", "open date"]),
        min_size=1,
    )
)
def test_case_blanks_and_punctuation_of_a_header_do_not_matter(headers):
    known = next(entry for entry in shipped_formats() if entry.id == "school_list")
    assert match_format(Headers(headers), known).columns == {"opened_on": headers[0]}


@pytest.mark.parametrize(
    ("written", "order", "expected"),
    [
        ("2018-09-01", "dmy", date(2018, 9, 1)),
        ("2018-09-01 00:00:00", "dmy", date(2018, 9, 1)),
        ("20180901", "dmy", date(2018, 9, 1)),
        ("20180901.0", "dmy", date(2018, 9, 1)),
        ("01-09-2018", "dmy", date(2018, 9, 1)),
        ("01-09-2018", "mdy", date(2018, 1, 9)),
        ("1/9/2018", "dmy", date(2018, 9, 1)),
        ("1 September 2018", "dmy", date(2018, 9, 1)),
        ("43344", "dmy", date(2018, 9, 1)),
        ("01-01-1900", "dmy", None),
        ("1900-01-01", "dmy", None),
        ("31-02-2018", "dmy", None),
        ("01-09-65", "dmy", None),
        ("soon", "dmy", None),
        (None, "dmy", None),
    ],
)
def test_dates_are_read_as_written(written, order, expected):
    frame = pl.DataFrame({"text": [written]}, schema={"text": pl.String})
    assert frame.select(parse_date(pl.col("text"), order, [date(1900, 1, 1)])).item() == expected


@given(st.dates(date(1900, 3, 1), date(2099, 12, 31)))
def test_a_date_means_the_same_however_it_is_written(day):
    serial = (day - date(1899, 12, 30)).days
    written = [f"{day:%Y-%m-%d}", f"{day:%d-%m-%Y}", f"{day:%d/%m/%Y}", f"{day:%Y%m%d}", f"{day:%d %B %Y}"]
    written += [f"{day:%Y-%m-%d} 00:00:00"] + ([str(serial)] if serial >= 10_000 else [])
    parsed = pl.DataFrame({"text": written}).select(parse_date(pl.col("text"))).to_series()
    assert parsed.unique().to_list() == [day]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rtt_schools_gias_2022-10-28.csv", date(2022, 10, 28)),
        ("links_edubasealldata20240129.csv", date(2024, 1, 29)),
        ("register_2022-08.csv.gz", None),
        ("spine_2017-2018.xlsx", None),
        ("from_20220101_to_20230101.csv", None),
        ("v20229901.csv", None),
    ],
)
def test_only_a_full_date_in_a_name_dates_a_file(name, expected):
    assert date_in_name(name) == expected
