"""Pages on which files are brought in and what became of them is seen."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from leadscape.actions.compare_held import KINDS
from leadscape_web.accounts.actors import who_acted
from leadscape_web.accounts.context import because
from leadscape_web.accounts.rules import allow
from leadscape_web.govuk.listing import Column, Filter, Listing, render_listing
from leadscape_web.imports.files import keep_files
from leadscape_web.imports.forms import RegisterForm, ReturnsForm
from leadscape_web.imports.models import FRAME, RETURNS, Absence, Change, Import, Problem
from leadscape_web.imports.permissions import BRINGS_IN
from leadscape_web.imports.presenters import WaitsFor, acts_of, present_import, row_of, title_of
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job
from leadscape_web.register.wording import STATUSES

MOST_LISTED: Final = 500
WITH_STATUS: Final = ("appeared", "closed", "reopened", "status_changed")
"""Changes of which before and after may be a status."""


@allow(BRINGS_IN)
def imports(request: HttpRequest) -> HttpResponse:
    """Every import, the latest first."""
    found = list(Import.objects.select_related("study").order_by("-created_at")[: MOST_LISTED + 1])
    notes = (f"The latest {MOST_LISTED:,} are listed.",) if len(found) > MOST_LISTED else ()
    found = found[:MOST_LISTED]
    who = who_acted((one.created_by_id, one.created_at) for one in found)
    columns = dict.fromkeys(("key", "what", "state", "by", "changed"), pl.String()) | {"on": pl.Date()}
    listing = Listing(
        name="imports",
        title="Imports",
        about="Files that were brought in: what each would change or changed, who brought it, and what became of it.",
        columns=(
            Column("what", "What", href="/imports/{key}/"),
            Column("state", "State"),
            Column("on", "Brought in", kind="date"),
            Column("by", "By"),
            Column("changed", "What it changes", missing="Nothing, or not known yet"),
        ),
        rows=pl.DataFrame(
            [row_of(one, who, one.study.title if one.study else None) for one in found], schema=columns
        ),
        source="This service's own list of imports",
        filters=(Filter("state", "State"),),
        empty="Nothing was brought in yet. Begin with the register.",
        notes=notes,
    )
    return render_listing(request, listing, "imports/imports.html")


@allow(BRINGS_IN, methods=("GET", "POST"))
def register(request: HttpRequest) -> HttpResponse:
    """Bring in a register: one form, once a month."""
    form = RegisterForm(request.POST, request.FILES) if request.method == "POST" else RegisterForm()
    if request.method == "POST" and form.is_valid():
        return _begin(
            request,
            Import(
                kind=Import.Kind.REGISTER,
                stated_as_of=form.cleaned_data["as_of"],
                absent=form.cleaned_data["absent"],
            ),
            {"": form.cleaned_data["chosen"]},
        )
    return render(request, "imports/register.html", {"form": form}, status=422 if form.is_bound else 200)


@allow(BRINGS_IN, methods=("GET", "POST"))
def returns(request: HttpRequest) -> HttpResponse:
    """Bring in returns of a study, or its frame."""
    form = ReturnsForm(request.POST, request.FILES) if request.method == "POST" else ReturnsForm()
    if request.method == "POST" and form.is_valid():
        return _begin(
            request,
            Import(kind=Import.Kind.RETURNS, study_id=form.cleaned_data["study"]),
            {RETURNS: form.cleaned_data["returns"], FRAME: form.cleaned_data["frame"]},
        )
    has_studies = bool(form.fields["study"].choices)  # type: ignore[attr-defined]
    return render(
        request,
        "imports/returns.html",
        {"form": form, "has_studies": has_studies},
        status=422 if form.is_bound else 200,
    )


@allow(BRINGS_IN)
def one_import(request: HttpRequest, key: UUID) -> HttpResponse:
    """One import: its files, its problems, what it changes, and what can be decided."""
    found = get_object_or_404(Import.objects.select_related("study"), pk=key)
    waits = waits_for(found)
    counts = {
        "problems": Problem.objects.filter(belongs_to=found).count(),
        "changes": Change.objects.filter(belongs_to=found).count(),
        "absences": Absence.objects.filter(belongs_to=found).count(),
        "unanswered": Absence.objects.filter(belongs_to=found, answer="").count(),
    }
    shown = present_import(
        found,
        list(found.uploads.defer("content").order_by("position")),
        waits,
        who_acted(acts_of(found)),
        counts["unanswered"],
        counts["problems"],
        later_of(found),
        answers_of(found),
    )
    own_job = Job.objects.filter(pk=found.job_id).first() if found.job_id else None
    return render(
        request,
        "imports/import.html",
        {"found": found, "shown": shown, "counts": counts, "waits": waits, "own_job": own_job},
    )


@allow(BRINGS_IN)
def problems(request: HttpRequest, key: UUID) -> HttpResponse:
    """Everything wrong in the files of an import."""
    found = get_object_or_404(Import.objects.select_related("study"), pk=key)
    rows = Problem.objects.filter(belongs_to=found).order_by("id")
    values = rows.values_list("upload__file_name", "row", "column", "value", "rule")
    returns_file = found.kind == Import.Kind.RETURNS
    listing = Listing(
        name="problems",
        title=f"Problems in the files: {title_of(found, found.study.title if found.study else None)}",
        about="Every cell and row that could not be used, and what was expected. " + _what_next(found),
        columns=(
            Column("file", "File"),
            Column("row", "Row", kind="number", missing="Whole file"),
            Column("column", "Column", missing="Whole row"),
            Column(
                "value",
                "Value",
                missing="Not kept, since it may name people" if returns_file else "None, or not kept",
            ),
            Column("rule", "What was expected"),
        ),
        rows=pl.DataFrame(
            list(values),
            schema={
                "file": pl.String,
                "row": pl.Int64,
                "column": pl.String,
                "value": pl.String,
                "rule": pl.String,
            },
            orient="row",
        ),
        source="The files as they were brought in",
        filters=(Filter("file", "File"), Filter("column", "Column")),
        empty="No problem was found.",
        notes=("Row 1 is the header.",),
    )
    return render_listing(request, listing, "imports/list.html", {"found": found})


@allow(BRINGS_IN)
def changes(request: HttpRequest, key: UUID) -> HttpResponse:
    """What storing an import changes, one row a change."""
    found = get_object_or_404(Import.objects.select_related("study"), pk=key)
    rows = Change.objects.filter(belongs_to=found).order_by("id")
    values = rows.values_list("change", "key", "name", "before", "after", "note")
    register_files = found.kind == Import.Kind.REGISTER
    listing = Listing(
        name="changes",
        title=f"What changes: {title_of(found, found.study.title if found.study else None)}",
        about="Compared with what was held when the files were checked. Heads are counted and not named.",
        columns=(
            Column("change", "Change"),
            Column("key", "Number", missing="None"),
            Column("name", "Name", href=_school if register_files else None, missing="None"),
            Column("before", "Before", missing="Nothing"),
            Column("after", "After", missing="Nothing"),
            Column("note", "Note", missing="None"),
        ),
        rows=pl.DataFrame(
            [
                (
                    KINDS.get(change, change.capitalize()),
                    key,
                    name,
                    _worded(change, was),
                    _worded(change, is_now),
                    note,
                )
                for change, key, name, was, is_now, note in values
            ],
            schema=dict.fromkeys(("change", "key", "name", "before", "after", "note"), pl.String()),
            orient="row",
        ),
        source="The files as they were brought in, and the register that was held",
        filters=(Filter("change", "Change"), Filter("name", "Name", kind="text")),
        empty="Nothing changes.",
    )
    return render_listing(request, listing, "imports/list.html", {"found": found})


def waits_for(found: Import) -> WaitsFor | None:
    """The job that an import waits or waited for; also somebody else's."""
    with connection.cursor() as cursor:
        cursor.execute("select job, state, step, problem::text from leadscape_import_job(%s)", [found.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    return WaitsFor(row[0], row[1], row[2], json.loads(row[3]) if row[3] else None)


def answers_of(found: Import) -> dict[str, int]:
    """How many missing schools got which answer."""
    answered = Absence.objects.filter(belongs_to=found).exclude(answer="").order_by("answer")
    return dict(answered.values_list("answer").annotate(schools=Count("pk")))


def later_of(found: Import) -> list[Import]:
    """Later imports that kept it from being undone, and are stored still; the newest first."""
    keys = found.undo_refused["imports"] if found.undo_refused else []
    later = Import.objects.filter(pk__in=keys, state=Import.State.STORED)
    return list(later.select_related("study").order_by("-stored_at")) if keys else []


def _what_next(found: Import) -> str:
    """What can be done about problems, as the import stands."""
    if found.state == Import.State.CHECKED:
        return "Put them right in the file, give this import up, and bring the file in again; or confirm without them."
    if found.state == Import.State.REFUSED:
        return "Put them right in the file, and bring it in again."
    return (
        "What stands here was left out. To bring it in, put it right in the file and bring the file in again."
    )


def _worded(change: str, value: str | None) -> str | None:
    """A status in words; anything else as it is."""
    if change in WITH_STATUS and value in STATUSES:
        return STATUSES[value]
    return value


def _school(row: Any) -> str | None:
    """The page of the school that a row is about; a trust's number has letters, a school's has none."""
    number = row.get("key") or ""
    trusts = row.get("change") == KINDS["trusts"]
    listed = row.get("change") not in (KINDS["opened"], KINDS["appeared"], KINDS["links"])
    return f"/register/school/{number}/" if number and listed and not trusts else None


def _begin(request: HttpRequest, new: Import, files: dict[str, Any]) -> HttpResponse:
    asker: Any = request.user
    because("Brought files in")
    new.created_by = asker
    new.save(force_insert=True)
    for key, chosen in files.items():
        keep_files(new, chosen or [], key)
    return ask_to_check(new, asker)


def ask_to_check(found: Import, asker: Any) -> HttpResponse:
    """Ask for the check of an import, and go to its page."""
    job = ask_for(
        "imports.check",
        asked_by=asker,
        subject=title_of(found),
        given={"import": str(found.pk)},
    )
    Import.objects.filter(pk=found.pk).update(job=job)
    return redirect("imports:import", key=found.pk)
