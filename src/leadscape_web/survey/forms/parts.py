"""Parts that forms share: the reason, the version, and a school said by number or name."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from leadscape_web.audit.reasons import LONGEST, check_reason
from leadscape_web.govuk.fields import GovukField, HiddenField, RadiosField, TextareaField, TextField
from leadscape_web.govuk.forms import GovukForm
from leadscape_web.register.find import find
from leadscape_web.register.models import School

OFFERED: Final = 10


class ReasonedForm(GovukForm):
    """A form that asks why, and refuses a reason that says a name.

    Parameters
    ----------
    person
        Id of the person whose record it is. No name of theirs may be in the reason, which the history keeps for good.
    """

    def __init__(self, *args: Any, person: uuid.UUID, **more: Any) -> None:
        super().__init__(*args, **more)
        self.person = person
        self.fields["why"] = TextareaField(
            label="Why is this changed?",
            called="the reason",
            help_text="Say where you know it from. The reason is kept for good, so write no names of people in it.",
            rows=3,
            max_length=LONGEST,
        )

    def clean_why(self) -> str:
        """The reason, without the name of the person."""
        return check_reason(self.cleaned_data["why"], [self.person])


class VersionedForm(ReasonedForm):
    """A form about a record that somebody else may be changing as well."""

    version = HiddenField()

    def clean_version(self) -> int:
        """The version that the form was opened with."""
        try:
            return int(self.cleaned_data["version"])
        except ValueError as error:
            raise ValidationError("Open the form again: it has lost the version of the record.") from error


class SchoolMixin(forms.Form):
    """Adds finding the school that is meant; the form declares the field ``school`` with :func:`school_field`."""

    def clean_school(self) -> School:
        """The school, when its number or whole name is given. Otherwise the field turns into a choice."""
        text = self.cleaned_data["school"].strip()
        meant, alike = schools_meant(text)
        if meant:
            return meant
        if not alike:
            raise ValidationError(
                f"No school is found for {text}. Enter its URN, or another part of its name.", code="none"
            )
        field = self.fields["school"]
        self.fields["school"] = RadiosField(
            label=field.label,
            choices=[(school.urn, described(school)) for school in alike],
            help_text="None of these? Open the form again and write more of the name, or the URN.",
        )
        self._bound_fields_cache.pop("school", None)  # type: ignore[attr-defined]
        raise ValidationError(f"Select the school that you mean by {text}.", code="several")


def school_field(label: str, hint: str = "") -> GovukField:
    """The field in which a school is said."""
    return TextField(label=label, help_text=f"{hint} Its URN, name or postcode.".strip(), max_length=200)


def schools_meant(text: str) -> tuple[School | None, tuple[School, ...]]:
    """The school that a number or a whole name means, if only one does; and those that could be meant, best first.

    What is only alike is offered and never taken: a person decides.
    """
    if text.isascii() and text.isdigit():
        return School.objects.filter(urn=text).first(), ()
    keys = [match.key for match in find(text, "school", people=False).matches[:OFFERED]]
    schools = School.objects.in_bulk(keys)
    alike = tuple(schools[key] for key in keys if key in schools)
    whole = [school for school in alike if (school.name or "").casefold() == text.casefold()]
    return (whole[0] if len(whole) == 1 else None), alike


def described(school: School) -> str:
    """A school so that it can be told from others of its name."""
    closed = ", closed" if school.status == "closed" else ""
    place = ", ".join(part for part in (school.name, school.town, school.postcode) if part)
    return f"{place} (URN {school.urn}{closed})"
