"""The page of an authority, with its schools as a list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leadscape_web.accounts.rules import ANY_RIGHT, allow
from leadscape_web.govuk.listing import show_listing
from leadscape_web.govuk.panels import panels_of
from leadscape_web.register.presenters.authority import present_authority
from leadscape_web.register.presenters.lists import authority_schools
from leadscape_web.register.records.authority import read_authority
from leadscape_web.register.records.lists import schools_frame
from leadscape_web.register.views.unknown import unknown_record


@allow(ANY_RIGHT)
@require_safe
def show_authority(request: HttpRequest, code: str) -> HttpResponse:
    """Facts, schools by phase and status, trusts, the list of schools, and what other rooms have to say."""
    record = read_authority(code)
    if record is None:
        return unknown_record(request, "authority", code)
    page = present_authority(record)
    schools = show_listing(request, authority_schools(schools_frame(code), page.name, page.schools_source))
    if isinstance(schools, HttpResponse):
        return schools
    panels = panels_of("authority", request, record.authority)
    return render(request, "register/authority.html", {"page": page, "schools": schools, "panels": panels})
