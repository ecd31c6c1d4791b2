"""Lists of data protection: who is owed a notice, where people are reached, what they asked, who was erased."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import polars as pl
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from leadscape_web.accounts.context import because
from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, EDITS_NATION, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.govuk.listing import render_listing
from leadscape_web.jobs.asking import ask_for
from leadscape_web.privacy import notices
from leadscape_web.privacy.list_presenters import (
    erasures_listing,
    notices_listing,
    requests_listing,
    with_cut,
)
from leadscape_web.privacy.models import Address, Erasure, PersonRequest
from leadscape_web.privacy.owed import counting_waves, named_waves, owed_count, standings
from leadscape_web.privacy.rows import open_rows
from leadscape_web.survey.models import Leader

BOTH: Final = ("GET", "POST")
MOST_BYTES: Final = 5_000_000
MOST_TOLD: Final = 50
MOST_LISTED: Final = 1000
HEADINGS: Final = ("leader", "email")


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
    listing = notices_listing(_home_schools(standing), names_of(standing), standing, _addressed(), waves)
    return render_listing(request, listing, "privacy/notices.html")


@allow(EDITS, methods=BOTH)
def send_all(request: HttpRequest) -> HttpResponse:
    """Send to everybody who is owed one and has an address: a job that makes them, and one job a message."""
    waves = counting_waves()
    if not waves:
        return render(request, "privacy/nothing.html")
    if request.method == "POST":
        base, by = request.build_absolute_uri("/"), user_in(request)
        return redirect("jobs:job", key=ask_for(notices.SEND_ALL, asked_by=by, given={"base": base}).pk)
    owed = [one for one in standings(waves).values() if one.owed]
    addressed = _addressed()
    reached = [one for one in owed if one.person in addressed]
    context = {"reached": len(reached), "letters": len(owed) - len(reached), "waves": named_waves(waves)}
    return render(request, "privacy/send_all.html", context)


@allow(EDITS, methods=BOTH)
def addresses(request: HttpRequest) -> HttpResponse:
    """Bring a file of addresses: all of it, or nothing and every mistake."""
    problems: list[dict[str, Any]] = []
    if request.method == "POST":
        rows, problems = _read_addresses(request.FILES.get("file"))
        if not problems:
            because("Addresses for notices are recorded from a file")
            new = sum(notices.record_address(person, email, Address.Source.FILE) for person, email in rows)
            messages.success(
                request, f"{new} address{'es' * (new != 1)} recorded; {len(rows) - new} were known."
            )
            return redirect("privacy:notices")
    context = {
        "problems": problems[:MOST_TOLD],
        "more": max(len(problems) - MOST_TOLD, 0),
        "has_errors": bool(problems),
    }
    return render(request, "privacy/addresses.html", context, status=422 if problems else 200)


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


def _edited(leaders: Any) -> Any:
    """Leaders whom the user answers for; others are seen and not told by them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select person_id from survey_leader where (select leadscape_everywhere(array['editor']))"
            " or person_id in (select leadscape_edited_people())"
        )
        return leaders.filter(person__in=[person for (person,) in cursor.fetchall()])


def _home_schools(persons: Iterable[UUID]) -> dict[UUID, str | None]:
    """Leaders by person, to the name of their home school: one query for thousands, without their records."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select l.person_id, s.name from survey_leader l left join register_school s on s.urn = l.home_school_id"
            " where l.person_id = any (%s)",
            [list(persons)],
        )
        return dict(cursor.fetchall())


def _addressed() -> frozenset[Any]:
    return frozenset(Address.objects.filter(ended_at=None).values_list("person_id", flat=True))


def _read_addresses(upload: Any) -> tuple[list[tuple[Any, str]], list[dict[str, Any]]]:
    """Person and address of each row; or every problem."""
    if upload is None:
        return [], [_problem(None, None, "Select a CSV file")]
    if upload.size > MOST_BYTES:
        return [], [_problem(None, None, "The file is larger than 5 MB. Bring it in parts")]
    try:
        frame = pl.read_csv(io.BytesIO(upload.read().replace(b"\0", b"")), infer_schema=False)
        frame = frame.rename({name: name.strip().casefold() for name in frame.columns})
    except (pl.exceptions.PolarsError, ValueError):
        return [], [
            _problem(None, None, "The file is no CSV file in UTF-8. Save it as one and bring it again")
        ]
    lacking = [name for name in HEADINGS if name not in frame.columns]
    if lacking:
        return [], [_problem(1, None, f"The first row lacks the heading {' and '.join(lacking)}")]
    leaders = {one.key: one.person_id for one in _edited(Leader.objects.all())}
    rows, problems = [], []
    for number, (key, email) in enumerate(frame.select(HEADINGS).iter_rows(), 2):
        person = leaders.get((key or "").strip())
        if person is None:
            problems.append(_problem(number, "leader", "No leader whom you edit has this key"))
        try:
            validate_email((email or "").strip())
        except ValidationError:
            problems.append(_problem(number, "email", "This is no e-mail address"))
        if person is not None:
            rows.append((person, (email or "").strip()))
    return rows, problems


def _problem(row: int | None, column: str | None, rule: str) -> dict[str, Any]:
    return {"row": row, "column": column, "rule": rule}
