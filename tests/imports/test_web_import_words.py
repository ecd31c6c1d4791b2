"""What an import says of itself: dates, what next, statuses, counts and the nation, each in words that hold."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Organisation
from leadscape_web.imports.models import Absence, Import
from leadscape_web.imports.work.held import system_held
from leadscape_web.survey.models import Wave

from tests.imports.test_web_import_register import again, bring, first, signed_in
from tests.support.import_files import register_csv
from tests.support.jobs import run_jobs
from tests.support.own_database import own_database

DAY = {"closed_on-day": "31", "closed_on-month": "8", "closed_on-year": "2026"}


@pytest.fixture
def committed(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Any:
    with own_database(service_server, django_db_blocker, f"words_{uuid.uuid4().hex[:8]}"):
        yield


def page_of(client: Client, found: Import, part: str = "") -> str:
    page = client.get(f"/imports/{found.pk}/{part}").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_files_that_cannot_be_used_say_what_next(committed: None) -> None:
    client = signed_in()
    tomorrow = timezone.localdate() + timedelta(days=1)
    plain = b"urn,name\n900001,Nowhere School\n"
    told = {
        f"register_{tomorrow:%Y-%m-%d}.csv": (
            register_csv(),
            "a day to come",
            "Correct the date in the name",
        ),
        "register.csv": (register_csv(), "has no date in its name", "Give the date on the form"),
        "cars_2026-10-01.csv": (
            b"wheels,doors\n4,5\n",
            "in no known format",
            "as in a plain list of schools",
        ),
        "one_2026-11-01.csv": (plain, "The one school in the files is not known here.", "the files you mean"),
    }
    for name, (content, what, what_next) in told.items():
        found = bring(client, (name, content))
        run_jobs()
        assert again(found).state == "refused", name
        page = page_of(client, found)
        assert what in page, name
        assert what_next in page, name
        assert "mapping file" not in page
        assert "confirm without" not in page_of(client, found, "problems/")


def test_changes_and_answers_are_told_in_words_and_counted(committed: None) -> None:
    client = signed_in()
    first(client)
    new = {
        "100003": {"EstablishmentStatus (name)": "Open, but proposed to close"},
        "100004": {"EstablishmentStatus (name)": "Closed", "CloseDate": ""},
        "100005": {"EstablishmentStatus (name)": "Closed", "CloseDate": "31-08-2026"},
        "100006": {"NumberOfPupils": "many"},
        "100008": None,
    }
    found = bring(client, ("register_2026-11-01.csv", register_csv(new)))
    run_jobs()
    changes = page_of(client, found, "changes/")
    assert "proposed_to_close" not in changes
    assert "Open, proposed to close" in changes
    assert "Dale Special School Open Closed" in changes
    assert "Elmfield Primary School Open 2026-08-31" in changes
    assert "confirm without them" in page_of(client, found, "problems/")
    client.post(f"/imports/{found.pk}/missing/", {"answer": Absence.Answer.CLOSED, **DAY})
    assert "Closed, as answered of schools that are missing 1" in page_of(client, found)
    client.post(f"/imports/{found.pk}/confirm/")
    run_jobs()
    assert again(found).state == "stored"
    assert "Closed, as answered of schools that are missing 1" in page_of(client, found)
    assert "confirm without" not in page_of(client, found, "problems/")


def test_rows_with_a_problem_are_left_out_in_words(committed: None) -> None:
    client = signed_in()
    found = bring(client, ("register_2026-10-01.csv", register_csv({"100001": {"EstablishmentName": ""}})))
    run_jobs()
    page = page_of(client, found)
    assert "declaration" not in page
    assert "1 with a problem" in page


def test_a_nation_without_a_name_becomes_that_of_the_register(committed: None) -> None:
    with (
        acting(why="A service that holds nothing yet", using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(
            "update accounts_organisation set key = 'nation', label = 'The nation' where kind = 'nation'"
        )
        Wave.objects.using("owner").update(system="england")
    assert system_held() == "england"
    first(signed_in())
    nations = Organisation.objects.using("owner").filter(kind="nation")
    assert list(nations.values_list("key", "label")) == [("england", "England")]
