"""The map as a table, and the data that a browser draws."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date

import polars as pl
import pytest

from leadscape_web.landscape.map_filters import MapFilters, read_filters
from leadscape_web.landscape.map_rates import rate_legend, rated_shapes

SCHOOLS = pl.DataFrame(
    [
        ("1", "open", None, None, "primary", ["T1"]),
        ("2", "open", date(2000, 9, 1), None, "secondary", None),
        ("3", "closed", date(1990, 9, 1), date(2005, 8, 31), "primary", None),
        ("4", "closed", None, None, "primary", None),
        ("5", "proposed_to_open", date(2030, 9, 1), None, "primary", None),
    ],
    schema={"urn": pl.String, "status": pl.String, "opened_on": pl.Date, "closed_on": pl.Date, "phase": pl.String,
            "trusts": pl.List(pl.String)},
    orient="row",
)  # fmt: skip
CHOICES = {"role": frozenset({"mentor_head"}), "phase": frozenset({"primary"}), "trust": frozenset({"T1"})}


@pytest.mark.parametrize(
    ("filters", "urns"),
    [
        (MapFilters(), ["1", "2"]),
        (MapFilters(phase="primary"), ["1"]),
        (MapFilters(trust="T1"), ["1"]),
        (MapFilters(on=date(2001, 1, 1)), ["1", "2", "3"]),
        (MapFilters(on=date(1995, 1, 1)), ["1", "3"]),
        (MapFilters(on=date(2005, 8, 31)), ["1", "2"]),
    ],
)
def test_schools_stand_on_the_map_on_the_dates_they_were_open(filters: MapFilters, urns: list[str]) -> None:
    assert filters.schools(SCHOOLS)["urn"].to_list() == urns


def test_an_address_says_what_is_shown_and_every_problem_is_told() -> None:
    asked = {"role": "mentor_head", "phase": "primry", "trust": "T9", "on": "31/13/2006"}
    filters, problems = read_filters(asked, CHOICES)
    assert filters == MapFilters(role="mentor_head")
    assert set(problems) == {"phase", "trust", "on"}
    assert "primry" in problems["phase"]


@pytest.mark.parametrize("text", ["2006-06-30", "30/6/2006", "30 June 2006", "30 jun 2006"])
def test_a_date_is_read_as_people_write_it(text: str) -> None:
    assert read_filters({"on": text}, {}) == (MapFilters(on=date(2006, 6, 30)), {})


def test_an_address_reads_back_as_it_was_written() -> None:
    filters = MapFilters(role="mentor_head", phase="primary", trust="T1", on=date(2006, 6, 30))
    asked = dict(pair.split("=") for pair in filters.query.split("&"))
    assert read_filters(asked, CHOICES) == (filters, {})


def _row(code: str, rate: float | None, status: str) -> dict[str, object]:
    return {"authority_code": code, "authority_name": f"Authority {code}", "per_100_schools": rate, "schools": 50,
            "holdings": None if rate is None else int(rate / 2), "holdings_status": status}  # fmt: skip


def test_what_is_missing_is_never_a_colour() -> None:
    rows = [_row(str(code), float(code), "reported") for code in range(1, 21)]
    rows += [_row("30", None, "unknown"), _row("31", None, "suppressed"), _row("32", None, "not_collected")]
    shape = {"type": "Polygon", "coordinates": []}
    shapes = {
        "features": [
            {"type": "Feature", "geometry": shape, "properties": {"code": code, "name": code}}
            for code in [row["authority_code"] for row in rows] + ["99"]
        ]
    }
    drawn = {f["properties"]["code"]: f["properties"] for f in rated_shapes(shapes, rows)["features"]}
    assert {drawn[code].get("hatch") for code in ("30", "31", "32", "99")} == {
        "hatch-left",
        "hatch-right",
        "dots",
    }
    assert not any("colour" in drawn[code] for code in ("30", "31", "32", "99"))
    assert all("colour" in drawn[str(code)] for code in range(1, 21))
    legend = rate_legend(rows)
    assert sum(line.authorities for line in legend) == len(rows)
    assert drawn["20"]["colour"] == [line.colour for line in legend if line.colour][-1]


@pytest.mark.django_db
class TestPage:
    """As it is asked for."""

    def test_a_reader_finds_every_open_school_and_the_leaders_of_their_area(self, client_of) -> None:
        page = client_of("authority.reader").get("/landscape/map/").content.decode()
        assert "7 schools open by the latest register" in page
        assert "1 of them without a place" in page
        assert (
            "1 leader in your sight with the home school on the map, at 1 school, by roles held on 30 June 2006"
            in page
        )
        assert "Ashgrove Primary School" in page

    def test_a_researcher_sees_schools_and_rates_and_is_told_why_no_leaders(self, client_of) -> None:
        page = client_of("nation.researcher").get("/landscape/map/").content.decode()
        assert "your rights do not show people" in page
        assert "data-leaders" not in page
        assert 'name="role"' not in page

    def test_leaders_are_for_those_who_may_see_them(self, client_of) -> None:
        assert client_of("nation.researcher").get("/landscape/map/leaders.json").status_code == 403
        homes = {
            who: json.loads(client_of(who).get("/landscape/map/leaders.json").content)["homes"]["leaders"]
            for who in ("nation.reader", "region.reader", "authority.reader")
        }
        assert homes == {"nation.reader": [1, 1, 1], "region.reader": [1, 1], "authority.reader": [1]}

    def test_ties_join_schools_by_their_place_in_the_list(self, client_of) -> None:
        client = client_of("nation.reader")
        schools = json.loads(client.get("/landscape/map/schools.json").content)
        ties = json.loads(client.get("/landscape/map/leaders.json").content)["ties"]
        joined = [
            (schools["urn"][a], schools["urn"][b]) for a, b in zip(ties["from"], ties["to"], strict=True)
        ]
        assert joined == [("100001", "100005")]

    def test_schools_are_sent_once_while_they_stay_the_same(self, client_of) -> None:
        client = client_of("nation.reader")
        first = client.get("/landscape/map/schools.json")
        again = client.get("/landscape/map/schools.json", headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)

    def test_a_role_narrows_the_table_to_schools_that_have_or_receive_it(self, client_of) -> None:
        page = (
            client_of("nation.reader")
            .get("/landscape/map/?role=national_leader_of_education")
            .content.decode()
        )
        assert "Ashgrove Primary School" in page
        assert "Elmfield Primary School" in page
        assert "Gorse Nursery School" not in page

    def test_the_download_is_the_table(self, client_of) -> None:
        answer = client_of("nation.reader").get("/landscape/map/?phase=primary&format=csv")
        assert answer["Content-Type"].startswith("text/csv")
        assert answer.content.decode("utf-8-sig").count(",Primary,") == 3

    def test_the_table_holds_every_line_that_is_drawn(self, client_of) -> None:
        client = client_of("nation.reader")
        schools = json.loads(client.get("/landscape/map/schools.json").content)
        ties = json.loads(client.get("/landscape/map/leaders.json").content)["ties"]
        drawn = {
            (schools["urn"][a], schools["urn"][b]) for a, b in zip(ties["from"], ties["to"], strict=True)
        }
        text = client.get("/landscape/map/?format=csv").content.decode("utf-8-sig")
        lines = list(csv.reader(line for line in io.StringIO(text) if not line.startswith("#")))
        place = {name: number for number, name in enumerate(lines[0])}
        listed = {
            (row[place["URN"]], urn)
            for row in lines[1:]
            for urn in re.findall(r"\((\d{6})\)", row[place["Schools they support"]])
        }
        assert drawn == listed == {("100001", "100005")}
        received = {
            (urn, row[place["URN"]])
            for row in lines[1:]
            for urn in re.findall(r"\((\d{6})\)", row[place["Supported from"]])
        }
        assert received == listed

    def test_it_takes_few_queries(self, client_of, django_assert_max_num_queries) -> None:
        client = client_of("nation.reader")
        client.get("/landscape/map/")
        with django_assert_max_num_queries(16):
            client.get("/landscape/map/")
