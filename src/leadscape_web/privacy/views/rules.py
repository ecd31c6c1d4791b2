"""What is decided once for everybody: the lawful basis of a wave, and how long things are kept."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from leadscape.actions.tell_rights import tell_rights
from leadscape_web.accounts.context import because
from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, EDITS_NATION, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.jobs.asking import ask_for
from leadscape_web.privacy.forms import BasisForm, PeriodForm
from leadscape_web.privacy.models import Basis, RetentionDone, RetentionPeriod, RetentionPlan
from leadscape_web.privacy.owed import counting_waves
from leadscape_web.privacy.periods import ANNOUNCED_DAYS, by_code, current_periods
from leadscape_web.privacy.work.retention import FORESEEN_DAYS
from leadscape_web.survey.models import Wave

BOTH: Final = ("GET", "POST")
MOST_LISTED: Final = 50


@allow(EDITS)
def bases(request: HttpRequest) -> HttpResponse:
    """The lawful basis of each wave, now and before."""
    held = list(Basis.objects.filter(person=None).select_related("wave").order_by("-recorded_at"))
    rows = [
        {"wave": one.wave.title, "basis": tell_rights(one.basis).basis, "explained": one.explained,
         "from": one.recorded_at, "to": one.ended_at}
        for one in held
    ]  # fmt: skip
    held_now = {(one.wave.title, one.wave.as_of, one.wave.system) for one in held if one.ended_at is None}
    waves = [
        {"id": wave.pk, "title": wave.title, "held": (wave.title, wave.as_of, wave.system) in held_now}
        for wave in counting_waves()
    ]
    context = {"rows": rows, "waves": waves, "nation": EDITS_NATION.allows(request.accesses)}  # type: ignore[attr-defined]
    return render(request, "privacy/bases.html", context)


@allow(EDITS_NATION, methods=BOTH)
def basis(request: HttpRequest) -> HttpResponse:
    """Record the basis of a wave that counts, the latest unless the address names one; the former one ends."""
    waves = counting_waves()
    if not waves:
        return render(request, "privacy/nothing.html")
    asked = request.GET.get("wave")
    wave = next((one for one in waves if str(one.pk) == asked), waves[0] if asked is None else None)
    if wave is None:
        raise Http404
    former = _of_round(wave).first()
    initial = {name: getattr(former, name) for name in BasisForm.base_fields} if former else None  # type: ignore[attr-defined]
    form = BasisForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        because("The lawful basis of a wave is recorded")
        _of_round(wave).update(ended_at=timezone.now())
        Basis.objects.create(wave=wave, person=None, **form.cleaned_data)
        messages.success(request, "The lawful basis is recorded. Notices and My data say it from now on.")
        return redirect("privacy:bases")
    context = {
        "form": form,
        "title": "Lawful basis of the wave",
        "button": "Save the basis",
        "name": wave.title,
    }
    return render(request, "privacy/form.html", context, status=422 if form.is_bound else 200)


@allow(EDITS_NATION)
def retention(request: HttpRequest) -> HttpResponse:
    """How long everything is kept, what the daily job will erase, and what it erased."""
    known = by_code()
    plan = [
        {"what": known[one.code].what, "on": one.due_on, "records": one.records}
        for one in RetentionPlan.objects.order_by("due_on", "code")
        if one.code in known
    ]
    done = [
        {"what": known[one.code].what, "on": timezone.localtime(one.done_at).date(), "records": one.records}
        for one in RetentionDone.objects.order_by("-done_at")[:MOST_LISTED]
        if one.code in known
    ]
    context = {"periods": current_periods(), "plan": plan, "done": done, "troubles": _troubles(),
               "announced": ANNOUNCED_DAYS, "foreseen": FORESEEN_DAYS,
               "spared": settings.ENVIRONMENT.demonstration}  # fmt: skip
    return render(request, "privacy/retention.html", context)


def _troubles() -> list[dict[str, Any]]:
    """What the nightly work could not erase: who, or the night as a whole; since when; why; what to do."""
    with connection.cursor() as cursor:
        cursor.execute("select person_id, at, what, next from leadscape_not_erased()")
        rows = cursor.fetchall()
    names = names_of([person for person, *_ in rows if person])
    return [
        {"person": person, "name": names.get(person), "on": timezone.localtime(at).date(), "what": what, "next": after}
        for person, at, what, after in rows
    ]  # fmt: skip


@allow(EDITS_NATION, methods=BOTH)
def period(request: HttpRequest, code: str) -> HttpResponse:
    """Keep one kind of data shorter or longer. What follows is foreseen at once, and announced before it is done."""
    held = next((one for one in current_periods() if one.period.code == code), None)
    if held is None:
        raise Http404
    form = PeriodForm(request.POST or None, initial={"days": held.days, "source": held.source})
    if request.method == "POST" and form.is_valid():
        because("A retention period is changed")
        RetentionPeriod.objects.update_or_create(
            code=code, defaults={**form.cleaned_data, "changed_on": timezone.localdate()}
        )
        ask_for("privacy.foresee", asked_by=user_in(request))
        messages.success(request, "The period is changed. What it will erase is worked out now.")
        return redirect("privacy:retention")
    context = {"form": form, "title": f"{held.period.what}: how long they are kept", "button": "Save the period",
               "name": f"Counted from {held.period.since}"}  # fmt: skip
    return render(request, "privacy/form.html", context, status=422 if form.is_bound else 200)


def _of_round(wave: Wave):  # type: ignore[no-untyped-def]
    """The basis of a wave and of the former runs of its study."""
    return Basis.objects.filter(
        wave__title=wave.title, wave__as_of=wave.as_of, wave__system=wave.system, person=None, ended_at=None
    ).order_by("-recorded_at")
