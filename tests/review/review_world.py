"""Questions in the invented system of the tests: one of each kind, in Northshire, in Eastvale, and of both.

Whether Alice and Bob are one person bears on two authorities; which school is meant by "Ashgrove" on Northshire alone;
which role "helps out" is on Eastvale; and one question lies where nobody knows.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.own_database import own_database

KEYS = {
    "school": "school-aaaaaaaaaaaa",
    "role": "role-helps out",
    "person": "person-aaaaaaaaaaaa-bbbbbbbbbbbb",
    "lost": "role-somewhere",
}


@pytest.fixture(scope="module")
def review_world(
    service_server: Any, django_db_setup: None, django_db_blocker: Any
) -> Iterator[dict[str, Any]]:
    """A database of the module's own; kind of question to its id, and ``study``."""
    with own_database(service_server, django_db_blocker, f"queue_{uuid.uuid4().hex[:8]}"):
        yield ask_questions()


def ask_questions(using: str = "owner") -> dict[str, Any]:
    """The questions, as a run would have kept them."""
    from django.utils import timezone

    from leadscape_web.accounts.context import acting
    from leadscape_web.review.models import Question, QuestionLine, Text
    from leadscape_web.studies.models import Study
    from leadscape_web.survey.models import Leader, Wave

    with acting(why="Questions of the tests", using=using):
        wave = Wave.objects.using(using).get()
        study = Study.objects.using(using).create(
            title="An invented system", system="england", as_of=wave.as_of, codebook=wave.codebook, settings={},
            wave=wave,
        )  # fmt: skip
        persons = dict(Leader.objects.using(using).values_list("key", "person_id"))

        def ask(name: str, kind: str, authorities: list[str], offered: list[tuple[str, str, int, str]],
                pct: int | None, lines: list[tuple[int, str, str]], **words: str) -> uuid.UUID:  # fmt: skip
            candidates, answers, chances, evidence = (
                map(list, zip(*offered, strict=True)) if offered else ([],) * 4
            )
            question = Question.objects.using(using).create(
                study=study, kind=kind, authorities=authorities, nominations=len(lines), candidates=candidates,
                answers=answers, chances_pct=chances, evidence=evidence, probability_pct=pct, run_at=timezone.now(),
                wave=wave,
            )  # fmt: skip
            for field, text in {"key": KEYS[name], **words}.items():
                Text.objects.using(using).create(question=question, field=field, text=text)
            for side, leader, urn in lines:
                QuestionLine.objects.using(using).create(
                    question=question, side=side, person_id=persons[leader], leader_key=leader, home_school_id=urn,
                    respondent="101", role="national_leader_of_education",
                )  # fmt: skip
            return question.pk

        all_words = "has all the words and more; in the authority"
        near = [
            (f"100001 | Ashgrove Primary School | Town | 83 % | {all_words}", "100001", 83, all_words),
            (
                "100003 | Cedar Lane Primary School | Town | 9 % | another authority",
                "100003",
                9,
                "another authority",
            ),
        ]
        partner = "school_improvement_partner"
        others = "2 of 3 so named by others"
        alice, bob = "leader-alice", "leader-bob"
        return {
            "study": study.pk,
            "school": ask("school", "school", ["101"], near, 83, [(0, alice, "100001")] * 3,
                          as_written="Ashgrove", context="authority 101: two schools are near"),
            "role": ask("role", "role", ["102"], [(f"{partner} (61 %; {others})", partner, 61, others)], 61,
                        [(0, bob, "100003")] * 2, as_written="helps out", context="on Mondays"),
            "person": ask("person", "person", ["101", "102"],
                          [("different", "different", 74, ""), ("same", "same", 26, "")], 26,
                          [(1, alice, "100001"), (2, bob, "100003")],
                          context="26 %: surname near; home schools differ"),
            "lost": ask("lost", "role", [], [], None, [(0, "leader-charlie", "100006")], as_written="somewhere"),
        }  # fmt: skip


@pytest.fixture
def client_as(review_world: dict[str, Any]) -> Callable[[str], Any]:
    """A client signed in as a user of the world, in the module's own database."""
    return sign_in


def sign_in(name: str) -> Any:
    """A client signed in as that user of the invented system, second factor and all."""
    from django.test import Client

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import User

    client = Client()
    with acting(purpose="sign-in"):
        user = User.objects.get(email=f"{name}@leadscape.example")
    with acting(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


def standing_of(question: Any) -> str:
    """Id of the decision that stands, as a form carries it."""
    from leadscape_web.review.models import Decision

    found = Decision.objects.using("owner").filter(question=question, superseded_at=None).first()
    return str(found.pk) if found else ""
