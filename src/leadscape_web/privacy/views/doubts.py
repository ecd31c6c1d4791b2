"""Rows of files that may name somebody who stays out: an editor of the nation looks at each and says who is meant."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from leadscape_web.accounts.rules import EDITS_NATION, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.audit.versions import EditedMeanwhile
from leadscape_web.govuk.listing import render_listing
from leadscape_web.govuk.numbers import whole_number
from leadscape_web.privacy.doubt_presenters import doubts_listing, row_cells, row_facts, row_history
from leadscape_web.privacy.list_presenters import with_cut
from leadscape_web.privacy.models import DoubtfulRow
from leadscape_web.privacy.periods import days_of
from leadscape_web.privacy.rows import (
    ANOTHER,
    OPEN,
    PERSON,
    answer_row,
    ask_to_carry_out,
    can_take_back,
    candidates,
    is_under_way,
    open_rows,
    rows_of_files,
)

BOTH: Final = ("GET", "POST")
MOST_LISTED: Final = 1000
LATE: Final = "It was answered meanwhile. Nothing was changed."


@allow(EDITS_NATION)
def doubtful(request: HttpRequest) -> HttpResponse:
    """Every row, those to be answered first."""
    everything = rows_of_files().order_by("answer", "file__study", "file__file_name", "row")
    found = list(everything[:MOST_LISTED])
    listing = doubts_listing(found, candidates(one.may_be for one in found))
    listing = with_cut(listing, MOST_LISTED, everything.count(), "the first")
    return render_listing(request, listing, "privacy/list.html")


@allow(EDITS_NATION, methods=BOTH)
@never_cache
def doubtful_row(request: HttpRequest, key: UUID) -> HttpResponse:
    """One row: what stands in it and whom it may name; say which."""
    one = get_object_or_404(rows_of_files(), pk=key)
    if request.method == "POST":
        return _answer(request, one)
    candidate = candidates([one.may_be]).get(one.may_be) if one.may_be else None
    context = {
        "one": one,
        "facts": row_facts(one, candidate),
        "cells": row_cells(one),
        "history": row_history(one),
        "person": one.may_be if candidate and candidate.name else None,
        "open": one.answer == OPEN and not is_under_way(one),
        "under_way": is_under_way(one),
        "can_take_back": can_take_back(one),
        "kept_days": days_of("rows"),
        "left": open_rows().exclude(pk=one.pk).count(),
    }
    return render(request, "privacy/doubtful_row.html", context)


@allow(EDITS_NATION, methods=("POST",))
def take_back(request: HttpRequest, key: UUID) -> HttpResponse:
    """Undo an answer: a row that was taken out is put back, and is asked about again."""
    one = get_object_or_404(rows_of_files(), pk=key)
    if not can_take_back(one):
        messages.error(request, "This cannot be taken back: what stood in the row is not kept any more.")
        return redirect("privacy:doubtful_row", key=key)
    return _save(request, one, OPEN, "It will be taken back within a minute.")


def _answer(request: HttpRequest, one: DoubtfulRow) -> HttpResponse:
    said = request.POST.get("answer")
    if said == "again" and is_under_way(one):
        ask_to_carry_out(one, user_in(request))
        messages.success(request, "It was asked for again.")
        return redirect("privacy:doubtful_row", key=one.pk)
    if said not in (PERSON, ANOTHER) or one.answer != OPEN or is_under_way(one):
        messages.error(request, LATE)
        return redirect("privacy:doubtful_row", key=one.pk)
    if said == PERSON:
        return _save(
            request, one, PERSON, "The row will be taken out within a minute. No later run counts it."
        )
    return _save(request, one, ANOTHER, "The row stays, and the next run of the study counts it.")


def _save(request: HttpRequest, one: DoubtfulRow, answer: DoubtfulRow.Answer, done: str) -> HttpResponse:
    """Save it under the version that was seen, then lead on to the next that is open."""
    version = request.POST.get("version", "")
    by: Any = user_in(request)
    try:
        answer_row(one, answer, whole_number(version) or 0, by)
    except EditedMeanwhile:
        messages.error(request, LATE)
        return redirect("privacy:doubtful_row", key=one.pk)
    messages.success(request, done)
    following = open_rows().exclude(pk=one.pk).order_by("file__study", "file__file_name", "row").first()
    if answer == OPEN or following is None:
        return redirect("privacy:doubtful_row", key=one.pk)
    return redirect("privacy:doubtful_row", key=following.pk)
