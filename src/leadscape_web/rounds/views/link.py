"""What every page of a personal link shares: the link opens it or nothing does, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leadscape_web.accounts.links import is_one_too_many
from leadscape_web.rounds.answers import Answering, answering_by

Page = Callable[..., HttpResponse]


def by_link(view: Page) -> Page:
    """A view that gets the answer of its link instead of the token.

    A link that never was, one that was replaced and one that ran out say the same; after too many of them the answer is
    that there were too many. A link that works always works, whatever a colleague behind the same address tried.
    """

    @wraps(view)
    def page(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
        answering = answering_by(token)
        if answering is not None:
            response = view(request, answering, **more)
        elif is_one_too_many(request):
            response = render(request, "rounds/too_many.html", status=429)
        else:
            response = render(request, "rounds/link_over.html", status=404)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return page


def context_of(answering: Answering, **more: Any) -> dict[str, Any]:
    """What every page of a link needs."""
    return {"answering": answering, "asked": answering.asked, "round": answering.round, **more}
