"""Lists of leaders, of role-holdings, and of role-holdings without names."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse

from leadscape_web.accounts.rules import SEES_ANONYMOUS, SEES_PEOPLE, allow
from leadscape_web.govuk.listing import render_listing
from leadscape_web.survey.codebooks import known_waves
from leadscape_web.survey.forms.filters import InForceForm
from leadscape_web.survey.listings import anonymous_listing, holdings_listing, leaders_listing
from leadscape_web.survey.rows import anonymous_rows, holding_rows, leader_rows


@allow(SEES_PEOPLE)
def leaders(request: HttpRequest) -> HttpResponse:
    """Leaders whom the user may see."""
    waves, (form, day) = known_waves(), _in_force(request)
    listing = leaders_listing(leader_rows(waves, day), waves, day)
    return render_listing(request, listing, "survey/people.html", _context(request, form, day))


@allow(SEES_PEOPLE)
def role_holdings(request: HttpRequest) -> HttpResponse:
    """Role-holdings of leaders whom the user may see."""
    waves, (form, day) = known_waves(), _in_force(request)
    listing = holdings_listing(holding_rows(waves, day), waves, day)
    return render_listing(request, listing, "survey/people.html", _context(request, form, day))


@allow(SEES_ANONYMOUS)
def anonymous(request: HttpRequest) -> HttpResponse:
    """Role-holdings without names or schools, in the researcher's area."""
    waves = known_waves()
    return render_listing(request, anonymous_listing(anonymous_rows(waves), waves), "survey/anonymous.html")


def _in_force(request: HttpRequest) -> tuple[InForceForm, date | None]:
    form = InForceForm(request.GET if any(name.startswith("on-") for name in request.GET) else None)
    day = form.cleaned_data.get("on") if form.is_bound and form.is_valid() else None
    return form, day


def _context(request: HttpRequest, form: InForceForm, day: date | None) -> dict[str, Any]:
    kept = [
        (name, value) for name, value in request.GET.items() if not name.startswith("on-") and name != "page"
    ]
    return {"form": form, "day": day, "kept": kept, "path": request.path}
