"""Who sees whom, asked of the database itself as the plain role."""

from __future__ import annotations

import pytest
from django.db import connection

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import PersonName
from leadscape_web.survey.models import Leader

pytestmark = pytest.mark.django_db
ALICE, BOB, CHARLIE = "Alice Ash", "Bob Birch", "Charlie Cedar"


def test_the_service_is_a_plain_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper, rolbypassrls from pg_roles where rolname = current_user")
        assert cursor.fetchone() == (False, False)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("nation.reader", {ALICE, BOB, CHARLIE}),
        ("region.reader", {ALICE, BOB}),
        ("authority.reader", {ALICE}),
        ("trust.reader", {CHARLIE}),
        ("school.reader", {ALICE}),
        ("nation.researcher", set()),
        ("nation.administrator", set()),
        ("nobody", set()),
    ],
)
def test_leaders_are_seen_in_their_area_only(who, seen, user_of) -> None:
    with acting(user_of(who)):
        names = set(
            PersonName.objects.filter(person__leader__isnull=False).values_list("full_name", flat=True)
        )
        assert names == seen
        assert Leader.objects.count() == len(seen)


def test_without_a_user_nobody_is_seen() -> None:
    assert not Leader.objects.exists()
    assert not PersonName.objects.exists()
