"""What people and editors fill in about data protection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError

from leadscape.actions.tell_rights import LAWFUL_BASES
from leadscape_web.accounts.reasons import check_reason
from leadscape_web.govuk.fields import (
    ConfirmField,
    DateField,
    EmailField,
    HiddenField,
    RadiosField,
    TextareaField,
    TextField,
)
from leadscape_web.govuk.forms import GovukForm
from leadscape_web.govuk.numbers import whole_number
from leadscape_web.privacy.models import Erasure, PersonRequest
from leadscape_web.privacy.periods import FEWEST_DAYS, MOST_DAYS
from leadscape_web.survey.forms.parts import SchoolMixin, school_field

LONGEST: Final = 2000
ENDED, NEVER, OTHERWISE = "ended", "never", "otherwise"


NOT_LISTED: Final = "not listed"
_KINDS: Final = {"holding": "a role", "support": "a school that you support"}


@dataclass(frozen=True)
class Meant:
    """A role or a support that a correction may be about."""

    id: str
    label: str
    about: str


class CorrectionForm(GovukForm):
    """What a person says is wrong."""

    about = RadiosField(label="What is wrong?", called="what is wrong", choices=PersonRequest.About.choices)
    record = RadiosField(
        label="Which role, or which school that you support?",
        required=False,
        choices=[],
        help_text="Only if a role, or a school that you support, is wrong.",
    )
    text = TextareaField(
        label="What would be right?",
        called="what would be right",
        rows=4,
        max_length=LONGEST,
        help_text="In your own words. An editor reads it and answers; they may see nothing else that you write.",
    )

    def __init__(self, *args: Any, records: list[Meant], **more: Any) -> None:
        super().__init__(*args, **more)
        self.records = records
        if not records:
            del self.fields["record"]
            return
        offered = [(one.id, one.label) for one in records]
        self.fields["record"].choices = [*offered, (NOT_LISTED, "One that is not listed")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Which role or school is meant: said where there are several, and plain where there is one."""
        given = super().clean() or self.cleaned_data
        about, chosen = given.get("about"), given.get("record")
        possible = {one.id for one in self.records if one.about == about}
        given["record"] = None
        if "record" in self.errors or not possible or chosen == NOT_LISTED:
            return given
        if chosen in possible:
            given["record"] = chosen
        elif chosen:
            self.add_error("record", f"Select one that is {_KINDS[str(about)]}, or change what is wrong")
        elif len(possible) == 1:
            given["record"] = possible.pop()
        else:
            self.add_error("record", f"Select which {'role' if about == 'holding' else 'school'} is wrong")
        return given


class StayOutForm(GovukForm):
    """An objection, or consent taken back."""

    sure = ConfirmField(label="Take me out of the study")


class LetInForm(GovukForm):
    """Why somebody who stays out comes back."""

    why = TextareaField(
        label="Why?", called="why", rows=3, max_length=LONGEST,
        help_text="How the person told you, or how they came to be taken out by mistake. The history keeps this for"
        " good, so write no names of people in it.",
    )  # fmt: skip
    sure = ConfirmField(label="The person agrees to be in the study, or never asked to be taken out")

    def __init__(self, *args: Any, person: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.person = person

    def clean_why(self) -> str:
        """Without the name of the person."""
        return check_reason(self.cleaned_data["why"], [self.person])


class AddressForm(GovukForm):
    """Where a person can be told."""

    email = EmailField(label="E-mail address", called="the address", autocomplete="off")


class EraseForm(GovukForm):
    """Why a person is erased, and that it is meant."""

    why = RadiosField(label="Why?", called="why", choices=Erasure.Why.choices)
    sure = ConfirmField(label="I know that this cannot be undone")


class DecisionForm(SchoolMixin, GovukForm):
    """An editor's answer to a correction that was asked for."""

    decision = RadiosField(
        label="Your decision", called="your decision",
        choices=[("accepted", "Accept: put it right now"), ("declined", "Decline")],
    )  # fmt: skip
    full_name = TextField(label="The name as it should be", called="the name", depends=True, max_length=200)
    school = school_field("The right home school", "Only where the person is at another school.")
    change = RadiosField(
        label="What is changed?", called="what is changed", depends=True,
        choices=[(NEVER, "It never was: withdraw it"), (ENDED, "It has ended"),
                 (OTHERWISE, "I corrected it on its own page")],
    )  # fmt: skip
    ended_on = DateField(label="When did it end?", called="the day it ended", depends=True)
    answer = TextareaField(
        label="What the person is told", called="your answer", rows=3, max_length=LONGEST,
        help_text="The reason for your decision; what was changed is said before it. It goes to the person with a new"
        " link: by e-mail, or as a letter.",
    )  # fmt: skip
    version = HiddenField(required=False)
    opened = HiddenField(required=False)

    def __init__(self, *args: Any, about: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.about = about
        if about == PersonRequest.About.OTHER:
            accepted = ("accepted", "Accept: I have put it right")
            self.fields["decision"].choices = [accepted, ("declined", "Decline")]  # type: ignore[attr-defined]
        self.fields["school"].required = False
        self.fields["school"].depends = True  # type: ignore[attr-defined]
        parts = {"name": ("full_name",), "home_school": ("school",), "holding": ("change", "ended_on"),
                 "support": ("change", "ended_on"), "other": ()}[about]  # fmt: skip
        for name in ("full_name", "school", "change", "ended_on"):
            if name not in parts:
                del self.fields[name]

    def clean_school(self) -> Any:
        """The school, where it is the matter and the correction is accepted."""
        if self.cleaned_data.get("decision") != "accepted":
            return None
        if not self.cleaned_data["school"].strip():
            raise ValidationError("Enter the right home school")
        return super().clean_school()

    def clean(self) -> dict[str, Any]:
        """What an acceptance needs is given."""
        given = super().clean() or self.cleaned_data
        if given.get("decision") != "accepted":
            return given
        if "full_name" in self.fields and not given.get("full_name", "").strip():
            self.add_error("full_name", "Enter the name as it should be")
        if "change" in self.fields and not given.get("change"):
            self.add_error("change", "Select what is changed")
        if given.get("change") == ENDED and not given.get("ended_on"):
            self.add_error("ended_on", "Enter the day it ended")
        return given


class BasisForm(GovukForm):
    """On which lawful basis the people of a wave are held."""

    basis = RadiosField(
        label="Lawful basis", called="the lawful basis",
        choices=[(key, words[0].upper() + words[1:]) for key, words in LAWFUL_BASES.items()],
    )  # fmt: skip
    explained = TextareaField(
        label="Which task, interest or law is it?", called="the explanation", rows=3, max_length=LONGEST
    )
    controller = TextField(
        label="Who answers for the study?", called="who answers for it", max_length=300,
        help_text="The organisation, and how it is reached, such as an e-mail address of its own. Whoever is told reads"
        " it.",
    )  # fmt: skip
    purpose = TextareaField(label="What is it for?", called="the purpose", rows=2, max_length=LONGEST)
    recipients = TextareaField(label="Who sees the data?", called="who sees it", rows=2, max_length=LONGEST)

    def clean(self) -> dict[str, Any]:
        """The history keeps these words, so they hold no e-mail address but that of who answers for the study."""
        given = super().clean() or self.cleaned_data
        for name in ("explained", "controller", "purpose", "recipients"):
            if given.get(name):
                try:
                    given[name] = check_reason(given[name], addresses=name == "controller")
                except ValidationError as error:
                    self.add_error(name, error)
        return given


class PersonBasisForm(GovukForm):
    """On which basis one person is held, where it is not the wave's."""

    basis = RadiosField(
        label="Lawful basis", called="the lawful basis",
        choices=[(key, words[0].upper() + words[1:]) for key, words in LAWFUL_BASES.items()],
    )  # fmt: skip
    explained = TextareaField(
        label="How do you know?", called="the explanation", rows=3, max_length=LONGEST,
        help_text="For consent: how it was given. The history keeps this for good, so write no names of people in it.",
    )  # fmt: skip
    given_on = DateField(label="When was it given?", called="the day it was given", required=False)

    def __init__(self, *args: Any, person: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.person = person

    def clean_explained(self) -> str:
        """Without the name of the person."""
        return check_reason(self.cleaned_data["explained"], [self.person])


class PeriodForm(GovukForm):
    """How long one kind of data is kept."""

    days = TextField(label="Days", called="the number of days", width=5, inputmode="numeric")
    source = TextField(
        label="Who decided it, or which rule says so?", called="who decided it", max_length=300
    )

    def clean_days(self) -> int:
        """A whole number of days."""
        days = whole_number(self.cleaned_data["days"], MOST_DAYS)
        if days is None or days < FEWEST_DAYS:
            raise ValidationError(f"Enter a whole number of days from {FEWEST_DAYS} to {MOST_DAYS}")
        return days

    def clean_source(self) -> str:
        """Words that may be kept for good."""
        return check_reason(self.cleaned_data["source"])
