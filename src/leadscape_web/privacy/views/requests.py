"""One request of a person: what they wrote, what is held now, accept or decline."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.audit.versions import EditedMeanwhile
from leadscape_web.govuk.numbers import whole_number
from leadscape_web.privacy import notices
from leadscape_web.privacy.changed import NothingChanged
from leadscape_web.privacy.deciding import NothingMeant, decide, record_meant
from leadscape_web.privacy.forms import DecisionForm
from leadscape_web.privacy.models import Notice, PersonRequest
from leadscape_web.privacy.owed import told_of
from leadscape_web.privacy.presenters import answer_told, link_of_person
from leadscape_web.survey.codebooks import known_waves
from leadscape_web.survey.models import Leader, RoleHolding, Support
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN, span
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
                decide(asked, whole_number(form.cleaned_data["opened"]) or 0, user_in(request), form.cleaned_data,
                       whole_number(form.cleaned_data["version"]))  # fmt: skip
            except EditedMeanwhile as error:
                met = str(error)
                form.add_error(
                    None, "Somebody else changed this meanwhile. Open the page again and decide anew"
                )
            except (Impossible, NothingMeant, NothingChanged) as error:
                field = getattr(error, "field", None)
                form.add_error(field if field in form.fields else None, str(error))
            else:
                _tell(request, asked)
                return redirect("privacy:request", key=key)
    context = {
        "asked": asked,
        "name": name,
        "called": name or NAME_NOT_KNOWN,
        "record": _in_words(record),
        "leader": Leader.objects.filter(person=asked.person_id).first(),
        "form": form,
        "link_facts": _facts(asked),
        "can_tell": _is_answered(asked) and told_of(asked.person_id) is not None,
        "can_email": notices.current_address(asked.person_id) is not None,
    }
    status = 409 if met else 422 if form is not None and form.is_bound else 200
    return render(request, "privacy/request.html", context, status=status)


def _tell(request: HttpRequest, asked: PersonRequest) -> None:
    """Tell the person by e-mail where that can be; else tell the editor to print it."""
    told = told_of(asked.person_id)
    base = request.build_absolute_uri("/")
    if told is not None and notices.send_by_email(asked.person_id, told.wave, user_in(request), base, asked):
        messages.success(
            request, "Your answer is kept. It goes to the person by e-mail within a minute, with a new link."
        )
    else:
        messages.success(
            request,
            "Your answer is kept. No e-mail address of the person is known: print it as a letter below.",
        )


def _is_answered(asked: PersonRequest) -> bool:
    """Whether there is an answer of which the person can be told still."""
    correction = asked.kind == PersonRequest.Kind.CORRECTION
    return correction and asked.state != PersonRequest.State.OPEN and not asked.blanked_at


def _facts(asked: PersonRequest) -> list[dict[str, Any]]:
    """Whether the person’s link works, or how the answer reached them."""
    if asked.kind != PersonRequest.Kind.CORRECTION:
        return []
    of_person = Notice.objects.filter(person=asked.person_id).order_by("-made_at")
    if asked.state != PersonRequest.State.OPEN:
        return [answer_told(of_person.filter(answers=asked).first())]
    live = of_person.filter(ended_at=None, expires_at__gt=timezone.now()).first()
    return [link_of_person(live, notices.current_address(asked.person_id))]


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
