"""One request of a person: what they wrote, what is held now, accept or decline."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.audit.versions import EditedMeanwhile
from leadscape_web.privacy.deciding import NothingMeant, decide, record_meant
from leadscape_web.privacy.forms import DecisionForm
from leadscape_web.privacy.models import PersonRequest
from leadscape_web.survey.codebooks import known_waves
from leadscape_web.survey.models import Leader, RoleHolding, Support
from leadscape_web.survey.presenters.words import span
from leadscape_web.survey.refusals import Impossible

BOTH: Final = ("GET", "POST")


@allow(EDITS, methods=BOTH)
def request_page(request: HttpRequest, key: UUID) -> HttpResponse:
    """Read it, and answer a correction that is open."""
    asked = PersonRequest.objects.filter(pk=key).first()
    if asked is None:
        raise Http404
    record = record_meant(asked) if asked.kind == PersonRequest.Kind.CORRECTION else None
    answerable = asked.kind == PersonRequest.Kind.CORRECTION and asked.state == PersonRequest.State.OPEN
    name = names_of([asked.person_id]).get(asked.person_id)
    form = None
    if answerable:
        initial = {"version": getattr(record, "version", ""), "opened": asked.version, "full_name": name}
        form = DecisionForm(request.POST or None, about=asked.about, initial=initial)
    met = ""
    if request.method == "POST":
        if form is None:
            messages.error(request, "It was answered meanwhile. Nothing was changed.")
            return redirect("privacy:request", key=key)
        if form.is_valid():
            try:
                decide(asked, _number(form.cleaned_data["opened"]) or 0, user_in(request), form.cleaned_data,
                       _number(form.cleaned_data["version"]))  # fmt: skip
            except EditedMeanwhile as error:
                met = str(error)
                form.add_error(
                    None, "Somebody else changed this meanwhile. Open the page again and decide anew"
                )
            except (Impossible, NothingMeant) as error:
                field = getattr(error, "field", None)
                form.add_error(field if field in form.fields else None, str(error))
            else:
                messages.success(request, "Your answer is kept. The person reads it by their link.")
                return redirect("privacy:requests")
    context = {
        "asked": asked,
        "name": name,
        "record": _in_words(record),
        "leader": Leader.objects.filter(person=asked.person_id).first(),
        "form": form,
    }
    status = 409 if met else 422 if form is not None and form.is_bound else 200
    return render(request, "privacy/request.html", context, status=status)


def _in_words(record: Any) -> str | None:
    """What is held now."""
    if isinstance(record, Leader):
        return f"Home school: {record.home_school.name if record.home_school else 'not known'}"
    if isinstance(record, RoleHolding | Support):
        role = known_waves().words(record.wave_id).role(record.role)
        when = span(record.started_on, record.ended_on)
        where = f"support for {record.partner_school.name}, " if isinstance(record, Support) else ""
        return f"{role}: {where}{when}"
    return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
