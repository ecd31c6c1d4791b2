"""What a respondent writes of one person in one role."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError

from leadscape.actions.explain_codebook import ExplainedRole
from leadscape_web.govuk.fields import DateField, EmailField, RadiosField, TextareaField, TextField
from leadscape_web.govuk.forms import GovukForm
from leadscape_web.govuk.wording import written_date
from leadscape_web.register.models import School
from leadscape_web.rounds.answers import NamedLine
from leadscape_web.survey.forms.parts import described, schools_meant

OWN: Final = "own"
AS_WRITTEN: Final = "as-written"


class LineForm(GovukForm):
    """One person in one role.

    A school that is written by its number or whole name is taken; of others alike one is to be chosen, or none. What no
    school of the register is like is kept as written: who codes the answers finds what is meant.

    Parameters
    ----------
    roles
        Roles of the round's codebook.
    named
        The line that is changed; null for a new one.
    others
        Name, school and role of the other lines of the answer, to notice what stands in it already.
    """

    full_name = TextField(
        label="Name",
        called="the name",
        help_text="First name and family name",
        max_length=200,
        autocomplete="off",
        spellcheck=False,
    )
    home_school = TextField(
        label="Home school",
        called="the home school",
        help_text="The school where the person works: its name, URN or postcode.",
        max_length=200,
        autocomplete="off",
    )
    role = RadiosField(
        label="Role", called="the role", help_text="The nearest. A person with two roles has two lines."
    )
    role_text = TextareaField(
        label="The role in your own words",
        called="the role in your own words",
        depends=True,
        rows=2,
        max_length=1000,
        help_text="Only for another role. What the person does beyond their own school.",
    )
    started_on = DateField(
        label="When the role began",
        called="when the role began",
        required=False,
        help_text="For example, 1 9 2025. If you know only the month or the year, enter its first day.",
    )
    ended_on = DateField(
        label="When the role ended",
        called="when the role ended",
        required=False,
        help_text="Leave it empty if it goes on.",
    )
    partner_schools = TextareaField(
        label="Schools they support",
        called="the schools they support",
        required=False,
        rows=3,
        max_length=2000,
        help_text="Names or URNs, one on each line.",
    )
    nominee_email = EmailField(
        label="E-mail address of the person",
        called="the e-mail address of the person",
        required=False,
        autocomplete="off",
        help_text="Only used to tell them what was said, and that they can object or correct it.",
    )

    def __init__(
        self,
        *args: Any,
        roles: tuple[ExplainedRole, ...],
        named: NamedLine | None = None,
        others: frozenset[tuple[str, str, str]] = frozenset(),
        **more: Any,
    ) -> None:
        super().__init__(*args, initial=_initial(named), **more)
        self.named, self.others = named, others
        self.school: School | None = None
        offered = self.fields["role"]
        offered.choices = [*((role.id, role.label) for role in roles), (OWN, "Another role, in my own words")]  # type: ignore[attr-defined]
        offered.hints = {role.id: role.definition for role in roles}  # type: ignore[attr-defined]
        self._labels = {role.id: role.label for role in roles}
        if self.is_bound:
            self._find_school(str(self.data.get("home_school", "")).strip())

    def _find_school(self, text: str) -> None:
        """The school that is meant, or a choice where several could be."""
        if not text or len(text) > 200:
            return
        if self.named is not None and text == self.named.home:
            self.school = self.named.school
            return
        self.school, alike = schools_meant(text)
        if self.school is None and alike:
            self.fields["school"] = RadiosField(
                label="Which school is it?",
                called="which school it is",
                choices=[
                    *((school.urn, described(school)) for school in alike),
                    (AS_WRITTEN, "None of these: keep what I wrote"),
                ],
                error_messages={
                    "required": f"Select which school you mean by {text}",
                    "invalid_choice": f"Select which school you mean by {text}",
                },
            )
            self.order_fields(["full_name", "home_school", "school"])

    def clean_full_name(self) -> str:
        """The name, with single spaces."""
        name = " ".join(self.cleaned_data["full_name"].split())
        if not any(sign.isalpha() for sign in name):
            raise ValidationError("Enter the name, with letters")
        return name

    def clean_home_school(self) -> str:
        """A number must be one of the register."""
        text = self.cleaned_data["home_school"].strip()
        if text.isascii() and text.isdigit() and self.school is None:
            raise ValidationError(
                f"No school of the register has the URN {text}. Enter another, or the school’s name"
            )
        return text

    def clean_school(self) -> str:
        """The choice among schools alike."""
        chosen = self.cleaned_data["school"]
        if chosen != AS_WRITTEN:
            self.school = School.objects.filter(urn=chosen).first()
        return chosen

    def clean(self) -> dict[str, Any]:
        """A role of their own needs words; dates in their order; nothing twice."""
        given = super().clean() or self.cleaned_data
        if (
            given.get("role") == OWN
            and not given.get("role_text", "").strip()
            and "role_text" not in self.errors
        ):
            self.add_error("role_text", "Enter the role in your own words")
        start, end = given.get("started_on"), given.get("ended_on")
        if start and end and end < start:
            self.add_error(
                "ended_on",
                f"When the role ended must be the same as or after it began, {written_date(start)}",
            )
        if not self.errors and self._key() in self.others:
            self.add_error(
                "full_name",
                "This person, school and role stand in your answer already. Change that line, or this one",
            )
        return given

    def _key(self) -> tuple[str, str, str]:
        given = self.values()
        return key_of(
            self.cleaned_data["full_name"],
            self.school,
            given["home_text"],
            given["role"] or given["role_text"],
        )

    def values(self) -> dict[str, Any]:
        """What the line's row takes, beside the name."""
        given = self.cleaned_data
        own = given["role"] == OWN
        return {
            "home_school": self.school,
            "home_text": given["home_school"],
            "role": "" if own else given["role"],
            "role_text": " ".join(given["role_text"].split()) if own else "",
            "started_on": given["started_on"],
            "ended_on": given["ended_on"],
            "partner_schools": "\n".join(
                line for part in given["partner_schools"].splitlines() if (line := " ".join(part.split()))
            ),
            "nominee_email": given["nominee_email"].lower(),
        }


def key_of(name: str, school: School | None, home_text: str, role: str) -> tuple[str, str, str]:
    """By what a line is known to say the same as another."""
    return name.casefold(), school.urn if school else home_text.casefold(), role.casefold()


def _initial(named: NamedLine | None) -> dict[str, Any]:
    if named is None:
        return {}
    line: Any = named.line
    return {
        "full_name": named.name,
        "home_school": named.home,
        "role": line.role or OWN,
        "role_text": line.role_text,
        "started_on": line.started_on,
        "ended_on": line.ended_on,
        "partner_schools": line.partner_schools,
        "nominee_email": line.nominee_email,
    }
