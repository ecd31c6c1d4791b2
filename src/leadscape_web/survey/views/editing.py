"""What every correction does: ask, check, save under the version of the form, or say what stands in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from leadscape_web.accounts.models import PersonName
from leadscape_web.audit.versions import EditedMeanwhile
from leadscape_web.survey.models import Leader, RoleHolding, Support
from leadscape_web.survey.permissions import can_change
from leadscape_web.survey.presenters.conflict import show_conflict
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN
from leadscape_web.survey.refusals import Impossible

UNCHANGED = "Nothing was saved: the record says this already."


@dataclass(frozen=True)
class Correction:
    """One page on which something is corrected.

    Attributes
    ----------
    title
        The heading, an instruction.
    about
        What the record is, in a sentence.
    button
        What the button says.
    done
        What is said after it was saved; never a person's name.
    leader
        Whose page is shown before and after.
    notes
        More that one should know before.
    """

    title: str
    about: str
    button: str
    done: str
    leader: Leader
    notes: tuple[str, ...] = ()


def person_names(leader: Leader) -> tuple[str, ...]:
    """All names that the person has had here, the current one first."""
    rows = PersonName.objects.filter(person=leader.person_id).order_by("-superseded_at", "-recorded_at")
    current = [row.full_name for row in rows if row.superseded_at is None]
    return (*(current or [NAME_NOT_KNOWN]), *(row.full_name for row in rows if row.superseded_at is not None))


def check_can_change(record: Leader | RoleHolding | Support) -> None:
    """Refuse before somebody fills in a form in vain.

    Raises
    ------
    PermissionDenied
        When the database would not let this user change the record.
    """
    if not can_change(record._meta.db_table, record.pk):
        raise PermissionDenied("You may read this record and not change it: it is not in the area you edit.")


def answer(
    request: HttpRequest,
    form: forms.Form,
    page: Correction,
    names: tuple[str, ...],
    save: Callable[[], bool | None],
) -> HttpResponse:
    """The form, or the leader's page once it was saved.

    Parameters
    ----------
    names
        The leader's names, the current one first.
    save
        Saves what the form says; called only when the form is sound. False: the record says it already.
    """
    back = reverse("survey:leader", args=[page.leader.pk])
    if request.method == "POST" and form.is_valid():
        try:
            saved = save()
        except Impossible as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        except EditedMeanwhile as met:
            shown = show_conflict(met, names, form.cleaned_data.get("full_name"))
            context = {"conflict": shown, "page": page, "name": names[0], "back": back, "again": request.path}
            return render(request, "survey/edited_meanwhile.html", context, status=409)
        else:
            if saved is False:
                messages.info(request, UNCHANGED)
            else:
                messages.success(request, page.done)
            return redirect(back)
    context = {"form": form, "page": page, "name": names[0], "back": back}
    return render(request, "survey/correct.html", context, status=422 if form.is_bound else 200)
