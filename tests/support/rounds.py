"""Survey rounds for tests: a database of one's own, a study with a register, a round with respondents, its links."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from tests.support.jobs import assert_done, run_jobs
from tests.support.own_database import own_database

RESPONDENTS = (
    ("101", "Northshire", "authority"),
    ("102", "Eastvale", "authority"),
    ("N1", "Heads’ network", "network"),
)


def address_of(respondent: str) -> str:
    """Where a respondent of the tests is asked."""
    return f"{respondent.lower()}@respondents.example"


def editor() -> Any:
    """The editor of the nation."""
    from leadscape_web.accounts.models import User

    return User.objects.using("owner").get(email="nation.editor@leadscape.example")


def make_study(title: str = "The register of the tests", settings: dict[str, Any] | None = None) -> Any:
    """A study without files; what is needed to make a round."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.studies.models import Study

    with acting(why="A study of the tests", using="owner"):
        return Study.objects.using("owner").create(
            title=title,
            system="england",
            as_of=date(2006, 6, 30),
            codebook="england-2006",
            settings=settings or {},
        )


def make_round(study: Any, *, started: bool = True, **given: Any) -> Any:
    """A round that is open, in which three respondents are asked; letters are not asked for yet."""
    from django.utils import timezone

    from leadscape_web.accounts.context import acting
    from leadscape_web.rounds.models import Asked, Contact, Round

    today = timezone.localdate()
    with acting(why="A round of the tests", using="owner"):
        found = Round.objects.using("owner").create(
            **{
                "title": f"Round {uuid.uuid4().hex[:6]}", "as_of": date(2006, 6, 30), "codebook": "england-2006",
                "base": study, "opens_on": today - timedelta(days=10), "closes_on": today + timedelta(days=10),
                "subject": "Who leads beyond their own school?", "letter": "Please name them.",
                "purpose": "To map who leads.", "contact": "The survey team, survey@leadscape.example",
                "address": "http://testserver/", "started_at": timezone.now() if started else None, **given,
            }
        )  # fmt: skip
        for respondent, name, kind in RESPONDENTS:
            asked = Asked.objects.using("owner").create(
                round=found, respondent=respondent, name=name, kind=kind,
                authority_code=respondent if kind == "authority" else "", region="North" if kind == "authority" else "",
            )  # fmt: skip
            Contact.objects.using("owner").create(asked=asked, email=address_of(respondent))
    return found


def make_token(found: Any, respondent: str = "101", *, days: int = 20) -> str:
    """A link of a respondent, as a letter would carry it."""
    from django.utils import timezone

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.links import make_link
    from leadscape_web.rounds.models import Asked, Link

    token, token_hash = make_link()
    with acting(why="A link of the tests", using="owner"):
        asked = Asked.objects.using("owner").get(round=found, respondent=respondent)
        Asked.objects.using("owner").filter(pk=asked.pk, asked_at=None).update(
            asked_at=timezone.now() - timedelta(days=9)
        )
        Link.objects.using("owner").create(
            asked=asked, token_hash=token_hash, expires_at=timezone.now() + timedelta(days=days)
        )
    return token


def asked_of(found: Any, respondent: str = "101") -> Any:
    """A respondent of a round as it is now."""
    from leadscape_web.rounds.models import Asked

    return Asked.objects.using("owner").get(round=found, respondent=respondent)


@contextmanager
def own_world(server: Any, blocker: Any) -> Iterator[None]:
    """A copy of the invented system for one test module."""
    with own_database(server, blocker, f"rounds_{uuid.uuid4().hex[:8]}"):
        yield


def client_of_editor() -> Any:
    """The editor of the nation, signed in with a second factor."""
    from django.test import Client

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import User

    client, user = Client(), editor()
    with acting(user):
        client.force_login(
            User.objects.get(pk=user.pk), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


def invite(found: Any) -> dict[str, object]:
    """Write to everybody in a round, as an editor; what the job did."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.jobs.asking import ask_for

    with acting(editor()):
        job = ask_for("rounds.invite", asked_by=editor(), given={"round": str(found.pk)})
    run_jobs()
    return assert_done(job.pk)


def daily() -> dict[str, object]:
    """The daily work of rounds; what it did."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.jobs.asking import ask_for

    with acting(using="owner"):
        job = ask_for("rounds.daily", asked_by=None, using="owner")
    run_jobs()
    return assert_done(job.pk)


def set_round(found: Any, **given: Any) -> None:
    """Let time pass for a round: its dates become these."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.rounds.models import Round

    with acting(why="Time passes in a test", using="owner"):
        Round.objects.using("owner").filter(pk=found.pk).update(**given)


def asked_days_ago(found: Any, days: int) -> None:
    """Let it be so long ago that the respondents were asked."""
    from django.utils import timezone

    from leadscape_web.accounts.context import acting
    from leadscape_web.rounds.models import Asked

    with acting(why="Time passes in a test", using="owner"):
        Asked.objects.using("owner").filter(round=found).exclude(asked_at=None).update(
            asked_at=timezone.now() - timedelta(days=days)
        )
