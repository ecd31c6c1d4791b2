"""Making and changing a round, and that starting or closing it is meant."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError

from leadscape_web.govuk.fields import (
    ConfirmField,
    DateField,
    HiddenField,
    SelectField,
    TextareaField,
    TextField,
)
from leadscape_web.govuk.forms import GovukForm
from leadscape_web.govuk.numbers import whole_number
from leadscape_web.govuk.wording import written_date
from leadscape_web.rounds.models import Round

MOST_LATE_DAYS: Final = 365
REMINDERS: Final = ("reminder_1", "reminder_2", "reminder_3")
LETTER: Final = (
    "We are mapping who leads improvement in schools beyond their own, in which role and where. Please name everybody"
    " you know of who does, in your area or field, one line for each person and role. Working together or networking"
    " alone is not enough: they must carry responsibility for improvement elsewhere.\n\nIf there is nobody, please say"
    " so; that is an answer too."
)
PURPOSE: Final = (
    "To map who leads improvement in schools beyond their own: how many they are, in which roles, and where."
)


class RoundForm(GovukForm):
    """A round. Once it is started only dates and words still to come can change.

    Parameters
    ----------
    studies
        Id and title of the studies whose register can be used.
    codebooks
        Id and title of the codebooks.
    found
        The round that is changed; null for a new one.
    """

    title = TextField(label="Title of the round", called="the title", max_length=150)
    base = SelectField(
        label="Study whose register is used",
        called="a study",
        help_text="Schools are found in its register, and the answers are counted with it.",
    )
    as_of = DateField(
        label="Date that the answers are for", called="the date", help_text="For example, 30 6 2026"
    )
    codebook = SelectField(
        label="Codebook", called="a codebook", help_text="Its roles are offered to choose from."
    )
    opens_on = DateField(
        label="Opening date", called="the opening date", help_text="Letters go out from this day on."
    )
    closes_on = DateField(
        label="Closing date", called="the closing date", help_text="Last day on which an answer is in time."
    )
    late_days = TextField(
        label="Days for late answers",
        called="the days for late answers",
        width=3,
        inputmode="numeric",
        help_text="After the closing date. Late answers are counted as late. 0 takes none.",
    )
    reminder_1 = DateField(label="First reminder", required=False)
    reminder_2 = DateField(label="Second reminder", required=False)
    reminder_3 = DateField(label="Third reminder", required=False)
    subject = TextField(label="Subject of the letter", called="the subject", max_length=120)
    letter = TextareaField(
        label="Words of the letter",
        called="the words of the letter",
        rows=8,
        max_length=5000,
        help_text="The link, the closing date and how to get no more letters are added by themselves.",
    )
    purpose = TextareaField(
        label="What the round is for",
        called="what the round is for",
        rows=3,
        max_length=2000,
        help_text="Respondents read it first.",
    )
    contact = TextField(
        label="Whom respondents may ask",
        called="whom respondents may ask",
        max_length=300,
        help_text="A team with an address or telephone number, as respondents read it.",
    )
    version = HiddenField(required=False)
    FIXED = ("base", "as_of", "codebook", "opens_on")
    """What a round that was started keeps."""

    def __init__(
        self,
        *args: Any,
        studies: list[tuple[str, str]],
        codebooks: list[tuple[str, str]],
        found: Round | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.found = found
        self.fields["base"].choices = studies  # type: ignore[attr-defined]
        self.fields["codebook"].choices = codebooks  # type: ignore[attr-defined]
        if found is not None and found.started_at:
            for name in self.FIXED:
                del self.fields[name]

    def clean_late_days(self) -> int:
        """A whole number of days."""
        days = whole_number(self.cleaned_data["late_days"], MOST_LATE_DAYS)
        if days is None:
            raise ValidationError(
                f"The days for late answers must be a whole number from 0 to {MOST_LATE_DAYS}"
            )
        return days

    def clean(self) -> dict[str, Any]:
        """Dates in their order; a title that no other round of the date has."""
        given = super().clean() or self.cleaned_data
        opens = given.get("opens_on") or (self.found.opens_on if self.found else None)
        closes = given.get("closes_on")
        if opens and closes and closes < opens:
            self.add_error(
                "closes_on", f"The closing date must be the same as or after the opening date, {written_date(opens)}"
            )  # fmt: skip
        for name in REMINDERS:
            day: date | None = given.get(name)
            if day and opens and closes and not opens < day <= closes:
                self.add_error(
                    name, f"{self.fields[name].label} must be after the opening date and no later than the closing date"
                )  # fmt: skip
        days = [day for name in REMINDERS if (day := given.get(name))]
        if len(set(days)) < len(days):
            self.add_error(REMINDERS[0], "Each reminder must be on another day")
        as_of = given.get("as_of") or (self.found.as_of if self.found else None)
        same = Round.objects.filter(title=given.get("title"), as_of=as_of)
        if self.found is not None:
            same = same.exclude(pk=self.found.pk)
        if same.exists():
            self.add_error("title", "There is a round of this title and date. Enter another title")
        return given

    def given(self) -> dict[str, Any]:
        """What the round's row takes."""
        cleaned = dict(self.cleaned_data)
        cleaned["reminders_on"] = sorted(day for name in REMINDERS if (day := cleaned.pop(name)))
        cleaned.pop("version", None)
        if "base" in cleaned:
            cleaned["base_id"] = cleaned.pop("base")
        return cleaned


class SureForm(GovukForm):
    """That something that cannot be taken back is meant."""

    sure = ConfirmField(label="I am sure")
