"""Notes on decisions name nobody whom the lines of the question name; what stands all the same is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connections

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import PersonName
from leadscape_web.accounts.named import names_person, naming_words, said_words
from leadscape_web.review.models import QuestionLine, Text
from leadscape_web.review.notes import marks_of

from tests.review.review_world import client_as, review_world, standing_of  # noqa: F401


@pytest.fixture
def nobody_yet(review_world: dict[str, Any]) -> Any:  # noqa: F811
    """The question about a role, whose line counts for no leader and names Alex Example."""
    lines = QuestionLine.objects.using("owner").filter(question=review_world["role"])
    before = lines.values("pk", "person_id", "leader_key")[0]
    with acting(why="A test of notes", using="owner"):
        lines.update(person=None, leader_key="leader-nobody", name_marks=marks_of("Alex Example"))
    yield review_world["role"]
    with acting(why="A test of notes", using="owner"):
        lines.update(person=before["person_id"], leader_key=before["leader_key"], name_marks=[])


def test_a_note_does_not_name_somebody_who_is_no_leader_yet(nobody_yet: Any, client_as: Any) -> None:  # noqa: F811
    client = client_as("nation.editor")
    for note in ("I know A. Example well", "Alex Example leads it", "Alex told me so"):
        given = {"answer": "none", "note": note, "standing": standing_of(nobody_yet)}
        page = client.post(f"/review/{nobody_yet}/", given)
        assert page.status_code == 422, note
        assert "without the name of the person whom the returns name" in page.content.decode()
    assert not Text.objects.using("owner").filter(question=nobody_yet, field="note").exists()
    given = {"answer": "none", "note": "Asked the school", "standing": standing_of(nobody_yet)}
    assert client.post(f"/review/{nobody_yet}/", given).status_code == 302


def test_what_is_kept_of_a_name_says_none() -> None:
    marks = marks_of("Dr Alex Example")
    assert len(marks) == 2
    assert not any("example" in mark or "alex" in mark for mark in marks)
    assert marks_of(None) == []


@pytest.mark.parametrize("text", ["grace will help", "Will said so", "the GREEN one", "nothing"])
def test_words_of_a_name_are_known_as_names_are(text: str) -> None:
    name = "Will Green"
    assert names_person(text, name) == bool(naming_words(name) & said_words(text))


def test_words_that_name_a_person_are_in_everything_held(review_world: dict[str, Any]) -> None:  # noqa: F811
    person = PersonName.objects.using("owner").get(full_name="Alice Ash", superseded_at=None).person_id
    words = Text.objects.using("owner")
    with acting(why="A test of notes", using="owner"):
        made = [
            words.create(question_id=review_world[name], field="decided_by", text=text)
            for name, text in (("lost", "I know A. Ash well"), ("school", "Under the ash tree, says Ash"))
        ]
    with connections["owner"].cursor() as cursor:
        cursor.execute("select leadscape_held_about(%s)", [person])
        found = cursor.fetchone()[0]
    held = (json.loads(found) if isinstance(found, str) else found)["review_text"]
    assert {one["text"] for one in held} == {one.text for one in made}
    with acting(why="A test of notes", using="owner"):
        words.filter(pk__in=[one.pk for one in made]).delete()
