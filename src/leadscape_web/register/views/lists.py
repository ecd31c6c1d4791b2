"""Lists of everything in the register, and of the files it was taken from."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from leadscape_web.accounts.rules import ANY_RIGHT, allow
from leadscape_web.govuk.listing import render_listing
from leadscape_web.register.presenters.facts import stated_by
from leadscape_web.register.presenters.lists import (
    authorities_listing,
    schools_listing,
    sources_listing,
    trusts_listing,
)
from leadscape_web.register.records.lists import (
    authorities_frame,
    schools_frame,
    sources_frame,
    trusts_frame,
)
from leadscape_web.register.records.sources import newest_source

TEMPLATE = "register/list.html"


@allow(ANY_RIGHT)
@require_safe
def list_schools(request: HttpRequest) -> HttpResponse:
    """Every school, filtered and sorted as asked."""
    return render_listing(request, schools_listing(schools_frame(), stated_by(newest_source())), TEMPLATE)


@allow(ANY_RIGHT)
@require_safe
def list_authorities(request: HttpRequest) -> HttpResponse:
    """Every authority."""
    return render_listing(
        request, authorities_listing(authorities_frame(), stated_by(newest_source())), TEMPLATE
    )


@allow(ANY_RIGHT)
@require_safe
def list_trusts(request: HttpRequest) -> HttpResponse:
    """Every trust and federation."""
    source = stated_by(newest_source("groups") or newest_source())
    return render_listing(request, trusts_listing(trusts_frame(), source), TEMPLATE)


@allow(ANY_RIGHT)
@require_safe
def list_sources(request: HttpRequest) -> HttpResponse:
    """Every file that was loaded."""
    return render_listing(request, sources_listing(sources_frame()), TEMPLATE)
