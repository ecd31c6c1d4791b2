"""Lists of leaders, role-holdings and role-holdings without names: filtered, downloaded as shown, by area."""

from __future__ import annotations

import html
import io
from typing import Any

import polars as pl
import pytest

from leadscape_web.accounts.context import acting
from leadscape_web.govuk.listing_table import frame_of_rows, words_of
from leadscape_web.survey.codebooks import known_waves
from leadscape_web.survey.listings import anonymous_listing
from leadscape_web.survey.models import Leader
from leadscape_web.survey.rows import anonymous_rows

pytestmark = pytest.mark.django_db
LEADERS, HOLDINGS = "/survey/leaders/", "/survey/role-holdings/"


def text(page: Any) -> str:
    return html.unescape(page.content.decode())


def listed(page: Any) -> list[list[str]]:
    """Rows of a CSV download, the statement before them left out."""
    lines = page.content.decode("utf-8-sig").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Leader,"))
    frame = pl.read_csv(io.StringIO("\n".join(lines[start:])), infer_schema=False, truncate_ragged_lines=True)
    return [list(row) for row in frame.iter_rows()]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("nation.reader", ["Alice Ash", "Bob Birch", "Charlie Cedar"]),
        ("region.editor", ["Alice Ash", "Bob Birch"]),
        ("authority.broker", ["Alice Ash"]),
        ("trust.reader", ["Charlie Cedar"]),
    ],
)
def test_a_list_holds_the_people_of_the_area(who, seen, client_of) -> None:
    client = client_of(who)
    for address in (LEADERS, HOLDINGS):
        assert [row[0] for row in listed(client.get(f"{address}?format=csv"))] == seen


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("roles=School improvement partner", ["Bob Birch", "Charlie Cedar"]),
        ("origins=National&authority=Eastvale", ["Bob Birch"]),
        ("kinds=Change agent&region=South", ["Charlie Cedar"]),
        ("trusts=Riverside Trust", ["Charlie Cedar"]),
        ("name=ash", ["Alice Ash"]),
        ("phase=Primary&sort=-name", ["Charlie Cedar", "Bob Birch", "Alice Ash"]),
        ("on-day=1&on-month=10&on-year=2005", ["Bob Birch", "Charlie Cedar"]),
    ],
)
def test_what_is_downloaded_is_what_is_shown(asked, seen, client_of) -> None:
    client = client_of("nation.reader")
    page = text(client.get(f"{LEADERS}?{asked}"))
    rows = listed(client.get(f"{LEADERS}?{asked}&format=csv"))
    assert [row[0] for row in rows] == seen
    places = [page.index(f">{name}</a>") for name in seen]
    assert places == sorted(places)
    for name in {"Alice Ash", "Bob Birch", "Charlie Cedar"} - set(seen):
        assert name not in page


def test_a_workbook_comes_as_well(client_of) -> None:
    page = client_of("nation.reader").get(f"{HOLDINGS}?format=xlsx")
    assert page.content.startswith(b"PK")
    assert "role-holdings" in page["Content-Disposition"]


def test_a_role_holding_without_a_day_says_so(client_of) -> None:
    page = text(client_of("trust.reader").get(HOLDINGS))
    assert "Start not known" in page
    assert "No end is known" in page
    assert "one whose start is not known counts as in force" in text(
        client_of("trust.reader").get(f"{HOLDINGS}?on-day=1&on-month=1&on-year=2004")
    )


def test_a_day_that_is_none_is_said(client_of) -> None:
    page = client_of("nation.reader").get(f"{LEADERS}?on-day=31&on-month=2&on-year=2006")
    assert page.status_code == 200
    assert "must be a real date" in text(page)


def test_researchers_see_no_names_and_nobody_among_fewer_than_six(client_of) -> None:
    page = text(client_of("nation.researcher").get("/survey/anonymous/"))
    for name in ("Alice", "Bob", "Charlie", "Ashgrove", "Northshire"):
        assert name not in page
    assert "3 rows" in page
    assert "What is left out, and why" in page
    for who in ("nation.reader", "nation.administrator", "nobody"):
        assert client_of(who).get("/survey/anonymous/").status_code == 403
    for address in (LEADERS, HOLDINGS):
        assert client_of("nation.researcher").get(address).status_code == 403


def test_what_is_withheld_from_researchers_is_said(user_of) -> None:
    with acting(user_of("nation.researcher")):
        listing = anonymous_listing(anonymous_rows(known_waves()), known_waves())
    rows = frame_of_rows(listing)
    words = {column.label: words_of(rows, column)[0] for column in listing.columns}
    assert words["Role"] == "Suppressed"
    assert words["Authority"] == words["Region"] == "Suppressed, or not known"
    assert words["Kind"] == "Suppressed"
    start, end = (rows["started_year_status"] == status for status in ("suppressed", "unknown"))
    said = {c.key: words_of(rows, c) for c in listing.columns if c.key.endswith("_year")}
    assert set(said["started_year"].filter(start)) == set(said["ended_year"].filter(start)) == {"Suppressed"}
    assert set(said["started_year"].filter(end)) == {"Not known"}
    assert set(said["ended_year"].filter(end)) == {"No end is known"}


def test_a_place_that_is_told_and_lacks_something_is_not_called_suppressed(monkeypatch, user_of) -> None:
    rest = {"leader": "x", "id": "mentor_head", "role_status": "reported", "origin": "local", "routes": [],
            "started_year_status": "unknown"}  # fmt: skip
    kept = {"started_year": pl.Int64, "ended_year": pl.Int64, "routes": pl.List(pl.String)}

    def read(_: object, columns: tuple[str, ...]) -> pl.DataFrame:
        rows = [
            [{**rest, "place": place}.get(name) for name in columns]
            for place in ("authority", "region", "withheld")
        ]
        schema = {name: kept.get(name, pl.String) for name in columns}
        return pl.DataFrame(rows, schema=schema, orient="row")

    monkeypatch.setattr("leadscape_web.survey.rows._read", read)
    with acting(user_of("nation.researcher")):
        listing = anonymous_listing(anonymous_rows(known_waves()), known_waves())
    frame = frame_of_rows(listing)
    said = {column.label: words_of(frame, column).to_list() for column in listing.columns}
    either = "Suppressed, or not known"
    assert said["Authority"] == ["Not known", either, either]
    assert said["Region"] == ["Not known", "Not known", either]
    assert said["Phase of the home school"] == ["Not known", "Not known", either]
    assert frame["phase"].null_count() == 3


def test_lists_need_few_queries(client_of, django_assert_max_num_queries) -> None:
    client = client_of("nation.reader")
    for address in (LEADERS, HOLDINGS):
        client.get(address)
        with django_assert_max_num_queries(12):
            client.get(address)
    researcher = client_of("nation.researcher")
    researcher.get("/survey/anonymous/")
    with django_assert_max_num_queries(9):
        researcher.get("/survey/anonymous/")


def test_a_leader_without_a_name_is_still_listed(client_of, user_of) -> None:
    from leadscape_web.accounts.context import because
    from leadscape_web.accounts.models import PersonName

    with acting(user_of("nation.editor")):
        because("The name is not known any more")
        alice = Leader.objects.get(key="leader-alice")
        PersonName.objects.filter(person=alice.person_id).update(superseded_at="2026-11-25T00:00Z")
    page = text(client_of("authority.reader").get(LEADERS))
    assert f'href="/survey/leader/{alice.pk}/">Name not known</a>' in page
