"""What administrators see of users and organisations, what they change, and what nobody changes."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.db.utils import DatabaseError, ProgrammingError
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.administering import standing_of
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Access, Organisation, User
from leadscape_web.audit.models import Event
from leadscape_web.govuk.panels import _ADDED, Panel, add_panel

from tests.support.signing_in import give_second_factor, text_of

pytestmark = pytest.mark.django_db(databases=["default", "counters"])


def addresses_in(response) -> set[str]:
    return set(re.findall(r"([a-z.]+)@leadscape\.example", response.content.decode()))


def send(client: Client, path: str, **given: str):
    """Open a page that asks for a reason, and answer it."""
    seen = re.search(r'name="seen" value="(\w+)"', client.get(path).content.decode())[1]
    return client.post(path, {"why": "As agreed with the office", "seen": seen, **given})


@pytest.fixture
def reader(user_of):
    return user_of("authority.reader")


@pytest.fixture
def administrator(client_of):
    return client_of("authority.administrator")


@pytest.mark.parametrize(
    ("who", "sees", "not_this"),
    [
        (
            "nation.administrator",
            {"nation.reader", "authority.reader", "school.reader", "trust.reader"},
            "nobody",
        ),
        ("authority.administrator", {"authority.reader", "school.reader"}, "nation.reader"),
        ("school.administrator", {"school.reader"}, "authority.reader"),
        ("trust.administrator", {"trust.reader"}, "authority.reader"),
    ],
)
def test_an_administrator_sees_the_users_of_the_area(who, sees, not_this, client_of) -> None:
    found = addresses_in(client_of(who).get("/administration/users/"))
    assert sees <= found
    assert not_this not in found


@pytest.mark.parametrize("who", ["authority.reader", "authority.editor", "nation.researcher", "nobody"])
def test_nobody_else_administers(who, client_of) -> None:
    for path in ("", "users/", "organisations/", "invitations/", "invitations/new/", "organisations/add/"):
        assert client_of(who).get(f"/administration/{path}").status_code == 403


def test_the_list_of_users_takes_few_queries(client_of, django_assert_max_num_queries) -> None:
    client = client_of("nation.administrator")
    client.get("/administration/users/")
    with django_assert_max_num_queries(15):
        client.get("/administration/users/")


def test_the_list_says_who_has_a_second_factor_and_downloads_as_it_is(administrator, reader) -> None:
    give_second_factor(reader)
    page = text_of(administrator.get("/administration/users/?email=authority.reader"))
    assert "Authority Reader authority.reader@leadscape.example Reader, Northshire Not yet Yes Active" in page
    file = administrator.get("/administration/users/?email=authority.reader&format=csv").content.decode(
        "utf-8-sig"
    )
    assert file.count("authority.reader@leadscape.example") == 1
    assert "authority.editor" not in file


def test_a_user_outside_the_area_is_not_found(administrator, user_of) -> None:
    for who in ("nation.reader", "trust.reader", "nobody"):
        for page in ("", "switch-off/", "give-right/"):
            assert administrator.get(f"/administration/user/{user_of(who).pk}/{page}").status_code == 404


def test_a_right_is_given_with_a_reason(administrator, reader, user_of) -> None:
    path = f"/administration/user/{reader.pk}/give-right/?body=authority:101"
    answer = send(administrator, path, body="authority:101", right="editor")
    assert answer["Location"] == f"/administration/user/{reader.pk}/"
    assert "Editor for Northshire: given." in text_of(administrator.get(answer["Location"]))
    with acting(reader):
        assert set(Access.objects.values_list("right", flat=True)) == {"reader", "editor"}
    with acting(user_of("nation.administrator")):
        event = Event.objects.filter(table="accounts_access").latest("id")
        assert (event.why, event.actor) == (
            "As agreed with the office",
            user_of("authority.administrator").pk,
        )
    again = send(administrator, path, body="authority:101", right="editor")
    assert "is editor for Northshire already" in text_of(again)
    assert again.status_code == 422


def test_nothing_is_done_without_a_reason(administrator, reader) -> None:
    path = f"/administration/user/{reader.pk}/switch-off/"
    answer = administrator.post(path, {"why": " ", "seen": "x"})
    assert "Enter a reason" in text_of(answer)
    assert "Error: Switch the account off" in text_of(answer)


def test_a_right_ends_and_stays_ended(administrator, reader, client_of) -> None:
    with acting(reader):
        access = Access.objects.get()
    assert client_of("authority.reader").get("/account/").status_code == 200
    path = f"/administration/user/{reader.pk}/end-right/{access.pk}/"
    send(administrator, path)
    assert "Rights that were ended" in text_of(administrator.get(f"/administration/user/{reader.pk}/"))
    assert "You have no right yet" in text_of(client_of("authority.reader").get("/account/"))
    assert "has ended already" in text_of(send(administrator, path))


def test_nobody_gives_themselves_a_right(administrator, user_of) -> None:
    own = user_of("authority.administrator")
    path = f"/administration/user/{own.pk}/give-right/?body=authority:101"
    answer = send(administrator, path, body="authority:101", right="reader")
    assert "You cannot give yourself a right" in text_of(answer)
    with acting(own, why="Trying"), pytest.raises(ProgrammingError, match="row-level"):
        Access.objects.create(user=own, organisation=Organisation.objects.get(key="101"), right="reader")


def test_a_right_that_ended_cannot_be_opened_again_nor_passed_on(user_of, reader) -> None:
    own = user_of("authority.administrator")
    with acting(own, why="Ending"):
        access = Access.objects.get(user=reader)
        access.ended_at = timezone.now()
        access.save(update_fields=["ended_at"])
        for change in ({"ended_at": None}, {"user": own}, {"right": "administrator"}):
            with pytest.raises(DatabaseError, match=r"stays ended|permission denied"), transaction.atomic():
                Access.objects.filter(pk=access.pk).update(**change)


def test_an_account_is_switched_off_and_on(administrator, reader) -> None:
    page = f"/administration/user/{reader.pk}/"
    send(administrator, f"{page}switch-off/")
    said = text_of(administrator.get(page))
    assert "Account Switched off" in said
    assert "Give a right" not in said
    send(administrator, f"{page}switch-on/")
    assert "Account Active" in text_of(administrator.get(page))


def test_nobody_switches_themselves_off(administrator, user_of) -> None:
    own = user_of("authority.administrator")
    answer = send(administrator, f"/administration/user/{own.pk}/switch-off/")
    assert "your own account" in text_of(answer)
    with acting(own, why="Trying"), pytest.raises(DatabaseError, match="nobody switches their own"):
        User.objects.filter(pk=own.pk).update(is_active=False)


def test_who_acts_elsewhere_too_is_not_theirs_to_switch_off(client_of, user_of, reader) -> None:
    with acting(user_of("nation.administrator"), why="Acts for the nation too"):
        Access.objects.create(
            user=reader, organisation=Organisation.objects.get(kind="nation"), right="reader"
        )
    administrator = client_of("authority.administrator")
    said = text_of(administrator.get(f"/administration/user/{reader.pk}/"))
    assert "outside your area too" in said
    assert "England" not in said
    for what in ("switch-off", "reset-second-factor"):
        assert "not yours to change" in text_of(
            send(administrator, f"/administration/user/{reader.pk}/{what}/")
        )
    with acting(user_of("authority.administrator"), why="Trying"):
        assert User.objects.filter(pk=reader.pk).update(is_active=False) == 0
    answer = send(client_of("nation.administrator"), f"/administration/user/{reader.pk}/switch-off/")
    assert answer.status_code == 302


def test_a_lost_second_factor_is_reset_and_all_sessions_end(
    administrator, reader, client_of, user_of
) -> None:
    give_second_factor(reader)
    client = client_of("authority.reader")
    assert client.get("/account/").status_code == 200
    send(administrator, f"/administration/user/{reader.pk}/reset-second-factor/")
    assert client.get("/account/").status_code == 302
    with acting(user_of("authority.administrator")):
        standing = standing_of(reader.pk, user_of("authority.administrator"))
    assert standing is None or not standing.second_factor


def test_an_administrator_changes_no_password_and_no_address(user_of, reader) -> None:
    with acting(user_of("authority.administrator"), why="Trying"):
        for change in ({"password": "x"}, {"email": "else@leadscape.example"}, {"person_id": reader.pk}):
            with (
                pytest.raises(DatabaseError, match=r"only its owner|permission denied"),
                transaction.atomic(),
            ):
                User.objects.filter(pk=reader.pk).update(**change)


def test_the_last_administrator_of_the_nation_stays(client_of, user_of) -> None:
    national = user_of("nation.administrator")
    with acting(national):
        access = Access.objects.get(user=national)
    client = client_of("nation.administrator")
    answer = send(client, f"/administration/user/{national.pk}/end-right/{access.pk}/")
    assert "last administrator of the nation" in text_of(answer)
    with (
        acting(national, why="Trying"),
        pytest.raises(DatabaseError, match="last administrator of the nation"),
    ):
        Access.objects.filter(pk=access.pk).update(ended_at=timezone.now())
    with acting(national, why="A second one"):
        Access.objects.create(
            user=user_of_pk(national, "nation.reader"),
            organisation_id=access.organisation_id,
            right="administrator",
        )
    assert send(client, f"/administration/user/{national.pk}/end-right/{access.pk}/").status_code == 302


def user_of_pk(administrator: User, name: str) -> User:
    return User.objects.get(email=f"{name}@leadscape.example")


def test_the_second_of_two_administrators_is_told(client_of, user_of, reader) -> None:
    first, second = client_of("authority.administrator"), client_of("nation.administrator")
    path = f"/administration/user/{reader.pk}/switch-off/"
    seen = re.search(r'name="seen" value="(\w+)"', second.get(path).content.decode())[1]
    grant = f"/administration/user/{reader.pk}/give-right/?body=authority:101"
    send(first, grant, body="authority:101", right="editor")
    answer = second.post(path, {"why": "Has left", "seen": seen})
    assert answer.status_code == 409
    said = text_of(answer)
    assert "Somebody else changed this account" in said
    assert "Editor Northshire (authority)" in said
    with acting(reader):
        assert User.objects.get(pk=reader.pk).is_active


def test_organisations_are_those_of_the_area_with_who_acts_for_them(
    administrator, client_of, user_of
) -> None:
    said = text_of(administrator.get("/administration/organisations/"))
    assert "Northshire Authority 101 6" in said
    assert "Ashgrove Primary School School 100001 6" in said
    assert "England" not in said
    with acting(user_of("nation.administrator")):
        ids = dict(Organisation.objects.values_list("key", "pk"))
    page = text_of(administrator.get(f"/administration/organisation/{ids['101']}/"))
    assert "Authority Broker authority.broker@leadscape.example Broker, Northshire" in page
    assert administrator.get(f"/administration/organisation/{ids['england']}/").status_code == 404


def test_an_organisation_is_added_from_what_is_found(client_of) -> None:
    client = client_of("nation.administrator")
    assert client.post("/administration/organisations/add/", {"body": "school:unknown"}).status_code == 422
    answer = client.post("/administration/organisations/add/", {"body": "authority:101"})
    assert answer["Location"].startswith("/administration/organisation/")


def test_other_rooms_add_to_administration(administrator) -> None:
    add_panel(
        "administration",
        "tests",
        lambda request, record: Panel("Codebooks", "accounts/letters/new_password.txt"),
    )
    try:
        said = text_of(administrator.get("/administration/"))
    finally:
        _ADDED["administration"].pop("tests")
    assert "Codebooks" in said
    assert "Users : who acts" in said
