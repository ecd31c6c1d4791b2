"""Inviting and being invited; and how the first administrator comes in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts import first_administrator, invitations
from leadscape_web.accounts.bodies import Bodies, Body, add_bodies, body_of, find_bodies
from leadscape_web.accounts.context import acting, set_context
from leadscape_web.accounts.models import Access, Invitation, Organisation, Person, PersonName, User
from leadscape_web.accounts.tokens import hash_of
from leadscape_web.audit.models import Event

from tests.support.service import AREAS
from tests.support.signing_in import PASSWORD, give_password, sign_in, text_of

pytestmark = pytest.mark.django_db(databases=["default", "counters"])
GUEST = "grace@leadscape.example"


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def link_in(response) -> str:
    return re.search(r'value="http://testserver(/account/invitation/[\w-]+/)"', response.content.decode())[1]


def invite(administrator: Client, body: str = "authority:101", right: str = "reader", email: str = GUEST):
    return administrator.post(
        "/administration/invitations/new/", {"body": body, "email": email, "right": right}
    )


def test_somebody_who_was_invited_makes_an_account_with_that_right_and_no_other(
    client_of, user_of, mailoutbox
) -> None:
    shown = invite(client_of("authority.administrator"))
    link = link_in(shown)
    assert shown["Cache-Control"] == "no-store"
    assert link in mailoutbox[0].body
    assert mailoutbox[0].to == [GUEST]
    guest = Client()
    page = text_of(guest.get(link))
    for words in ("Accept the invitation", GUEST, "Reader", "Northshire (authority)"):
        assert words in page
    answer = guest.post(link, {"full_name": "Grace Grove", "password": PASSWORD})
    assert answer["Location"] == "/"
    assert guest.get("/account/")["Location"].startswith("/account/second-factor/set-up/")
    with acting(purpose="sign-in"):
        user = User.objects.get(email=GUEST)
    assert guest.session[SESSION_KEY] == str(user.pk)
    with acting(user):
        assert [
            (one.right, one.organisation.key) for one in Access.objects.select_related("organisation")
        ] == [("reader", "101")]
        assert PersonName.objects.get(person_id=user.person_id).full_name == "Grace Grove"


def test_a_link_works_once(client_of) -> None:
    link = link_in(invite(client_of("authority.administrator")))
    Client().post(link, {"full_name": "Grace Grove", "password": PASSWORD})
    again = Client().get(link)
    assert again.status_code == 404
    assert "used already" in text_of(again)
    assert Client().post(link, {"full_name": "Heidi Holly", "password": PASSWORD}).status_code == 404


def test_a_withdrawn_an_expired_and_an_invented_link_say_so(client_of, user_of) -> None:
    administrator = client_of("authority.administrator")
    link = link_in(invite(administrator))
    with acting(user_of("authority.administrator")):
        found = Invitation.objects.get(email=GUEST)
    administrator.post(f"/administration/invitation/{found.pk}/", {"do": "withdraw"})
    assert "was withdrawn" in text_of(Client().get(link))
    with acting(user_of("authority.administrator"), why="An old invitation"):
        Invitation.objects.create(
            email=GUEST, organisation=found.organisation, right="reader", token_hash=hash_of("old"),
            expires_at=timezone.now() - timedelta(seconds=1),
        )  # fmt: skip
    assert "older than 7 days" in text_of(Client().get("/account/invitation/old/"))
    assert "no link of this service" in text_of(Client().get("/account/invitation/invented/"))


def test_an_invitation_ends_with_the_right_of_whoever_made_it(client_of, user_of) -> None:
    inviter = user_of("authority.administrator")
    with acting(inviter):
        [access] = Access.objects.filter(user=inviter)
    link = link_in(invite(client_of("authority.administrator")))
    elsewhere = link_in(invite(client_of("nation.administrator"), email="heidi@leadscape.example"))
    with acting(user_of("nation.administrator"), why="Has left"):
        Access.objects.filter(pk=access.pk).update(ended_at=timezone.now())
    assert "was withdrawn" in text_of(Client().get(link))
    guest = Client().post(link, {"full_name": "Grace Grove", "password": PASSWORD})
    assert guest.status_code == 404
    with acting(purpose="sign-in"):
        assert not User.objects.filter(email=GUEST).exists()
    assert Client().get(elsewhere).status_code == 200
    # Given again, the right brings back no link that was out.
    with acting(user_of("nation.administrator"), why="Is back"):
        Access.objects.create(user=inviter, organisation_id=access.organisation_id, right="administrator")
    assert "was withdrawn" in text_of(Client().get(link))


def test_an_invitation_ends_with_the_account_of_whoever_made_it(client_of, user_of) -> None:
    inviter = user_of("authority.administrator")
    link = link_in(invite(client_of("authority.administrator")))
    with acting(user_of("nation.administrator"), why="Has left"):
        User.objects.filter(pk=inviter.pk).update(is_active=False)
        event = Event.objects.filter(table="accounts_invitation").latest("id")
    assert "was withdrawn" in text_of(Client().get(link))
    assert (event.why, event.actor) == ("Has left", user_of("nation.administrator").pk)


def test_another_right_to_administer_keeps_the_invitation(client_of, user_of) -> None:
    inviter = user_of("authority.administrator")
    with acting(user_of("nation.administrator"), why="For the nation too"):
        nation = Organisation.objects.get(kind="nation")
        Access.objects.create(user=inviter, organisation=nation, right="administrator")
    link = link_in(invite(client_of("authority.administrator")))
    with acting(user_of("nation.administrator"), why="Not for the authority any more"):
        Access.objects.filter(user=inviter, organisation__kind="authority").update(ended_at=timezone.now())
    assert Client().get(link).status_code == 200


def test_a_body_outside_the_area_of_whoever_invited_cannot_be_joined(user_of) -> None:
    link, inviter = "/account/invitation/moved/", user_of("authority.administrator")
    with acting(user_of("nation.administrator"), why="As if the body had been in the area then"):
        made = Invitation.objects.create(
            email=GUEST, organisation=Organisation.objects.get(kind="nation"), right="reader",
            token_hash=hash_of("moved"), invited_by=inviter,
            expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    assert "was withdrawn" in text_of(Client().get(link))
    assert Client().post(link, {"full_name": "Grace Grove", "password": PASSWORD}).status_code == 404
    # Nor past the pages.
    with acting(why="Joining"):
        set_context(link=made.token_hash)
        person = Person.objects.create()
        with pytest.raises(ProgrammingError, match="row-level"), transaction.atomic():
            User(email=GUEST, person=person).save(force_insert=True)


@pytest.mark.parametrize("kind", AREAS)
def test_who_may_invite_is_who_administers(kind: str, user_of) -> None:
    inviter = user_of(f"{kind}.administrator")
    with acting(inviter), connection.cursor() as cursor:
        cursor.execute(
            "select o.id, leadscape_may_invite(%s, o.id),"
            " o.id in (select leadscape_organisations(array['administrator'])) from accounts_organisation o",
            [inviter.pk],
        )
        rows = cursor.fetchall()
    assert {may for _, may, _ in rows} == ({True} if kind == "nation" else {True, False})
    assert [may for _, may, _ in rows] == [administers for _, _, administers in rows]


def test_a_link_made_again_replaces_the_former_one(client_of, user_of) -> None:
    administrator = client_of("authority.administrator")
    former = link_in(invite(administrator))
    with acting(user_of("authority.administrator")):
        found = Invitation.objects.get(email=GUEST)
    newer = link_in(administrator.post(f"/administration/invitation/{found.pk}/", {"do": "again"}))
    assert Client().get(former).status_code == 404
    assert Client().get(newer).status_code == 200
    late = administrator.post(f"/administration/invitation/{found.pk}/", {"do": "withdraw"}, follow=True)
    assert "answered or withdrawn meanwhile" in text_of(late)


def test_the_list_tells_how_each_invitation_stands(client_of) -> None:
    administrator = client_of("authority.administrator")
    Client().post(link_in(invite(administrator)), {"full_name": "Grace Grove", "password": PASSWORD})
    invite(administrator, email="heidi@leadscape.example")
    said = text_of(administrator.get("/administration/invitations/"))
    assert f"{GUEST} Reader Northshire Accepted" in said
    assert "heidi@leadscape.example Reader Northshire Open" in said
    assert "heidi" not in text_of(client_of("trust.administrator").get("/administration/invitations/"))


def test_the_same_is_not_offered_twice_and_nobody_invites_themselves(client_of) -> None:
    administrator = client_of("authority.administrator")
    invite(administrator)
    assert "There is an open invitation" in text_of(invite(administrator))
    own = invite(administrator, email="authority.administrator@leadscape.example")
    assert "your own address" in text_of(own)
    assert own.status_code == 422


def test_whoever_has_an_account_adds_the_right_to_it(client_of, user_of) -> None:
    address = "authority.reader@leadscape.example"
    link = link_in(invite(client_of("authority.administrator"), right="editor", email=address))
    assert "Sign in to accept" in text_of(Client().get(link))
    assert (
        Client()
        .post(link, {"full_name": "X Y", "password": PASSWORD})["Location"]
        .startswith("/account/sign-in/")
    )
    other = client_of("trust.reader")
    assert "another address" in text_of(other.get(link))
    other.post(link)
    invited = client_of("authority.reader")
    assert "Accepting adds this right" in text_of(invited.get(link))
    assert "You are now editor for Northshire" in text_of(invited.post(link, follow=True))
    with acting(user_of("authority.reader")):
        assert set(Access.objects.values_list("right", flat=True)) == {"reader", "editor"}


def test_whoever_signs_in_on_the_way_comes_back_to_the_invitation(client_of, user_of, settings) -> None:
    settings.SECOND_FACTOR = "offered"
    address = "authority.reader@leadscape.example"
    give_password(user_of("authority.reader"))
    link = link_in(invite(client_of("authority.administrator"), right="editor", email=address))
    client = Client()
    assert f"/account/sign-in/?next={link}" in client.get(link).content.decode()
    assert sign_in(client, address, next=link)["Location"] == link


@pytest.mark.parametrize(
    ("who", "body"),
    [
        ("school.administrator", "nation:england"),
        ("school.administrator", "authority:101"),
        ("school.administrator", "school:100002"),
        ("authority.administrator", "nation:england"),
        ("authority.administrator", "authority:102"),
        ("authority.administrator", "trust:T1"),
        ("trust.administrator", "school:100001"),
        ("region.administrator", "region:South"),
    ],
)
def test_nobody_is_invited_for_what_is_outside_the_area(who, body, client_of, user_of) -> None:
    answer = invite(client_of(who), body)
    assert "for which organisation?" in text_of(answer)
    with acting(user_of("nation.administrator")):
        assert not Invitation.objects.exists()


def test_nor_is_it_at_the_database(user_of) -> None:
    with acting(user_of("nation.administrator")):
        nation = Organisation.objects.get(kind="nation")
    with (
        acting(user_of("school.administrator"), why="Trying"),
        pytest.raises(ProgrammingError, match="row-level"),
    ):
        Invitation.objects.create(
            email=GUEST,
            organisation=nation,
            right="administrator",
            token_hash="0" * 64,
            expires_at=timezone.now(),
        )


@pytest.fixture
def register_bodies():
    """What the register will answer; the area decides what is left of it."""
    known = [Body("authority", "102", "Eastvale"), Body("authority", "201", "Southport"),
             Body("school", "100001", "Ashgrove Primary School", "Northshire")]  # fmt: skip

    def find(text: str, limit: int):
        return [body for body in known if text.lower()[:4] in body.label.lower() or text == body.key][:limit]

    def describe(kind: str, key: str):
        return next((body for body in known if (body.kind, body.key) == (kind, key)), None)

    from leadscape_web.accounts import bodies

    before = dict(bodies._ADDED)
    add_bodies("tests", Bodies(find, describe))
    yield
    bodies._ADDED.clear()
    bodies._ADDED.update(before)


def test_bodies_are_found_by_name_or_code_and_become_organisations_on_demand(
    client_of, user_of, register_bodies
) -> None:
    administrator = client_of("region.administrator")
    found = text_of(administrator.get("/administration/invitations/new/?q=Eastvle"))
    assert "Eastvale" in found
    outside = text_of(administrator.get("/administration/invitations/new/?q=Southport"))
    assert "Nothing in your area is called anything like “Southport”" in outside
    with acting(user_of("region.administrator")):
        assert {body.code for body in find_bodies("Northshre")} >= {"authority:101"}
        assert body_of("authority:201") is None
        assert not Organisation.objects.filter(key="102").exists()
    invite(administrator, "authority:102")
    with acting(user_of("region.administrator")):
        assert Organisation.objects.get(key="102").label == "Eastvale"


def test_a_link_opens_its_own_invitation_and_nothing_else(client_of, user_of) -> None:
    link = link_in(invite(client_of("authority.administrator")))
    raw = link.split("/")[-2]
    with acting(user_of("authority.administrator")):
        other = Organisation.objects.get(key="england")
        found = Invitation.objects.get(email=GUEST)
    with acting(why="Trying"):
        assert not Invitation.objects.exists()
        set_context(link=hash_of(raw))
        assert list(Invitation.objects.all()) == [found]
        assert not User.objects.exists()
        assert not Access.objects.exists()
        with pytest.raises(ProgrammingError, match="row-level"), transaction.atomic():
            User(email="else@leadscape.example", person=Person.objects.create()).save(force_insert=True)
        user = User(email=GUEST, person=Person.objects.create())
        user.save(force_insert=True)
        set_context(user=str(user.pk))
        for organisation, right in ((found.organisation, "administrator"), (other, "reader")):
            with pytest.raises(ProgrammingError, match="row-level"), transaction.atomic():
                Access.objects.create(user=user, organisation=organisation, right=right)
        Access.objects.create(user=user, organisation=found.organisation, right="reader")


def test_two_answers_to_one_link_make_one_account(client_of) -> None:
    link = link_in(invite(client_of("authority.administrator")))
    raw = link.split("/")[-2]
    with acting(why="First"):
        found = invitations.invitation_of(raw, lock=True)
        invitations.join_as_new(found, GUEST, "Grace Grove", PASSWORD, ["reader"])
    with acting(why="Second"):
        stale = invitations.invitation_of(raw, lock=True)
        assert invitations.state_of(stale) == invitations.ACCEPTED
        with pytest.raises(ProgrammingError, match="row-level"), transaction.atomic():
            invitations.join_as_new(stale, "other@leadscape.example", "Heidi Holly", PASSWORD, ["reader"])


@pytest.fixture
def first_link(user_of) -> str:
    """A link as ``make_link`` makes it."""
    with acting(user_of("nation.administrator"), why="Link for the first administrator"):
        Invitation.objects.create(
            email="", organisation=Organisation.objects.get(kind="nation"), right="administrator",
            token_hash=hash_of("first"), expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    return "/account/first-administrator/first/"


def test_the_first_administrator_chooses_what_else_to_see(first_link) -> None:
    client = Client()
    page = client.get(first_link).content.decode()
    assert "sees no leaders" in page
    assert "checked" not in page
    given = {"full_name": "Grace Grove", "email": "Grace@leadscape.example", "password": PASSWORD}
    answer = client.post(first_link, {**given, "also": ["reader"]})
    assert answer["Location"] == "/"
    with acting(purpose="sign-in"):
        user = User.objects.get(email=GUEST)
    with acting(user):
        assert set(Access.objects.filter(user=user).values_list("right", flat=True)) == {
            "administrator",
            "reader",
        }
    assert Client().get(first_link).status_code == 404


def test_in_the_demonstration_reading_and_editing_are_ticked(first_link, settings) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, demonstration=True)
    assert Client().get(first_link).content.decode().count("checked") == 2


def test_the_first_administrator_is_somebody_new(first_link, client_of) -> None:
    given = {"full_name": "Grace Grove", "email": "nobody@leadscape.example", "password": PASSWORD}
    answer = Client().post(first_link, given)
    assert answer.status_code == 422
    assert "There is an account with this address" in text_of(answer)
    assert "Sign out first" in text_of(client_of("authority.reader").get(first_link))
    assert Client().get("/account/invitation/first/").status_code == 404
    answer = Client().post(first_link, {"full_name": "", "email": "x", "password": "short"})
    for words in ("Enter your full name", "correct form", "at least 12 characters"):
        assert words in text_of(answer)


@pytest.mark.django_db(databases=["default", "counters", "owner"])
def test_a_link_is_made_while_nobody_administers_the_nation_and_replaces_the_former() -> None:
    assert first_administrator.make_link("http://127.0.0.1:8000") is None
    with acting(why="A service that nobody administers", using="owner"):
        Access.objects.using("owner").filter(right="administrator").delete()
    links = [first_administrator.make_link("http://127.0.0.1:8000/") for _ in range(2)]
    assert links[0] != links[1]
    assert links[1].startswith("http://127.0.0.1:8000/account/first-administrator/")
    made = Invitation.objects.using("owner").order_by("created_at")
    assert [one.withdrawn_at is None for one in made] == [False, True]
    assert made[1].token_hash == hash_of(links[1].split("/")[-2])
    assert made[1].organisation.key == "england"


@pytest.mark.django_db(databases=["default", "counters", "owner"])
def test_a_nation_is_made_when_there_is_none() -> None:
    with acting(why="An empty service", using="owner"):
        Access.objects.using("owner").all().delete()
        Organisation.objects.using("owner").all().delete()
    assert first_administrator.make_link("http://127.0.0.1:8000", "england", "England")
    assert Organisation.objects.using("owner").get().label == "England"


def test_the_link_is_not_shown_where_a_letter_brings_it(client_of, settings, mailoutbox) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, email_url="smtp://127.0.0.1:25", demonstration=False)
    page = text_of(invite(client_of("authority.administrator")))
    assert "The link was sent to the address" in page
    assert "/account/invitation/" not in page
    assert "/account/invitation/" in mailoutbox[0].body


def test_the_link_is_shown_where_letters_reach_nobody_and_the_page_says_so_before(
    client_of, settings
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, email_url="file:///tmp/letters", demonstration=False)
    client = client_of("authority.administrator")
    before = text_of(client.get("/administration/invitations/new/?body=authority:101"))
    assert "No letter reaches anybody from here, so you are shown the link" in before
    assert "/account/invitation/" in link_in(invite(client))
