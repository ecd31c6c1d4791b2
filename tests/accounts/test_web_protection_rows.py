"""Straight at the database: which rows each kind of user sees in every table with people, views bypassed."""

from __future__ import annotations

import pytest
from django.db import DataError, connection, transaction

from leadscape_web.accounts.context import acting, set_context
from leadscape_web.accounts.models import Access, PersonName, User
from leadscape_web.audit.models import Event, Listed
from leadscape_web.register.models import Headship
from leadscape_web.survey.models import AnonymousHolding, Leader, RoleHolding, Support

from tests.support.service import AREAS, RIGHTS

pytestmark = pytest.mark.django_db
ALICE, BOB, CHARLIE = "leader-alice", "leader-bob", "leader-charlie"
NAMED = ("reader", "editor", "broker", "approver")
UNNAMED = ("researcher", "administrator")
LEADERS = {
    "nation": {ALICE, BOB, CHARLIE},
    "region": {ALICE, BOB},
    "authority": {ALICE},
    "trust": {CHARLIE},
    "school": {ALICE},
}
HEADS = {  # schools whose heads are seen; leaders are heads of their home school
    "nation": {"100001", "100002", "100003", "100004", "100005", "100006"},
    "region": {"100001", "100002", "100003", "100004"},
    "authority": {"100001", "100002"},
    "trust": {"100002", "100006"},
    "school": {"100001"},
}
USERS = 31


@pytest.mark.parametrize("right", NAMED)
@pytest.mark.parametrize("kind", AREAS)
def test_rights_with_names_see_people_of_their_area(kind: str, right: str, user_of) -> None:
    user = user_of(f"{kind}.{right}")
    with acting(user):
        assert set(Leader.objects.values_list("key", flat=True)) == LEADERS[kind]
        assert set(RoleHolding.objects.values_list("leader__key", flat=True)) == LEADERS[kind]
        assert set(Support.objects.values_list("leader__key", flat=True)) == LEADERS[kind] & {ALICE}
        assert set(Headship.objects.values_list("school_id", flat=True)) == HEADS[kind]
        people = set(Headship.objects.values_list("person_id", flat=True))
        assert set(PersonName.objects.values_list("person_id", flat=True)) == people | {user.person_id}
        assert not AnonymousHolding.objects.exists()
        assert set(Event.objects.filter(audience="person").values_list("person", flat=True)) <= people | {
            user.person_id
        }
        assert not Event.objects.filter(audience="administration").exists()
        assert not Listed.objects.exists()


@pytest.mark.parametrize("right", UNNAMED)
@pytest.mark.parametrize("kind", AREAS)
def test_rights_without_names_see_no_leaders(kind: str, right: str, user_of) -> None:
    with acting(user_of(f"{kind}.{right}")):
        for table in (Leader, RoleHolding, Support, Headship):
            assert not table.objects.exists()
        assert not Event.objects.filter(table__in=["survey_leader", "register_headship"]).exists()


@pytest.mark.parametrize("kind", AREAS)
@pytest.mark.parametrize("right", RIGHTS)
def test_accounts_are_seen_by_their_owner_and_administrators(kind: str, right: str, user_of) -> None:
    user = user_of(f"{kind}.{right}")
    with acting(user):
        emails = set(User.objects.values_list("email", flat=True))
        names = set(PersonName.objects.filter(person__user__isnull=False).values_list("full_name", flat=True))
        accesses = set(Access.objects.values_list("user__email", flat=True))
    own = f"{kind}.{right}@leadscape.example"
    if right != "administrator":
        assert emails == accesses == {own}
        assert names == {f"{kind.title()} {right.title()}"}
        return
    inside = {"nation": set(AREAS), "region": {"region", "authority", "school"}, "authority": {"authority", "school"},
              "trust": {"trust"}, "school": {"school"}}[kind]  # fmt: skip
    assert accesses == {f"{k}.{r}@leadscape.example" for k in inside for r in RIGHTS}
    assert emails - {"nobody@leadscape.example"} == accesses
    assert len(names) == len(emails)


def test_somebody_without_a_right_sees_only_themselves(user_of) -> None:
    user = user_of("nobody")
    with acting(user):
        assert [u.pk for u in User.objects.all()] == [user.pk]
        assert [n.person_id for n in PersonName.objects.all()] == [user.person_id]
        for table in (Leader, RoleHolding, Support, Headship, Access, AnonymousHolding, Listed):
            assert not table.objects.exists()
        assert set(Event.objects.values_list("audience", flat=True)) <= {"public", "person"}
        assert not Event.objects.filter(audience="person").exclude(person=user.person_id).exists()


def test_nobody_sees_no_person_at_all() -> None:
    for table in (User, PersonName, Leader, RoleHolding, Support, Headship, Access, AnonymousHolding, Listed):
        assert not table.objects.exists()
    assert not Event.objects.exclude(audience="public").exists()


def test_proving_who_one_is_shows_accounts_and_no_names() -> None:
    with acting(purpose="sign-in"):
        assert User.objects.count() == USERS
        for table in (PersonName, Leader, RoleHolding, Support, Headship, Access):
            assert not table.objects.exists()


def test_a_right_that_has_ended_shows_nothing(user_of) -> None:
    user = user_of("region.reader")
    with acting(user_of("nation.administrator"), why="They left"):
        from django.utils import timezone

        Access.objects.filter(user=user).update(ended_at=timezone.now())
    with acting(user):
        assert not Leader.objects.exists()


def test_a_context_ends_with_its_transaction(user_of) -> None:
    user = user_of("nation.reader")
    with acting(user):
        assert Leader.objects.exists()
    assert not Leader.objects.exists()
    with transaction.atomic():
        set_context(user=str(user.pk))
        assert Leader.objects.exists()
        transaction.set_rollback(True)
    assert not Leader.objects.exists()


# An error message, or the time an answer takes, must not tell of rows that are hidden: what is asked about a row is
# evaluated only for rows that are seen.
TELLING = (
    "select count(*) from accounts_personname where full_name::int = 1",
    "select count(*) from accounts_personname where 1 / (length(full_name) - length(full_name)) = 1",
    "select count(*) from accounts_personname where full_name like 'Alice%%' and full_name::int = 1",
    "select count(*) from accounts_personname where full_name %% 'Alise Ash' and full_name::int = 1",
    "select count(*) from accounts_user where email::int = 1",
    "select count(*) from survey_leader where key::int = 1",
    "select count(*) from survey_roleholding where role::int = 1",
    "select count(*) from register_headship where job_title::int = 1",
    "select count(*) from audit_event where audience <> 'public' and before::text::int = 1",
    "select count(*) from audit_listed where table_name::int = 1",
    "select count(*) from survey_anonymousholding where origin::int = 1",
    "select count(*) from register_school s join survey_leader l on l.home_school_id = s.urn where l.key::int = 1",
)


@pytest.mark.parametrize("question", TELLING)
def test_a_condition_that_fails_on_hidden_rows_does_not_fail(question: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(question, [])
        assert cursor.fetchone() == (0,)


def test_a_condition_on_values_that_an_administrator_may_not_see_gets_none(user_of) -> None:
    for condition in (
        "before::text::int = 1",
        "(after ->> 'key')::int = 1",
        "1 / (length(after::text) - length(after::text)) = 1",
        "after is not null or before is not null",
    ):
        about_leaders = f"case when table_name = 'survey_leader' then {condition} end"
        with acting(user_of("nation.administrator")), connection.cursor() as cursor:
            cursor.execute(f"select count(*) from audit_listed where {about_leaders}")
            assert cursor.fetchone() == (0,)
    for who in ("nation.reader", "authority.administrator"):
        with acting(user_of(who)), connection.cursor() as cursor:
            cursor.execute("select count(*) from audit_listed where 1 / (id - id) = 1")
            assert cursor.fetchone() == (0,)


def test_the_same_conditions_do_fail_on_rows_that_are_seen(user_of) -> None:
    with (
        acting(user_of("nation.reader")),
        pytest.raises(DataError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(TELLING[0])


def test_functions_give_people_to_rights_with_names_only(user_of) -> None:
    for who in (f"{kind}.{right}" for kind in AREAS for right in UNNAMED):
        right = who.partition(".")[2]
        with acting(user_of(who)), connection.cursor() as cursor:
            cursor.execute("select count(*) from leadscape_people(array['researcher', 'administrator'])")
            assert cursor.fetchone() == (0,)
            cursor.execute(f"select count(*) from leadscape_people(array['{right}'])")
            assert cursor.fetchone() == (0,)
            cursor.execute("select count(*) from leadscape_only_users()")
            assert cursor.fetchone() == (0,)
            cursor.execute("select count(*) from leadscape_nothing_but_users()")
            assert cursor.fetchone() == (0,)
            cursor.execute("select count(*) from leadscape_edited_people()")
            assert cursor.fetchone() == (0,)
