"""Journeys of a respondent by their link and of an editor who makes a round: keyboard, phone, without scripts."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.support.service_browser import WIDTHS, Journey, needs_browser

pytestmark = needs_browser
A_STUDY = """
insert into studies_study (id, title, system, as_of, codebook, settings, made_at)
values (gen_random_uuid(), 'A study of rounds', 'england', '2006-06-30', 'england-2006', '{}', now())
on conflict do nothing
"""
A_REGISTER = """
insert into studies_studyinput (id, study_id, key, file_name, content, sha256, size, position, added_at, taken_out,
  doubtful)
select gen_random_uuid(), id, 'schools', 'register.csv', '', '', 0, 1, now(), 0, '{}'
from studies_study where title = 'A study of rounds'
on conflict do nothing
"""
A_ROUND = """
insert into rounds_round (id, title, as_of, codebook, base_id, opens_on, closes_on, late_days, reminders_on, subject,
  letter, purpose, contact, address, made_at, started_at, version)
select %(round)s, %(title)s, '2006-06-30', 'england-2006', id, %(opens)s, %(closes)s, 14, '{}', 'Who leads?',
  'Please name them.', 'To map who leads.', 'The survey team', 'http://127.0.0.1/', now(), now(), 1
from studies_study where title = 'A study of rounds';
"""
A_RESPONDENT = """
insert into rounds_asked (id, round_id, respondent, name, kind, authority_code, region, channel, heard, asked_at,
  has_none, reminders, bounce, version)
values (%(asked)s, %(round)s, '101', 'Northshire', 'authority', '101', 'North', 'email', '', now(), false, 0, '', 1);
"""
A_LINK = """
insert into rounds_link (id, asked_id, token_hash, made_at, expires_at)
values (gen_random_uuid(), %(asked)s, %(hash)s, now(), now() + interval '20 days');
"""


class RoundsJourney(Journey):
    """What journeys of rounds say."""

    def given_a_link(self) -> None:
        """A round that is open, with one respondent and their link."""
        token, today = uuid.uuid4().hex + uuid.uuid4().hex, timezone.localdate()
        self.answer = f"/answer/{token}/"
        keys: dict[str, Any] = {"round": uuid.uuid4(), "asked": uuid.uuid4()}
        self.round = f"/rounds/{keys['round']}/"
        self.respondent = f"{self.round}respondent/{keys['asked']}/"
        self.service.query(A_STUDY)
        self.service.query(A_REGISTER)
        self.service.query(
            A_ROUND,
            {
                **keys,
                "title": f"Round {token[:6]}",
                "opens": today - timedelta(days=3),
                "closes": today + timedelta(days=9),
            },
        )
        self.service.query(A_RESPONDENT, keys)
        self.service.query(A_LINK, {**keys, "hash": hashlib.sha256(token.encode()).hexdigest()})

    def when_i_type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def when_i_hit(self, key: str) -> None:
        self.page.keyboard.press(key)


class TestAnswer(RoundsJourney):
    def test_by_keyboard_alone(self) -> None:
        self.given_a_link()
        self.given_i_am("")
        self.when_i_open(self.answer)
        self.when_i_move_to("Name a person")
        self.when_i_hit("Enter")
        self.then_the_page_is("Name a person")
        self.when_i_move_to("Name")
        self.when_i_type("Gita Gorse")
        self.when_i_move_to("Home school")
        self.when_i_type("Ashgrove Primary School")
        self.when_i_hit("Tab")
        self.when_i_hit("Space")
        self.when_i_move_to("Save")
        self.when_i_hit("Enter")
        self.then_i_see("1 line. Saved, not sent yet.")
        self.when_i_move_to("Check and send your answer")
        self.when_i_hit("Enter")
        self.then_the_page_is("Check your answer")
        self.when_i_move_to("Send the answer")
        self.when_i_hit("Enter")
        self.then_the_page_is("Answer received")
        self.then_i_see("Gita Gorse")

    @pytest.mark.parametrize(("width", "javascript"), [*((width, True) for width in WIDTHS), (320, False)])
    def test_what_goes_wrong_on_the_way_is_accessible(self, width: int, javascript: bool) -> None:
        self.given_a_link()
        self.given_i_am("", width=width, javascript=javascript)
        check = self.then_it_fits_and_is_accessible if javascript else lambda: None
        self.when_i_open(self.answer)
        self.when_i_press("We have none")
        self.then_the_page_is("We have none")
        self.when_i_open(f"{self.answer}add/")
        self.when_i_press("Save")
        self.then_i_am_told("Enter the name", "Enter the home school", "Select the role")
        check()
        self.when_i_fill("Name", "Gita Gorse")
        self.when_i_fill("Home school", "Fernhill")
        self.when_i_choose("Consultant leader")
        self.when_i_press("Save")
        self.then_i_am_told("Select which school you mean by Fernhill")
        check()
        self.page.get_by_label("Fernhill Academy", exact=False).check()
        self.when_i_press("Save")
        self.then_i_see("Saved. Nothing is sent until you check and send your answer.")
        check()
        self.when_i_open(f"{self.answer}check/")
        self.when_i_press("Send the answer")
        self.then_the_page_is("Answer received")
        self.when_i_follow("correct your answer")
        self.then_i_see("You can correct it and send it again")


class TestMake(RoundsJourney):
    def test_a_round_is_made_and_its_respondents_are_said(self) -> None:
        self.given_a_link()
        self.given_i_am("nation.editor")
        self.when_i_open("/rounds/new/")
        assert (
            self.page.get_by_label("Study whose register is used")
            .inner_text()
            .endswith("register of 30 June 2006")
        )
        self.when_i_press("Save")
        self.then_the_form_is_refused()
        self.when_i_fill("Title of the round", f"Autumn {uuid.uuid4().hex[:6]}")
        for legend, day in (
            ("Date that the answers are for", "2006-06-30"),
            ("Opening date", "2026-01-10"),
            ("Closing date", "2126-02-10"),
        ):
            group = self.page.get_by_role("group", name=legend)
            for label, part in zip(("Year", "Month", "Day"), day.split("-"), strict=True):
                group.get_by_label(label).fill(part)
        self.when_i_fill("Whom respondents may ask", "The survey team")
        self.when_i_press("Save")
        self.then_the_page_is("Who is asked")
        self.page.locator("nav[aria-label=Back] a").click()
        self.then_i_see("Nobody is asked yet, and no letter goes out.")
        self.when_i_press("Say who is asked")
        self.when_i_choose("Every authority of the register")
        self.when_i_press("Add respondents")
        self.then_i_see("3 respondents added.")
        self.then_i_see("3 of 3 respondents have no e-mail address here")
