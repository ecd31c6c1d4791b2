"""Where people are reached: who has no address, and a file of addresses."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from leadscape_web.accounts.context import because
from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, allow
from leadscape_web.govuk.listing import render_listing
from leadscape_web.privacy import notices
from leadscape_web.privacy.address_file import Problem, read_address_file
from leadscape_web.privacy.list_presenters import addresses_listing
from leadscape_web.privacy.models import Address
from leadscape_web.privacy.owed import counting_waves, standings
from leadscape_web.privacy.reached import addressed, placed

BOTH: Final = ("GET", "POST")
MOST_TOLD: Final = 50


@allow(EDITS, methods=BOTH)
def addresses(request: HttpRequest) -> HttpResponse:
    """Bring a file of addresses: all of it, or nothing and every mistake."""
    problems: list[Problem] = []
    if request.method == "POST":
        read = read_address_file(request.FILES.get("file"))
        problems = read.problems
        if not problems:
            because("Addresses for notices are recorded from a file")
            new = sum(
                notices.record_address(person, email, Address.Source.FILE) for person, email in read.rows
            )
            told = f"{new} address{'es' * (new != 1)} recorded; {len(read.rows) - new} were known."
            if read.blank:
                told += f" {read.blank} row{'s' * (read.blank != 1)} without an address left out."
            messages.success(request, told)
            return redirect("privacy:notices")
    context = {
        "problems": problems[:MOST_TOLD],
        "more": max(len(problems) - MOST_TOLD, 0),
        "has_errors": bool(problems),
        "can_list": bool(counting_waves()),
    }
    return render(request, "privacy/addresses.html", context, status=422 if problems else 200)


@allow(EDITS)
def without_address(request: HttpRequest) -> HttpResponse:
    """Leaders whose address is not known: a list to be filled in and brought back."""
    waves = counting_waves()
    if not waves:
        return render(request, "privacy/nothing.html")
    known = addressed()
    people = [person for person in standings(waves) if person not in known]
    listing = addresses_listing(placed(people), names_of(people), waves)
    return render_listing(request, listing, "privacy/list.html")
