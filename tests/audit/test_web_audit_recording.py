"""What is recorded of a change, and what the database refuses."""

from __future__ import annotations

import psycopg
import psycopg.errors
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import PersonName, User
from leadscape_web.accounts.protection import TABLES
from leadscape_web.audit.models import Event
from leadscape_web.survey.models import Leader

from tests.support.own_database import one_row_more, owner_cursor

pytestmark = pytest.mark.django_db
RECORDED = {table: rule for table, rule in TABLES.items() if rule.audience}
KEPT = (
    "select t.column_name, t.data_type from information_schema.columns t"
    " where t.table_name = %s and t.table_schema = 'public'"
    " and t.column_name <> all (%s) order by t.ordinal_position"
)


def a_kept_column(cursor, table: str) -> tuple[str, str]:
    """A column of ``table`` that may change, with another value for it."""
    rule = RECORDED[table]
    cursor.execute(KEPT, [table, [rule.key, *rule.fixed, *rule.left_out, *rule.unasked, *rule.quiet]])
    for column, kind in cursor.fetchall():
        if kind == "text" or kind == "character varying":
            return column, f"coalesce(\"{column}\", '') || 'x'"
        if kind.startswith("timestamp"):
            return column, f"coalesce(\"{column}\", now()) + interval '1 day'"
        if kind == "date":
            return column, f'coalesce("{column}", current_date) + 1'
        if kind == "jsonb":
            return column, """'{"changed": true}'"""
    raise AssertionError(f"nothing of {table} can change")


@pytest.mark.parametrize("table", RECORDED)
def test_no_change_without_a_reason_and_one_event_a_change(table: str) -> None:
    rule = RECORDED[table]
    with owner_cursor(connections) as cursor:
        one_row_more(cursor)
        column, value = a_kept_column(cursor, table)
        one = (
            f'update "{table}" set "{column}" = {value}'
            f' where "{rule.key}" = (select "{rule.key}" from "{table}" limit 1)'
        )
        cursor.execute("savepoint here")
        for reason in ("", "   "):
            cursor.execute("select set_config('leadscape.why', %s, true)", [reason])
            if rule.unasked != ("*",):
                with pytest.raises(psycopg.Error, match="needs a reason") as caught:
                    cursor.execute(one)
                assert caught.value.sqlstate == "LS001"
                cursor.execute("rollback to here")
        cursor.execute(
            "select set_config('leadscape.why', 'Put right', true), coalesce(max(id), 0) from audit_event"
        )
        [(_, last)] = cursor.fetchall()
        cursor.execute(one)
        assert cursor.rowcount == 1
        cursor.execute(
            "select action, table_name, changed, why, audience from audit_event where id > %s", [last]
        )
        assert cursor.fetchall() == [("update", table, [column], "Put right", rule.audience)]


@pytest.mark.parametrize("table", ["audit_event", *RECORDED])
def test_a_history_is_not_emptied_even_by_the_owner(table: str) -> None:
    with owner_cursor(connections) as cursor, pytest.raises(psycopg.Error) as caught:
        cursor.execute(f'truncate "{table}" cascade')
    assert caught.value.sqlstate == "LS004"


@pytest.mark.parametrize("statement", ["update audit_event set why = 'x'", "delete from audit_event"])
def test_an_event_is_never_changed(statement: str, user_of) -> None:
    with owner_cursor(connections) as cursor, pytest.raises(psycopg.Error) as caught:
        cursor.execute(statement)
    assert caught.value.sqlstate == "LS004"
    with (
        acting(user_of("nation.administrator"), why="A test"),
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_the_service_cannot_make_up_an_event(user_of) -> None:
    with (
        acting(user_of("nation.administrator"), why="A test"),
        pytest.raises(DatabaseError),
        transaction.atomic(),
    ):
        Event.objects.create(
            at=timezone.now(), action="update", table="survey_leader", record="x", why="x", audience="public"
        )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select leadscape_record()")


def test_an_event_says_who_what_when_before_after_and_why(user_of) -> None:
    editor = user_of("authority.editor")
    started = timezone.now()
    with acting(editor, why="Moved in September"):
        alice = Leader.objects.get()
        Leader.objects.filter(pk=alice.pk).update(home_school_id="100002", version=2)
        event = Event.objects.latest("id")
    assert (event.actor, event.why, event.action) == (editor.pk, "Moved in September", "update")
    assert (event.table, event.record, event.person) == ("survey_leader", str(alice.pk), alice.person_id)
    assert (event.before["home_school_id"], event.after["home_school_id"]) == ("100001", "100002")
    assert event.changed == ["home_school_id", "version"]
    assert started <= event.at <= timezone.now()
    assert event.request


def test_nothing_is_recorded_where_nothing_changed_and_nothing_stays_of_what_was_undone(user_of) -> None:
    with acting(user_of("authority.editor"), why="A test"):
        count = Event.objects.count()
        Leader.objects.update(phase="primary")
        assert Event.objects.count() == count
        with transaction.atomic():
            Leader.objects.update(phase="secondary")
            assert Event.objects.count() == count + 1
            transaction.set_rollback(True)
        assert Event.objects.count() == count


def test_no_name_no_address_and_no_secret_is_in_the_history(user_of) -> None:
    user = user_of("authority.editor")
    with acting(user, why="A test"):
        person = Leader.objects.get().person_id
        PersonName.objects.filter(person_id=person, superseded_at=None).update(full_name="Hannah Hazel")
        event = Event.objects.latest("id")
        assert event.changed == ["full_name"]
        assert event.before == event.after
        user.set_password("another horse battery staple")
        user.save(update_fields=["password"])
    with owner_cursor(connections) as cursor:
        cursor.execute("select full_name from accounts_personname")
        names = {name for (name,) in cursor.fetchall()}
        cursor.execute("select string_agg(e::text, ' ') from audit_event e")
        [(everything,)] = cursor.fetchall()
    assert {"Alice Ash", "Dora Dunn", "Nation Administrator"} <= names
    assert not [name for name in names if name in everything]
    assert "Hannah" not in everything
    assert "@leadscape.example" not in everything
    assert "pbkdf2" not in everything
    assert "argon2" not in everything


def test_a_change_of_a_password_is_recorded_without_asking_for_a_reason_and_a_visit_is_not(user_of) -> None:
    user = user_of("authority.reader")
    with acting(user_of("nation.administrator")):
        count = Event.objects.filter(table="accounts_user").count()
    with acting(user):
        User.objects.filter(pk=user.pk).update(last_login=timezone.now())
        User.objects.filter(pk=user.pk).update(password="!")
    with acting(user_of("nation.administrator")):
        events = list(Event.objects.filter(table="accounts_user").order_by("id")[count:])
    assert [event.changed for event in events] == [["password"]]
    assert "password" not in events[0].after
