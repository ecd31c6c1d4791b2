"""Whole ways of living data: a round from its first letter to its study, returns brought in, a study run again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.support.import_files import register_csv
from tests.support.mail_server import Letter, MailServer
from tests.support.own_database import own_database
from tests.support.rounds import make_study
from tests.support.service_browser import BrowserService, WorkedJourney, needs_browser, serving

pytestmark = needs_browser
DATABASE = "living"
STUDY = "The register of the journeys"
ROUND = "Autumn of the journeys"
NORTH, EAST, SOUTH = (f"{code}@respondents.example" for code in ("101", "102", "201"))
FRAME = "respondent_id,respondent_name,kind,authority_code,region,response\n"
RETURN = "respondent_id,leader_name,urn,home_school,role\n"
ASKED = f"""respondent_id,respondent_name,kind,authority_code,region,channel,email
101,Northshire,authority,101,North,email,{NORTH}
102,Eastvale,authority,102,North,email,{EAST}
201,Southport,authority,201,South,email,{SOUTH}
"""


@pytest.fixture(scope="module")
def browser_service(
    service_server: Any,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BrowserService]:
    """The service over a copy of the world that keeps a study, with a register and nothing else."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.studies.inputs import add_input
    from leadscape_web.survey.models import Wave

    with own_database(service_server, django_db_blocker, DATABASE):
        study = make_study(STUDY, {"landscape": {"suppress_below": 1}})
        with acting(why="The tests' own system makes room", using="owner"):
            Wave.objects.using("owner").update(as_of="1999-01-01")
            add_input(study, "schools", "register_2006-06-30.csv", register_csv())
    with serving(service_server, DATABASE, tmp_path_factory.mktemp("living-service")) as service:
        yield service


class LivingData(WorkedJourney):
    """What journeys of rounds, imports and studies say."""

    def when_i_choose_a_file(self, field: str, name: str, text: str) -> None:
        file = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
        self.page.locator(f"input[type=file][name={field}]").set_input_files(file)

    def when_i_give_the_date(self, legend: str, day: date) -> None:
        group = self.page.get_by_role("group", name=legend)
        for label, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            group.get_by_label(label).fill(str(part))

    def when_the_work_is_done(self) -> None:
        """The page that waits for a job shows it as over by itself."""
        before = self.page.url
        done = self.work()
        assert {state for _, state in done} == {"done"}, done
        self.page.goto(before)

    def then_these_lead(self, *names: str) -> None:
        """They are listed as leaders, with a page for each."""
        self.when_i_open("/survey/leaders/")
        assert {*names} <= {*self.page.get_by_role("rowheader").all_inner_texts()}


class TestARound(LivingData):
    """An editor asks three authorities: one names a leader, one has none, one is silent and reminded."""

    def test_from_the_first_letter_to_the_study(self, mail_server: MailServer) -> None:
        self.given_i_am("nation.editor")
        self.when_i_make_a_round()
        self.when_i_say_who_is_asked()
        self.when_i_start_it()
        assert sorted(letter.recipients for letter in mail_server.letters) == [(NORTH,), (EAST,), (SOUTH,)]

        self.given_i_answer(mail_server.to(NORTH)[0])
        self.when_i_name("Gita Gorse", "Ashgrove Primary School", "Consultant leader")
        self.given_i_answer(mail_server.to(NORTH)[0], width=320)
        self.then_i_see("1 line. Saved, not sent yet.")
        self.then_it_fits_and_is_accessible()
        self.when_i_press("Check and send your answer")
        self.when_i_press("Send the answer")
        self.then_the_page_is("Answer received")
        self.given_i_answer(mail_server.to(EAST)[0], javascript=False)
        self.when_i_press("We have none")
        self.when_i_press("Send: we have none")
        self.then_the_page_is("Answer received")
        self.when_the_day_of_the_reminder_comes()
        assert [letter.subject.split(":")[0] for letter in mail_server.letters[3:]] == [
            "Received", "Received", "Reminder",
        ]  # fmt: skip
        assert mail_server.letters[-1].recipients == (SOUTH,)

        self.given_i_am("nation.editor")
        self.when_i_open(self.round)
        self.then_i_see("2 answered in time, out of 3 asked")
        reminded = self.page.get_by_role("row", name="Southport").get_by_role("cell").all_inner_texts()
        assert "1" in reminded
        self.then_it_fits_and_is_accessible()
        self.when_i_close_and_count_it()
        self.then_these_lead("Gita Gorse")
        self.when_i_open("/studies/")
        self.when_i_follow(ROUND)
        self.when_i_follow(f"{ROUND}, 30 June 2006")
        self.then_i_see("Northshire")
        self.then_it_fits_and_is_accessible()

    def when_i_make_a_round(self) -> None:
        today = timezone.localdate()
        self.when_i_open("/rounds/")
        self.when_i_press("Make a round")
        self.when_i_fill("Title of the round", ROUND)
        self.when_i_select("Study whose register is used", f"{STUDY}, register of 30 June 2006")
        self.when_i_give_the_date("Date that the answers are for", date(2006, 6, 30))
        self.when_i_give_the_date("Opening date", today - timedelta(days=3))
        self.when_i_give_the_date("Closing date", today + timedelta(days=9))
        self.when_i_give_the_date("First reminder", today)
        self.when_i_fill("Whom respondents may ask", "The survey team")
        self.when_i_press("Save")
        self.then_the_page_is("Who is asked")

    def when_i_say_who_is_asked(self) -> None:
        self.when_i_choose("Everybody in a file")
        self.when_i_choose_a_file("frame", "respondents.csv", ASKED)
        self.when_i_press("Add respondents")
        self.then_i_see("3 respondents added.")
        self.round = self.page.url

    def when_i_start_it(self) -> None:
        self.when_i_press("Start the round")
        self.then_i_see("Write to 3 respondents?")
        self.when_i_choose("I am sure")
        self.when_i_press("Write to them")
        self.then_i_see("It waits for its turn.")
        self.when_the_work_is_done()
        self.then_i_see("It is done.")

    def given_i_answer(self, letter: Letter, **how: Any) -> None:
        """By the link of the letter, without an account."""
        self.given_i_am("", **how)
        self.when_i_open(next(link for link in letter.links if "/stop/" not in link))
        self.then_i_see("Who leads beyond their own school?")

    def when_i_name(self, name: str, school: str, role: str) -> None:
        self.when_i_press("Name a person")
        self.when_i_fill("Name", name)
        self.when_i_fill("Home school", school)
        self.when_i_choose(role)
        self.when_i_press("Save")
        self.then_i_see("Saved. Nothing is sent until you check and send your answer.")

    def when_the_day_of_the_reminder_comes(self) -> None:
        """Three days after the letters, by the daily work of the service."""
        from leadscape_web.accounts.context import acting
        from leadscape_web.jobs.asking import ask_for

        self.service.query("update rounds_asked set asked_at = asked_at - interval '3 days'")
        with self.beside(), acting(using="owner"):
            ask_for("rounds.daily", asked_by=None, using="owner")
        self.work()

    def when_i_close_and_count_it(self) -> None:
        self.when_i_press("Close and count")
        self.when_i_choose("I am sure")
        self.when_i_press("Close and count")
        self.when_the_work_is_done()
        self.when_i_follow("See what came of it")
        self.then_i_see("Run the study again")
        self.then_i_see("It is done.")


class TestReturns(LivingData):
    """An editor brings in what came on paper, twice, and runs the study again."""

    def test_a_return_is_tried_stored_and_replaced_and_the_study_run_again(self) -> None:
        self.given_i_am("nation.editor")
        frame = f"{FRAME}101,Northshire,authority,101,North,yes\n102,Eastvale,authority,102,North,\n"
        hari = "101,Hari Hazel,100001,,Consultant leader\n"
        self.when_i_bring(RETURN + hari, frame)
        self.then_it_fits_and_is_accessible()
        self.when_i_bring(RETURN + hari + "101,Ivy Iris,100002,,SIP\n")
        self.when_i_open("/studies/")
        self.when_i_follow(STUDY)
        self.then_i_see("101.csv")
        self.when_i_press("Run it again")
        self.when_the_work_is_done()
        self.then_i_see("It is done.")
        self.when_i_follow("See what came of it")
        self.then_the_page_is(STUDY)
        self.then_these_lead("Hari Hazel", "Ivy Iris")

    def when_i_bring(self, returned: str, frame: str = "") -> None:
        """A return, and the frame with the first."""
        self.when_i_open("/imports/")
        self.when_i_press("Bring in returns")
        self.when_i_select("Study", f"{STUDY}, 30 June 2006")
        self.when_i_choose_a_file("returns", "101.csv", returned)
        if frame:
            self.when_i_choose_a_file("frame", "respondents.csv", frame)
        self.when_i_press("Check the files")
        self.when_the_work_is_done()
        self.then_i_see("Nothing was changed yet")
        self.when_i_press("Confirm and store")
        self.when_the_work_is_done()
        self.then_i_see("It is stored.")
