"""What the service says of itself to anybody: how accessible it is, and what it does with personal data."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from leadscape_web.accounts.rules import ANYONE, allow
from leadscape_web.govuk.navigation import Entry, add_footer_entry

app_name: Final = "about"


@allow(ANYONE)
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "about/accessibility.html", {"contact": settings.ENVIRONMENT.contact})


@allow(ANYONE)
def privacy(request: HttpRequest) -> HttpResponse:
    """What personal data are held, why, for how long; and which cookies are set."""
    context = {
        "contact": settings.ENVIRONMENT.contact,
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
    }
    return render(request, "about/privacy.html", context)


def add_links() -> None:
    """Link both from the foot of every page."""
    add_footer_entry(
        Entry("Accessibility statement", "about:accessibility", "/accessibility/", ANYONE, position=10)
    )
    add_footer_entry(Entry("Privacy and cookies", "about:privacy", "/privacy/", ANYONE, position=20))


urlpatterns: list[URLPattern] = [
    path("accessibility/", accessibility, name="accessibility"),
    path("privacy/", privacy, name="privacy"),
]
