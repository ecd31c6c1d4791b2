"""Rounds, for editors of the nation: the list, making one, who is asked, progress, starting and closing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from leadscape_web.accounts.rules import EDITS_NATION, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.govuk.listing import render_listing, show_listing
from leadscape_web.govuk.numbers import whole_number
from leadscape_web.govuk.wording import written_date
from leadscape_web.jobs.mail import TRIED_FOR_DAYS
from leadscape_web.register.models import Authority
from leadscape_web.rounds import presenters
from leadscape_web.rounds.forms.round import LETTER, PURPOSE, REMINDERS, RoundForm, SureForm
from leadscape_web.rounds.forms.who import WhoForm
from leadscape_web.rounds.making import (
    Added,
    add_authorities,
    add_respondents,
    ask_everybody,
    change_round,
    close_round,
    make_round,
    send_again,
    start_round,
)
from leadscape_web.rounds.models import Asked, Contact, Round, Sending
from leadscape_web.rounds.outcome import figures_after, outcome_of
from leadscape_web.rounds.progress import progress_of
from leadscape_web.rounds.roles import codebooks
from leadscape_web.rounds.wanting import not_invited, waiting_letters
from leadscape_web.studies.models import Study, StudyInput

BOTH = ("GET", "POST")
KEPT = ("title", "as_of", "codebook", "opens_on", "closes_on", "late_days", "subject", "letter", "purpose", "contact",
        "version")  # fmt: skip
"""Fields of the form that are columns of the round."""


@allow(EDITS_NATION)
def rounds(request: HttpRequest) -> HttpResponse:
    """All rounds."""
    listing = presenters.rounds_listing(Round.objects.order_by("-as_of", "title"))
    return render_listing(request, listing, "rounds/rounds.html")


@allow(EDITS_NATION, methods=BOTH)
def new(request: HttpRequest) -> HttpResponse:
    """Make a round."""
    studies = _studies()
    initial = {
        "late_days": "14",
        "letter": LETTER,
        "purpose": PURPOSE,
        "subject": "Who leads beyond their own school?",
    }
    form = RoundForm(request.POST or None, studies=studies, codebooks=codebooks(), initial=initial)
    if request.method == "POST" and form.is_valid():
        made = make_round(user_in(request), form.given())
        messages.success(request, "The round is made. Nobody is asked yet: say who is.")
        if old := presenters.old_register_words(made):
            messages.warning(request, old)
        return redirect("rounds:who", key=made.pk)
    return render(
        request, "rounds/edit.html", {"form": form, "studies": studies}, status=422 if form.is_bound else 200
    )


@allow(EDITS_NATION, methods=BOTH)
def edit(request: HttpRequest, key: UUID) -> HttpResponse:
    """Change a round; once it is started, only what is still to come."""
    found = get_object_or_404(Round.objects.select_related("base"), pk=key)
    if found.closed_at:
        messages.error(request, "The round is closed, so it stays as it is.")
        return redirect("rounds:round", key=key)
    initial = {name: getattr(found, name) for name in KEPT}
    initial |= {"base": str(found.base_id)} | dict(zip(REMINDERS, found.reminders_on, strict=False))
    form = RoundForm(
        request.POST or None, studies=_studies(), codebooks=codebooks(), initial=initial, found=found
    )
    if request.method == "POST" and form.is_valid():
        if change_round(found, form.given(), whole_number(form.cleaned_data["version"]) or 0):
            messages.success(request, "The round is changed.")
            return redirect("rounds:round", key=key)
        form.add_error(
            None, "Somebody else changed the round meanwhile. Open it again and repeat your change"
        )
    return render(
        request,
        "rounds/edit.html",
        {"form": form, "round": found, "studies": [("", "")], "old": presenters.old_register_words(found)},
        status=422 if form.is_bound else 200,
    )


@allow(EDITS_NATION, methods=BOTH)
def who(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say who is asked: authorities of the register, or a file."""
    found = get_object_or_404(Round, pk=key)
    if found.closed_at:
        messages.error(request, "The round is closed, so nobody more is asked.")
        return redirect("rounds:round", key=key)
    regions = (
        Authority.objects.exclude(region=None).order_by("region").values_list("region", flat=True).distinct()
    )
    form = WhoForm(request.POST or None, request.FILES or None, regions=[str(region) for region in regions])
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if form.reading is not None:
            added = add_respondents(found, form.reading.respondents, user_in(request))
        else:
            meant = given["regions"] if given["who"] == "regions" else None
            added = add_authorities(found, meant, user_in(request))
        messages.success(request, _words_of(added))
        return redirect("rounds:round", key=key)
    context = {"form": form, "round": found, "problems": form.problems}
    return render(request, "rounds/who.html", context, status=422 if form.is_bound else 200)


@allow(EDITS_NATION)
def round_page(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far a round is, and everybody who is asked."""
    found = get_object_or_404(Round.objects.select_related("base", "study"), pk=key)
    everybody = list(Asked.objects.filter(round=found))
    addressed = frozenset(
        Contact.objects.filter(asked__round=found, ended_at=None).values_list("asked_id", flat=True)
    )
    # Lines of the last answer: a later row of the same respondent takes the place of an earlier one.
    sendings = Sending.objects.filter(asked__round=found).order_by("number").annotate(n=Count("lines"))
    named = dict(sendings.values_list("asked_id", "n"))
    shown = show_listing(request, presenters.respondents_listing(found, everybody, addressed, named))
    if isinstance(shown, HttpResponse):
        return shown
    progress = progress_of(everybody, found)
    waiting = waiting_letters(found)
    return render(
        request,
        "rounds/round.html",
        {
            "round": found,
            "state": presenters.state_of_round(found),
            "outcome": outcome_of(found),
            "old": presenters.old_register_words(found),
            "progress": presenters.progress_figures(progress, found),
            "states": presenters.state_rows(progress),
            "about": presenters.round_facts(found, found.base.title),
            "listing": shown,
            "everybody": len(everybody),
            "without_address": len(everybody) - len(addressed),
            "new": _not_written_to(found),
            "tried_for": TRIED_FOR_DAYS,
            "troubled": waiting.exclude(tried_at=None).count(),
            "waiting": waiting.filter(tried_at=None).count(),
        },
    )


@allow(EDITS_NATION, methods=BOTH)
def start(request: HttpRequest, key: UUID) -> HttpResponse:
    """Start a round, or write to those who were added since."""
    found = get_object_or_404(Round, pk=key)
    count = _not_written_to(found)
    form = SureForm(request.POST or None)
    nobody = not Asked.objects.filter(round=found, withdrawn_at=None).exists()
    # A round all of whose respondents are asked by post or telephone starts without a letter.
    if found.closed_at or nobody or (found.started_at and not count):
        messages.error(
            request, "There is nobody to write to: the round is closed, or nobody new has an address."
        )
        return redirect("rounds:round", key=key)
    if request.method == "POST" and form.is_valid():
        by, address = user_in(request), request.build_absolute_uri("/")
        job = ask_everybody(found, by) if found.started_at else start_round(found, by, address)
        if job:
            return redirect("jobs:job", key=job.pk)
        messages.success(request, "The round is started. Letters go out on its opening date.")
        return redirect("rounds:round", key=key)
    context = {"form": form, "round": found, "count": count, "today": timezone.localdate()}
    return render(request, "rounds/start.html", context, status=422 if form.is_bound else 200)


@allow(EDITS_NATION, methods=BOTH)
def close(request: HttpRequest, key: UUID) -> HttpResponse:
    """Close a round and count it; once closed, count it again."""
    found = get_object_or_404(Round.objects.select_related("study"), pk=key)
    if not found.started_at:
        messages.error(request, "The round was not started, so there is nothing to count.")
        return redirect("rounds:round", key=key)
    form = SureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("jobs:job", key=close_round(found, user_in(request)).pk)
    progress = progress_of(Asked.objects.filter(round=found), found)
    context = {
        "form": form,
        "round": found,
        "progress": presenters.progress_figures(progress, found),
        "early": presenters.early_words(progress, found),
        "figures_after": figures_after(found),
    }
    return render(request, "rounds/close.html", context, status=422 if form.is_bound else 200)


@allow(EDITS_NATION, methods=("POST",))
def again(request: HttpRequest, key: UUID) -> HttpResponse:
    """Try letters again that the mail server did not take."""
    found = get_object_or_404(Round, pk=key)
    count = send_again(found, user_in(request))
    messages.success(request, f"{count:,} letter{'s are' if count != 1 else ' is'} tried again.")
    return redirect("rounds:round", key=key)


def _not_written_to(found: Round) -> int:
    """Respondents whom a letter would reach now, or on the opening date, and who have none yet."""
    if found.started_at and found.opens_on > timezone.localdate():
        return 0
    return not_invited(found).count()


def _studies() -> list[Any]:
    """Studies with a register, latest first: id, and title with the date of the register."""
    with_register = StudyInput.objects.filter(key="schools", removed_at=None).values("study")
    return [
        (str(one.pk), f"{one.title}, register of {written_date(one.register_as_of)}")
        for one in Study.objects.filter(pk__in=with_register).order_by("-as_of", "title")
    ]


def _words_of(added: Added) -> str:
    """What bringing respondents did."""
    words = f"{added.new:,} respondent{'s' * (added.new != 1)} added."
    if added.letters:
        one = added.letters == 1
        words += (
            f" {added.letters:,} who had a link {'has' if one else 'have'} another address now: the links sent to the"
            f" former one{'s' * (not one)} have ended, and a new link goes out by letter."
        )
    if added.addresses:
        words += f" {added.addresses:,} address{'es' * (added.addresses != 1)} recorded."
    if added.channels:
        words += (
            f" {added.channels:,} {'is' if added.channels == 1 else 'are'} asked another way than before."
        )
    return words
