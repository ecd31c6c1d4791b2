"""What every page of a personal link shares: the link opens it or nothing does, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from leadscape_web.accounts.links import dead_link, kept_by_nobody
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
        return kept_by_nobody(dead_link(request) if answering is None else view(request, answering, **more))

    return page


def context_of(answering: Answering, **more: Any) -> dict[str, Any]:
    """What every page of a link needs."""
    return {"answering": answering, "asked": answering.asked, "round": answering.round, **more}
