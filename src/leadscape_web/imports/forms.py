"""What is asked when files are brought in, when schools are missing from them, and when an import is undone."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from leadscape_web.audit.reasons import check_reason
from leadscape_web.govuk.fields import DateField, RadiosField, SelectField, TextareaField
from leadscape_web.govuk.forms import GovukForm
from leadscape_web.imports.file_field import FilesField
from leadscape_web.imports.models import Absence, Import
from leadscape_web.studies.models import Study

EARLIEST = date(1900, 1, 1)


class RegisterForm(GovukForm):
    """A register and what lies beside it."""

    chosen = FilesField(
        label="Extract of schools, and files of links and groups beside it",
        called="at least one file",
        most=6,
        help_text="What each file is, is recognised by its columns.",
    )
    as_of = DateField(
        label="Date that the files describe",
        required=False,
        earliest=EARLIEST,
        help_text="Only needed where the name of a file does not hold its date, as in register_2026-11-01.csv",
    )
    absent = RadiosField(
        label="Open schools that the new extract does not list",
        choices=Import.Absent.choices,
        initial=Import.Absent.ASK,
        called="what is to be done about schools that are not listed",
        hints={
            Import.Absent.ASK: "You decide before anything is stored, for each or for all together",
            Import.Absent.KEEP: "A school that is not listed has not closed for that reason",
        },
    )

    def clean_as_of(self) -> date | None:
        """No register describes a day to come."""
        found = self.cleaned_data.get("as_of")
        if found and found > timezone.localdate():
            raise ValidationError("The date must be today or in the past", code="day month year")
        return found


class ReturnsForm(GovukForm):
    """Returns of a study, or its frame."""

    study = SelectField(label="Study", called="a study")
    returns = FilesField(
        label="Returns",
        called="returns",
        depends=True,
        help_text="A return of the same name takes the place of the one that the study has. Do not name a file after a"
        " person.",
    )
    frame = FilesField(
        label="Frame: who was asked",
        called="a frame",
        depends=True,
        most=1,
        help_text="It takes the place of the one that the study has.",
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        studies = Study.objects.order_by("-as_of", "title")
        self.fields["study"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), f"{one.title}, {one.as_of:%-d %B %Y}") for one in studies
        ]

    def clean(self) -> dict[str, Any]:
        """At least one file."""
        found = super().clean() or {}
        if not self.errors and not found.get("returns") and not found.get("frame"):
            self.add_error("returns", "Choose returns, a frame, or both")
        return found


class AnswerForm(GovukForm):
    """What is to be recorded of schools that the extract does not list."""

    answer = RadiosField(
        label="What is to be recorded?",
        choices=Absence.Answer.choices,
        called="what is to be recorded",
        hints={
            Absence.Answer.KEEP: "Nothing changes; the next register asks again",
            Absence.Answer.CLOSED: "Give the date below",
            Absence.Answer.UNKNOWN: "Its status becomes “unknown”: it counts as neither open nor closed",
        },
    )
    closed_on = DateField(
        label="Date closed", depends=True, earliest=EARLIEST, help_text="Only where it has closed"
    )

    def clean(self) -> dict[str, Any]:
        """A closure has a date that is not to come."""
        found = super().clean() or {}
        closed_on = found.get("closed_on")
        if found.get("answer") != Absence.Answer.CLOSED:
            found["closed_on"] = None
        elif "closed_on" not in self.errors and closed_on is None:
            self.add_error("closed_on", "Enter the date on which it closed")
        elif closed_on and closed_on > timezone.localdate():
            self.add_error("closed_on", "The date closed must be today or in the past")
        return found


class UndoForm(GovukForm):
    """Why an import is undone."""

    why = TextareaField(
        label="Why is it undone?",
        called="why it is undone",
        rows=2,
        help_text="Kept for good in the history. Do not name people.",
    )

    def clean_why(self) -> str:
        """A reason that may be kept."""
        return check_reason(self.cleaned_data["why"])
