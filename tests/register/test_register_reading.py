"""Register files of any format: what enters a table, what does not, and why; every row is accounted for."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import TableProblem
from leadscape.register.reading import Reading, read_register_file

HEADER = "URN,EstablishmentName,TypeOfEstablishment (name),EstablishmentStatus (name),PhaseOfEducation (name)"


@pytest.fixture
def read(tmp_path: Path):
    def reader(text: str, name: str = "register.csv", **options) -> Reading:
        path = tmp_path / name
        path.write_bytes(text.encode())
        reading = read_register_file(path, **options)
        assert reading.counts["rows"].sum() == reading.rows_read
        return reading

    return reader


def outcomes(reading: Reading) -> dict[tuple[str, str], int]:
    return {(outcome, reason): rows for outcome, reason, rows, _ in reading.counts.iter_rows()}


# The readable cases


def test_every_row_is_a_school_or_has_a_reason(read):
    reading = read(
        f"""{HEADER},LA (code)
100001,Ash School,Community school,Open,Primary,201
100002,Elm Centre,Children's centre,Open,Not applicable,201
100003,Oak School,Academy converter,"Open, but proposed to close",Middle deemed secondary,202
100004,Ysgol y Bryn,Welsh establishment,Open,Not applicable,681
100005,Fir University,Higher education institutions,Open,Not applicable,201
100006,Yew College,Further education,Closed,16 plus,202
x y,No Number,Community school,Open,Primary,201
100001,Ash School,Community school,Open,Primary,201
100007,Box School,Community school,Open,Primary,201,surplus

"""
    )
    assert reading.frame.select("urn", "name", "status", "phase", "authority_code").rows() == [
        ("100001", "Ash School", "open", "primary", "201"),
        ("100003", "Oak School", "proposed_to_close", "secondary", "202"),
        ("100006", "Yew College", "closed", "sixteen_plus", "202"),
    ]
    assert outcomes(reading) == {
        ("used", "schools"): 3,
        ("out_of_scope", "childrens_centre"): 1,
        ("out_of_scope", "university"): 1,
        ("out_of_scope", "welsh"): 1,
        ("duplicate", "repeat"): 1,
        ("problem", "declaration"): 1,
        ("problem", "unreadable"): 1,
    }
    assert reading.out_of_scope.row(0) == (3, "100002", "Elm Centre", "childrens_centre", "Children's centre")
    assert reading.problems.select("row", "column", "value").rows() == [
        (8, "URN", "x y"),
        (10, None, "7 fields"),
    ]


def test_a_wrong_cell_is_left_missing_and_reported_a_wrong_number_costs_the_row(read):
    reading = read(
        f"""{HEADER},OpenDate,StatutoryLowAge,PercentageFSM,NumberOfPupils
100001,Ash,Community school,Open,Primary,31-02-2010,four,140,"1,204"
100002,,Community school,Open,Primary,01-09-2012,3,12.5,SUPP
100003,Elm,Community school,Open,Primary,1900-01-01,120,12.5%,
"""
    )
    assert reading.frame.select(
        "urn", "opened_on", "low_age", "fsm_pct", "fsm_pct_status", "pupils"
    ).rows() == [
        ("100001", None, None, None, "unknown", 1204.0),
        ("100003", None, None, 12.5, "reported", None),
    ]
    assert reading.frame["pupils_status"].to_list() == ["reported", "unknown"]
    assert reading.problems.rows() == [
        (2, "OpenDate", "31-02-2010", "Must be a date; the cell was left missing."),
        (2, "PercentageFSM", "140.0", "Must be at most 100; the cell was left missing."),
        (2, "StatutoryLowAge", "four", "Must be a number; the cell was left missing."),
        (3, "EstablishmentName", None, "Must not be blank."),
        (4, "StatutoryLowAge", "120", "Must be at most 99; the cell was left missing."),
    ]


@pytest.mark.parametrize("word", ["NaN", "inf", "-inf", "1e309", "99999999999999999999", "1e30"])
def test_a_number_to_a_computer_only_is_missing_and_reported(read, word):
    header = f"{HEADER},LA (code),StatutoryLowAge"
    row = "Ash School,Community school,Open,Primary,201"
    reading = read(f"{header}\n100001,{row},{word}\n100002,{row},4\n")
    assert reading.frame["low_age"].to_list() == [None, 4]
    assert reading.problems["value"].to_list() == [word]


def test_a_suppressed_measure_is_neither_zero_nor_unknown(read):
    reading = read(f"{HEADER},NumberOfPupils\n100001,Ash,Community school,Open,Primary,SUPP\n")
    assert reading.frame.select("pupils", "pupils_status", "fsm_pct_status").row(0) == (
        None,
        "suppressed",
        "not_collected",
    )
    assert {"capacity", "fsm_pct", "region"} <= set(reading.columns_missing)
    assert "pupils_status" not in reading.columns_missing


def test_two_rows_that_contradict_each_other_are_both_kept_out(read):
    reading = read(f"{HEADER}\n1,Ash,a,Open,Primary\n1,Elm,a,Open,Primary\n2,Oak,a,Open,Primary\n")
    assert reading.frame["urn"].to_list() == ["2"]
    assert reading.problems["rule"].unique().to_list() == ["Must not repeat: one row for each urn."]


def test_wordings_that_no_format_maps_are_counted_not_guessed(read):
    reading = read(f"{HEADER}\n1,Ash,a,Dormant,Upper\n2,Elm,a,Dormant,Primary\n")
    assert reading.frame.select("status", "phase").rows() == [("unknown", None), ("unknown", "primary")]
    assert reading.notes == (
        "EstablishmentStatus (name): 'Dormant' (2 rows) is not mapped; read as unknown.",
        "PhaseOfEducation (name): 'Upper' (1 rows) is not mapped; left missing.",
    )


def test_places_are_shifted_to_wgs84_and_impossible_ones_left_out(read):
    reading = read(
        f"""{HEADER},Easting,Northing
1,Tower,a,Open,Primary,530000,180000
2,Zero,a,Open,Primary,0,0
3,Half,a,Open,Primary,530000,
4,Abroad,a,Open,Primary,530000,1180000
"""
    )
    place = reading.frame.select("longitude", "latitude").row(0)
    assert place == pytest.approx((-0.1284, 51.5038), abs=1e-3)
    assert reading.frame["easting"].to_list() == [530000, None, None, None]
    assert reading.frame["longitude"].null_count() == 3
    assert reading.problems.row(0) == (
        5,
        "Easting",
        "530000.0, 1180000.0",
        "Must lie in England; the place was left missing.",
    )
    assert reading.notes == (
        "2 schools have a coordinate of zero or only one of two; they are left without a place.",
    )


def test_heads_and_groups_come_with_an_extract(read):
    reading = read(
        f"""{HEADER},HeadFirstName,HeadLastName,HeadPreferredJobTitle,Trusts (code),Trusts (name),TrustSchoolFlag (name)
1,Ash,a,Open,Primary,Asha,Quill,Headteacher,2001,QUILL TRUST,Supported by a multi-academy trust
2,Elm,a,Open,Primary,,,,,,Not supported by a trust
3,Oak,Children's centre,Open,Primary,Bo,Marlow,Manager,,,
""",
        seen_on=date(2021, 5, 1),
    )
    assert reading.companions["headships"].rows() == [("1", "Asha Quill", "Headteacher", date(2021, 5, 1))]
    assert reading.companions["memberships"].select("urn", "group_uid", "group_type", "seen_on").rows() == [
        ("1", "2001", "multi_academy_trust", date(2021, 5, 1))
    ]


def test_a_plain_list_is_open_unless_it_closed_before_its_date(read):
    text = "urn,name,open_date,close_date\n1,Ash,,31-08-1992\n2,Elm,01-01-1900,\n3,Oak,01-09-2030,\n4,Fir,,31-08-2030\n"
    reading = read(text, "list_2022-10-28.csv")
    assert reading.seen_on == date(2022, 10, 28)
    assert reading.frame["status"].to_list() == ["closed", "open", "proposed_to_open", "proposed_to_close"]
    assert reading.frame["opened_on"].to_list() == [None, None, date(2030, 9, 1), None]


def test_only_links_of_succession_are_lineage(read):
    reading = read(
        """URN,LinkURN,LinkName,LinkType,LinkEstablishedDate
1,2,Elm,Successor - merged,31-08-2021
2,1,Ash,Predecessor,
1,3,Oak,Result of Amalgamation,01-09-2014
1,4,Fir,Sixth Form Centre Link,
1,5,Yew,Sideways,
"""
    )
    assert reading.frame.select("urn", "link_urn", "relation", "link_type", "established_on").rows() == [
        ("1", "2", "successor", "Successor - merged", date(2021, 8, 31)),
        ("2", "1", "predecessor", "Predecessor", None),
        ("1", "3", "related", "Result of Amalgamation", date(2014, 9, 1)),
    ]
    assert outcomes(reading) == {
        ("used", "links"): 3,
        ("out_of_scope", "not_lineage"): 1,
        ("problem", "declaration"): 1,
    }


@pytest.mark.parametrize("uid", ["Linked UID", "Group UID"])
def test_memberships_of_2018_and_2022_are_one_table(read, uid):
    reading = read(
        f"""URN,{uid},Group Name,Companies House Number,Group Type,Joined date,EstablishmentName,PhaseOfEducation (name)
1,2001,QUILL TRUST,8452281.0,Multi-academy trust,01-09-2016,Ash,Primary
2,80001,Ash Centres,,Children's Centres Group,1900-01-01,Elm Centre,Not applicable
""",
        "members_20180501.csv",
    )
    assert reading.table == "memberships"
    assert reading.frame.select("group_uid", "group_type", "joined_on", "seen_on").rows() == [
        ("2001", "multi_academy_trust", date(2016, 9, 1), date(2018, 5, 1)),
        ("80001", "childrens_centres", None, date(2018, 5, 1)),
    ]


def test_groups_keep_their_company_number_whole(read):
    reading = read(
        "Group UID,Group ID,Group Name,Companies House Number,Group Type,Group Status,Closed Date\n"
        "2001,TR00001,QUILL TRUST,8452281.0,Single-academy trust,Open,\n"
        "2002,,Two Schools,,Federation,Closed,2010-08-31\n"
    )
    assert reading.frame.select("companies_house_number", "status", "closed_on").rows() == [
        ("08452281", "open", None),
        (None, "closed", date(2010, 8, 31)),
    ]


SPELLS = """School ID,School Name,Type,Authority,Regional Council,TA with Auckland Local Board,From,To
1,Te Ash School,Full Primary,State: Not integrated,North,Far North,2000,2004
1,Te Ash School,Composite (Year 1-15),State: Not integrated,North,Far North,2005,2017
2,Te Elm School,Contributing,State: Not integrated,North,Far North,2000,2010
3,Te Oak School,Special School,State: Not integrated,North,Far North,2012,2017
"""


@pytest.mark.parametrize(
    ("seen_on", "expected"),
    [
        (None, [("1", "all_through", "open"), ("2", "primary", "closed"), ("3", "not_applicable", "open")]),
        (
            date(2003, 3, 1),
            [("1", "primary", "open"), ("2", "primary", "open"), ("3", "not_applicable", "unknown")],
        ),
    ],
)
def test_another_country_is_a_file_of_spells_and_a_mapping(read, seen_on, expected):
    reading = read(SPELLS, seen_on=seen_on)
    assert reading.format_id == "new_zealand_schools"
    assert reading.frame.select("urn", "phase", "status").rows() == expected
    assert outcomes(reading)["out_of_scope", "other_spell"] == 1
    assert reading.frame.filter(urn="3")["opened_on"].to_list() == [date(2012, 1, 1)]
    assert reading.frame.filter(urn="1")["opened_on"].to_list() == [None], "it may be older than the file"


def test_the_last_spell_before_the_date_stands_for_a_closed_school(read):
    lines = [
        "School ID,School Name,Type,From,To",
        "1,Ash,Composite,2004,2007",
        "1,Ash,Full Primary,2000,2003",
    ]
    lines += ["2,Elm,Composite,2000,2017", "3,Oak,Composite,2014,2015", "3,Oak,Full Primary,2016,2017"]
    reading = read("\n".join(lines), seen_on=date(2010, 1, 1))
    assert reading.frame.select("urn", "phase", "status", "closed_on").rows() == [
        ("1", "all_through", "closed", date(2007, 12, 31)),
        ("2", "all_through", "open", None),
        ("3", "all_through", "unknown", None),
    ]


def test_a_status_that_contradicts_the_dates_is_noted(read):
    reading = read(
        f"{HEADER},CloseDate\n1,Ash,a,Open,Primary,31-08-2010\n2,Elm,a,Closed,Primary,31-08-2010\n"
    )
    assert reading.frame["status"].to_list() == ["open", "closed"]
    assert reading.notes == ("1 schools are open by their status and have a closing date.",)


def test_the_spine_in_a_workbook_derives_phases_and_leaves_out_totals(tmp_path):
    header = ["RECTYPE", "URN", "LA", "SCHNAME", "ICLOSE", "OPENDATE", "MINORGROUP", "NFTYPE"]
    header += ["ISPRIMARY", "ISSECONDARY", "ISPOST16"]
    lines = [
        ["1", "100001", "201", "Ash", 1, "", "Maintained School", "Community school", 1, 0, 0],
        ["1", 100002.0, "201", "Elm", 2, "20180901", "Academy", "Academy", 1, 1, 0],
        ["2", "100003", "201", "Oak", 1, "", "Special school", "Community special", 1, 1, 1],
        ["1", "100004", "201", "Fir", 3, "", "College", "Sixth form college", 0, 0, 1],
        ["4", "", "201", "", "", "", "", "", "", "", ""],
        ["1", "", "201", "", "1", "", "", "", "", "", ""],
    ]
    with xlsxwriter.Workbook(tmp_path / "spine.xlsx") as workbook:
        sheet = workbook.add_worksheet("england")
        for number, line in enumerate([header, *lines]):
            sheet.write_row(number, 0, line)
    reading = read_register_file(tmp_path / "spine.xlsx")
    assert reading.frame.select("urn", "status", "phase", "opened_on").rows() == [
        ("100001", "open", "primary", None),
        ("100002", "closed", "all_through", date(2018, 9, 1)),
        ("100003", "open", "not_applicable", None),
        ("100004", "proposed_to_close", "sixteen_plus", None),
    ]
    assert outcomes(reading) == {
        ("used", "schools"): 4,
        ("out_of_scope", "aggregate"): 1,
        ("out_of_scope", "blank_urn"): 1,
    }


# Formats that only differ in clothes


def test_code_columns_alone_are_enough(read):
    reading = read(
        "urn,establishment_name,EstablishmentStatus (code),PhaseOfEducation (code),TypeOfEstablishment (code)\n"
        "1,Ash,1,5,01\n2,Elm,4,7,28\n3,Oak Centre,1,0,47\n"
    )
    assert reading.frame.select("status", "phase").rows() == [
        ("open", "secondary"),
        ("proposed_to_open", "all_through"),
    ]
    assert outcomes(reading)["out_of_scope", "childrens_centre"] == 1


def test_the_short_form_takes_the_authority_from_the_school_number(read):
    reading = read(
        "urn,laestab,num_pupils,phase,la_name,region,easting,northing\n"
        "1,9383375,210,Primary,West Sussex,South East,502465,102918\n"
        "2,873NA,,Not applicable,Cambridgeshire,East of England,538104,263602\n"
        "3,6811003,,Not applicable,Cardiff,Wales (pseudo),317801,174394\n"
        "4,7014012,,Not applicable,Jersey Offshore Establishments,Not Applicable,,\n"
        "5,0604012,,Not applicable,Does not apply,Not Applicable,,\n"
    )
    assert reading.frame.select("urn", "name", "authority_code", "status").rows() == [
        ("1", None, "938", "open")
    ]
    assert set(reading.out_of_scope["reason"]) == {
        "no_establishment_number",
        "welsh",
        "offshore",
        "outside_authorities",
    }


# What cannot be read as a register


def test_a_register_without_numbers_is_told_what_it_lacks(read):
    with pytest.raises(TableProblem, match=r"looks like GIAS establishments but lacks urn \('URN'\)"):
        read("EstablishmentName,EstablishmentStatus (name),PhaseOfEducation (name)\nAsh,Open,Primary\n")
    with pytest.raises(
        TableProblem, match=r"None of the 2 rows .* can be used as schools \(2 declaration\)"
    ) as caught:
        read(f"{HEADER}\n,Ash,a,Open,Primary\n,Elm,a,Open,Primary\n")
    assert caught.value.problems["column"].to_list() == ["URN", "URN"]


def test_results_are_not_a_register(read):
    with pytest.raises(
        TableProblem, match="is no register: it looks like Performance tables, results at key stage 2"
    ):
        read("URN,KS2 Pupils,Reading Progress\n1,28,2.7\n")
    with pytest.raises(TableProblem, match="is in no known format"):
        read("postcode,deprivation\nAB1 2CD,7\n")


def test_table_asked_for_narrows_the_formats(read):
    assert read("urn,name\n1,Ash\n", table="schools").table == "schools"
    with pytest.raises(TableProblem):
        read("urn,name\n1,Ash\n", table="links")


# Laws

line = st.sampled_from(
    [
        "{n},Ash,Community school,Open,Primary",
        "{n},Elm Centre,Children's centre,Open,Not applicable",
        "7,Oak,Community school,Open,Primary",
        "7,Fir,Community school,Open,Primary",
        "{n},,Community school,Open,Primary",
        ",Yew,Community school,Open,Primary",
        "{n},Box,Community school,Lost,Upper,surplus",
        '{n},"Torn,Community school,Open,Primary',
        "",
    ]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(line, max_size=15), st.randoms())
def test_counts_add_up_and_the_order_of_rows_does_not_matter(tmp_path_factory, lines, random):
    folder = tmp_path_factory.mktemp("law")
    body = ["900000,First,Community school,Open,Primary"]
    body += [text.format(n=100000 + number) for number, text in enumerate(lines)]
    (folder / "a.csv").write_text("\n".join([HEADER, *body]) + "\n")
    random.shuffle(body)
    (folder / "b.csv.gz").write_bytes(gzip.compress("\n".join([HEADER, *body, ""]).encode()))
    first, second = read_register_file(folder / "a.csv"), read_register_file(folder / "b.csv.gz")
    assert first.counts["rows"].sum() == first.rows_read
    assert first.frame["urn"].is_unique().all()
    used = pl.col("outcome") == "used"
    assert first.counts.filter(used)["rows"].to_list() == second.counts.filter(used)["rows"].to_list()
    assert first.frame.sort("urn").equals(second.frame.sort("urn"))


# Real files

REGISTERS = {
    "derived/gias_surrey_2021-05_pseudonymised.csv": ("gias_establishments", 590, 516),
    "derived/register_2022-08.csv.gz": ("gias_establishments", 20188, 20188),
    "derived/register_open_2018-03.csv.gz": ("gias_open", 30013, 24834),
    "register/rtt_schools_gias_2022-10-28.csv": ("school_list", 42545, 42545),
    "register/rtt_schools_gias_2023-07-20.csv": ("school_list", 22009, 22009),
    "register/rtt_schools_lead_flag_2021-04-26.csv": ("school_list", 49029, 49029),
    "register/school_details_2018.csv": ("school_details", 26078, 26078),
    "register/spine_2017-2018.xlsx": ("dfe_spine", 26078, 26078),
    "leaders/itt_lead_schools_2023-07-25.csv": ("school_list", 739, 739),
    "leaders/teaching_schools_2018-03-12.xls": ("teaching_schools", 808, 808),
    "other_countries/new_zealand/school_details.csv": ("new_zealand_schools", 3219, 2998),
    "links/links_edubasealldata202105.csv": ("gias_links", 29817, 29585),
    "links/links_edubasealldata20230421.csv": ("gias_links", 31274, 31048),
    "links/links_edubasealldata20240129.csv": ("gias_links", 32197, 31982),
    "derived/groups_2022-03-31.csv.gz": ("gias_groups", 6883, 6883),
    "groups/group_links_2022-03-29.csv": ("gias_memberships", 20400, 20400),
    **{
        f"groups/grouplinks_edubaseallacademiesandfree2018{day}.csv": ("gias_memberships", rows, rows)
        for day, rows in {
            "0501": 11871, "0601": 11961, "0701": 12054, "0801": 12196,
            "0902": 12623, "1001": 12801, "1101": 12792, "1201": 12915,
        }.items()
    },
}  # fmt: skip


@pytest.mark.real
@pytest.mark.parametrize("file", REGISTERS)
def test_every_real_file_reads_with_counts_that_add_up(real_data, file):
    reading = read_register_file(real_data / file)
    assert (reading.format_id, reading.rows_read, reading.frame.height) == REGISTERS[file]
    assert reading.counts["rows"].sum() == reading.rows_read
    assert reading.problems.is_empty()
    left_out = reading.counts.filter(pl.col("outcome") == "out_of_scope")["rows"].sum()
    assert reading.out_of_scope.height == left_out


@pytest.mark.real
@pytest.mark.parametrize(
    "file",
    [
        "performance/ks2_perf_2017.csv",
        "performance/ks4_perf_2018.csv",
        "performance/england_ks5final_2016-2017.csv",
        "performance/raw_la/2018_936_ks2final.csv",
        "performance/raw_la/2016-2017_936_ks4final.csv",
    ],
)
def test_real_results_are_recognised_as_no_register(real_data, file):
    with pytest.raises(TableProblem, match="is no register: it looks like Performance tables"):
        read_register_file(real_data / file)


@pytest.mark.real
def test_the_register_of_2022_reads_as_its_publisher_counts_it(real_data):
    reading = read_register_file(real_data / "derived/register_2022-08.csv.gz")
    frame = reading.frame
    assert frame["phase"].value_counts().sort("phase").rows() == [
        ("all_through", 158),
        ("primary", 16782),
        ("secondary", 3248),
    ]
    assert frame["status"].value_counts().sort("status").rows() == [
        ("open", 20004),
        ("proposed_to_close", 184),
    ]
    assert frame["pupils"].null_count() == 533
    assert frame.filter((pl.col("pupils").is_null()) & (pl.col("pupils_status") == "reported")).is_empty()
    assert frame["longitude"].is_between(-6.4, 1.8).all()
    assert frame["latitude"].is_between(49.9, 55.9).all()
    assert (frame["opened_on"] != date(1900, 1, 1)).all()
    assert reading.companions["headships"].height == 20188
