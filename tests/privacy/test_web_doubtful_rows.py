"""A row that may name somebody who stays out: an editor of the nation says whether it does, and may take that back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from leadscape.actions.read_decisions_file import read_decisions_file
from leadscape.survey.returns import read_returns
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import User
from leadscape_web.audit.models import Event
from leadscape_web.jobs.models import Job
from leadscape_web.privacy.models import DoubtfulRow, Exclusion, WithdrawnLine
from leadscape_web.privacy.work.doubts import note_doubts
from leadscape_web.studies.inputs import add_input, remove_input
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.studies.running import written

from tests.privacy.conftest import alice
from tests.support.jobs import run_jobs

SignedIn = Callable[[str], Any]
HEAD = "leader_name,home_urn,home_school,role,notes\n"
LINES = "Zoë Quill,100002,,head,\nA. Ash,999999,Elsewhere School,head,ring zq@school.example\n"
LIST = "/data-protection/doubtful/"


@pytest.fixture
def study(committed: None) -> Study:
    """Alice Ash has objected; a return then comes in which row 3 may be about her."""
    person = alice().person_id
    with acting(why="Objected by letter", using="owner"):
        Exclusion.objects.using("owner").create(person_id=person, kind="objection")
    run_jobs()
    with acting(why="A study of the tests", using="owner"):
        made = Study.objects.using("owner").create(
            title="The tests’ own", system="england", as_of="2006-06-30", codebook="england-2006", settings={}
        )
        _bring(made)
    return made


def _bring(study: Study, lines: str = LINES) -> StudyInput:
    made = add_input(study, "returns", "101.csv", (HEAD + lines).encode())
    assert made.doubtful == [3]
    note_doubts()
    return made


def _row() -> DoubtfulRow:
    return DoubtfulRow.objects.using("owner").get(file__removed_at=None)


def _content() -> str:
    return bytes(StudyInput.objects.using("owner").get(removed_at=None).content).decode()


def _say(client: Any, answer: str, version: int | None = None) -> Any:
    one = _row()
    return client.post(f"{LIST}{one.pk}/", {"answer": answer, "version": version or one.version})


def _take_back(client: Any) -> Any:
    one = _row()
    return client.post(f"{LIST}{one.pk}/take-back/", {"version": one.version})


def test_the_editor_sees_the_row_and_whom_it_may_name(study: Study, signed_in: SignedIn) -> None:
    client = signed_in("nation.editor")
    listed = client.get(f"{LIST}?state=To+be+answered").content.decode()
    assert all(words in listed for words in ("Row 3", "101.csv", "Alice Ash", "To be answered"))
    assert "Doubtful rows" in client.get("/data-protection/").content.decode()
    page = client.get(f"{LIST}{_row().pk}/").content.decode()
    for words in ("A. Ash", "Elsewhere School", "Alice Ash", "Objected", "Ashgrove Primary School"):
        assert words in page, words
    assert page.index("leader_name") < page.index("home_school") < page.index("notes"), "as in the file"
    assert "zq@school.example" not in page, "nobody needs an address to tell who is meant"
    for who in ("authority.editor", "nation.reader", "nation.administrator"):
        assert signed_in(who).get(f"{LIST}{_row().pk}/").status_code == 403, who


def test_a_list_that_is_cut_says_so_on_the_page_and_in_a_download(
    study: Study, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadscape_web.privacy.models import PersonRequest
    from leadscape_web.privacy.views import doubts, lists

    with acting(why="More of each", using="owner"):
        DoubtfulRow.objects.using("owner").create(file=_row().file, row=9)
        for _ in range(2):
            PersonRequest.objects.using("owner").create(person_id=alice().person_id, kind="correction")
    client = signed_in("nation.editor")
    monkeypatch.setattr(doubts, "MOST_LISTED", 1)
    monkeypatch.setattr(lists, "MOST_LISTED", 1)
    for address, which in ((LIST, "first"), ("/data-protection/requests/", "latest")):
        for place in (address, f"{address}?format=csv"):
            assert f"Of 2 these are the {which} 1;" in client.get(place).content.decode(), place
    monkeypatch.setattr(doubts, "MOST_LISTED", 2)
    assert "these are the" not in client.get(LIST).content.decode()


def test_the_person_is_taken_out_and_put_back(study: Study, signed_in: SignedIn) -> None:
    client, before = signed_in("nation.editor"), _content()
    assert _say(client, "person").status_code == 302
    page = client.get(f"{LIST}{_row().pk}/").content.decode()
    assert "being carried out" in page
    assert run_jobs() == [("privacy.answer_row", "done")]
    assert "Ash" not in _content()
    assert "Zoë Quill" in _content()
    file = StudyInput.objects.using("owner").get(removed_at=None)
    assert (file.taken_out, file.doubtful) == (1, [])
    line = WithdrawnLine.objects.using("owner").get(person_id=alice().person_id)
    assert line.respondent == "101", "who sent it has answered all the same"
    with acting(why="The same file again", using="owner"):
        again = add_input(study, "returns", "101.csv", (HEAD + LINES).encode())
        assert (again.taken_out, again.doubtful) == (1, []), "the line stays out by itself"
        remove_input(again)
        StudyInput.objects.using("owner").filter(pk=file.pk).update(removed_at=None)

    assert _take_back(client).status_code == 302
    run_jobs()
    assert _content().splitlines()[2].startswith("A. Ash,999999,Elsewhere School,head,ring zq@school.example")
    assert before.splitlines()[1] in _content()
    file.refresh_from_db(using="owner")
    assert (file.taken_out, file.doubtful) == (0, [3])
    assert not WithdrawnLine.objects.using("owner").filter(person_id=alice().person_id).exists()
    page = client.get(f"{LIST}{_row().pk}/").content.decode()
    assert page.index("Taken back: open again") < page.index("Names the person: taken out")
    assert "by you" in page.lower() or "You" in page


def test_another_person_stays_also_in_the_next_file(study: Study, signed_in: SignedIn) -> None:
    client = signed_in("nation.editor")
    before = _content()
    _say(client, "another")
    run_jobs()
    assert _content() == before
    with written(study) as path:
        [named] = re.findall(r'decisions = "(.*)"', path.read_text())
        decided = read_decisions_file(path.parent / named)
        line = read_returns((path.parent / "returns" / "101.csv",)).nominations["nomination_id"][1]
    assert decided.select("question_id", "decision").rows() == [(f"objection-{line[1:]}", "different")]
    assert StudyInput.objects.using("owner").get(removed_at=None).doubtful == []
    with acting(why="A longer file of the same name", using="owner"):
        _bring(study, LINES + "Tom Oak,100002,,head,\n")
    assert _row().answer == "another", "nobody is asked twice about the same words"
    assert StudyInput.objects.using("owner").get(removed_at=None).doubtful == []
    _take_back(client)
    run_jobs()
    assert StudyInput.objects.using("owner").get(removed_at=None).doubtful == [3]
    with written(study) as path:
        assert "decisions" not in path.read_text(), "runs hold the line back again"


def test_of_two_editors_the_second_is_told(study: Study, signed_in: SignedIn) -> None:
    version = _row().version
    _say(signed_in("nation.editor"), "another", version)
    second = _say(signed_in("nation.editor"), "person", version)
    assert "answered meanwhile" in signed_in("nation.editor").get(second["Location"]).content.decode() or (
        second.status_code == 302
    )
    run_jobs()
    assert _row().answer == "another"
    assert "A. Ash" in _content()


def test_what_cannot_be_carried_out_is_told_and_stays_open(study: Study, signed_in: SignedIn) -> None:
    client = signed_in("nation.editor")
    with acting(why="Another took its place", using="owner"):
        other = (HEAD + "Zoë Quill,100002,,head,\nTom Oak,100002,,head,\n").encode()
        StudyInput.objects.using("owner").filter(removed_at=None).update(content=other)
    _say(client, "person")
    run_jobs()
    page = client.get(f"{LIST}{_row().pk}/").content.decode()
    assert "Something else stands in row 3 of the file by now" in page
    # A file may be called after somebody: neither the job nor the history says its name.
    assert "101" not in str(Job.objects.using("owner").latest("asked_at").result)
    events = Event.objects.using("owner").filter(table="privacy_doubtfulrow", changed__contains=["trouble"])
    assert events.exists()
    assert not any("trouble" in (one.after or {}) for one in events)
    assert "This is the person: take it out" in page
    assert "Tom Oak" in _content()


def test_whoever_comes_back_is_no_question_any_more(study: Study, signed_in: SignedIn) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    client.post(
        f"/data-protection/person/{person}/bring-back/", {"why": "Told us by telephone", "sure": "on"}
    )
    assert not DoubtfulRow.objects.using("owner").exists()
    assert StudyInput.objects.using("owner").get(removed_at=None).doubtful == []


def test_nobody_writes_what_stands_in_a_row_by_hand(study: Study, signed_in: SignedIn) -> None:
    key = _row().pk
    for who, statement in (
        ("nation.editor", "update privacy_doubtfulrow set cells = null where id = %s"),
        ("nation.editor", "delete from privacy_doubtfulrow where id = %s"),
    ):
        user = User.objects.using("owner").get(email=f"{who}@leadscape.example")
        with (
            acting(user, why="By hand"),
            connection.cursor() as cursor,
            pytest.raises(ProgrammingError),
            transaction.atomic(),
        ):
            cursor.execute(statement, [key])
    for who in ("authority.editor", "nation.reader"):
        with acting(User.objects.using("owner").get(email=f"{who}@leadscape.example")):
            assert not DoubtfulRow.objects.exists(), who
    assert Job.objects.using("owner").filter(kind="privacy.answer_row").count() == 0
