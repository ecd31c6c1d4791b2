"""The page of a school."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leadscape_web.accounts.rules import ANY_RIGHT, NAMED, allow
from leadscape_web.govuk.panels import panels_of
from leadscape_web.register.presenters.school import NEARBY_CAPTION, present_school
from leadscape_web.register.records.school import read_school
from leadscape_web.register.views.unknown import unknown_record


@allow(ANY_RIGHT)
@require_safe
def show_school(request: HttpRequest, urn: str) -> HttpResponse:
    """Everything the register knows of one school, and what other rooms have to say."""
    record = read_school(urn)
    if record is None:
        return unknown_record(request, "school", urn)
    rights = {right for right, _ in request.accesses}  # type: ignore[attr-defined]
    context = {
        "page": present_school(record, sees_people=bool(rights & NAMED)),
        "nearby_caption": NEARBY_CAPTION,
        "panels": panels_of("school", request, record.school),
    }
    return render(request, "register/school.html", context)
