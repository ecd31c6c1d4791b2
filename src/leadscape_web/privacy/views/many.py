"""Tell everybody who is owed a notice: by e-mail in a job, or by letters that are printed together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from leadscape_web.accounts.context import because
from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, EDITS_NATION, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.jobs.asking import ask_for
from leadscape_web.privacy import notices
from leadscape_web.privacy.bases import Bases, bases_now, lacking, lacking_of, no_contact
from leadscape_web.privacy.held import Told, told_by, why_held
from leadscape_web.privacy.models import Basis
from leadscape_web.privacy.owed import Standing, counting_waves, named_waves, standings
from leadscape_web.privacy.reached import Place, addressed, placed
from leadscape_web.survey.models import Wave

BOTH: Final = ("GET", "POST")
MOST_LETTERS: Final = 100
"""Letters that are printed together: more would be a page that no browser prints well."""


@dataclass(frozen=True)
class Owed:
    """Who is owed a notice, by how they are reached, and who cannot be told yet.

    Attributes
    ----------
    by_email, by_letter
        Those who may be told.
    kept_back
        Those of whom too little is recorded.
    lacks
        What must be recorded for them, in words.
    bases
        On which basis each is held.
    """

    by_email: Sequence[Standing]
    by_letter: Sequence[Standing]
    kept_back: Sequence[Standing]
    lacks: tuple[str, ...]
    bases: Bases


@allow(EDITS, methods=BOTH)
def send_all(request: HttpRequest) -> HttpResponse:
    """Send to everybody who is owed one and has an address: a job that makes them, and one job a message."""
    waves = counting_waves()
    if not waves:
        return render(request, "privacy/nothing.html")
    owed = _owed(waves)
    if request.method == "POST" and owed.by_email:
        base, by = request.build_absolute_uri("/"), user_in(request)
        return redirect("jobs:job", key=ask_for(notices.SEND_ALL, asked_by=by, given={"base": base}).pk)
    context = {"reached": len(owed.by_email), "letters": len(owed.by_letter), "waves": named_waves(waves)}
    return render(request, "privacy/send_all.html", context | _lacking(request, owed))


@allow(EDITS, methods=BOTH)
def letters(request: HttpRequest) -> HttpResponse:
    """Letters to those who are owed a notice and have no address: first how many and whose, then all to be printed."""
    waves = counting_waves()
    if not waves:
        return render(request, "privacy/nothing.html")
    if request.method == "POST":
        # Whoever prints at the same time is waited for, so that nobody is told twice.
        notices.hold_notices("default")
    owed = _owed(waves)
    places = placed([one.person for one in owed.by_letter])
    asked = request.POST.get("authority", request.GET.get("authority", ""))
    wanted = [one for one in places if not asked or (places[one].authority_code or "none") == asked]
    batch = wanted[:MOST_LETTERS]
    if request.method == "POST" and batch and request.POST.get("whose") == _mark(batch):
        return _printed(request, batch, owed, places)
    context = {
        "changed": request.method == "POST",
        "authorities": _authorities(places),
        "authority": asked,
        "area": next((places[one].authority for one in wanted), None) if asked else None,
        "all": len(places),
        "wanted": len(wanted),
        "now": len(batch),
        "most": MOST_LETTERS,
        "whose": _mark(batch),
        "waves": named_waves(waves),
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "privacy/letters_confirm.html", context | _lacking(request, owed), status=status)


def _owed(waves: Sequence[Wave]) -> Owed:
    owed = [one for one in standings(waves).values() if one.owed]
    bases, known = bases_now(), addressed()
    lacks = {one.person: lacking(bases.of(one.person, one.waves)) for one in owed}
    back = [one for one in owed if lacks[one.person]]
    told = [one for one in owed if not lacks[one.person]]
    return Owed(
        by_email=[one for one in told if one.person in known],
        by_letter=[one for one in told if one.person not in known],
        kept_back=back,
        lacks=lacking_of(bases.of(one.person, one.waves) for one in back),
        bases=bases,
    )


def _lacking(request: HttpRequest, owed: Owed) -> dict[str, Any]:
    """Who cannot be told yet, what is missing, and where it is recorded."""
    waves = {one.wave.pk: one.wave for one in owed.kept_back}
    return {
        "kept_back": len(owed.kept_back),
        "lacks": owed.lacks,
        "lacking_waves": list(waves.values()),
        "no_contact": no_contact(
            owed.bases.of(one.person, one.waves) for one in [*owed.by_email, *owed.by_letter]
        ),
        "nation": EDITS_NATION.allows(request.accesses),  # type: ignore[attr-defined]
    }


def _printed(
    request: HttpRequest, batch: Sequence[UUID], owed: Owed, places: dict[UUID, Place]
) -> HttpResponse:
    """The letters; kept by no cache, since each link opens what is held."""
    because("Notices of what is held are printed")
    standing = {one.person: one for one in owed.by_letter}
    links = notices.print_letters(
        {person: standing[person].wave for person in batch}, user_in(request), request.build_absolute_uri("/")
    )
    names, told = names_of(batch), {}
    sheets = []
    for person in batch:
        waves = standing[person].waves
        basis = owed.bases.of(person, waves)
        sheets.append(
            {
                "name": names.get(person),
                "place": places[person],
                "why": why_held(waves, head=False),
                "link": links[person],
                "told": _told(told, basis),
            }
        )
    response = render(request, "privacy/letters.html", {"sheets": sheets})
    response["Cache-Control"] = "no-store"
    return response


def _told(known: dict[Any, Told], basis: Basis | None) -> Told:
    """What is told of a basis; those of one wave are the same words."""
    key = basis.pk if basis else None
    if key not in known:
        known[key] = told_by(basis)
    return known[key]


def _authorities(places: dict[UUID, Place]) -> list[tuple[str, str, int]]:
    """Code, name and number of letters of every authority, by name."""
    counts: dict[tuple[str, str], int] = {}
    for one in places.values():
        area = (one.authority_code or "none", one.authority or "Authority not known")
        counts[area] = counts.get(area, 0) + 1
    return [
        (code, name, number) for (code, name), number in sorted(counts.items(), key=lambda pair: pair[0][1])
    ]


def _mark(batch: Sequence[UUID]) -> str:
    """Whose letters were confirmed: a page that is sent again prints no others, and none twice."""
    return hashlib.sha256(" ".join(map(str, batch)).encode()).hexdigest()[:16]
