"""Samples of entries that are checked with schools: drawn, answered, rated."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, EDITS_NATION, SEES_PEOPLE, allow
from leadscape_web.govuk.listing import show_listing
from leadscape_web.jobs.asking import ask_for
from leadscape_web.register.models import School
from leadscape_web.review.forms import AnswerForm, DrawForm
from leadscape_web.review.models import Entry, Sample
from leadscape_web.review.presenters.samples import entries_listing, entry_rows, show_entry, show_rates
from leadscape_web.review.sampling import (
    AnsweredMeanwhile,
    answers_of,
    asked_of,
    can_record,
    rates_of,
    record_answers,
    seen_of,
)
from leadscape_web.studies.models import Study
from leadscape_web.survey.codebooks import known_waves


@allow(SEES_PEOPLE)
def samples(request: HttpRequest) -> HttpResponse:
    """Every sample that was drawn."""
    found = Sample.objects.select_related("study").order_by("-drawn_at")
    context = {
        "samples": found,
        "studies": Study.objects.exclude(wave=None).order_by("title"),
        "edits_nation": EDITS_NATION.allows(request.accesses),  # type: ignore[attr-defined]
    }
    return render(request, "review/samples.html", context)


@allow(EDITS_NATION, methods=("GET", "POST"))
def draw(request: HttpRequest, study: UUID) -> HttpResponse:
    """Ask for a sample; a job draws it."""
    found = get_object_or_404(Study, pk=study)
    form = DrawForm(request.POST or None, initial={"by": "role"})
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"study": str(found.pk), "by": form.cleaned_data["by"]}
        job = ask_for(
            "review.draw",
            asked_by=request.user,  # type: ignore[arg-type]
            subject=found.title,
            given={**given, "size": form.cleaned_data["size"]},
        )
        return redirect("jobs:job", job.pk)
    status = 422 if form.is_bound else 200
    return render(request, "review/draw.html", {"study": found, "form": form}, status=status)


@allow(SEES_PEOPLE)
def sample(request: HttpRequest, key: UUID) -> HttpResponse:
    """One sample: its entries, and what the answers say so far."""
    found = get_object_or_404(Sample.objects.select_related("study", "wave"), pk=key)
    words = known_waves().words(found.wave_id)  # type: ignore[attr-defined]
    rows = entry_rows(found, words)
    listing = show_listing(request, entries_listing(rows, found))
    if isinstance(listing, HttpResponse):
        return listing
    rates = rates_of(found)
    context = {
        "sample": found,
        "listing": listing,
        "rates": show_rates(rates, words) if rates else None,
        "answered": rows.filter(pl.col("answers") > 0).height,
        "seen": rows.height,
    }
    return render(request, "review/sample.html", context)


@allow(SEES_PEOPLE)
@allow(EDITS, methods=("POST",))
def entry(request: HttpRequest, key: UUID) -> HttpResponse:
    """One entry: what was reported, and what the school said about it."""
    found = get_object_or_404(Entry.objects.select_related("sample", "sample__wave"), pk=key)
    words = known_waves().words(found.sample.wave_id)  # type: ignore[attr-defined]
    held = answers_of(found)
    asked = asked_of(found)
    initial = {field: held[field].said for field in asked if field in held}
    if "role" in held:
        initial["role_is"] = held["role"].role or ""
    form = AnswerForm(
        request.POST or None,
        asked=asked,
        roles={role: words.role(role) for role in words.roles if role != found.role},
        initial={**initial, "seen": seen_of(held)},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                record_answers(found, form.said, form.cleaned_data["seen"], request.user)
            except AnsweredMeanwhile as met:
                form.add_error(None, str(met))
                status = 409
            else:
                messages.success(request, "What the school said was recorded.")
                return redirect("review:sample", found.sample_id)
    names = names_of([found.person_id] if found.person_id else [])
    urns = [found.home_school_id, *found.partner_schools]
    schools = dict(School.objects.filter(urn__in=[urn for urn in urns if urn]).values_list("urn", "name"))
    context = {
        "entry": found,
        "shown": show_entry(found, words, names, schools),
        "form": form,
        "editable": EDITS.allows(request.accesses) and can_record(found),  # type: ignore[attr-defined]
    }
    return render(request, "review/entry.html", context, status=status)
