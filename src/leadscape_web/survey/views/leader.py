"""The page of one leader."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leadscape_web.accounts.rules import SEES_PEOPLE, allow
from leadscape_web.govuk.panels import panels_of
from leadscape_web.survey.presenters.leader import show_leader
from leadscape_web.survey.reading import read_leader


@allow(SEES_PEOPLE)
@require_safe
def leader(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One leader: home school, headships, role-holdings, partner schools, network, what is not known."""
    record = read_leader(key)
    return render(
        request,
        "survey/leader.html",
        {"leader": show_leader(record), "panels": panels_of("leader", request, record.leader)},
    )
