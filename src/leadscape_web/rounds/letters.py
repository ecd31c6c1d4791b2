"""The words of every letter to a respondent: plain text, one link to answer and one to get no more letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils import timezone

from leadscape_web.govuk.wording import written_date
from leadscape_web.rounds.models import Asked, Letter, Round

_Opening = Callable[[Round, Asked, Letter], tuple[str, list[str]]]


@dataclass(frozen=True)
class Written:
    """A letter ready to be sent."""

    subject: str
    body: str
    stop: str


def write_letter(letter: Letter, asked: Asked, token: str) -> Written:
    """The letter with its own link.

    Parameters
    ----------
    asked
        With its round.
    token
        What the link carries.
    """
    found = asked.round
    base = found.address.rstrip("/")
    answer = base + reverse("rounds:answer", args=[token])
    stop = base + reverse("rounds:stop", args=[token])
    prefix, words = _OPENINGS[letter.kind](found, asked, letter)
    parts = [
        *words,
        *(
            [_seen(found), answer]
            if letter.kind == Letter.Kind.CONFIRMATION
            else ["Answer here:", answer, _until(found)]
        ),
        f"The link is for {asked.name} alone: whoever has it can see and change the answer. Pass it on only to a "
        "colleague who answers for you.",
        f"Questions: {found.contact}",
        f"You get this message because {asked.name} is asked in the survey round “{found.title}”. For no more messages "
        "about it, open:",
        stop,
    ]
    return Written(" ".join(f"{prefix}{found.subject}".split()), "\n\n".join(parts) + "\n", stop)


def _seen(found: Round) -> str:
    """Before the link in a letter to somebody who has answered: what is still to be done with the answer."""
    if timezone.localdate() > found.closes_on:
        return "It can be changed no more. See what you sent:"
    return f"See what you sent, or correct it until {written_date(found.closes_on)}:"


def _until(found: Round) -> str:
    words = f"Please answer by {written_date(found.closes_on)}."
    if found.late_days:
        words += f" A late answer is taken until {written_date(found.links_end)} and counted as late."
    return words + " You can save it and come back. No account is needed."


def _invitation(found: Round, asked: Asked, letter: Letter) -> tuple[str, list[str]]:
    return "", [found.letter.strip()]


def _reminder(found: Round, asked: Asked, letter: Letter) -> tuple[str, list[str]]:
    saved = " What you saved is kept; it counts once you send it." if asked.saved_at else ""
    none = "If there is nobody to name, please say so: that is an answer too."
    return "Reminder: ", [f"We have no answer from {asked.name} yet.{saved} {none}", found.letter.strip()]


def _new_link(found: Round, asked: Asked, letter: Letter) -> tuple[str, list[str]]:
    return "New link: ", ["Here is a new link. Former links do not work any more.", found.letter.strip()]


def _confirmation(found: Round, asked: Asked, letter: Letter) -> tuple[str, list[str]]:
    said = "the answer that there is nobody to name" if asked.has_none else "an answer that names people"
    again = " It takes the place of what you sent before." if letter.number > 1 else ""
    words = f"Thank you. We have received from {asked.name} {said}.{again} This message names nobody."
    return "Received: ", [words]


_OPENINGS: Final[dict[str, _Opening]] = {
    Letter.Kind.INVITATION: _invitation,
    Letter.Kind.REMINDER: _reminder,
    Letter.Kind.NEW_LINK: _new_link,
    Letter.Kind.CONFIRMATION: _confirmation,
}
