"""The queue, one question, its decision, the way back, and the switch of the number keys."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from leadscape_web.accounts.rules import EDITS, EDITS_NATION, SEES_PEOPLE, allow
from leadscape_web.review.deciding import DecidedMeanwhile, can_decide, decide, take_back
from leadscape_web.review.forms import DecideForm
from leadscape_web.review.listed import list_questions
from leadscape_web.review.models import Decision, Question
from leadscape_web.review.presenters.question import show_question
from leadscape_web.review.queue import (
    figures_of,
    next_open,
    queue_listing,
    read_narrowed,
    show_queue,
    why_none,
)
from leadscape_web.review.reading import question_or_404
from leadscape_web.studies.models import Study
from leadscape_web.survey.codebooks import known_waves

LAST: Final = "review_last"
KEYS_OFF: Final = "review_keys_off"


@allow(SEES_PEOPLE)
def queue(request: HttpRequest) -> HttpResponse:
    """Every question of the area: what is open, what is decided, what comes next."""
    waves = known_waves()
    rows = list_questions(waves)
    own = dict(rows.select("study_key", "study").unique().sort("study_key").iter_rows())
    narrowed = read_narrowed(request.GET)
    empty = why_none(request.accesses, studies=bool(own) or Study.objects.exists())  # type: ignore[attr-defined]
    listing = show_queue(request, queue_listing(rows, narrowed, len(own) > 1, empty), waves)
    if isinstance(listing, HttpResponse):
        return listing
    following = next_open(narrowed)
    context = {
        "listing": listing,
        "figures": figures_of(rows) if rows.height else (),
        "empty": "" if rows.height else empty,
        "following": f"{reverse('review:question', args=[following])}{narrowed.query}" if following else "",
        "edits": EDITS.allows(request.accesses),  # type: ignore[attr-defined]
        "edits_nation": EDITS_NATION.allows(request.accesses),  # type: ignore[attr-defined]
        "studies": [{"key": key, "title": title} for key, title in own.items()],
    }
    return render(request, "review/queue.html", context)


@allow(SEES_PEOPLE)
@allow(EDITS, methods=("POST",))
def question(request: HttpRequest, key: UUID) -> HttpResponse:
    """One question with its candidates; deciding it leads to the next."""
    asked = question_or_404(key)
    words = known_waves().words(asked.question.wave_id)
    shown = show_question(asked, words)
    standing = asked.standing
    editable = EDITS.allows(request.accesses) and can_decide(asked.question)  # type: ignore[attr-defined]
    form = DecideForm(
        request.POST or None,
        choices=shown.choices,
        lines=asked.lines,
        school=asked.question.kind == Question.Kind.SCHOOL,
        initial={"standing": str(standing.pk) if standing else ""},
    )
    narrowed, meanwhile = read_narrowed(request.GET), None
    if request.method == "POST" and form.is_valid():
        try:
            made = decide(
                asked.question,
                form.decided,
                opened_with=_key(form.cleaned_data["standing"]),
                user=request.user,
                note=form.cleaned_data["note"],
            )
        except DecidedMeanwhile as met:
            meanwhile = met
        else:
            request.session[LAST] = str(made.pk)
            messages.success(request, "Your decision was saved.")
            following = next_open(narrowed, asked.question)
            if following is None:
                return redirect("review:queue")
            return redirect(f"{reverse('review:question', args=[following])}{narrowed.query}")
    following = next_open(narrowed, asked.question)
    context: dict[str, Any] = {
        "asked": asked,
        "shown": shown,
        "form": form,
        "editable": editable,
        "meanwhile": meanwhile,
        "keys": KEYS_OFF not in request.session,
        "last": _last(request),
        "query": narrowed.query,
        "following": f"{reverse('review:question', args=[following])}{narrowed.query}" if following else "",
    }
    status = 409 if meanwhile else 422 if form.is_bound else 200
    return render(request, "review/question.html", context, status=status)


@allow(EDITS, methods=("POST",))
def undo(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take the decision that stands back: what stood before stands again."""
    decision = Decision.objects.select_related("question").filter(pk=key).first()
    if decision is None:
        raise Http404("There is no such decision in your area.")
    request.session.pop(LAST, None)
    try:
        take_back(decision, request.user)
    except DecidedMeanwhile as met:
        messages.error(request, str(met))
    else:
        messages.success(request, "The decision was taken back.")
    return redirect("review:question", decision.question_id)


@allow(EDITS, methods=("POST",))
def keys(request: HttpRequest) -> HttpResponse:
    """Switch the number keys off, or on again, for as long as one is signed in."""
    if request.session.pop(KEYS_OFF, None) is None:
        request.session[KEYS_OFF] = True
    back = _key(request.POST.get("question", ""))
    return redirect("review:question", back) if back else redirect("review:queue")


def _last(request: HttpRequest) -> Decision | None:
    """The decision made just before, if it still stands: it can be undone from the next page."""
    key = _key(request.session.get(LAST, ""))
    return Decision.objects.filter(pk=key, superseded_at=None).first() if key else None


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
