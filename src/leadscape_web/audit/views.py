"""Pages about history: all events, the history of one record, and how it stood on a day."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from leadscape.core.errors import NotFound
from leadscape_web.accounts.limits import costly
from leadscape_web.accounts.rules import ADMINISTERS_NATION, ANY_RIGHT, allow
from leadscape_web.audit import presenters
from leadscape_web.audit.as_of import count_as_of, end_of, outline_between, record_as_of
from leadscape_web.audit.exports import export_events
from leadscape_web.audit.filters import before_of, page_of
from leadscape_web.audit.forms import DayForm, ExportForm, FilterForm, TwoDaysForm
from leadscape_web.audit.history import history_of
from leadscape_web.audit.subjects import recorded, words_of
from leadscape_web.govuk.listing import render_listing


@allow(ADMINISTERS_NATION)
def events(request: HttpRequest) -> HttpResponse:
    """Every event, narrowed as the address says."""
    return _events(request, FilterForm(request.GET), ExportForm())


@allow(ADMINISTERS_NATION, methods=("POST",))
@costly
def export(request: HttpRequest) -> HttpResponse:
    """The events that are listed, as a file; the address narrows them as it does the list."""
    filters, form = FilterForm(request.GET), ExportForm(request.POST)
    if not (filters.is_valid() and form.is_valid()):
        return _events(request, filters, form, status=422)
    asked = form.cleaned_data
    file = export_events(filters.filters, asked["file_format"], request.user.pk, asked["why"])
    answer = HttpResponse(file.content, content_type=file.content_type)
    answer["Content-Disposition"] = f'attachment; filename="{file.file_name}"'
    answer["X-Content-SHA256"] = file.sha256
    return answer


@allow(ANY_RIGHT)
def history(request: HttpRequest, table: str, record: str) -> HttpResponse:
    """What happened to one record, for whoever may see it."""
    if table not in recorded():
        raise _no_history(table)
    entries = history_of(table, record)
    if not entries:
        raise _no_history(f"{table} {record}")
    return render(
        request,
        "audit/history.html",
        {"entries": entries, "about": presenters.record_links(table, record), "as_of": True},
    )


@allow(ANY_RIGHT)
def as_of(request: HttpRequest, table: str, record: str) -> HttpResponse:
    """How one record stood at the end of a day, beside how it is now."""
    today = timezone.localdate()
    form = DayForm(request.GET if request.GET else {"on": today.isoformat()}, latest=today)
    day = form.cleaned_data["on"] if form.is_valid() else today
    standing = record_as_of(table, record, end_of(day))
    context: dict[str, Any] = {
        "form": form,
        "about": presenters.record_links(table, record, standing.now or standing.row),
        "shown": presenters.show_standing(standing, day) if form.is_valid() else None,
    }
    return render(request, "audit/as_of.html", context)


@allow(ANY_RIGHT)
def two_days(request: HttpRequest, table: str) -> HttpResponse:
    """What differs in a table between the ends of two days."""
    today = timezone.localdate()
    form = TwoDaysForm(request.GET, latest=today)
    earlier, later = form.days if form.is_valid() else (today, today)
    listing = presenters.two_days_listing(
        table, earlier, later, outline_between(table, end_of(earlier), end_of(later))
    )
    counts = [(day, count_as_of(table, end_of(day))) for day in (earlier, later)]
    context = {"form": form, "table": table, "words": words_of(table), "counts": counts}
    return render_listing(request, listing, "audit/two_days.html", context)


def _events(request: HttpRequest, filters: FilterForm, form: ExportForm, status: int = 200) -> HttpResponse:
    asked = filters.filters
    page = page_of(asked, before_of(request.GET))
    context = {
        "filters": filters,
        "form": form if form.is_bound else filters,
        "export": form,
        "rows": presenters.event_rows(page.events),
        "query": asked.query,
        "older": page.older,
        "first": "before" not in request.GET,
    }
    return render(request, "audit/events.html", context, status=status)


def _no_history(what: str) -> NotFound:
    return NotFound(
        f"There is no history of {what} that you may see.",
        "A record outside your area is not told apart from one that does not exist.",
        "Start from the record's own page.",
    )
