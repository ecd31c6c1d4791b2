"""Tell one person what is held, or the answer to what they asked for: by e-mail, or by a letter to be printed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.privacy import notices
from leadscape_web.privacy.bases import lacking
from leadscape_web.privacy.held import basis_for, is_head, told_by, why_held
from leadscape_web.privacy.models import Exclusion, Notice, PersonRequest
from leadscape_web.privacy.owed import Told, told_of
from leadscape_web.privacy.permissions import answer_for
from leadscape_web.survey.models import Leader


@allow(EDITS, methods=("POST",))
def send(request: HttpRequest, key: UUID) -> HttpResponse:
    """Send the notice by e-mail, or make it again: the former link dies."""
    answer_for(key)
    told = told_or_404(key)
    if _is_kept_back(request, key, told):
        return redirect("privacy:person", key=key)
    if notices.send_by_email(key, told.wave, user_in(request), request.build_absolute_uri("/")):
        messages.success(request, "The notice will be sent within a minute. Links made before work no more.")
    else:
        messages.error(request, "No e-mail address is known. Record one, or print the notice as a letter.")
    return redirect("privacy:person", key=key)


@allow(EDITS, methods=("POST",))
def letter(request: HttpRequest, key: UUID) -> HttpResponse:
    """The notice as a letter to be printed, with a link that is shown this once."""
    answer_for(key)
    told = told_or_404(key)
    if _is_kept_back(request, key, told):
        return redirect("privacy:person", key=key)
    link = notices.print_letter(key, told.wave, user_in(request), request.build_absolute_uri("/"))
    return _letter(request, key, link, told)


def _is_kept_back(request: HttpRequest, key: UUID, told: Told) -> bool:
    """Whether too little is recorded for the person to be told; if so the page says what."""
    lacks = lacking(basis_for(key, told.waves))
    if lacks:
        messages.error(
            request, f"No notice was made. First it must be recorded {' and '.join(lacks)}: see below."
        )
    return bool(lacks)


def _letter(request: HttpRequest, key: UUID, link: notices.Link, told: Told, **more: Any) -> HttpResponse:
    """A letter to be printed; kept by no cache, since its link opens what is held."""
    context = {
        "link": link,
        "told": told_by(basis_for(key, told.waves)),
        "name": names_of([key]).get(key),
        "leader": Leader.objects.select_related("home_school").filter(person=key).first(),
        "why": why_held(told.waves if told.standing else (), head=is_head(key)),
        "key": key,
        **more,
    }
    response = render(request, "privacy/letter.html", context)
    response["Cache-Control"] = "no-store"
    return response


@allow(EDITS, methods=("POST",))
def bounced(request: HttpRequest, key: UUID, notice: UUID) -> HttpResponse:
    """A notice came back."""
    answer_for(key)
    found = Notice.objects.filter(pk=notice, person=key, bounced_at=None).first()
    if found is None:
        raise Http404
    notices.note_bounce(found)
    messages.success(request, "Noted. The notice is owed again, and the address is used no more.")
    return redirect("privacy:person", key=key)


@allow(EDITS, methods=("POST",))
def tell_answer(request: HttpRequest, key: UUID) -> HttpResponse:
    """Tell a person that their request was answered, with a new link: by e-mail, or by a letter to be printed."""
    asked = PersonRequest.objects.filter(pk=key).exclude(state=PersonRequest.State.OPEN).first()
    if asked is None or asked.kind != PersonRequest.Kind.CORRECTION or asked.blanked_at:
        raise Http404
    answer_for(asked.person_id)
    told = told_of(asked.person_id)
    if told is None:
        raise Http404
    base = request.build_absolute_uri("/")
    if request.POST.get("by") == Notice.Channel.LETTER:
        link = notices.print_letter(asked.person_id, told.wave, user_in(request), base, asked)
        day = timezone.localtime(asked.asked_at).date()
        return _letter(request, asked.person_id, link, told, answers=asked, asked_on=day)
    if notices.send_by_email(asked.person_id, told.wave, user_in(request), base, asked):
        messages.success(request, "The answer will be sent within a minute. Links made before work no more.")
    else:
        messages.error(request, "No e-mail address is known. Print the answer as a letter.")
    return redirect("privacy:request", key=key)


def told_or_404(key: UUID) -> Told:
    """Not found, where nobody is to be told: no wave counts, or the person stays out."""
    told = told_of(key)
    if told is None or Exclusion.objects.filter(person=key).exists():
        raise Http404
    return told
