"""Lists of data protection: who is owed a notice, what people asked, who was erased."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, EDITS_NATION, allow
from leadscape_web.govuk.listing import render_listing
from leadscape_web.privacy.list_presenters import (
    erasures_listing,
    notices_listing,
    requests_listing,
    with_cut,
)
from leadscape_web.privacy.models import Erasure, PersonRequest
from leadscape_web.privacy.owed import counting_waves, named_waves, owed_count, standings
from leadscape_web.privacy.reached import addressed, placed
from leadscape_web.privacy.rows import open_rows

MOST_LISTED: Final = 1000


@allow(EDITS)
def home(request: HttpRequest) -> HttpResponse:
    """What waits: notices owed, requests to be answered, rows of files to be looked at."""
    waves = counting_waves()
    nation = EDITS_NATION.allows(request.accesses)  # type: ignore[attr-defined]
    context = {
        "waves": named_waves(waves),
        "owed": owed_count(standings(waves)),
        "open": PersonRequest.objects.filter(state="open", kind="correction").count(),
        "doubtful": open_rows().count() if nation else 0,
        "nation": nation,
    }
    return render(request, "privacy/home.html", context)


@allow(EDITS)
def notices_page(request: HttpRequest) -> HttpResponse:
    """Everybody whom a wave that counts names, and where their notice stands."""
    waves = counting_waves()
    if not waves:
        return render(request, "privacy/nothing.html")
    standing = standings(waves)
    listing = notices_listing(placed(standing), names_of(standing), standing, addressed(), waves)
    return render_listing(request, listing, "privacy/notices.html")


@allow(EDITS)
def requests(request: HttpRequest) -> HttpResponse:
    """What people asked for."""
    everything = PersonRequest.objects.order_by("-asked_at")
    found = list(everything[:MOST_LISTED])
    listing = requests_listing(found, names_of([one.person_id for one in found]))
    listing = with_cut(listing, MOST_LISTED, everything.count(), "the latest")
    return render_listing(request, listing, "privacy/list.html")


@allow(EDITS_NATION)
def erasures(request: HttpRequest) -> HttpResponse:
    """The ledger of erasures."""
    return render_listing(request, erasures_listing(Erasure.objects.all()), "privacy/list.html")
