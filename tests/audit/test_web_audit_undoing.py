"""Undo: everything that one request changed is as it was, its history keeps both, and nothing later is overwritten."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connections

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Person, PersonName
from leadscape_web.audit.undoing import Undone, UndoRefused, undo
from leadscape_web.register.models import Authority, Headship, School
from leadscape_web.survey.models import Leader, RoleHolding

from tests.support.own_database import own_database

TABLES = (
    "register_authority",
    "register_school",
    "register_headship",
    "register_membership",
    "accounts_personname",
)


@pytest.fixture
def committed(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Any:
    with own_database(service_server, django_db_blocker, f"undo_{uuid.uuid4().hex[:8]}"):
        yield


def _state() -> dict[str, list[Any]]:
    with connections["owner"].cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"select to_jsonb(t) from {table} t order by to_jsonb(t)::text")
            found[table] = cursor.fetchall()
        return found


def _change(request: str) -> None:
    source = School.objects.using("owner").get(urn="100001").source
    with acting(why="A load", using="owner", request=request):
        Authority.objects.using("owner").create(code="301", name="Westmere", region="West", source=source)
        School.objects.using("owner").create(urn="100009", name="Hollybank School", status="open", authority_id="301",
                                             source=source)  # fmt: skip
        School.objects.using("owner").filter(urn="100001").update(name="Ashgrove Academy", pupils=250.0)
        School.objects.using("owner").filter(urn="100001").update(status="closed")
        person = Person.objects.using("owner").create()
        PersonName.objects.using("owner").create(person=person, full_name="Ivy Iris")
        Headship.objects.using("owner").create(school_id="100009", person=person, source=source)
        Headship.objects.using("owner").filter(school_id="100002").update(ended_on="2006-07-01")


def test_everything_is_as_it_was_and_the_history_keeps_both(committed: None) -> None:
    before = _state()
    _change("a")
    assert _state() != before
    with acting(using="owner", request="b"):
        assert undo("a", "It was the wrong file") == Undone(removed=4, set_back=2, restored=0)
    assert _state() == before
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select count(*) filter (where request = 'a'), count(*) filter (where request = 'b') from audit_event"
        )
        assert cursor.fetchone() == (7, 6)


def test_what_was_removed_comes_back_where_the_history_holds_it(committed: None) -> None:
    before = _state()
    with acting(why="A load", using="owner", request="a"):
        Headship.objects.using("owner").filter(school_id="100002").delete()
    with acting(using="owner"):
        assert undo("a", "Wrong").restored == 1
    assert _state() == before


def test_a_later_change_is_not_overwritten(committed: None) -> None:
    _change("a")
    with acting(why="Later", using="owner", request="later"):
        School.objects.using("owner").filter(urn="100001").update(town="Elsewhere")
    after = _state()
    with acting(using="owner"), pytest.raises(UndoRefused) as refused:
        undo("a", "Wrong")
    assert refused.value.records == (("register_school", "100001"),)
    assert _state() == after


def test_what_others_depend_on_is_not_taken_away(committed: None) -> None:
    _change("a")
    after = _state()
    with acting(why="A leader of the new school", using="owner"):
        Leader.objects.using("owner").filter(key="leader-alice").update(home_school_id="100009")
    with acting(using="owner"), pytest.raises(UndoRefused, match="depend"):
        undo("a", "Wrong")
    assert _state() == after


def test_the_version_grows_on(committed: None) -> None:
    holding = RoleHolding.objects.using("owner").get(leader__key="leader-alice")
    with acting(why="A load", using="owner", request="a"):
        RoleHolding.objects.using("owner").filter(pk=holding.pk).update(ended_on="2006-09-01", version=2)
    with acting(using="owner"):
        undo("a", "Wrong")
    holding.refresh_from_db(using="owner")
    assert (holding.ended_on, holding.version) == (None, 3)


def test_an_unknown_number_is_told(committed: None) -> None:
    with acting(using="owner"), pytest.raises(UndoRefused, match="Nothing was changed"):
        undo("nobody", "Wrong")


def test_what_accounts_may_do_is_not_undone_by_a_number(committed: None) -> None:
    from leadscape_web.accounts.models import Access, User

    user = User.objects.using("owner").get(email="nobody@leadscape.example")
    given = Access.objects.using("owner").first()
    assert given is not None
    with acting(why="A right", using="owner", request="a"):
        made = Access.objects.using("owner").create(
            user=user, organisation=given.organisation, right="reader"
        )
    with acting(using="owner"), pytest.raises(UndoRefused, match="accounts_access"):
        undo("a", "Wrong")
    assert Access.objects.using("owner").filter(pk=made.pk).exists()
