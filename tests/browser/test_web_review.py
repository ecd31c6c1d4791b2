"""Journeys through the review: decide by mouse, by number keys and without JavaScript, undo, switch the keys off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.service_browser import WIDTHS, Journey, WorkedJourney, needs_browser, scrolls_sideways

pytestmark = needs_browser
ASKED = """
insert into studies_study (id, title, system, as_of, codebook, settings, made_at, wave_id)
select gen_random_uuid(), 'Reviewed', 'england', as_of, codebook, '{}', now(), id from survey_wave limit 1
on conflict do nothing;
delete from review_text;
delete from review_questionline;
delete from review_decision;
delete from review_question;
insert into review_question (id, study_id, kind, authorities, nominations, candidates, answers, chances_pct, evidence,
  not_used, probability_pct, run_at, wave_id)
select gen_random_uuid(), id, one.kind, one.authorities, one.nominations, one.candidates, one.answers, one.chances,
  one.evidence, '', one.pct, now(), wave_id
from studies_study, (values
  ('school', array['101'], 3, array['100001 | Ashgrove Primary School | Town | 83 % | the same name; in the authority',
   '100003 | Cedar Lane Primary School | Town | 9 % | another authority'], array['100001', '100003'], array[83, 9],
   array['the same name; in the authority', 'another authority'], 83),
  ('role', array['101'], 2, array['school_improvement_partner (61 %; 2 of 3 so named by others)'],
   array['school_improvement_partner'], array[61], array['2 of 3 so named by others'], 61),
  ('person', array['101', '102'], 1, array['different', 'same'], array['different', 'same'], array[74, 26],
   array['', ''], 26)
) as one(kind, authorities, nominations, candidates, answers, chances, evidence, pct) where title = 'Reviewed';
insert into review_text (id, question_id, field, text)
select gen_random_uuid(), id, 'key', kind || '-asked' from review_question union all
select gen_random_uuid(), id, 'as_written', case kind when 'role' then 'helps out' else 'Ashgrove' end
from review_question where kind <> 'person' union all
select gen_random_uuid(), id, 'context',
  case kind when 'person' then '26 %: surname near; schools differ' else 'x: y' end
from review_question;
insert into review_questionline (id, question_id, side, person_id, leader_key, respondent, home_school_id, role,
  name_marks)
select gen_random_uuid(), q.id, case l.key when 'leader-alice' then 1 else 2 end, l.person_id, l.key, '101',
  l.home_school_id, 'school_improvement_partner', '{}'
from review_question q, survey_leader l where q.kind = 'person' and l.key in ('leader-alice', 'leader-bob');
"""


class ReviewJourney(Journey):
    """What journeys of the review say."""

    def given_three_questions(self) -> None:
        self.service.query(ASKED)
        rows = self.service.query("select id, kind from review_question")
        self.asked = {row["kind"]: f"/review/{row['id']}/" for row in rows}

    def answers(self) -> dict[str, Any]:
        rows = self.service.query(
            "select kind, answer from review_decision d join review_question q on q.id = d.question_id"
            " where superseded_at is null"
        )
        return {row["kind"]: row["answer"] for row in rows}

    def then_the_question_is(self, words: str) -> None:
        self.page.get_by_role("heading", level=1, name=words).wait_for()


class TestDecide(ReviewJourney):
    @pytest.mark.parametrize("width", WIDTHS)
    def test_questions_of_other_kinds_are_accessible(self, width: int) -> None:
        """Which school is meant is looked at with all pages."""
        self.given_three_questions()
        self.given_i_am("nation.editor", width=width)
        for kind in ("role", "person"):
            address = self.asked[kind]
            self.when_i_open(address)
            self.then_it_is_accessible()
            assert not scrolls_sideways(self.page), address

    def test_by_keys_alone_and_the_next_question_comes_at_once(self) -> None:
        self.given_three_questions()
        self.given_i_am("nation.editor")
        self.when_i_open("/review/")
        self.when_i_press("Decide the next question")
        self.then_the_question_is("Which school is meant by “Ashgrove”?")
        self.page.keyboard.press("2")
        assert self.page.get_by_label("2. Cedar Lane Primary School").is_checked()
        self.page.keyboard.press("1")
        assert self.page.get_by_label("1. Ashgrove Primary School").is_checked()
        self.page.keyboard.press("Enter")
        self.then_the_question_is("Which role is meant by “helps out”?")
        assert self.answers() == {"school": "100001"}
        self.page.keyboard.press("n")
        self.page.keyboard.type("He has 2 schools")
        assert self.page.get_by_label("Note").input_value() == "He has 2 schools"
        assert not self.page.get_by_role("radio", checked=True).count(), "digits in a note choose nothing"

    def test_the_last_decision_is_undone_from_the_next_page(self) -> None:
        self.given_three_questions()
        self.given_i_am("nation.editor")
        self.when_i_open(self.asked["person"])
        self.then_i_see("Alice Ash")
        self.then_i_see("Bob Birch")
        self.page.get_by_label("1. One person").check()
        self.when_i_press("Save and show the next")
        self.then_i_see("Your decision was saved.")
        assert self.answers() == {"person": "same"}
        self.when_i_press("Undo your last decision")
        self.then_the_question_is("Are they one person: Alice Ash and Bob Birch?")
        assert self.answers() == {"person": None}

    def test_without_javascript(self) -> None:
        self.given_three_questions()
        self.given_i_am("authority.editor", javascript=False)
        self.when_i_open(self.asked["role"])
        self.when_i_press("Save and show the next")
        self.then_i_am_told("Select your decision")
        self.page.get_by_label("1. School improvement partner").check()
        self.when_i_press("Save and show the next")
        self.then_the_question_is("Which school is meant by “Ashgrove”?")
        assert self.answers() == {"role": "school_improvement_partner"}

    def test_keys_that_were_switched_off_do_nothing(self) -> None:
        self.given_three_questions()
        self.given_i_am("nation.editor")
        self.when_i_open(self.asked["school"])
        self.when_i_press("Switch keys off")
        self.then_i_see("Keys are switched off.")
        self.page.keyboard.press("1")
        assert not self.page.get_by_role("radio", checked=True).count()
        self.when_i_press("Switch keys on")
        self.then_i_see("choose the answer of that number")
        self.page.keyboard.press("1")
        assert self.page.get_by_label("1. Ashgrove Primary School").is_checked()


class TestFiles(ReviewJourney, WorkedJourney):
    def when_i_bring(self, text: str) -> None:
        file = {"name": "review.csv", "mimeType": "text/csv", "buffer": text.encode()}
        self.page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
        self.when_i_press("Check the file")

    def test_a_review_file_right_and_wrong(self) -> None:
        self.given_three_questions()
        self.given_i_am("nation.editor", width=320)
        self.when_i_open("/review/")
        self.when_i_follow("Upload a review file that was filled in")
        self.when_i_bring("question_id,decision\nschool-asked,999999\nperson-asked,perhaps\n")
        self.then_the_form_is_refused()
        self.then_i_see("Must be a URN of the register, or none.")
        self.then_i_see("Must be same or different.")
        self.then_it_fits_and_is_accessible()
        self.when_i_bring("question_id,decision,decided_by,note\nschool-asked,100003,Clerk,Seen the list\n")
        self.then_i_see("Nothing has been changed yet.")
        self.then_i_see("Cedar Lane Primary School (URN 100003)")
        self.then_it_fits_and_is_accessible()
        assert self.answers() == {}
        self.when_i_press("Make these decisions")
        self.then_i_see("1 decision of the file was made.")
        assert self.answers() == {"school": "100003"}
        assert ("review.sift", "done") in self.work()

    def test_a_sample_is_drawn_and_answered(self) -> None:
        self.given_three_questions()
        self.given_i_am("nation.editor", width=320)
        self.when_i_open("/review/samples/")
        self.when_i_press("Draw a sample of Reviewed")
        self.when_i_fill("Entries to check (optional)", "many")
        self.when_i_press("Draw the sample")
        self.then_i_am_told("How many entries to check must be a whole number from 1 to 10,000")
        self.when_i_fill("Entries to check (optional)", "")
        self.when_i_press("Draw the sample")
        self.then_the_address_has("/jobs/")
        assert ("review.draw", "done") in self.work()
        self.when_i_open("/review/samples/")
        self.page.get_by_role("link", name="Reviewed:").first.click()
        self.then_i_see("How often entries are wrong")
        self.then_it_fits_and_is_accessible()
        self.when_i_follow("Alice Ash")
        self.page.get_by_role("group", name="Name", exact=True).get_by_label("Right").check()
        self.when_i_press("Record what the school said")
        self.then_i_see("What the school said was recorded.")
