"""Journeys of a person who was named and of the editors who tell them: letter, link, correction, objection, erasure."""

from __future__ import annotations

import re
import uuid
from datetime import date
from typing import Any

from django.core import mail

from tests.support.service_browser import WorkedJourney, needs_browser, scrolls_sideways

pytestmark = needs_browser


class PrivacyJourney(WorkedJourney):
    """What journeys of data protection say."""

    def given_somebody_was_named(self, name: str) -> None:
        """A leader of this test's own, by Northshire."""
        from leadscape_web.accounts.context import acting
        from leadscape_web.accounts.models import Person, PersonName
        from leadscape_web.privacy.models import Basis
        from leadscape_web.survey.models import Leader, RoleHolding, Wave

        key = f"leader-{uuid.uuid4().hex[:12]}"
        with self.beside(), acting(why="Somebody of a test", using="owner"):
            wave = Wave.objects.using("owner").get(title="An invented system")
            person = Person.objects.using("owner").create()
            PersonName.objects.using("owner").create(person=person, full_name=name)
            where = {"home_school_id": "100002", "authority_id": "101", "wave": wave, "person": person}
            leader = Leader.objects.using("owner").create(key=key, region="North", phase="secondary", **where)
            RoleHolding.objects.using("owner").create(
                key=f"holding-{key}", leader=leader, role="consultant_leader", origin="national",
                started_on=date(2006, 1, 1), respondents=["101"], routes=["authority"], **where,
            )  # fmt: skip
            recorded = Basis.objects.using("owner").filter(wave=wave, person=None, ended_at=None)
            if not recorded.exists():
                Basis.objects.using("owner").create(
                    wave=wave, basis="public_task", explained="A duty", controller="The invented system"
                )
        self.of_person = f"/data-protection/person/{person.pk}/"

    def when_an_editor_sends_the_notice(self) -> None:
        """By e-mail, from the page of the person; the link is kept as the person would."""
        self.given_i_am("nation.editor")
        self.when_i_open(self.of_person)
        self.when_i_follow("Record an e-mail address")
        self.when_i_fill("E-mail address", f"{uuid.uuid4().hex[:8]}@school.example")
        self.when_i_press("Save the address")
        self.then_i_see("The address is recorded.")
        self.when_i_press("Send by e-mail")
        self.then_i_see("The notice will be sent within a minute.")
        self.work()
        self.link = self._link_in(mail.outbox[-1].body)

    def when_i_open_my_link(self, **how: Any) -> None:
        """Without an account, in a browser of one's own."""
        self.given_i_am("", **how)
        self.when_i_open(self.link)
        self.then_the_page_is("What is held about you")

    def then_my_link_is_dead(self) -> None:
        """As a link that never was."""
        self.given_i_am("", complaints=False)
        for link in (self.link, "/my-data/never-was-a-link/"):
            assert self.page.goto(link).status == 404
            self.then_the_page_is("This link does not work")
            self.then_i_see("Ask whoever sent it to you for a new one.")

    @staticmethod
    def _link_in(text: str) -> str:
        found = re.search(r"/my-data/[\w-]+/", text)
        assert found
        return found.group()


class TestMyData(PrivacyJourney):
    def test_from_the_notice_to_the_answer_of_an_editor(self) -> None:
        self.given_somebody_was_named("Hazel Holm")
        self.when_an_editor_sends_the_notice()
        self.when_i_open_my_link()
        for held in ("Hazel Holm", "Beechwood Secondary School", "Consultant leader", "Northshire"):
            self.then_i_see(held)
        self.when_i_follow("Have something put right")
        self.when_i_press("Send")
        self.then_i_am_told("Select what is wrong", "Enter what would be right")
        self.then_it_is_accessible()
        self.when_i_choose("My name")
        self.when_i_fill("What would be right?", "I am Hazel Holm-Oak")
        self.when_i_press("Send")
        self.then_the_page_is("What is held about you")
        self.then_i_see("I am Hazel Holm-Oak")
        self.then_i_see("To be answered")

        self.given_i_am("authority.editor")
        self.when_i_open("/data-protection/")
        self.when_i_follow("Requests of people")
        self.page.get_by_role("row", name="Hazel Holm").get_by_role("link").first.click()
        self.then_i_see("I am Hazel Holm-Oak")
        self.when_i_press("Save the answer")
        self.then_i_am_told("Select your decision", "Enter your answer")
        self.then_it_is_accessible()
        self.when_i_choose("Accept: put it right now")
        self.when_i_fill("The name as it should be", "Hazel Holm-Oak")
        self.when_i_fill("What the person is told", "Put right, thank you")
        self.when_i_press("Save the answer")
        self.then_i_see(
            "Your answer is kept. It goes to the person by e-mail within a minute, with a new link."
        )
        self.work()
        self.link = self._link_in(mail.outbox[-1].body)

        self.when_i_open_my_link()
        self.then_i_see("Put right, thank you")
        self.then_i_see("Accepted")
        self.then_i_see("Former spellings")

    def test_an_objection_takes_the_person_out_and_ends_the_link(self) -> None:
        self.given_somebody_was_named("Jasmine June")
        self.when_an_editor_sends_the_notice()
        self.when_i_open_my_link(javascript=False, width=320)
        self.when_i_follow("Object to being in the study")
        self.when_i_press("Object to being in the study")
        self.then_i_am_told("Tick “Take me out of the study” to go on")
        self.when_i_choose("Take me out of the study")
        self.when_i_press("Object to being in the study")
        self.then_i_see("You are out of the study")
        self.then_i_see("Your link has ended.")
        self.work()
        self.then_my_link_is_dead()
        self.given_i_am("nation.editor")
        self.when_i_open(self.of_person)
        self.then_i_see("Stays out")
        self.then_i_do_not_see("Send by e-mail")

    def test_by_keyboard_alone(self) -> None:
        self.given_somebody_was_named("Kerria Kale")
        self.when_an_editor_sends_the_notice()
        self.when_i_open_my_link()
        self.when_i_move_to("Have something put right")
        self.page.keyboard.press("Enter")
        self.then_the_page_is("Have something put right")
        self.when_i_move_to("My name")
        for _ in range(4):
            self.page.keyboard.press("ArrowDown")
        self.when_i_move_to("What would be right?")
        self.page.keyboard.type("I never led anything")
        self.when_i_move_to("Send")
        self.page.keyboard.press("Enter")
        self.then_i_see("I never led anything")

    def test_what_is_held_can_be_taken_away(self) -> None:
        self.given_somebody_was_named("Laurel Lane")
        self.when_an_editor_sends_the_notice()
        self.when_i_open_my_link()
        for name, kind in (("to read", "html"), ("as a workbook", "xlsx"), ("for a program", "json")):
            with self.page.expect_download() as come:
                self.when_i_follow(name)
            assert come.value.suggested_filename == f"held-about-a-person.{kind}"
        self.when_i_follow("Object to being in the study")
        self.when_i_press("Object to being in the study")
        self.then_i_am_told("Tick “Take me out of the study” to go on")
        self.then_it_is_accessible()


class TestEditors(PrivacyJourney):
    def test_a_letter_is_printed_and_a_new_one_ends_its_link(self) -> None:
        self.given_somebody_was_named("Maple Moss")
        self.given_i_am("nation.editor")
        links = []
        for _ in range(2):
            self.when_i_open(self.of_person)
            self.when_i_press("Print as a letter")
            self.then_the_page_is("Letter: what is held about you")
            self.then_it_is_accessible()
            links.append(self._link_in(self.page.locator("main").inner_text()))
        self.link = links[1]
        self.when_i_open_my_link()
        self.link = links[0]
        self.then_my_link_is_dead()

    def test_a_person_is_exported_and_erased_after_a_second_look(self) -> None:
        self.given_somebody_was_named("Nettle North")
        self.given_i_am("nation.editor")
        self.when_i_open(self.of_person)
        with self.page.expect_download() as come:
            self.when_i_follow("As a workbook")
        assert come.value.suggested_filename == "held-about-a-person.xlsx"
        self.when_i_follow("Erase")
        self.when_i_press("Continue")
        self.then_i_am_told("Select why", "Tick “I know that this cannot be undone” to go on")
        self.then_it_is_accessible()
        self.when_i_choose("The person asked to be erased")
        self.when_i_choose("I know that this cannot be undone")
        self.when_i_press("Continue")
        self.then_the_page_is("Erase this person now?")
        self.then_i_see("Nettle North")
        self.then_it_is_accessible()
        assert self.service.query("select 1 from accounts_personname where full_name = 'Nettle North'")
        self.when_i_press("Erase")
        self.then_i_see("It waits for its turn")
        self.work()
        self.page.reload()
        self.then_i_do_not_see("Nettle North")
        assert not self.service.query("select 1 from accounts_personname where full_name = 'Nettle North'")
        self.when_i_open("/data-protection/erasures/")
        self.then_i_see("The person asked to be erased")
        self.then_it_is_accessible()

    def test_without_scripts_a_file_of_addresses_is_told_its_mistakes(self) -> None:
        self.given_i_am("nation.editor", javascript=False, width=320)
        self.when_i_open("/data-protection/addresses/")
        self.page.locator("input[type=file]").set_input_files(
            {
                "name": "addresses.csv",
                "mimeType": "text/csv",
                "buffer": b"leader,email\nnobody,x@school.example\n",
            }
        )
        self.when_i_press("Record the addresses")
        self.then_i_see("No leader whom you edit has this key")
        self.then_the_form_is_refused()
        assert not scrolls_sideways(self.page)
