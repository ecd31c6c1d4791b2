"""The respondent's pages: read what it is for, name people, check, send. Without account and without JavaScript."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from leadscape_web.accounts.rules import ANYONE, allow
from leadscape_web.landscape.loading.load import FEWEST_SHOWN
from leadscape_web.rounds.answers import (
    MOST_A_DAY,
    MOST_LINES,
    Answering,
    NamedLine,
    TooManyNames,
    is_full,
    lines_of,
    remove_line,
    save_line,
    send,
    sent_lines,
    sent_often,
    stop_letters,
)
from leadscape_web.rounds.forms.answering import LineForm, key_of
from leadscape_web.rounds.presenters import present_line
from leadscape_web.rounds.roles import roles_offered
from leadscape_web.rounds.views.link import by_link, context_of

BOTH = ("GET", "POST")
DONE = {
    "saved": "Saved. Nothing is sent until you check and send your answer.",
    "as-written": "Saved. No school of the register was found by what you wrote as home school, so your words are kept:"
    " change the line if you know its URN or postcode. Nothing is sent until you check and send your answer.",
    "removed": "Removed from your answer.",
    "often": f"You sent {MOST_A_DAY} answers within a day. What you changed is saved: send it tomorrow.",
    "nothing": "There was nothing to send: name somebody, or say that you have none.",
}
TOO_MANY_NAMES = (
    "Names were changed so often by this link that no more are taken. What was saved before stays:"
    " send it, and tell whoever asks you what is to be changed"
)


@allow(ANYONE)
@by_link
def answer(request: HttpRequest, answering: Answering) -> HttpResponse:
    """What it is for, who stands in the answer, what to do next."""
    lines = lines_of(answering)
    return render(
        request,
        "rounds/answer.html",
        context_of(
            answering,
            lines=[present_line(one, answering.round.codebook) for one in lines],
            done=DONE.get(request.GET.get("done", "")),
            unchanged=not answering.has_changed,
            fewest_shown=FEWEST_SHOWN,
            full=len(lines) >= MOST_LINES or is_full(answering),
        ),
    )


@allow(ANYONE, methods=BOTH)
@by_link
def add(request: HttpRequest, answering: Answering) -> HttpResponse:
    """Name somebody."""
    return _line(request, answering, None)


@allow(ANYONE, methods=BOTH)
@by_link
def change(request: HttpRequest, answering: Answering, key: UUID) -> HttpResponse:
    """Change what was said of somebody."""
    return _line(request, answering, key)


def _line(request: HttpRequest, answering: Answering, key: UUID | None) -> HttpResponse:
    if not answering.takes:
        return _closed(request, answering)
    lines = lines_of(answering)
    named = _pick(lines, key) if key else None
    if named is None and (len(lines) >= MOST_LINES or is_full(answering)):
        return redirect("rounds:answer", token=answering.token)
    others = frozenset(_key(one) for one in lines if one is not named)
    form = LineForm(
        request.POST or None, roles=roles_offered(answering.round.codebook), named=named, others=others
    )
    if request.method == "POST" and form.is_valid():
        line: Any = named.line if named else None
        try:
            save_line(answering, line, form.cleaned_data["full_name"], form.values())
        except TooManyNames:
            form.add_error("full_name", TOO_MANY_NAMES)
        else:
            return _back(answering, "saved" if form.school else "as-written")
    return render(
        request,
        "rounds/line.html",
        context_of(answering, form=form, named=named),
        status=422 if form.is_bound else 200,
    )


@allow(ANYONE, methods=BOTH)
@by_link
def remove(request: HttpRequest, answering: Answering, key: UUID) -> HttpResponse:
    """Take somebody out of the answer."""
    if not answering.takes:
        return _closed(request, answering)
    named = _pick(lines_of(answering), key)
    if request.method == "POST":
        line: Any = named.line
        remove_line(line)
        return _back(answering, "removed")
    shown = present_line(named, answering.round.codebook)
    return render(request, "rounds/remove.html", context_of(answering, named=named, line=shown))


@allow(ANYONE, methods=BOTH)
@by_link
def check(request: HttpRequest, answering: Answering) -> HttpResponse:
    """Check the answer as it stands, and send it."""
    if not answering.takes:
        return _closed(request, answering)
    lines = lines_of(answering)
    if not lines:
        return _back(answering, "nothing")
    if sent_often(answering):
        return _back(answering, "often")
    if request.method == "POST":
        send(answering, has_none=False)
        return redirect("rounds:sent", token=answering.token)
    shown = [present_line(one, answering.round.codebook) for one in lines]
    return render(request, "rounds/check.html", context_of(answering, lines=shown))


@allow(ANYONE, methods=BOTH)
@by_link
def none(request: HttpRequest, answering: Answering) -> HttpResponse:
    """Say that there is nobody to name."""
    if not answering.takes:
        return _closed(request, answering)
    if lines_of(answering):
        return redirect("rounds:answer", token=answering.token)
    if sent_often(answering):
        return _back(answering, "often")
    if request.method == "POST":
        send(answering, has_none=True)
        return redirect("rounds:sent", token=answering.token)
    return render(request, "rounds/none.html", context_of(answering))


@allow(ANYONE)
@by_link
def sent(request: HttpRequest, answering: Answering) -> HttpResponse:
    """What was sent, when, and until when it can be corrected."""
    sending, lines = sent_lines(answering)
    if sending is None:
        return redirect("rounds:answer", token=answering.token)
    shown = [present_line(one, answering.round.codebook) for one in lines]
    return render(request, "rounds/sent.html", context_of(answering, sending=sending, lines=shown))


@allow(ANYONE, methods=BOTH)
@by_link
def stop(request: HttpRequest, answering: Answering) -> HttpResponse:
    """Get no more letters about the round, or get them again. The answer stays as it is; so does a closed round."""
    if answering.round.closed_at:
        return render(request, "rounds/stop.html", context_of(answering))
    if request.method == "POST":
        stop_letters(request.POST.get("do") != "again")
        return redirect("rounds:stop", token=answering.token)
    return render(request, "rounds/stop.html", context_of(answering))


def _pick(lines: list[NamedLine], key: UUID | None) -> NamedLine:
    found = next((one for one in lines if one.id == key), None)
    if found is None:
        raise Http404
    return found


def _key(one: NamedLine) -> tuple[str, str, str]:
    line = one.line
    return key_of(one.name, one.school, line.home_text, line.role or line.role_text)


def _back(answering: Answering, done: str) -> HttpResponse:
    return redirect(f"{reverse('rounds:answer', args=[answering.token])}?done={done}")


def _closed(request: HttpRequest, answering: Answering) -> HttpResponse:
    """Why nothing can be changed any more. What was sent can still be read."""
    return render(request, "rounds/closed.html", context_of(answering), status=409)
