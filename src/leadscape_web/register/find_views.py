"""The page on which anything is found: one box, and what may have been meant."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from leadscape_web.accounts.rules import ANY_RIGHT, NAMED, allow
from leadscape_web.register.find import KINDS, find, read_question
from leadscape_web.register.find_page import Shown, page_of_matches, present
from leadscape_web.register.records.found import read_found

SHORTEST: Final = 2
"""Fewer letters than this find too much to be of use."""


@allow(ANY_RIGHT)
@require_safe
@cache_control(private=True, no_store=True)
def find_anything(request: HttpRequest) -> HttpResponse:
    """What may have been meant by ``?q=``, of one ``?kind=`` or all, page by page."""
    asked, _ = read_question(request.GET.get("q", ""))
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    findings = find(request.GET.get("q", "")) if len(asked) >= SHORTEST else None
    rights = {right for right, _ in request.accesses}  # type: ignore[attr-defined]
    shown = page_of_matches(findings, kind, request.GET.get("page", "")) if findings else Shown()
    known = read_found(match.key for match in shown.matches if match.kind == "school")
    page = present(asked, findings, kind, shown, known, sees_people=bool(rights & NAMED))
    return render(request, "register/find.html", {"page": page})
