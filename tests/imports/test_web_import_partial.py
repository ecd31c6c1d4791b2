"""A register of fewer columns than the one held: it changes what it states, and is credited with nothing else."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from leadscape_web.imports.models import Absence, Change, Import
from leadscape_web.jobs.models import Job
from leadscape_web.register.models import Headship, School, Source

from tests.imports.test_web_import_register import again, bring, everything, first, signed_in
from tests.support.import_files import as_csv, register_csv, register_rows
from tests.support.jobs import run_jobs
from tests.support.own_database import own_database

FEW = ("urn", "name", "open_date", "town", "postcode")
OLD, NEW = "register_2026-10-01.csv", "schools_2026-11-01.csv"


@pytest.fixture
def committed(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Any:
    with own_database(service_server, django_db_blocker, f"partial_{uuid.uuid4().hex[:8]}"):
        yield


def few_columns(*headers: str, without: tuple[str, ...] = (), closed: str = "") -> bytes:
    """The invented system in a file of few columns, with one new school."""
    rows: list[dict[str, Any]] = [
        {"urn": urn, "name": one["EstablishmentName"], "open_date": "1990-09-01", "close_date": "",
         "town": "Newtown" if urn == "100003" else one["Town"], "postcode": one["Postcode"]}
        for urn, one in register_rows().items()
        if urn not in without
    ]  # fmt: skip
    for row in rows:
        row["close_date"] = "2026-08-31" if row["urn"] == closed else ""
    rows.append({**rows[0], "urn": "100099", "name": "Juniper School", "open_date": "2010-09-01"})
    return as_csv(rows, headers or FEW)


def stored(client: Client, *files: tuple[str, bytes], absent: str = "keep") -> Import:
    found = bring(client, *files, absent=absent)
    assert run_jobs() == [("imports.check", "done")], Job.objects.using("owner").latest("asked_at").problem
    assert again(found).state == "checked", again(found).notes
    client.post(f"/imports/{found.pk}/confirm/")
    assert run_jobs() == [("imports.store", "done")], Job.objects.using("owner").latest("asked_at").problem
    return again(found)


def files_of(page: str) -> dict[str, str]:
    """Label of each fact of a page to the file that stands with it; the words above the list under the label ""."""
    told = {"": re.sub(r"\s+", " ", re.search(r">(Source of every fact[^<]*)<", page).group(1))}  # type: ignore[union-attr]
    for label, rest in re.findall(r"<dt[^>]*>(.*?)</dt>(.*?)</dd>", page, re.DOTALL):
        source = re.search(r"Source: ([^<]*)", rest)
        told.setdefault(label.strip(), source.group(1).strip() if source else "")
    return told


def test_each_fact_names_the_file_that_states_it(committed: None) -> None:
    client = signed_in()
    stored(
        client, (OLD, register_csv({"100004": {"EstablishmentStatus (name)": "Open, but proposed to close"}}))
    )
    stored(client, (NEW, few_columns()))
    before = everything()
    told = files_of(client.get("/register/school/100003/").content.decode())
    assert told[""] == (
        f"Source of every fact below, where none is named with it: {NEW}, as of 1 November 2026."
    )
    old = f"{OLD}, as of 1 October 2026"
    for label in ("Status", "Phase", "Type", "Authority", "Region", "Pupils", "Places"):
        assert told[label] == old, label
    assert told["URN"] == told["Opened"] == ""
    assert told["Where it is"] == f"{old} (coordinates)"
    page = client.get("/register/school/100003/").content.decode()
    assert "Newtown" in page
    assert "200" in page
    # That its schools are open, and what the authority is, the old one says.
    assert NEW not in client.get("/register/authority/102/").content.decode()
    key = {one.file_name: str(one.pk) for one in Source.objects.using("owner").filter(purpose="schools")}
    shape = client.get("/api/v1/schools/100003").json()
    assert shape["source"] == key[NEW]
    assert {shape["stated_by"][name] for name in ("status", "phase", "authority", "pupils", "capacity")} == {
        key[OLD]
    }
    assert "town" not in shape["stated_by"]
    # A whole register takes all of it over again.
    third = stored(client, ("register_2026-11-20.csv", register_csv({"100099": {"EstablishmentName": "J"}})))
    stated = client.get("/api/v1/schools/100003").json()["stated_by"]
    assert set(stated) == {"fsm_pct"}, "which no register since the first one holds"
    client.post(f"/imports/{third.pk}/undo/", {"why": "The extract was of the wrong month"})
    assert run_jobs() == [("imports.undo", "done")]
    assert everything()["register_school"] == before["register_school"]


def test_what_a_file_lacks_is_neither_changed_nor_known_of_new_schools(committed: None) -> None:
    client = signed_in()
    stored(
        client, (OLD, register_csv({"100004": {"EstablishmentStatus (name)": "Open, but proposed to close"}}))
    )
    found = stored(client, (NEW, few_columns()))
    kinds = set(Change.objects.using("owner").filter(belongs_to=found).values_list("change", flat=True))
    assert "status_changed" not in kinds
    assert kinds == {"appeared"}
    summary = {row["change"]: (row["rows"], row["why_not"]) for row in found.summary}
    assert summary["Changed status"][0] is None
    schools = {one.urn: one.status for one in School.objects.using("owner").all()}
    assert schools["100004"] == "proposed_to_close"
    assert schools["100099"] == "unknown"


def test_a_closing_date_says_that_a_school_closed_also_without_a_column_of_status(committed: None) -> None:
    client = signed_in()
    first(client)
    found = stored(client, (NEW, few_columns(*FEW, "close_date", closed="100003")))
    told = Change.objects.using("owner").filter(belongs_to=found).exclude(change="appeared")
    assert [(one.change, one.key, one.after) for one in told] == [("closed", "100003", "2026-08-31")]
    school = School.objects.using("owner").get(pk="100003")
    assert (school.status, "status" in (school.stated_by or {})) == ("closed", False)
    assert School.objects.using("owner").get(pk="100001").status == "open"


def test_an_answer_about_a_missing_school_is_no_statement_of_the_file(committed: None) -> None:
    client = signed_in()
    first(client)
    found = bring(client, (NEW, few_columns(without=("100008",))), absent="ask")
    run_jobs()
    day = {"closed_on-day": "31", "closed_on-month": "8", "closed_on-year": "2026"}
    answer = client.post(f"/imports/{found.pk}/missing/", {"answer": "closed", **day})
    assert answer.status_code == 302
    Absence.objects.using("owner").get(belongs_to=found, urn="100008", answer="closed")
    client.post(f"/imports/{found.pk}/confirm/")
    assert run_jobs() == [("imports.store", "done")], Job.objects.using("owner").latest("asked_at").problem
    told = files_of(client.get("/register/school/100008/").content.decode())
    assert f"{OLD}, as of 1 October 2026" in told[""]
    assert told["Closed"] == f"an editor’s answer, when it was missing from {NEW}, as of 1 November 2026"
    assert told["Pupils"] == ""


def test_who_is_no_longer_named_keeps_the_file_that_named_them(committed: None) -> None:
    client = signed_in()
    first(client)
    new = register_csv({"100005": {"HeadFirstName": "Nora", "HeadLastName": "Nettle"}})
    stored(client, ("register_2026-11-01.csv", new))
    page = client.get("/register/school/100005/").content.decode()
    assert "No longer named by register_2026-11-01.csv, 1 November 2026" in page
    gone = Headship.objects.using("owner").get(
        school_id="100005", ended_on__isnull=False, source__file_name=OLD
    )
    assert list(gone.stated_by or {}) == ["ended_on"]
