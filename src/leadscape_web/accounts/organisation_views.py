"""Administration of organisations: which there are in the area, and who acts for each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import connection
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from leadscape_web.accounts import presenters
from leadscape_web.accounts.bodies import body_of, find_bodies, organisation_for, own_bodies
from leadscape_web.accounts.models import Access, Invitation, Organisation, PersonName, User
from leadscape_web.accounts.rules import ADMINISTERS, allow
from leadscape_web.govuk.layout import address
from leadscape_web.govuk.listing import render_listing, show_listing


@allow(ADMINISTERS)
def organisations(request: HttpRequest) -> HttpResponse:
    """Organisations of the administrator's area."""
    held = Access.objects.filter(ended_at=None).values_list("organisation_id")
    counts = dict(held.annotate(users=Count("user", distinct=True)))
    found = Organisation.objects.filter(pk__in=_in_area())
    return render_listing(
        request, presenters.organisations_listing(found, counts), "accounts/organisations.html"
    )


@allow(ADMINISTERS)
def organisation(request: HttpRequest, organisation_id: Any) -> HttpResponse:
    """One organisation: who acts for it, who was invited to."""
    found = Organisation.objects.filter(pk=organisation_id, pk__in=_in_area()).first()
    if found is None:
        raise Http404
    accesses = Access.objects.filter(organisation=found, ended_at=None)
    acting = User.objects.filter(pk__in=accesses.values("user_id"))
    names = PersonName.objects.filter(person_id__in=acting.values("person_id"), superseded_at=None)
    listing = presenters.users_listing(
        acting,
        dict(names.values_list("person_id", "full_name")),
        accesses.values_list("user_id", "right", "organisation__label"),
        set(acting.filter(authenticator__type="totp").values_list("pk", flat=True)),
        f"A person who acts for {found.label} now.",
    )
    shown = show_listing(request, listing)
    if isinstance(shown, HttpResponse):
        return shown
    open_ones = Invitation.objects.filter(organisation=found, accepted_at=None, withdrawn_at=None)
    return render(
        request,
        "accounts/organisation.html",
        {
            "organisation": found,
            "kind": Organisation.Kind(found.kind).label,
            "listing": shown,
            "invited": open_ones.count(),
        },
    )


@allow(ADMINISTERS, methods=("GET", "POST"))
def add_organisation(request: HttpRequest) -> HttpResponse:
    """Make a body of the register an organisation."""
    text = request.GET.get("q", "").strip()
    body = body_of(request.POST.get("body", ""))
    if request.method == "POST" and body:
        made = organisation_for(body)
        messages.success(request, f"{made.label} is an organisation now.")
        return redirect("accounts:organisation", organisation_id=made.pk)
    return render(
        request,
        "accounts/choose_body.html",
        {
            "title": "Add an organisation",
            "back": address("accounts:organisations"),
            "text": text,
            "bodies": find_bodies(text) if text else own_bodies()[:12],
            "posts": True,
            "problem": "Choose one of the bodies." if request.method == "POST" else "",
            "has_errors": request.method == "POST",
        },
        status=422 if request.method == "POST" else 200,
    )


def _in_area() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("select leadscape_organisations(array['administrator'])")
        return [row[0] for row in cursor.fetchall()]
