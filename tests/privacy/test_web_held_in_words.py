"""What is taken away to be read is in words: what is held of the person first, the history last."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Person, PersonName
from leadscape_web.rounds.models import Line, Meant, Sending, SentLine

from tests.privacy.conftest import alice, link_of
from tests.support.rounds import asked_of, make_round, make_study

SignedIn = Callable[[str], Any]
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


def _read(signed_in: SignedIn) -> tuple[str, str]:
    """The page and the file to read of somebody who was told, asked for something and was answered."""
    editor, person = signed_in("nation.editor"), alice().person_id
    editor.post(f"/data-protection/person/{person}/address/", {"email": "alice@school.example"})
    letter = editor.post(f"/data-protection/person/{person}/letter/").content.decode()
    [token] = set(re.findall(r"/my-data/([\w-]+)/", letter))
    signed_in("").post(f"/my-data/{token}/correct/", {"about": "name", "text": "I am Alice Ash-Brown"})
    page = signed_in("").get(f"/my-data/{token}/").content.decode()
    return page, unescape(signed_in("").get(f"/my-data/{token}/held.html").content.decode())


def test_it_begins_with_what_is_held_and_ends_with_the_history(signed_in: SignedIn) -> None:
    _, read = _read(signed_in)
    headings = re.findall(r"<h2>([^<]*)</h2>", read)
    assert headings[:3] == ["Your name", "Your school", "Roles you are said to hold"]
    assert headings[-1] == "History"
    assert (
        headings.index("Notices sent to you")
        < headings.index("What you asked for")
        < headings.index("History")
    )
    assert not _ID.search(read), "numbers that only the service knows"
    assert "{" not in read.partition("</style>")[2]
    for words in ("Address at which a person is told added", "Request of a person added", "an editor entered it",
                  "alice@school.example", "I am Alice Ash-Brown", "Headteacher"):  # fmt: skip
        assert words.lower() in read.lower(), words
    for no_words in ("Event", "Meant", "Questionline", "insert"):
        assert f">{no_words}<" not in read


def test_my_data_shows_the_address_and_which_notices_ended(signed_in: SignedIn) -> None:
    page, _ = _read(signed_in)
    assert "alice@school.example (an editor entered it)" in unescape(page)


def test_a_link_that_ended_is_not_said_to_work(signed_in: SignedIn) -> None:
    editor, person = signed_in("nation.editor"), alice().person_id
    editor.post(f"/data-protection/person/{person}/letter/")
    letter = editor.post(f"/data-protection/person/{person}/letter/").content.decode()
    [token] = set(re.findall(r"/my-data/([\w-]+)/", letter))
    page = signed_in("").get(f"/my-data/{token}/").content.decode()
    assert page.count("Ended: its link works no more") == 1
    assert page.count("Its link works") == 1
    assert page.count("None works") == 1


def test_what_respondents_wrote_is_shown_with_who_wrote_it(signed_in: SignedIn) -> None:
    person = alice().person_id
    asked = asked_of(make_round(make_study()))
    with acting(why="A respondent names Alice", using="owner"):
        as_written = Person.objects.using("owner").create()
        PersonName.objects.using("owner").create(person=as_written, full_name="A. Ashe")
        written = {"asked": asked, "person": as_written, "position": 1, "home_text": "Ashgrove", "role_text": "NLE",
                   "partner_schools": "Elmfield\nCedar"}  # fmt: skip
        line = Line.objects.using("owner").create(**written, nominee_email="alice@home.example")
        sending = Sending.objects.using("owner").create(asked=asked, number=1)
        sent = SentLine.objects.using("owner").create(**written, sending=sending, line=line)
        Meant.objects.using("owner").create(person_id=person, line=sent)
    token = link_of(person)
    page = unescape(signed_in("").get(f"/my-data/{token}/").content.decode())
    read = unescape(signed_in("").get(f"/my-data/{token}/held.html").content.decode())
    for whole in (page, read):
        for words in ("A. Ashe", "NLE", "Ashgrove", "Elmfield; Cedar", "Northshire", "Sent"):
            assert words in whole, words
    by_editor = signed_in("nation.editor").get(f"/data-protection/person/{person}/held.html").content.decode()
    assert "Elmfield; Cedar" in by_editor
    assert "alice@home.example" not in by_editor, "a draft is in the person's own copy only"
