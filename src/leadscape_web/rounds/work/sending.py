"""Send one letter: the job ``rounds.letter``.

The link is made, the mail server is asked, and the row that says so is written in one transaction. A worker that is
killed between the second and the third sends the letter again, with another link that works: at least once, never lost.

A mail server that refuses one letter after the other says something about itself or about this service, not about the
addresses: the sending of that round stops until an editor has looked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import F
from django.utils import timezone

from leadscape_web.accounts.links import make_link
from leadscape_web.jobs.mail import NotNow, Refused, hand_over
from leadscape_web.jobs.performing import Running
from leadscape_web.rounds.letters import write_letter
from leadscape_web.rounds.models import Asked, Contact, Letter, Link, Round

MOST_REFUSED: Final = 10
"""Letters refused in a row after which a round's sending stops."""


def perform_letter(running: Running) -> Mapping[str, Any]:
    """Send a letter once, unless it is wanted no more; say what became of it."""
    letter = Letter.objects.using("owner").select_for_update().get(pk=running.given["letter"])
    if letter.sent_at or letter.refused_at or letter.dropped_at:
        return {"sent": 0, "already over": 1}
    asked = (
        Asked.objects.using("owner")
        # Who writes the round's other letters meanwhile refers to the row and need not wait.
        .select_for_update(of=("self",), no_key=True)
        .select_related("round")
        .get(pk=letter.asked_id)
    )
    if asked.round.halted_at:
        return {"sent": 0, "waits until letters of the round are sent again": 1}
    contact = Contact.objects.using("owner").filter(asked=asked, ended_at=None).exclude(email="").first()
    running.because("A letter of a survey round")
    if contact is None or not _is_wanted(letter, asked):
        letter.dropped_at, letter.answer = timezone.now(), ""
        letter.save(using="owner", update_fields=["dropped_at", "answer"])
        return {"sent": 0, "wanted no more": 1}
    token, token_hash = make_link()
    written = write_letter(letter, asked, token)
    try:
        hand_over(written.subject, written.body, contact.email, {"List-Unsubscribe": f"<{written.stop}>"})
    except Refused as refused:
        _count_refusal(asked.round, str(refused))
        return _note_refusal(letter, asked, str(refused))
    except NotNow as trouble:
        letter.tried_at, letter.answer = timezone.now(), str(trouble)
        letter.save(using="owner", update_fields=["tried_at", "answer"])
        _count_refusal(asked.round, str(trouble))
        return {"sent": 0, "the mail server did not take it": str(trouble), "tried again": "tomorrow"}
    Link.objects.using("owner").create(asked=asked, token_hash=token_hash, expires_at=asked.round.links_over)
    _note_sent(letter, asked)
    if asked.round.refused_in_a_row:
        Round.objects.using("owner").filter(pk=asked.round_id).update(refused_in_a_row=0)
    return {"sent": 1}


def _is_wanted(letter: Letter, asked: Asked) -> bool:
    if asked.withdrawn_at or asked.stopped_at or asked.bounced_at:
        return False
    if letter.kind == Letter.Kind.CONFIRMATION:
        return True
    if asked.round.closed_at or timezone.localdate() > asked.round.links_end:
        return False
    # Who answered, or told us otherwise, is not asked again unless somebody asked for a new link.
    return letter.kind == Letter.Kind.NEW_LINK or not (asked.answered_at or asked.heard)


def _count_refusal(found: Round, code: str) -> None:
    """One more letter that was refused for good, whatever for; who is only busy refuses nothing."""
    if not (code.isdigit() and code.startswith("5")):
        return
    rows = Round.objects.using("owner").filter(pk=found.pk)
    rows.update(refused_in_a_row=F("refused_in_a_row") + 1)
    rows.filter(refused_in_a_row__gte=MOST_REFUSED, halted_at=None).update(halted_at=timezone.now())


def _note_refusal(letter: Letter, asked: Asked, code: str) -> Mapping[str, Any]:
    now = timezone.now()
    letter.refused_at, letter.answer = now, code
    letter.save(using="owner", update_fields=["refused_at", "answer"])
    Asked.objects.using("owner").filter(pk=asked.pk).update(
        bounced_at=now, bounce=code, version=asked.version + 1
    )
    return {"sent": 0, "refused": code}


def _note_sent(letter: Letter, asked: Asked) -> None:
    now = timezone.now()
    letter.sent_at, letter.answer = now, ""
    letter.save(using="owner", update_fields=["sent_at", "answer"])
    changed: dict[str, Any] = {}
    if asked.asked_at is None:
        changed["asked_at"] = now
    if letter.kind == Letter.Kind.REMINDER:
        changed |= {"reminders": asked.reminders + 1, "reminded_at": now}
    if changed:
        Asked.objects.using("owner").filter(pk=asked.pk).update(**changed)
