"""A record, and a whole table, on any day: against an oracle that wrote down every state while it edited at random."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import NotFound
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Organisation, User
from leadscape_web.audit.as_of import (
    Difference,
    changes_between,
    count_as_of,
    differences,
    outline_between,
    record_as_of,
    table_as_of,
)
from leadscape_web.register.models import School
from leadscape_web.survey.models import Leader

from tests.support.own_database import own_database

TABLES = ("register_school", "survey_leader", "accounts_organisation")


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        return cursor.fetchone()[0]


def states() -> dict[str, dict[str, dict]]:
    """Every row of the tables as it is now."""
    import json

    found = {}
    for table in TABLES:
        key = "urn" if table == "register_school" else "id"
        with connection.cursor() as cursor:
            cursor.execute(f'select "{key}"::text, to_jsonb(t) from "{table}" t')
            found[table] = {record: json.loads(row) for record, row in cursor.fetchall()}
    return found


def edit(draw: random.Random, number: int) -> None:
    """Some change of some record, as a load or a user would make it."""
    what = draw.randrange(5)
    with acting(why=f"Edit {number}", using="owner"):
        if what == 0:
            urn = draw.choice(["100001", "100002", "100003"])
            School.objects.using("owner").filter(urn=urn).update(name=draw.choice(["Ash", "Beech", "Cedar"]))
        elif what == 1:
            source = School.objects.using("owner").first().source_id
            School.objects.using("owner").create(
                urn=f"2{number:05}", status="open", source_id=source, name="New"
            )
        elif what == 2:
            School.objects.using("owner").filter(urn__startswith="2").order_by("?")[:1].first()
            new = School.objects.using("owner").filter(urn__startswith="2").first()
            if new is not None:
                new.delete(using="owner")
        elif what == 3:
            Leader.objects.using("owner").filter(key="leader-bob").update(
                phase=draw.choice(["primary", None, "special"])
            )
        else:
            Organisation.objects.using("owner").filter(kind="trust").update(
                label=draw.choice(["Riverside", "Lakeside"])
            )


@pytest.fixture(scope="module")
def edited(django_db_setup, service_server, django_db_blocker):
    """Sixty random edits, the moment after each, and every state as it was then."""
    with own_database(service_server, django_db_blocker, "as_of"):
        with acting(purpose="sign-in"):
            users = {user.email.partition("@")[0]: user for user in User.objects.all()}
        draw = random.Random(20061)
        taken = []
        for number in range(60):
            edit(draw, number)
            with acting(users["nation.reader"]):
                taken.append((now(), states()))
        yield users, taken


def test_every_table_stands_at_every_moment_as_it_stood_then(edited) -> None:
    users, taken = edited
    with acting(users["nation.reader"]):
        for at, state in taken[::3]:
            for table in TABLES:
                assert table_as_of(table, at) == state[table]
                assert count_as_of(table, at) == len(state[table])


@settings(max_examples=40)
@given(pair=st.tuples(st.integers(0, 59), st.integers(0, 59)))
def test_two_days_differ_exactly_by_the_changes_between_them(edited, pair) -> None:
    users, taken = edited
    (earlier, before), (later, after) = (taken[number] for number in sorted(pair))
    with acting(users["nation.reader"]):
        for table in TABLES:
            by_event = tuple(changes_between(table, earlier, later))
            assert by_event == differences(table_as_of(table, earlier), table_as_of(table, later))
            assert by_event == differences(before[table], after[table])
            assert all(one.before != one.after for one in by_event)
            outlined = [(one.record, one.before, one.after) for one in outline_between(table, earlier, later)]
            both = [one for one in by_event if one.before is not None and one.after is not None]
            assert [one for one in outlined if one[1] is not None] == [
                (d.record, d.before, d.after) for d in both
            ]
            assert [record for record, *_ in outlined] == [one.record for one in by_event]


@settings(max_examples=40)
@given(number=st.integers(0, 59), table=st.sampled_from(TABLES), pick=st.integers(0, 1000))
def test_a_record_stands_as_its_table_does(edited, number, table, pick) -> None:
    users, taken = edited
    at, state = taken[number]
    keys = sorted(set(state[table]) | set(taken[-1][1][table]))
    key = keys[pick % len(keys)]
    with acting(users["nation.reader"]):
        standing = record_as_of(table, key, at)
    assert standing.row == state[table].get(key)
    assert standing.now == taken[-1][1][table].get(key)


def test_a_record_that_came_and_went_between_two_moments_is_no_difference(edited) -> None:
    users, taken = edited
    with acting(users["nation.reader"]):
        assert tuple(changes_between("register_school", taken[5][0], taken[5][0])) == ()
        assert differences({"1": {"a": 1}}, {"2": {"a": 1}}) == (
            Difference("1", {"a": 1}, None),
            Difference("2", None, {"a": 1}),
        )


def test_before_anything_was_recorded_there_was_nothing(edited) -> None:
    users, _ = edited
    with acting(users["nation.reader"]):
        long_ago = datetime(2000, 1, 1, tzinfo=UTC)
        assert table_as_of("register_school", long_ago) == {}
        standing = record_as_of("register_school", "100001", long_ago)
    assert standing.row is None
    assert standing.first_recorded_at > long_ago
    assert standing.differing == ()


def test_in_the_past_too_only_what_the_reader_may_see_is_shown(edited) -> None:
    users, taken = edited
    bob = next(key for key, row in taken[0][1]["survey_leader"].items() if row["key"] == "leader-bob")
    at = taken[10][0]
    for who, seen in (
        ("nation.reader", 3),
        ("region.reader", 2),
        ("authority.reader", 1),
        ("nation.administrator", 0),
    ):
        with acting(users[who]):
            assert len(table_as_of("survey_leader", at)) == seen
            if who in ("authority.reader", "nation.administrator"):
                with pytest.raises(NotFound):
                    record_as_of("survey_leader", bob, at)
                assert tuple(changes_between("survey_leader", taken[0][0], taken[-1][0])) == ()
            else:
                assert record_as_of("survey_leader", bob, at).row is not None


def test_accounts_in_the_past_are_for_administrators_of_the_nation(edited) -> None:
    users, taken = edited
    user = users["authority.reader"]
    with acting(user), pytest.raises(NotFound):
        record_as_of("accounts_user", str(user.pk), taken[0][0])
    with acting(users["authority.administrator"]), pytest.raises(NotFound):
        table_as_of("accounts_access", taken[0][0])
    with acting(users["nation.administrator"]):
        row = record_as_of("accounts_user", str(user.pk), taken[0][0]).row
    assert row is not None
    assert not {"password", "email", "last_login"} & set(row)


@pytest.mark.parametrize(
    "table", ["accounts_cache", "register_searchentry", "audit_event", "pg_authid", 'x"; drop']
)
def test_a_table_without_a_history_is_not_asked(edited, table: str) -> None:
    users, _ = edited
    with acting(users["nation.administrator"]):
        at = timezone.now()
        for ask in (
            lambda: record_as_of(table, "1", at),
            lambda: table_as_of(table, at),
            lambda: tuple(changes_between(table, at, at)),
        ):
            with pytest.raises(NotFound):
                ask()
