"""Data protection in words: rows and facts from records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from leadscape.actions.tell_rights import tell_rights
from leadscape_web.govuk.wording import local_day, written
from leadscape_web.privacy.bases import lacking, no_contact
from leadscape_web.privacy.models import Address, Basis, Exclusion, Notice, PersonRequest
from leadscape_web.privacy.notices import state_of
from leadscape_web.privacy.owed import Standing
from leadscape_web.survey.models import Leader
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN


@dataclass(frozen=True)
class ShownPerson:
    """One person for whoever answers for them."""

    name: str
    facts: tuple[dict[str, Any], ...]
    notices: tuple[dict[str, Any], ...]
    requests: tuple[dict[str, Any], ...]
    out: str
    can_tell: bool
    can_come_back: bool
    can_email: bool
    leader: UUID | None
    lacks: tuple[str, ...]
    wave: UUID | None
    no_contact: bool


def show_person(
    *,
    name: str | None,
    leader: Leader | None,
    named: Standing | None,
    can_be_told: bool,
    address: Address | None,
    notices: Iterable[Notice],
    asked: Iterable[PersonRequest],
    basis: Basis | None,
    out: Exclusion | None,
    wave: UUID | None,
) -> ShownPerson:
    """Facts, notices and requests of one person.

    Parameters
    ----------
    named
        Where they stand as somebody whom waves name; null: no wave that counts does.
    can_be_told
        Whether there is a wave of which anybody can be told.
    wave
        Whose lawful basis holds for them, unless they have one of their own.
    """
    notes = list(notices)
    latest = next((one for one in notes if one.ended_at is None), notes[0] if notes else None)
    state = (
        named.state()
        if named
        else state_of(latest)
        if latest
        else "None is owed: no wave that counts names them"
    )
    return ShownPerson(
        name=name or NAME_NOT_KNOWN,
        facts=(
            {
                "label": "Home school",
                "value": leader.home_school.name if leader and leader.home_school else None,
            },
            {
                "label": "Named by",
                "value": [wave.title for wave in named.waves] if named else None,
                "missing": "No wave that counts",
            },
            {"label": "E-mail address", "value": address.email if address else None, "missing": "None is known"},
            {"label": "Notice", "value": "Stays out: none is owed" if out else state},
            {
                "label": "Lawful basis",
                "value": _sentence(tell_rights(basis.basis).basis) if basis else None,
                "missing": "Nobody recorded one",
                "note": f"{'Recorded for this person' if basis.person_id else 'Of the wave'}. {basis.explained}"
                if basis
                else None,
            },
        ),
        notices=tuple(
            {
                "id": one.pk,
                "made": one.made_at,
                "wave": one.wave.title,
                "how": one.get_channel_display(),  # type: ignore[attr-defined]
                "state": state_of(one),
                "until": one.expires_at if one.ended_at is None else None,
                "may_bounce": one.sent_at is not None and one.bounced_at is None and one.ended_at is None,
            }
            for one in notes
        ),
        requests=tuple(
            {
                "href": reverse("privacy:request", args=[one.pk]),
                "kind": one.get_kind_display(),  # type: ignore[attr-defined]
                "asked": one.asked_at,
                "state": one.state_in_words,
            }
            for one in asked
        ),
        out=out.get_kind_display() if out else "",  # type: ignore[attr-defined]
        can_tell=can_be_told and out is None,
        can_come_back=out is not None and out.kind != Exclusion.Kind.ERASURE,
        can_email=address is not None,
        leader=leader.pk if leader else None,
        lacks=lacking(basis),
        wave=wave,
        no_contact=no_contact([basis]),
    )  # fmt: skip


def link_of_person(live: Notice | None, address: Address | None) -> dict[str, Any]:
    """Whether a person who waits for an answer has a link that works, and how the answer will reach them."""
    way = (
        "Your answer goes by e-mail, with a new link."
        if address
        else "No e-mail address is known: print your answer as a letter, with a new link."
    )
    value = (
        f"Works until {written(local_day(live.expires_at))}"
        if live
        else "None works: it is over, or none was made"
    )
    return {"label": "The person’s link", "value": value, "note": way}


def answer_told(notice: Notice | None) -> dict[str, Any]:
    """How the person was told of an answer."""
    row: dict[str, Any] = {"label": "The person was told", "missing": "Not yet: send the answer, or print it"}
    if notice is None:
        return {**row, "value": None}
    if notice.sent_at is None and notice.ended_at:
        # It made room for another, or was never taken: the answer reached nobody.
        return {**row, "value": None}
    day = local_day(notice.sent_at or notice.made_at)
    how = notice.get_channel_display()  # type: ignore[attr-defined]
    return {
        **row,
        "value": f"By {'e-mail' if how == 'E-mail' else 'letter'}: {state_of(notice).lower()}",
        "on": day,
    }


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
