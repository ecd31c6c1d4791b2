"""Straight at the database: what each kind of user may write, in every table with people, views bypassed."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from datetime import date

import psycopg.errors
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Access, Organisation, Person, PersonName, User
from leadscape_web.accounts.protection import TABLES
from leadscape_web.register.models import Headship
from leadscape_web.survey.models import Leader, RoleHolding, Support

from tests.support.own_database import one_row_more, owner_cursor
from tests.support.service import AREAS, RIGHTS

pytestmark = pytest.mark.django_db
WHY = "Found to be wrong"
EDITED = {
    "nation": {"leader-alice", "leader-bob", "leader-charlie"},
    "region": {"leader-alice", "leader-bob"},
    "authority": {"leader-alice"},
    "trust": {"leader-charlie"},
    "school": {"leader-alice"},
}
PLACES = {
    "leader-alice": ("101", "100001"),
    "leader-bob": ("102", "100003"),
    "leader-charlie": ("201", "100006"),
}


@contextmanager
def refused(kind: type[Exception] = psycopg.errors.InsufficientPrivilege):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    assert isinstance(caught.value.__cause__, kind), caught.value


def everybody() -> dict[str, Leader]:
    return {leader.key: leader for leader in Leader.objects.select_related("home_school")}


@pytest.fixture
def leaders(user_of) -> dict[str, Leader]:
    with acting(user_of("nation.reader")):
        return everybody()


@pytest.mark.parametrize("kind", AREAS)
def test_editors_change_leaders_of_their_area_and_no_others(kind: str, user_of, leaders) -> None:
    for key, leader in leaders.items():
        with acting(user_of(f"{kind}.editor"), why=WHY):
            changed = Leader.objects.filter(pk=leader.pk).update(phase="secondary")
            held = RoleHolding.objects.filter(leader=leader).update(origin="local")
            # By the key alone and without any condition that the policy of reading would narrow first.
            with connection.cursor() as cursor:
                cursor.execute("update survey_support set ended_on = %s", [date(2026, 1, 1)])
                supports = cursor.rowcount
        expected = key in EDITED[kind]
        assert (changed, held) == (int(expected), int(expected))
        assert supports == int("leader-alice" in EDITED[kind])


@pytest.mark.parametrize("right", sorted(set(RIGHTS) - {"editor"}))
@pytest.mark.parametrize("kind", ["nation", "authority"])
def test_others_change_nothing(kind: str, right: str, user_of, leaders) -> None:
    with acting(user_of(f"{kind}.{right}"), why=WHY):
        assert Leader.objects.update(phase="secondary") == 0
        assert RoleHolding.objects.update(origin="local") == 0
        assert Support.objects.update(role="x") == 0
        person = Person.objects.create()
        with refused():
            Leader.objects.create(
                key="leader-dora", person=person, home_school_id="100001", authority_id="101"
            )


def test_nobody_deletes_and_only_a_load_writes_headships(user_of) -> None:
    with acting(user_of("nation.editor"), why=WHY):
        for table in (Leader, RoleHolding, Support, Headship, PersonName, User, Access):
            with refused(), connection.cursor() as cursor:
                cursor.execute(f"delete from {table._meta.db_table}")
        with refused():
            Headship.objects.update(job_title="Head")


@pytest.mark.parametrize("kind", AREAS)
@pytest.mark.parametrize("place", PLACES.values())
def test_a_leader_is_moved_within_the_area_only(kind: str, place: tuple[str, str], user_of, leaders) -> None:
    authority, school = place
    inside = {PLACES[key] for key in EDITED[kind]}
    for key, leader in leaders.items():
        change = {"authority_id": authority, "home_school_id": school}
        rows = Leader.objects.filter(pk=leader.pk)
        with acting(user_of(f"{kind}.editor"), why=WHY):
            if key not in EDITED[kind]:
                assert rows.update(**change) == 0, "not into the area"
            elif place in inside:
                assert rows.update(**change) == 1
                rows.update(authority_id=PLACES[key][0], home_school_id=PLACES[key][1])
            else:
                with refused():
                    rows.update(**change)
                with refused():
                    rows.update(home_school_id=school)
                with refused():
                    rows.update(authority_id=authority)


def test_a_trust_moves_a_leader_to_another_of_its_schools_with_the_authority_of_that_school(
    user_of, leaders
) -> None:
    rows = Leader.objects.filter(pk=leaders["leader-charlie"].pk)
    with acting(user_of("trust.editor"), why=WHY):
        with refused():
            rows.update(home_school_id="100002", authority_id="102")
        assert rows.update(home_school_id="100002", authority_id="101") == 1


def test_a_new_leader_is_in_the_area_wholly(user_of) -> None:
    for authority, school, allowed in (
        ("101", "100001", True), ("101", None, True), (None, "100002", True), ("101", "100005", False),
        ("201", "100001", False), ("201", "100005", False), (None, None, False),
    ):  # fmt: skip
        with acting(user_of("authority.editor"), why=WHY):
            person = Person.objects.create()
            new = Leader(
                key=f"leader-{person.pk}", person=person, authority_id=authority, home_school_id=school
            )
            if allowed:
                new.save(force_insert=True)
                PersonName.objects.create(person=person, full_name="Grace Green")
            else:
                with refused():
                    new.save(force_insert=True)


def test_making_somebody_a_leader_does_not_show_who_is_behind_an_id(user_of, leaders) -> None:
    with acting(user_of("nation.reader")):
        elsewhere = Headship.objects.get(school_id="100005").person_id
        own = Headship.objects.get(school_id="100002").person_id
    others = {
        "head of another area": elsewhere,
        "leader of another area": leaders["leader-bob"].person_id,
        "user": user_of("nation.administrator").person_id,
    }
    with acting(user_of("authority.editor"), why=WHY):
        for who, person in others.items():
            with refused():
                Leader.objects.create(key=f"leader {who}", person_id=person, authority_id="101")
        Leader.objects.create(key="leader-dora", person_id=own, home_school_id="100002", authority_id="101")
    with acting(user_of("nation.editor"), why=WHY), refused():
        Leader.objects.create(key="leader-user", person_id=others["user"], authority_id="101")


def test_holdings_and_supports_are_of_a_leader_of_the_area(user_of, leaders) -> None:
    alice, bob = leaders["leader-alice"], leaders["leader-bob"]

    def holding(leader: Leader, person: uuid.UUID, **more) -> RoleHolding:
        return RoleHolding(
            key=str(uuid.uuid4()),
            leader=leader,
            person_id=person,
            role="mentor_head",
            origin="national",
            **more,
        )

    with acting(user_of("authority.editor"), why=WHY):
        for wrong in (
            holding(bob, bob.person_id, authority_id="101"),
            holding(alice, bob.person_id, authority_id="101"),
            holding(alice, alice.person_id, authority_id="102"),
            holding(alice, alice.person_id, home_school_id="100005"),
        ):
            with refused():
                wrong.save(force_insert=True)
        right = holding(alice, alice.person_id, authority_id="101", home_school_id="100001")
        right.save(force_insert=True)
        for leader, person, held, home in (
            (alice, bob.person_id, right, "100001"),
            (bob, bob.person_id, right, "100001"),
            (alice, alice.person_id, right, "100003"),
        ):
            with refused():
                Support.objects.create(
                    leader=leader, person_id=person, holding=held, role="mentor_head", home_school_id=home,
                    partner_school_id="100002",
                )  # fmt: skip
        Support.objects.create(
            leader=alice, person_id=alice.person_id, holding=right, role="mentor_head", home_school_id="100001",
            partner_school_id="100006",
        )  # fmt: skip


def test_a_user_whose_name_was_erased_is_still_nobody_to_make_a_leader(user_of) -> None:
    editor, user = user_of("nation.editor"), user_of("nobody")
    with owner_cursor(connections) as cursor:
        cursor.execute("select set_config('leadscape.why', 'Erased', true)")
        cursor.execute("select set_config('leadscape.user', %s, true)", [str(editor.pk)])
        cursor.execute("delete from accounts_personname where person_id = %s", [user.person_id])
        for person, allowed in ((user.person_id, False), (uuid.uuid4(), True)):
            cursor.execute("select leadscape_may_become_leader(%s)", [person])
            assert cursor.fetchall() == [(allowed,)]


def test_a_holding_and_a_support_stay_with_their_leader(user_of, leaders) -> None:
    alice, bob = leaders["leader-alice"], leaders["leader-bob"]
    with acting(user_of("region.editor"), why=WHY):
        for rows, change in (
            (Leader.objects.filter(pk=alice.pk), {"person_id": bob.person_id}),
            (RoleHolding.objects.filter(leader=alice), {"leader_id": bob.pk}),
            (RoleHolding.objects.filter(leader=alice), {"person_id": bob.person_id}),
            (Support.objects.filter(leader=alice), {"leader_id": bob.pk}),
            (Support.objects.filter(leader=alice), {"person_id": bob.person_id}),
            (Support.objects.filter(leader=alice), {"holding_id": RoleHolding.objects.get(leader=bob).pk}),
            (PersonName.objects.filter(person_id=alice.person_id), {"person_id": bob.person_id}),
        ):
            with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
                rows.update(**change)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (table, column)
        for table, rule in TABLES.items()
        if rule.audience
        for column in (rule.key, *rule.fixed)
    ],
)
def test_whom_a_record_is_about_never_changes(table: str, column: str, user_of) -> None:
    # As the owner, whom neither grants nor row-level security stop: it still cannot slip out of its own history.
    with owner_cursor(connections) as cursor:
        one_row_more(cursor)
        cursor.execute(f'select min(pg_typeof("{column}")::text) from "{table}"')
        [(kind,)] = cursor.fetchall()
        other = {
            "uuid": "gen_random_uuid()", "text": "'z'", "character varying": "'z'", "bigint": "0", "integer": "9",
            "date": "date '1900-01-01'", "timestamp with time zone": "timestamptz '1900-01-01'",
        }[kind]  # fmt: skip
        with pytest.raises(psycopg.Error, match="never changes") as caught:
            cursor.execute(f'update "{table}" set "{column}" = {other}')
        assert caught.value.sqlstate == "LS003"


def test_a_name_is_written_by_editors_of_the_person_and_by_the_user_whose_it_is(user_of, leaders) -> None:
    alice, user = leaders["leader-alice"].person_id, user_of("authority.reader")

    def rename(person: uuid.UUID) -> int:
        done = PersonName.objects.filter(person_id=person, superseded_at=None).update(
            superseded_at=timezone.now()
        )
        if done:
            PersonName.objects.create(person_id=person, full_name="Another Name")
        return done

    for who, person, allowed in (
        ("authority.editor", alice, True), ("nation.editor", alice, True), ("trust.editor", alice, False),
        ("authority.reader", alice, False), ("nation.administrator", alice, False),
        ("authority.reader", user.person_id, True), ("nation.editor", user.person_id, False),
        ("authority.administrator", user.person_id, False),
    ):  # fmt: skip
        with acting(user_of(who), why=WHY), transaction.atomic():
            assert rename(person) == int(allowed), who
            transaction.set_rollback(True)
    nobody = user_of("nobody")
    # Alice supports a school in Southport: its editors would see her, and do not rename her.
    with acting(user_of("nation.administrator"), why=WHY):
        southport = Organisation.objects.create(kind="authority", key="201", label="Southport")
        Access.objects.create(user=nobody, organisation=southport, right="editor")
    with acting(nobody, why=WHY):
        assert PersonName.objects.filter(person_id=alice).exists()
        assert rename(alice) == 0
        with refused():
            PersonName.objects.create(person_id=alice, full_name="Second", superseded_at=timezone.now())


def test_somebody_who_is_signing_in_writes_no_name(user_of) -> None:
    nobody = user_of("nobody").person_id
    with acting(purpose="sign-in", why=WHY):
        for person in (nobody, Person.objects.create().pk):
            with refused():
                PersonName.objects.create(
                    person_id=person, full_name="Any Name", superseded_at=timezone.now()
                )


def test_what_is_written_without_anybody_acting_is_refused(leaders) -> None:
    with acting(why=WHY):
        assert Leader.objects.update(phase="secondary") == 0
        assert User.objects.update(is_active=False) == 0
        with refused():
            Leader.objects.create(key="leader-x", person=Person.objects.create(), authority_id="101")
        with refused():
            User.objects.create_user("somebody@leadscape.example")


def test_a_failed_write_does_not_tell_what_the_hidden_row_holds(user_of, leaders) -> None:
    alice = leaders["leader-alice"]
    with acting(user_of("region.editor"), why=WHY):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            RoleHolding.objects.filter(leader=alice).update(key="holding-leader-charlie")
        assert "leader-charlie" not in str(caught.value)
        assert caught.value.__cause__.diag.message_detail is None
