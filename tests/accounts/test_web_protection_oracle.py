"""For any set of rights: the rows that the database shows are those that a few lines of Python say."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Access, Organisation, PersonName, User
from leadscape_web.audit.models import Event
from leadscape_web.register.models import Headship
from leadscape_web.survey.models import Leader, RoleHolding, Support

from tests.support.own_database import owner_cursor
from tests.support.service import LEADERS, RIGHTS, SCHOOLS

pytestmark = pytest.mark.django_db
BODIES = [
    ("nation", "england"), ("region", "North"), ("region", "South"), ("authority", "101"), ("authority", "102"),
    ("authority", "201"), ("trust", "T1"), ("trust", "T9"), *(("school", urn) for urn, *_ in SCHOOLS),
]  # fmt: skip
NAMED = {"reader", "editor", "broker", "approver"}
TRUST = {"T1": {"100002", "100006"}}
HEADS = {"100002", "100004", "100005"} | {urn for _, _, urn, *_ in LEADERS}
PARTNERS = {"leader-alice": "100005"}
accesses = st.lists(
    st.tuples(st.sampled_from(BODIES), st.sampled_from(RIGHTS), st.booleans()),
    max_size=5,
    unique_by=lambda one: one[:2],
)


def covered(held: list, rights: set[str]) -> tuple[bool, set[str], set[str]]:
    """Whether everything is covered, and which schools and authorities are."""
    bodies = [body for body, right, ended in held if right in rights and not ended]
    schools, authorities = set(), set()
    for kind, key in bodies:
        if kind == "region":
            authorities |= {authority for _, _, _, authority, region, *_ in SCHOOLS if region == key}
        elif kind == "authority":
            authorities.add(key)
        elif kind == "trust":
            schools |= TRUST.get(key, set())
        elif kind == "school":
            schools.add(key)
    schools |= {urn for urn, _, _, authority, *_ in SCHOOLS if authority in authorities}
    return ("nation", "england") in bodies, schools, authorities


def expected(held: list) -> dict[str, set[str]]:
    """Keys of the rows that somebody with these rights sees."""
    everything, schools, authorities = covered(held, NAMED)
    at_home = {key for key, _, urn, authority, *_ in LEADERS if urn in schools or authority in authorities}
    leaders = {key for key, *_ in LEADERS} if everything else at_home | {
        key for key, partner in PARTNERS.items() if partner in schools
    }  # fmt: skip
    # A leader who is seen because of support is seen with everything about the person.
    heads = HEADS if everything else HEADS & schools | {urn for key, _, urn, *_ in LEADERS if key in leaders}
    return {"leaders": leaders, "heads": heads, "supports": leaders & set(PARTNERS)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=accesses, active=st.booleans())
def test_rows_that_are_seen_are_those_of_the_area(held, active, user_of) -> None:
    administrator, user = user_of("nation.administrator"), user_of("nobody")
    with transaction.atomic():
        with acting(administrator, why="Rights drawn at random"):
            for (kind, key), right, ended in held:
                body, _ = Organisation.objects.get_or_create(kind=kind, key=key, defaults={"label": key})
                access = Access.objects.create(user=user, organisation=body, right=right)
                if ended:
                    Access.objects.filter(pk=access.pk).update(ended_at=timezone.now())
            if not active:
                User.objects.filter(pk=user.pk).update(is_active=False)
        seen = expected(held if active else [])
        with acting(user):
            assert set(Leader.objects.values_list("key", flat=True)) == seen["leaders"]
            assert set(RoleHolding.objects.values_list("leader__key", flat=True)) == seen["leaders"]
            assert set(Support.objects.values_list("leader__key", flat=True)) == seen["supports"]
            assert set(Headship.objects.values_list("school_id", flat=True)) == seen["heads"]
            people = set(Headship.objects.values_list("person_id", flat=True))
            assert set(Leader.objects.values_list("person_id", flat=True)) <= people
            named = set(PersonName.objects.values_list("person_id", flat=True))
            assert people <= named
            # Beyond the people of the area: oneself, and users whom one administers.
            administered = set(User.objects.values_list("person_id", flat=True))
            assert named == people | {user.person_id} | administered
            told = set(Event.objects.filter(audience="person").values_list("person", flat=True))
            assert told <= named
        transaction.set_rollback(True)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=accesses)
def test_rows_that_are_changed_are_those_of_the_editors_area(held, user_of) -> None:
    administrator, user = user_of("nation.administrator"), user_of("nobody")
    everything, schools, authorities = covered(held, {"editor"})
    mine = {
        key
        for key, _, urn, authority, *_ in LEADERS
        if everything or urn in schools or authority in authorities
    }
    with transaction.atomic():
        with acting(administrator, why="Rights drawn at random"):
            for (kind, key), right, ended in held:
                body, _ = Organisation.objects.get_or_create(kind=kind, key=key, defaults={"label": key})
                access = Access.objects.create(user=user, organisation=body, right=right)
                if ended:
                    Access.objects.filter(pk=access.pk).update(ended_at=timezone.now())
        with acting(user, why="A correction"):
            before = set(Leader.objects.values_list("key", flat=True))
            assert Leader.objects.update(phase="special") == len(mine)
            assert RoleHolding.objects.update(ended_on=date(2026, 1, 1)) == len(mine)
            assert Support.objects.update(ended_on=date.today() + timedelta(days=1)) == len(
                mine & set(PARTNERS)
            )
            assert set(Leader.objects.filter(phase="special").values_list("key", flat=True)) == mine
            assert mine <= before
        transaction.set_rollback(True)


@pytest.mark.parametrize(("ended", "present"), [(None, True), (-1, False), (0, False), (1, True)])
@pytest.mark.parametrize("kind", ["region", "authority", "trust", "school"])
def test_whoever_was_head_once_is_neither_seen_nor_edited_there(kind, ended, present, user_of) -> None:
    editor = user_of(f"{kind}.editor").pk
    with owner_cursor(connections) as cursor:
        cursor.execute("select set_config('leadscape.why', 'A head who moved away', true)")
        person, elsewhere = uuid.uuid4(), "100005" if kind != "trust" else "100003"
        here = "100002" if kind == "trust" else "100001"
        cursor.execute("insert into accounts_person (id, recorded_at) values (%s, now())", [person])
        for school, last in ((here, ended), (elsewhere, None)):
            cursor.execute(
                "insert into register_headship (id, school_id, person_id, ended_on)"
                " values (gen_random_uuid(), %s, %s, current_date + %s::int)", [school, person, last],
            )  # fmt: skip
        cursor.execute("select set_config('leadscape.user', %s, true)", [str(editor)])
        for question in (f"leadscape_people(array{sorted(NAMED)})", "leadscape_edited_people()"):
            cursor.execute(f"select %s in (select {question})", [person])
            assert cursor.fetchone() == (present,), question
