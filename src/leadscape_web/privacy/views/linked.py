"""My data: what a person sees and may ask for by their link, without an account.

The link alone says who asks; whoever is signed in beside is left aside. A link that does not work says the same whether
it never was, has expired, or was ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from leadscape.actions.write_record import record_html, record_json, record_xlsx
from leadscape_web.accounts.context import because
from leadscape_web.accounts.limits import costly
from leadscape_web.accounts.links import dead_link, kept_by_nobody, with_link
from leadscape_web.accounts.rules import ANYONE, allow
from leadscape_web.privacy.forms import CorrectionForm, Meant, StayOutForm
from leadscape_web.privacy.held import (
    HeldAbout,
    Readable,
    Told,
    held_about,
    linked_basis,
    readable,
    told_by,
)
from leadscape_web.privacy.models import PersonRequest
from leadscape_web.privacy.record import record_in_words, record_of
from leadscape_web.survey.presenters.words import span

BOTH: Final = ("GET", "POST")
FORMATS: Final = {
    "json": ("application/json", record_of, record_json),
    "html": ("text/html; charset=utf-8", record_in_words, record_html),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        record_in_words,
        record_xlsx,
    ),
}
WHY: Final = "Asked by the person, by their link"
SENT: Final = "sent"
"""In the address of the page after a correction was asked for."""
MOST_OPEN: Final = 20
"""Corrections that may wait for an answer at a time: a link is no way to fill the database."""


@dataclass(frozen=True)
class Opened:
    """Who the link is for, their notice, and what is held about them."""

    person: UUID
    notice: UUID
    held: HeldAbout
    told: Told


def by_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that gets what the link opens beside the token; of one that opens nothing the page that says so."""

    @wraps(view)
    def page(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
        opened = _open(token)
        return kept_by_nobody(dead_link(request) if opened is None else view(request, opened, token, **more))

    return page


@allow(ANYONE)
@by_link
def my_data(request: HttpRequest, opened: Opened, token: str) -> HttpResponse:
    """What is held, who said it, on which basis, how long, and what can be done."""
    if request.method == "GET":
        with connection.cursor() as cursor:
            cursor.execute("select leadscape_note_opened()")
    return _show(request, "my_data.html", opened, token)


@allow(ANYONE, methods=BOTH)
@by_link
def ask_correction(request: HttpRequest, opened: Opened, token: str) -> HttpResponse:
    """Say what is wrong. An editor answers."""
    shown = readable(opened.held)
    records = _records(shown)
    form = CorrectionForm(request.POST or None, records=records)
    if request.method == "POST" and form.is_valid():
        waiting = PersonRequest.objects.filter(person=opened.person, state=PersonRequest.State.OPEN).count()
        if waiting >= MOST_OPEN:
            form.add_error(
                None, "You have asked for many corrections that are not answered yet. Wait for them"
            )
        else:
            given = form.cleaned_data
            _ask(opened, PersonRequest.Kind.CORRECTION, about=given["about"], record_id=given["record"],
                 text=given["text"])  # fmt: skip
            return redirect(f"{reverse('privacy:my_data', args=[token])}?{SENT}")
    return _show(request, "ask_correction.html", opened, token, form=form)


@allow(ANYONE, methods=BOTH)
@by_link
def stay_out(request: HttpRequest, opened: Opened, token: str) -> HttpResponse:
    """Object, or take back consent: the person is out at once, and the link with it."""
    form = StayOutForm(request.POST or None)
    consent = opened.told.rights.consent
    if request.method == "POST" and form.is_valid():
        _ask(opened, PersonRequest.Kind.WITHDRAWAL if consent else PersonRequest.Kind.OBJECTION)
        return _show(request, "out.html", opened, token)
    return _show(request, "stay_out.html", opened, token, form=form)


@allow(ANYONE)
@costly
@by_link
def take_away(request: HttpRequest, opened: Opened, token: str, kind: str) -> HttpResponse:
    """Everything held, as a file."""
    if kind not in FORMATS:
        return dead_link(request)
    return as_file(opened.held, opened.told, kind)


def as_file(held: HeldAbout, told: Told, kind: str) -> HttpResponse:
    """Everything held as a download whose name holds no name: in words, or as it is kept for a program."""
    media_type, make, write = FORMATS[kind]
    response = HttpResponse(write(make(held, told)), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="held-about-a-person.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _open(token: str) -> Opened | None:
    with_link(token)
    with connection.cursor() as cursor:
        cursor.execute("select leadscape_linked_person(), leadscape_linked_notice()")
        person, notice = cursor.fetchone() or (None, None)
    held = held_about(person) if person else None
    if person is None or notice is None or held is None:
        return None
    return Opened(person, notice, held, told_by(linked_basis()))


def _records(shown: Readable) -> list[Meant]:
    """Roles and supports that a correction may be about: those that count, told apart by their days."""
    roles = [
        Meant(one["id"], f"{one['role']}, {one['school'] or 'school not known'}, {_span(one)}", "holding")
        for one in shown.roles
        if one["counts"]
    ]
    supports = [
        Meant(one["id"], f"Support for {one['school']} as {one['role']}, {_span(one)}", "support")
        for one in shown.supports
        if one["counts"]
    ]
    return roles + supports


def _span(one: dict[str, Any]) -> str:
    return span(one["from"], one["to"])


def _ask(opened: Opened, kind: PersonRequest.Kind, **more: Any) -> None:
    because(WHY)
    PersonRequest.objects.create(person_id=opened.person, notice_id=opened.notice, kind=kind, **more)


def _show(request: HttpRequest, template: str, opened: Opened, token: str, **more: Any) -> HttpResponse:
    form = more.get("form")
    context = {
        "shown": readable(opened.held),
        "told": opened.told,
        "token": token,
        "sent": SENT in request.GET,
        **more,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, f"privacy/{template}", context, status=status)
