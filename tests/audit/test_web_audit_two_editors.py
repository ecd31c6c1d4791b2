"""Two people edit one record, in real transactions on two connections: the second is told, nothing is overwritten."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import User
from leadscape_web.audit.models import Event
from leadscape_web.audit.versions import EditedMeanwhile, save_if_current
from leadscape_web.survey.models import Leader

from tests.support.own_database import own_database

WAIT = 20


@pytest.fixture
def users(django_db_setup, service_server, django_db_blocker, request):
    name = f"two_editors_{abs(hash(request.node.name)) % 10_000}"
    with own_database(service_server, django_db_blocker, name), acting(purpose="sign-in"):
        yield {user.email.partition("@")[0]: user for user in User.objects.all()}


def in_a_thread(work, *arguments) -> tuple[threading.Thread, list[Any]]:
    """``work`` on a connection of its own; what it gave back or raised."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(work(*arguments))
        except Exception as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, outcome


def alice(user: User) -> Leader:
    with acting(user):
        return Leader.objects.get(key="leader-alice")


def test_of_two_who_save_at_once_the_second_waits_and_is_told(users) -> None:
    first, second = users["authority.editor"], users["region.editor"]
    opened = alice(first)
    saved, go_on, waiting = threading.Event(), threading.Event(), threading.Event()

    def save_slowly() -> None:
        with acting(first, why="Moved in September"):
            save_if_current(alice_in_this_thread(), opened.version, home_school_id="100002")
            saved.set()
            assert go_on.wait(WAIT)

    def alice_in_this_thread() -> Leader:
        return Leader.objects.get(pk=opened.pk)

    def save_meanwhile() -> None:
        assert saved.wait(WAIT)
        with acting(second, why="Wrong phase"):
            record = alice_in_this_thread()
            assert record.version == opened.version, "the first has not committed yet"
            waiting.set()
            save_if_current(record, opened.version, phase="secondary", home_school_id="100003")

    one, first_outcome = in_a_thread(save_slowly)
    two, second_outcome = in_a_thread(save_meanwhile)
    assert waiting.wait(WAIT)
    two.join(0.3)
    assert two.is_alive(), "the second waits for the first"
    go_on.set()
    one.join(WAIT)
    two.join(WAIT)
    assert first_outcome == [None]
    [met] = second_outcome
    assert isinstance(met, EditedMeanwhile)
    assert [(change.actor, change.why) for change in met.changes] == [(first.pk, "Moved in September")]
    values = {conflict.column: (conflict.opened, conflict.now, conflict.wanted) for conflict in met.conflicts}
    assert values["home_school_id"] == ("100001", "100002", "100003")
    assert values["phase"] == ("primary", "primary", "secondary")
    with acting(second):
        now = Leader.objects.get(pk=opened.pk)
        assert (now.home_school_id, now.phase, now.version) == ("100002", "primary", opened.version + 1)
        assert Event.objects.filter(record=str(opened.pk), action="update").count() == 1


def test_many_who_save_the_same_version_are_one(users) -> None:
    editor = users["nation.editor"]
    opened = alice(editor)

    def save(number: int) -> str:
        with acting(editor, why="A race"):
            save_if_current(Leader.objects.get(pk=opened.pk), opened.version, phase=f"phase {number}")
        return f"phase {number}"

    racing = [in_a_thread(save, number) for number in range(6)]
    for thread, _ in racing:
        thread.join(WAIT)
    outcomes = [outcome[0] for _, outcome in racing]
    [won] = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert sum(isinstance(outcome, EditedMeanwhile) for outcome in outcomes) == 5
    now = alice(editor)
    assert (now.phase, now.version) == (won, opened.version + 1)


def test_whoever_may_not_change_the_record_is_refused_and_not_told_of_a_conflict(users) -> None:
    opened = alice(users["authority.reader"])
    with acting(users["authority.reader"], why="A try"), pytest.raises(PermissionDenied):
        save_if_current(opened, opened.version, phase="secondary")
    with acting(users["trust.editor"], why="A try"), pytest.raises(PermissionDenied):
        save_if_current(opened, opened.version + 7, phase="secondary")
