"""One person, for whoever answers for them: address, basis, export, staying out, erasure."""

from __future__ import annotations

import hashlib
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from leadscape_web.accounts.context import because
from leadscape_web.accounts.limits import costly
from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, EDITS_NATION, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.jobs.asking import ask_for
from leadscape_web.privacy import notices
from leadscape_web.privacy.forms import AddressForm, EraseForm, LetInForm, PersonBasisForm, StayOutForm
from leadscape_web.privacy.held import basis_for, held_about, told_by
from leadscape_web.privacy.models import Address, Basis, Exclusion, Notice, PersonRequest, RecordGiven
from leadscape_web.privacy.owed import told_of
from leadscape_web.privacy.permissions import answer_for
from leadscape_web.privacy.presenters import show_person
from leadscape_web.privacy.views.linked import FORMATS, as_file
from leadscape_web.privacy.views.telling import told_or_404
from leadscape_web.survey.models import Leader
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN

BOTH: Final = ("GET", "POST")
ERASE: Final = "privacy.erase"


@allow(EDITS)
def person(request: HttpRequest, key: UUID) -> HttpResponse:
    """What was told, asked and recorded about one person, and what can be done."""
    answer_for(key)
    told = told_of(key)
    shown = show_person(
        name=names_of([key]).get(key),
        leader=Leader.objects.select_related("home_school").filter(person=key).first(),
        named=told.standing if told else None,
        can_be_told=told is not None,
        address=notices.current_address(key),
        notices=list(Notice.objects.filter(person=key).select_related("wave").order_by("-made_at")),
        asked=list(PersonRequest.objects.filter(person=key).order_by("-asked_at")),
        basis=basis_for(key, told.waves) if told else None,
        out=Exclusion.objects.filter(person=key).first(),
        wave=told.wave.pk if told else None,
    )
    nation = EDITS_NATION.allows(request.accesses)  # type: ignore[attr-defined]
    return render(request, "privacy/person.html", {"shown": shown, "key": key, "nation": nation})


@allow(EDITS, methods=BOTH)
def address(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where the person can be told."""
    answer_for(key)
    held = notices.current_address(key)
    form = AddressForm(request.POST or None, initial={"email": held.email if held else ""})
    if request.method == "POST" and form.is_valid():
        because("An address for notices is recorded")
        notices.record_address(key, form.cleaned_data["email"], Address.Source.EDITOR)
        messages.success(request, "The address is recorded.")
        return redirect("privacy:person", key=key)
    return _form_page(request, key, form, "E-mail address for notices", "Save the address")


@allow(EDITS)
@costly
def export(request: HttpRequest, key: UUID, kind: str) -> HttpResponse:
    """Everything held about the person, as a file to be given to them; who took it out when is part of it from then."""
    answer_for(key)
    held = held_about(key)
    if held is None or kind not in FORMATS:
        raise Http404
    told = told_of(key)
    file = as_file(held, told_by(basis_for(key, told.waves) if told else None), kind)
    because("Everything held about a person was taken out, to be given to them")
    fingerprint = hashlib.sha256(file.content).hexdigest()
    RecordGiven.objects.create(person_id=key, made_by=user_in(request), format=kind, sha256=fingerprint)
    return file


@allow(EDITS, methods=BOTH)
def basis(request: HttpRequest, key: UUID) -> HttpResponse:
    """The basis on which this person is held, where it is not the wave's."""
    answer_for(key)
    told = told_or_404(key)
    form = PersonBasisForm(request.POST or None, person=key)
    if request.method == "POST" and form.is_valid():
        because("The lawful basis of a person is recorded")
        whole = basis_for(key, told.waves)
        now = timezone.now()
        Basis.objects.filter(person=key, ended_at=None).update(ended_at=now)
        Basis.objects.create(
            wave=told.wave, person_id=key, controller=whole.controller if whole else "",
            purpose=whole.purpose if whole else "", recipients=whole.recipients if whole else "", **form.cleaned_data,
        )  # fmt: skip
        messages.success(request, "The basis is recorded.")
        return redirect("privacy:person", key=key)
    return _form_page(request, key, form, "Lawful basis of this person", "Save the basis")


@allow(EDITS, methods=BOTH)
def keep_out(request: HttpRequest, key: UUID) -> HttpResponse:
    """The person objected, or took back consent, in another way than by the link."""
    answer_for(key)
    form = StayOutForm(request.POST or None)
    form.fields["sure"].label = "The person asked to be taken out of the study"
    form.fields["sure"].help_text = (
        "At once their roles and schools count no more and their link ends. Later returns that name them are left out"
        " as far as we can tell. Headships that a public register gives stay, until the person is erased."
    )
    if request.method == "POST" and form.is_valid():
        told = told_of(key)
        held = basis_for(key, told.waves) if told else None
        consent = held is not None and held.basis == "consent"
        because("The person asked by letter or telephone to stay out")
        kind = PersonRequest.Kind.WITHDRAWAL if consent else PersonRequest.Kind.OBJECTION
        PersonRequest.objects.create(person_id=key, kind=kind)
        messages.success(request, "The person is out of the study. Their roles count no more.")
        return redirect("privacy:person", key=key)
    return _form_page(request, key, form, "Take the person out of the study", "Take the person out")


@allow(EDITS, methods=BOTH)
def let_in(request: HttpRequest, key: UUID) -> HttpResponse:
    """The person changed their mind, or was taken out by mistake."""
    answer_for(key)
    if not Exclusion.objects.filter(person=key).exclude(kind=Exclusion.Kind.ERASURE).exists():
        raise Http404
    form = LetInForm(request.POST or None, person=key)
    form.fields["sure"].help_text = (
        "The roles that they left with count again. What files that were brought in meanwhile said about them was not"
        " kept. A notice is owed anew, and a consent is recorded anew."
    )
    if request.method == "POST" and form.is_valid():
        because(form.cleaned_data["why"])
        with connection.cursor() as cursor:
            cursor.execute("select leadscape_let_in(%s)", [key])
            came = cursor.fetchone() == (True,)
        if came:
            messages.success(
                request, "The person is in the study again. Its next run counts all that is said of them."
            )
        else:
            messages.error(
                request, "The person could not be brought back: they are in already, or were erased."
            )
        return redirect("privacy:person", key=key)
    return _form_page(request, key, form, "Bring the person back into the study", "Bring the person back")


@allow(EDITS_NATION, methods=BOTH)
def erase(request: HttpRequest, key: UUID) -> HttpResponse:
    """Why, then once more whether it is meant; then a job does it."""
    answer_for(key)
    form = EraseForm(request.POST or None)
    name = names_of([key]).get(key)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("step") == "confirmed":
            asker: Any = user_in(request)
            given = {"person": str(key), "why": form.cleaned_data["why"]}
            return redirect("jobs:job", key=ask_for(ERASE, asked_by=asker, given=given).pk)
        context = {"form": form, "key": key, "called": name or NAME_NOT_KNOWN, "alike": _namesakes(key, name)}
        return render(request, "privacy/erase_confirm.html", context)
    context = {"form": form, "key": key, "called": name or NAME_NOT_KNOWN}
    return render(request, "privacy/erase.html", context, status=422 if form.is_bound else 200)


def _namesakes(key: UUID, name: str | None) -> list[tuple[UUID, str]]:
    """Other persons of the same name whom the user answers for, by id and school: perhaps the same person."""
    if not name:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select n.person_id, coalesce(s.name, 'no school') from accounts_personname n"
            " left join register_headship h on h.person_id = n.person_id"
            " left join survey_leader l on l.person_id = n.person_id"
            " left join register_school s on s.urn = coalesce(l.home_school_id, h.school_id)"
            " where n.superseded_at is null and lower(n.full_name) = lower(%s) and n.person_id <> %s"
            " and leadscape_answers_for(n.person_id) order by 2 limit 20",
            [name, key],
        )
        return cursor.fetchall()


def _form_page(request: HttpRequest, key: UUID, form: Any, title: str, button: str) -> HttpResponse:
    name = names_of([key]).get(key) or NAME_NOT_KNOWN
    context = {"form": form, "key": key, "title": title, "button": button, "name": name}
    return render(request, "privacy/form.html", context, status=422 if form.is_bound else 200)
