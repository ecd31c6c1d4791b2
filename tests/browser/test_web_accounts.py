"""Coming in, staying in and letting others in, as people do it in a browser."""

from __future__ import annotations

import hashlib
import re
import uuid

import pytest

from tests.support.service_browser import WIDTHS, Journey, axe, needs_browser, scrolls_sideways
from tests.support.signing_in import PASSWORD, code_of

pytestmark = needs_browser


def plant_link(service) -> str:
    """A link for the first administrator, as ``make_link`` makes one."""
    raw = uuid.uuid4().hex
    service.query(
        'insert into accounts_invitation (id, email, organisation_id, "right", token_hash, created_at, expires_at)'
        " select gen_random_uuid(), '', id, 'administrator', %s, now(), now() + interval '1 day'"
        " from accounts_organisation where kind = 'nation'",
        [hashlib.sha256(raw.encode()).hexdigest()],
    )
    return f"/account/first-administrator/{raw}/"


class Accounts(Journey):
    """Sentences about accounts."""

    secret: str

    def given_somebody_with_an_account(self, address: str, **how) -> None:
        """By the link of a first administrator, which needs nobody else."""
        self.given_i_am("", **how)
        self.when_i_open(plant_link(self.service))
        self.when_i_fill("Full name", "Grace Grove")
        self.when_i_fill("E-mail address", address)
        self.when_i_fill("Password", PASSWORD)
        self.when_i_press("Make the account")

    def when_i_set_up_my_app(self) -> None:
        self.secret = self.page.locator("dd code").inner_text()
        self.when_i_fill("Code that the app shows", code_of(self.secret))
        self.when_i_press("Set up")

    def when_i_sign_in(self, address: str, password: str = PASSWORD) -> None:
        self.when_i_open("/account/sign-in/")
        self.when_i_fill("E-mail address", address)
        self.when_i_fill("Password", password)
        self.when_i_press("Sign in")

    def when_i_enter_the_code(self, steps: int = 0) -> None:
        self.when_i_fill("Code from your authenticator app, or a recovery code", code_of(self.secret, steps))
        self.when_i_press("Sign in")


class TestComingIn(Accounts):
    def test_the_first_administrator_invites_a_colleague_who_sees_the_home_page(self):
        self.given_somebody_with_an_account("grace@leadscape.example")
        self.then_the_page_is("Set up a second factor")
        self.when_i_set_up_my_app()
        self.then_the_page_is("Your recovery codes")
        self.then_i_see("shown now and never again")
        self.when_i_follow("Administration")
        self.when_i_follow("Invitations")
        self.when_i_press("Invite somebody")
        self.when_i_fill("Name or code", "Northshre")
        self.when_i_press("Find")
        self.when_i_choose("Northshire")
        self.when_i_press("Continue")
        self.when_i_fill("E-mail address", "heidi@leadscape.example")
        self.when_i_choose("Reader")
        self.when_i_press("Invite")
        self.then_the_page_is("Invited")
        letter = next(m for m in self.service.messages() if m["To"] == "heidi@leadscape.example")
        link = re.search(r"https?://[^/]+(/\S+)", letter.get_content())[1]
        assert link in self.page.get_by_label("Link", exact=True).input_value()

        self.given_i_am("")
        self.when_i_open(link)
        self.then_the_page_is("Accept the invitation")
        self.then_i_see("Northshire (authority)")
        self.when_i_fill("Full name", "Heidi Holly")
        self.when_i_fill("Password", PASSWORD)
        self.when_i_press("Accept")
        self.when_i_set_up_my_app()
        self.when_i_press("I have kept them")
        self.then_the_address_is("/")
        assert "Signed in for Northshire" in self.page.locator("header, .leadscape-header").first.inner_text()

    def test_password_then_code_then_out(self):
        self.given_somebody_with_an_account("judy@leadscape.example")
        self.when_i_set_up_my_app()
        self.when_i_press("Sign out")
        self.then_the_page_is("Sign in")
        self.then_i_see("You are signed out.")
        self.when_i_sign_in("judy@leadscape.example")
        self.then_the_page_is("Enter your code")
        self.when_i_enter_the_code(1)
        self.when_i_open("/account/")
        self.then_i_see("judy@leadscape.example")

    def test_without_javascript(self):
        self.given_somebody_with_an_account("mallory@leadscape.example", javascript=False, width=320)
        self.when_i_set_up_my_app()
        self.when_i_press("Sign out")
        self.when_i_sign_in("mallory@leadscape.example")
        self.when_i_enter_the_code(1)
        self.when_i_open("/account/")
        self.then_i_see("mallory@leadscape.example")

    def test_with_the_keyboard_only(self):
        self.given_somebody_with_an_account("olivia@leadscape.example")
        self.when_i_set_up_my_app()
        self.when_i_press("Sign out")
        keyboard = self.page.keyboard
        self.page.get_by_role("heading", name="Sign in", level=1).wait_for()
        for _ in range(12):
            keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.name") == "login":
                break
        keyboard.type("olivia@leadscape.example")
        keyboard.press("Tab")
        keyboard.type(PASSWORD)
        keyboard.press("Tab")
        assert self.page.evaluate("document.activeElement.textContent").strip() == "Show"
        keyboard.press("Tab")
        assert self.page.evaluate("document.activeElement.textContent").strip() == "Sign in"
        keyboard.press("Enter")
        self.page.get_by_role("heading", name="Enter your code", level=1).wait_for()

    def test_what_is_wrong_is_told_as_on_every_form(self):
        self.given_i_am("")
        self.when_i_sign_in("", "")
        self.then_i_am_told("Enter your e-mail address", "Enter your password")
        self.when_i_sign_in("nobody@leadscape.example", "wrong")
        self.then_i_am_told(
            "The e-mail address or the password is not right. Check both and try again, or ask for a new password."
        )
        self.then_it_is_accessible()

    def test_too_many_attempts_are_told_in_words(self):
        self.given_i_am("", complaints=False)
        for _ in range(6):
            self.when_i_sign_in("trent@leadscape.example", "wrong")
        self.then_i_see("Wait 5 minutes, then try again.")
        self.then_it_is_accessible()
        self.service.query("delete from accounts_cache")

    def test_a_forgotten_password(self):
        self.given_somebody_with_an_account("peggy@leadscape.example")
        self.when_i_set_up_my_app()
        self.given_i_am("")
        self.when_i_open("/account/sign-in/")
        self.when_i_follow("I have forgotten my password, or cannot sign in")
        self.when_i_fill("E-mail address", "peggy@leadscape.example")
        self.when_i_press("Send the link")
        self.then_the_page_is("Look at your e-mail")
        letter = [m for m in self.service.messages() if m["To"] == "peggy@leadscape.example"][-1]
        self.when_i_open(re.search(r"https?://[^/]+(/\S+)", letter.get_content())[1])
        self.then_the_page_is("Choose a new password")
        self.then_it_is_accessible()
        self.when_i_fill("New password", "a quite different long password")
        self.when_i_press("Save the password")
        self.when_i_sign_in("peggy@leadscape.example", "a quite different long password")
        self.then_the_page_is("Enter your code")


class TestAdministering(Accounts):
    def test_somebody_who_leaves_is_out_at_once(self):
        self.given_i_am("region.broker")
        self.when_i_open("/account/")
        broker = self.page
        self.given_i_am("nation.administrator")
        self.when_i_open("/administration/users/")
        self.when_i_fill("E-mail address", "region.broker")
        self.when_i_press("Filter")
        self.when_i_follow("region.broker@leadscape.example")
        self.when_i_follow("Switch the account off")
        self.then_it_is_accessible()
        self.when_i_fill("Reason", "Has left the region")
        self.when_i_press("Switch off")
        self.then_i_see("The account is switched off.")
        broker.reload()
        assert broker.title() == "Sign in – leadscape"

    def test_a_right_is_given_and_ended(self):
        self.given_i_am("authority.administrator", width=320)
        self.when_i_open("/administration/users/?email=authority.broker")
        self.when_i_follow("Authority Broker")
        self.when_i_press("Give a right")
        self.when_i_choose("Northshire")
        self.when_i_press("Continue")
        self.then_it_is_accessible()
        self.when_i_choose("Editor")
        self.when_i_fill("Reason", "Corrects the list")
        self.when_i_press("Give the right")
        self.then_i_see("Editor for Northshire: given.")
        self.when_i_follow("End Editor for Northshire (authority)")
        self.when_i_fill("Reason", "Was only for the autumn")
        self.when_i_press("End the right")
        self.then_i_see("Rights that were ended")
        self.then_it_is_accessible()


@pytest.mark.parametrize("width", WIDTHS)
def test_steps_of_an_invitation_are_accessible_and_fit(visitor, width) -> None:
    """The first page is looked at with all others."""
    page = visitor("nation.administrator", width=width)
    for asked in ("q=Nowhere", "body=authority:101"):
        page.goto(f"/administration/invitations/new/?{asked}")
        assert page.locator("h1").count() == 1, asked
        axe(page)
        assert not scrolls_sideways(page), asked


@pytest.mark.parametrize("width", WIDTHS)
def test_links_that_do_not_work_are_accessible(visitor, width) -> None:
    page = visitor("", width=width, complaints=False)
    for path in ("/account/invitation/invented/", "/account/first-administrator/invented/",
                 f"/account/new-password/{'0' * 32}-abc-def/"):  # fmt: skip
        page.goto(path)
        assert "This link does not work" in page.title()
        axe(page)
