"""Correcting a leader: the name, or the home school."""

from __future__ import annotations

from typing import Any, Final

from leadscape_web.audit.reasons import names_person
from leadscape_web.govuk.fields import RadiosField, TextField
from leadscape_web.survey.forms.parts import SchoolMixin, VersionedForm, school_field

MOVED: Final = "moved"
WRONG: Final = "wrong"


class NameForm(VersionedForm):
    """Another name for the same person."""

    full_name = TextField(
        label="Name", called="the name", help_text="As the person writes it", max_length=200
    )

    def clean_full_name(self) -> str:
        """The name, with single spaces."""
        return " ".join(self.cleaned_data["full_name"].split())

    def clean(self) -> dict[str, Any]:
        """The reason must not say the new name either."""
        given = super().clean() or self.cleaned_data
        if names_person(given.get("why", ""), given.get("full_name", "")):
            self.add_error(
                "why", "Enter the reason without the new name: the history keeps reasons for good."
            )
        return given


class HomeSchoolForm(SchoolMixin, VersionedForm):
    """Another home school."""

    school = school_field("Home school", "The leader's own school.")
    kind = RadiosField(
        label="What happened?",
        called="what happened",
        choices=[(WRONG, "The wrong school was recorded"), (MOVED, "The leader moved to another school")],
        hints={
            WRONG: "Role-holdings and support that carry the wrong school are put right as well.",
            MOVED: "Role-holdings and support that have ended keep the former school.",
        },
    )
