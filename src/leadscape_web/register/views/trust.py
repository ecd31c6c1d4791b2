"""The page of a trust or federation, with its schools over time as a list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leadscape_web.accounts.rules import ANY_RIGHT, allow
from leadscape_web.govuk.listing import show_listing
from leadscape_web.govuk.panels import panels_of
from leadscape_web.register.presenters.trust import present_trust
from leadscape_web.register.records.trust import read_trust
from leadscape_web.register.views.unknown import unknown_record


@allow(ANY_RIGHT)
@require_safe
def show_trust(request: HttpRequest, uid: str) -> HttpResponse:
    """Facts, where it works, its schools over time, and what other rooms have to say."""
    record = read_trust(uid)
    if record is None:
        return unknown_record(request, "trust", uid)
    page = present_trust(record)
    schools = show_listing(request, page.schools)
    if isinstance(schools, HttpResponse):
        return schools
    panels = panels_of("trust", request, record.group)
    return render(request, "register/trust.html", {"page": page, "schools": schools, "panels": panels})
