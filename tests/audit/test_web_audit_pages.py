"""Pages of the audit: the list of events, downloads, a record's history, a record on a day."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re

import polars as pl
import pytest
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.audit.filters import PAGE
from leadscape_web.audit.models import Event, Export, Listed
from leadscape_web.survey.models import Leader

pytestmark = pytest.mark.django_db
ADMINISTRATOR = "nation.administrator"


@pytest.fixture
def corrected(user_of) -> Leader:
    with acting(user_of("authority.editor"), why="=HYPERLINK is no formula here"):
        leader = Leader.objects.get()
        Leader.objects.filter(pk=leader.pk).update(phase="secondary", version=2)
    return leader


def rows_of(response) -> list[dict[str, str]]:
    """Rows of a CSV below the lines that say what it is."""
    lines = response.content.decode().splitlines(keepends=True)
    return list(csv.DictReader(io.StringIO("".join(line for line in lines if not line.startswith("#")))))


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_an_administrator_of_the_nation_reads_all_events(
    client_of, corrected, django_assert_max_num_queries
) -> None:
    client = client_of(ADMINISTRATOR)
    client.get("/audit/")
    with django_assert_max_num_queries(12):
        response = client.get("/audit/")
    assert response.status_code == 200
    text = text_of(response)
    assert "<title>Audit – leadscape</title>" in response.content.decode()
    assert "Authority Editor (Northshire)" in text
    assert "Leader changed" in text
    assert "=HYPERLINK is no formula here" in text


def test_what_a_person_was_before_and_after_is_not_shown_to_an_administrator(client_of, corrected) -> None:
    text = text_of(client_of(ADMINISTRATOR).get("/audit/?table=survey_leader"))
    assert "Phase, Version: about a person whom your rights do not show" in text
    assert "from primary to secondary" not in text
    assert "Alice" not in text


def test_it_is_shown_to_an_administrator_who_is_also_a_reader(user_of, client_of, corrected) -> None:
    from leadscape_web.accounts.models import Access

    administrator = user_of(ADMINISTRATOR)
    reader = user_of("nation.reader")
    with acting(reader):
        organisation = Access.objects.get(user=reader).organisation
    other = user_of("region.administrator")
    with acting(administrator, why="Audits people as well"):
        Access.objects.create(user=other, organisation=organisation, right="administrator")
        Access.objects.create(user=other, organisation=organisation, right="reader")
    text = text_of(client_of("region.administrator").get("/audit/?table=survey_leader"))
    assert "Phase: from primary to secondary" in text


def test_events_are_narrowed(client_of, corrected, user_of) -> None:
    client = client_of(ADMINISTRATOR)
    editor = user_of("authority.editor")
    today = timezone.localdate().isoformat()
    for query, shown in (
        (f"who={editor.email}", 1), (f"who={editor.pk}", 1), (f"record={corrected.pk}", 2),
        ("who=service&table=survey_leader", 3),
        (f"record={corrected.pk}&from={today}&to={today}", 2), (f"record={corrected.pk}&to=2020-01-01", 0),
        (f"record={corrected.pk}&start-day=1&start-month=1&start-year=2020", 2), ("who=nobody@else.example", 0),
    ):  # fmt: skip
        page = client.get(f"/audit/?{query}")
        assert page.status_code == 200
        assert page.content.decode().count("/audit/history/") == shown, query


def test_a_filter_that_makes_no_sense_is_told_and_leaves_nothing_out(client_of) -> None:
    response = client_of(ADMINISTRATOR).get("/audit/?who=alice&from=2026-13-01&to=2025")
    text = text_of(response)
    assert "Enter an e-mail address, the id of a user, or “service”" in text
    assert "the month must be from 1 to 12" in text
    assert "<title>Error: Audit – leadscape</title>" in response.content.decode()


def test_pages_do_not_shift_when_something_is_added(client_of, user_of) -> None:
    client = client_of(ADMINISTRATOR)
    seen: list[str] = []
    address = "/audit/"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r", event (\d+)<", page)
        with acting(user_of("authority.editor"), why="Meanwhile"):
            Leader.objects.update(phase=f"phase {len(seen)}")
        older = re.search(r'href="(\?[^"]*before=\d+)"', page)
        address = f"/audit/{older[1]}".replace("&amp;", "&") if older else ""
    with acting(user_of(ADMINISTRATOR)):
        total = Listed.objects.filter(id__lte=int(seen[0])).count()
    assert len(seen) == len(set(seen)) == total > PAGE
    assert [int(event) for event in seen] == sorted((int(event) for event in seen), reverse=True)


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "jsonl"])
def test_a_download_is_exactly_what_was_asked_for_and_is_itself_recorded(
    client_of, corrected, user_of, file_format: str
) -> None:
    client = client_of(ADMINISTRATOR)
    response = client.post(
        f"/audit/export/?record={corrected.pk}",
        {"file_format": file_format, "why": "Yearly check of the history"},
    )
    assert response.status_code == 200
    assert (
        f'filename="events-{timezone.localdate().isoformat()}.{file_format}"'
        in response["Content-Disposition"]
    )
    if file_format == "csv":
        rows = rows_of(response)
        reasons, ids = [row["Reason"] for row in rows], [int(row["Event"]) for row in rows]
    elif file_format == "jsonl":
        rows = [json.loads(line) for line in response.content.decode().splitlines()]
        reasons, ids = [row["why"] for row in rows], [row["event"] for row in rows]
        assert rows[1]["changed"] == ["phase", "version"]
        assert rows[1]["before"] is None
        assert rows[1]["shown"] is False
    else:
        frame = pl.read_excel(io.BytesIO(response.content), sheet_name="Rows")
        reasons, ids = frame["Reason"].to_list(), frame["Event"].to_list()
    expected = "=HYPERLINK is no formula here"
    assert reasons[0] == "The invented system of the tests"
    assert reasons[1] in (expected, f"'{expected}")
    with acting(user_of(ADMINISTRATOR)):
        assert ids == list(
            Listed.objects.filter(record=str(corrected.pk)).order_by("id").values_list("id", flat=True)
        )
        export = Export.objects.get()
        event = Event.objects.get(table="audit_export")
    assert export.sha256 == hashlib.sha256(response.content).hexdigest() == response["X-Content-SHA256"]
    assert (export.rows, export.format, export.filters) == (2, file_format, {"record": str(corrected.pk)})
    assert (event.why, event.action, event.actor) == ("Yearly check of the history", "insert", export.made_by)
    assert not re.search(rb"Alice|@leadscape", response.content)


def test_the_record_of_a_download_keeps_whom_was_asked_for_without_the_address(
    client_of, user_of, corrected
) -> None:
    editor = user_of("authority.editor")
    client_of(ADMINISTRATOR).post(
        f"/audit/export/?who={editor.email}", {"file_format": "jsonl", "why": "Asked by the editor"}
    )
    with acting(user_of(ADMINISTRATOR)):
        export = Export.objects.get()
    assert (export.rows, export.filters) == (1, {"who": str(editor.pk)})


@pytest.mark.parametrize(
    ("answers", "message"),
    [({"file_format": "csv"}, "Enter why you need this file"), ({"why": "Yearly check"}, "Select a format")],
)
def test_no_download_without_a_format_and_a_reason(client_of, user_of, answers, message: str) -> None:
    response = client_of(ADMINISTRATOR).post("/audit/export/", answers)
    assert response.status_code == 422
    assert message in text_of(response)
    with acting(user_of(ADMINISTRATOR)):
        assert not Export.objects.exists()


def test_a_download_that_would_not_be_whole_is_refused(client_of, user_of, monkeypatch) -> None:
    from leadscape_web.audit import exports

    monkeypatch.setitem(exports.MOST, "csv", 1)
    response = client_of(ADMINISTRATOR).post("/audit/export/", {"file_format": "csv", "why": "Yearly check"})
    assert response.status_code == 503
    assert "Narrow the events by date or table" in text_of(response)


def test_a_record_has_its_history_and_its_days(client_of, corrected) -> None:
    client = client_of("authority.reader")
    page = text_of(client.get(f"/audit/history/survey_leader/{corrected.pk}/"))
    assert "Phase: from primary to secondary" in page
    assert "a user of Northshire" in page
    today = client.get(f"/audit/as-of/survey_leader/{corrected.pk}/")
    assert "Nothing differs" in text_of(today)
    before = text_of(client.get(f"/audit/as-of/survey_leader/{corrected.pk}/?on=2020-01-01"))
    assert "This service held no such leader at the end of 1 January 2020" in before
    wrong = client.get(f"/audit/as-of/survey_leader/{corrected.pk}/?on=2999-01-01")
    assert "The day must be" in text_of(wrong)


@pytest.mark.parametrize("who", ["trust.reader", ADMINISTRATOR, "nation.researcher"])
@pytest.mark.parametrize("page", ["history", "as-of"])
def test_whoever_may_not_see_the_record_finds_no_page(client_of, corrected, who: str, page: str) -> None:
    assert client_of(who).get(f"/audit/{page}/survey_leader/{corrected.pk}/").status_code == 404


def test_the_register_between_two_days(client_of) -> None:
    client = client_of("nation.researcher")
    page = client.get("/audit/as-of/register_school/?on=2020-01-01")
    text = text_of(page)
    assert page.status_code == 200
    assert "At the end of 1 January 2020: 0 records" in text
    assert "The last day must" not in text
    text = text_of(
        client.get(f"/audit/as-of/register_school/?on=2020-01-01&to={timezone.localdate().isoformat()}")
    )
    assert f"At the end of {timezone.localdate().day}" in text
    assert ": 8 records" in text
    assert "Ashgrove Primary School" in text
    download = client.get(
        f"/audit/as-of/register_school/?on=2020-01-01&to={timezone.localdate().isoformat()}&format=csv"
    )
    assert len(rows_of(download)) == 8
    assert client.get("/audit/as-of/accounts_cache/").status_code == 404


def test_the_panel_is_on_the_page_of_a_leader_and_of_a_school(client_of, corrected) -> None:
    client = client_of("authority.reader")
    text = text_of(client.get(f"/survey/leader/{corrected.pk}/"))
    assert "Phase: from primary to secondary" in text
    assert "Reason: The invented system of the tests" in text


def test_how_a_record_stood_is_told_in_words_and_not_in_ids(client_of, user_of) -> None:
    from leadscape_web.survey.models import RoleHolding

    with acting(user_of("nation.reader")):
        held = RoleHolding.objects.get(key="holding-leader-bob")
    page = text_of(client_of("nation.reader").get(f"/audit/as-of/survey_roleholding/{held.pk}/"))
    assert "Role-holding: School improvement partner as it was on a day" in page
    for told in ("school_improvement_partner", str(held.pk), str(held.wave_id), str(held.leader_id)):
        assert told not in page
    history = text_of(client_of("nation.reader").get(f"/audit/history/survey_roleholding/{held.pk}/"))
    assert str(held.pk) not in history
