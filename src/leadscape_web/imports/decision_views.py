"""Decisions about an import: answer for schools that are missing, confirm, give up, check again, undo.

Every decision is one statement that only succeeds in the state it is for, so that of two people who decide at the same
time one does, and the other is told.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import polars as pl
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from leadscape_web.accounts.context import because
from leadscape_web.accounts.rules import allow
from leadscape_web.govuk.listing import Column, Filter, Listing, show_listing
from leadscape_web.imports.files import empty_files
from leadscape_web.imports.forms import AnswerForm, UndoForm
from leadscape_web.imports.models import Absence, Import
from leadscape_web.imports.permissions import (
    BRINGS_IN,
    WAITS,
    can_confirm,
    can_leave_stored,
    can_undo,
    is_idle,
)
from leadscape_web.imports.presenters import title_of
from leadscape_web.imports.views import ask_to_check, waits_for
from leadscape_web.jobs.asking import ask_for

DEFAULT: Final = "default"


@allow(BRINGS_IN, methods=("GET", "POST"))
def absences(request: HttpRequest, key: UUID) -> HttpResponse:
    """Open schools that the extract does not list; one answer for all that have none yet."""
    found = get_object_or_404(Import, pk=key)
    open_rows = Absence.objects.filter(belongs_to=found, answer="")
    form = AnswerForm(request.POST) if request.method == "POST" else AnswerForm()
    if request.method == "POST" and found.state != Import.State.CHECKED:
        return _too_late(request, found)
    if request.method == "POST" and form.is_valid():
        answered = open_rows.update(**_answer(request, form))
        schools = "1 school" if answered == 1 else f"{answered:,} schools"
        messages.success(request, f"Answered for {schools}.")
        return redirect("imports:import", key=found.pk)
    unanswered = open_rows.count()
    shown = show_listing(request, _listing(found))
    if isinstance(shown, HttpResponse):
        return shown
    return render(
        request,
        "imports/absences.html",
        {"found": found, "listing": shown, "form": form, "unanswered": unanswered,
         "can_answer": found.state == Import.State.CHECKED},
        status=422 if form.is_bound else 200,
    )  # fmt: skip


@allow(BRINGS_IN, methods=("GET", "POST"))
def absence(request: HttpRequest, key: UUID, urn: str) -> HttpResponse:
    """One of them: what links say of it, and its answer."""
    one = get_object_or_404(Absence.objects.select_related("belongs_to"), belongs_to_id=key, urn=urn)
    if one.belongs_to.state != Import.State.CHECKED:
        return _too_late(request, one.belongs_to)
    given = {"answer": one.answer, "closed_on": one.closed_on}
    form = AnswerForm(request.POST) if request.method == "POST" else AnswerForm(initial=given)
    if request.method == "POST" and form.is_valid():
        Absence.objects.filter(pk=one.pk).update(**_answer(request, form))
        messages.success(request, f"Answered for {one.name or one.urn}.")
        return redirect("imports:absences", key=key)
    status = 422 if form.is_bound else 200
    return render(request, "imports/absence.html", {"one": one, "form": form}, status=status)


@allow(BRINGS_IN, methods=("POST",))
def confirm(request: HttpRequest, key: UUID) -> HttpResponse:
    """Store it."""
    found = get_object_or_404(Import.objects.select_related("study"), pk=key)
    unanswered = Absence.objects.filter(belongs_to=found, answer="").count()
    if unanswered and found.state == Import.State.CHECKED:
        messages.error(request, "Say first what is to be recorded of the schools that are not in the files.")
        return redirect("imports:absences", key=key)
    if not can_confirm(found, unanswered):
        return _too_late(request, found)
    because("Confirmed files that were brought in")
    return _move(
        request, found, Import.State.CHECKED, Import.State.STORING,
        {"confirmed_at": timezone.now(), "confirmed_by": request.user},
    )  # fmt: skip


@allow(BRINGS_IN, methods=("POST",))
def withdraw(request: HttpRequest, key: UUID) -> HttpResponse:
    """Give it up: nothing is stored, and what was in the files is forgotten."""
    found = get_object_or_404(Import, pk=key)
    waits = waits_for(found)
    if not is_idle(found, job_over=waits is None or waits.over):
        return _too_late(request, found)
    because("Gave up files that were brought in")
    moved = Import.objects.filter(pk=key, state=found.state, job=found.job_id).update(
        state=Import.State.WITHDRAWN, withdrawn_at=timezone.now(), withdrawn_by=request.user
    )
    if not moved:
        return _too_late(request, found)
    empty_files(found, DEFAULT)
    messages.success(request, "It is given up. Nothing was stored, and what was in the files was forgotten.")
    return redirect("imports:import", key=key)


@allow(BRINGS_IN, methods=("POST",))
def check_again(request: HttpRequest, key: UUID) -> HttpResponse:
    """Check it anew against what is held now. What was answered of a missing school stays where it still fits."""
    found = get_object_or_404(Import, pk=key)
    waits = waits_for(found)
    over = waits is None or waits.over
    if not is_idle(found, job_over=over):
        return _too_late(request, found)
    because("Asked for another check of files that were brought in")
    moved = Import.objects.filter(pk=key, state=found.state, job=found.job_id).update(
        state=Import.State.CHECKING
    )
    return ask_to_check(found, request.user) if moved else _too_late(request, found)


@allow(BRINGS_IN, methods=("GET", "POST"))
def undo(request: HttpRequest, key: UUID) -> HttpResponse:
    """Set back what it changed; the history keeps both."""
    found = get_object_or_404(Import.objects.select_related("study"), pk=key)
    if not can_undo(found):
        return _too_late(request, found)
    form = UndoForm(request.POST) if request.method == "POST" else UndoForm()
    if request.method == "POST" and form.is_valid():
        because(f"Asked to undo an import: {form.cleaned_data['why']}")
        return _move(
            request, found, Import.State.STORED, Import.State.UNDOING,
            {"undo_asked_at": timezone.now(), "undo_asked_by": request.user, "undo_why": form.cleaned_data["why"]},
        )  # fmt: skip
    title = title_of(found, found.study.title if found.study else None)
    context = {"found": found, "form": form, "title": title}
    return render(request, "imports/undo.html", context, status=422 if form.is_bound else 200)


@allow(BRINGS_IN, methods=("POST",))
def leave_stored(request: HttpRequest, key: UUID) -> HttpResponse:
    """Give up an undo that failed: it stays stored."""
    found = get_object_or_404(Import, pk=key)
    waits = waits_for(found)
    if not can_leave_stored(found, job_over=waits is None or waits.over):
        return _too_late(request, found)
    because("Left an import stored that could not be undone")
    left = Import.objects.filter(pk=key, state=Import.State.UNDOING, job=found.job_id)
    if not left.update(state=Import.State.STORED):
        return _too_late(request, found)
    messages.info(request, "It stays stored.")
    return redirect("imports:import", key=key)


def _move(request: HttpRequest, found: Import, start: str, end: str, columns: dict[str, Any]) -> HttpResponse:
    """From one state to the next, once; then ask for the work."""
    moved = Import.objects.filter(pk=found.pk, state=start).update(state=end, **columns)
    if not moved:
        return _too_late(request, found)
    asker: Any = request.user
    job = ask_for(
        WAITS[Import.State(end)],
        asked_by=asker,
        subject=title_of(found, found.study.title if found.study else None),
        given={"import": str(found.pk)},
    )
    Import.objects.filter(pk=found.pk).update(job=job)
    return redirect("imports:import", key=found.pk)


def _too_late(request: HttpRequest, found: Import) -> HttpResponse:
    found.refresh_from_db(fields=["state"])
    state = found.get_state_display().lower()  # type: ignore[attr-defined]
    messages.error(
        request, f"That cannot be done now: the import is “{state}”. Somebody else may have been faster."
    )
    return redirect("imports:import", key=found.pk)


def _answer(request: HttpRequest, form: AnswerForm) -> dict[str, Any]:
    because("Answered for schools that a register does not list")
    return {
        "answer": form.cleaned_data["answer"],
        "closed_on": form.cleaned_data.get("closed_on"),
        "answered_at": timezone.now(),
        "answered_by": request.user,
    }


def _listing(found: Import) -> Listing:
    rows = Absence.objects.filter(belongs_to=found).order_by("urn")
    answers = dict(Absence.Answer.choices)
    values = [
        (
            urn,
            name,
            status.replace("_", " ").capitalize(),
            note,
            successors or None,
            answers.get(answer),
            closed_on,
        )
        for urn, name, status, note, successors, answer, closed_on in rows.values_list(
            "urn", "name", "status", "note", "successors", "answer", "closed_on"
        )
    ]
    can_answer = found.state == Import.State.CHECKED
    return Listing(
        name="missing-schools",
        title="Open schools that are not in the files",
        about="The register held says that they are open. A school that is not listed has not closed for that reason.",
        columns=(
            Column("urn", "URN", href=f"/imports/{found.pk}/missing/{{urn}}/" if can_answer else None),
            Column("name", "School", href="/register/school/{urn}/"),
            Column("status", "Status held"),
            Column("note", "What links say", missing="No links"),
            Column("successors", "Followed by", missing="None known"),
            Column("answer", "Answer", missing="None yet"),
            Column("closed_on", "Closed on", kind="date", missing="None"),
        ),
        rows=pl.DataFrame(
            values,
            schema={**dict.fromkeys(("urn", "name", "status", "note", "successors", "answer"), pl.String()),
                    "closed_on": pl.Date()},
            orient="row",
        ),
        source="The register that is held, and the links beside it",
        filters=(Filter("answer", "Answer"), Filter("name", "School", kind="text")),
        empty="The files list every open school that is held.",
    )  # fmt: skip
