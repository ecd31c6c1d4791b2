"""Forms of the review: decide a question, bring a review file, draw a sample, record what a school said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError

from leadscape_web.audit.reasons import LONGEST
from leadscape_web.govuk.fields import (
    FileField,
    HiddenField,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)
from leadscape_web.govuk.forms import GovukForm
from leadscape_web.govuk.numbers import whole_number
from leadscape_web.register.models import School
from leadscape_web.review.models import Answer, QuestionLine
from leadscape_web.review.notes import check_note
from leadscape_web.review.presenters.schools import Candidate
from leadscape_web.review.sampling import NOT_RIGHT_OF_NONE
from leadscape_web.review.wording import OTHER

LARGEST_FILE: Final = 5_000_000
ENDINGS: Final = (".csv", ".xlsx")
MOST_ENTRIES: Final = 10_000


class DecideForm(GovukForm):
    """What is decided about one question.

    Parameters
    ----------
    choices
        What may be decided, in the order of the number keys.
    lines
        Lines of the question; the note may name nobody whom they name.
    school
        Whether any other school of the register may be said by its number.
    """

    answer = RadiosField(label="Your decision", called="your decision")
    note = TextareaField(
        label="Note",
        required=False,
        rows=2,
        max_length=LONGEST,
        help_text="How you know. It goes into the review file, so write no names of people in it.",
    )
    standing = HiddenField(required=False)

    def __init__(
        self,
        *args: Any,
        choices: Sequence[Candidate],
        lines: Sequence[QuestionLine],
        school: bool,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.lines = lines
        offered = [(one.value, f"{number}. {one.label}") for number, one in enumerate(choices, start=1)]
        hints = {one.value: one.hint for one in choices if one.hint}
        if school:
            offered.append((OTHER, f"{len(offered) + 1}. Another school of the register"))
            self.fields["urn"] = TextField(
                label="URN of the other school",
                depends=True,
                width=10,
                help_text="Only for another school.",
            )
            self.order_fields(["answer", "urn", "note", "standing"])
        field = self.fields["answer"]
        field.choices, field.hints = offered, hints  # type: ignore[attr-defined]

    def clean_note(self) -> str:
        """The note, without names of the persons concerned."""
        text = self.cleaned_data["note"].strip()
        return check_note(text, self.lines) if text else ""

    def clean(self) -> dict[str, Any]:
        """Another school must be in the register."""
        given = super().clean() or self.cleaned_data
        if given.get("answer") == OTHER:
            urn = (given.get("urn") or "").strip()
            if not urn:
                self.add_error("urn", "Enter the URN of the other school")
            elif not School.objects.filter(urn=urn).exists():
                self.add_error(
                    "urn", f"No school of the register has the URN {urn}. Find the school to see its URN"
                )
        return given

    @property
    def decided(self) -> str:
        """The answer as a decision has it."""
        given = self.cleaned_data
        return given["urn"].strip() if given["answer"] == OTHER else given["answer"]


class UploadForm(GovukForm):
    """A review file that was filled in elsewhere."""

    file = FileField(
        label="Review file",
        called="a review file",
        accept=ENDINGS,
        help_text="CSV or XLSX with the columns question_id and decision, such as the one that you download here.",
        error_messages={"empty": "The review file is empty"},
    )

    def clean_file(self) -> Any:
        """Not larger than a review file can be, and of a kind that can be read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError("The review file must be smaller than 5 MB")
        if not file.name.lower().endswith(ENDINGS):
            raise ValidationError("The review file must be a CSV or an XLSX")
        return file


class DrawForm(GovukForm):
    """How many entries are to be checked, and what is kept apart."""

    size = TextField(
        label="Entries to check",
        called="how many entries to check",
        required=False,
        width=5,
        inputmode="numeric",
        help_text="Leave empty for as many as an error rate of about 10 % to within 5 points needs.",
    )
    by = RadiosField(
        label="What is kept apart",
        choices=[("role", "Roles"), ("role route", "Roles, and by which way they were reported")],
        hints={"role": "At least five entries of every role, where there are as many."},
    )

    def clean_size(self) -> int | None:
        """A whole number from 1."""
        text = self.cleaned_data["size"].strip()
        if not text:
            return None
        size = whole_number(text, MOST_ENTRIES)
        if not size:
            raise ValidationError(
                f"How many entries to check must be a whole number from 1 to {MOST_ENTRIES:,}"
            )
        return size


class AnswerForm(GovukForm):
    """What the school said about one entry. Nothing needs an answer, so no label says that it may be left out.

    Parameters
    ----------
    asked
        Field of the entry to what it is called.
    roles
        Role id to label, of roles that it may be instead.
    """

    mark_optional = False
    seen = HiddenField(required=False)

    def __init__(self, *args: Any, asked: Mapping[str, str], roles: Mapping[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.asked = asked
        for name, label in asked.items():
            self.fields[name] = RadiosField(
                label=label,
                called=label,
                choices=[*Answer.Said.choices, ("", "Nothing was said")],
                required=False,
                inline=True,
                small=True,
            )
            if name == "role":
                self.fields["role_is"] = SelectField(
                    label="If the role is wrong: which it is instead",
                    choices=list(roles.items()),
                    empty="Not said, or another",
                    required=False,
                )

    def clean(self) -> dict[str, Any]:
        """Nothing is right of a role that is none, and only a wrong role is another."""
        given = super().clean() or self.cleaned_data
        if given.get("leads") == Answer.Said.WRONG:
            for name in NOT_RIGHT_OF_NONE:
                if given.get(name) == Answer.Said.RIGHT:
                    self.add_error(
                        name,
                        f"{self.asked[name]} cannot be right where the school says that the person does not lead",
                    )
        if given.get("role_is") and given.get("role") != Answer.Said.WRONG:
            self.add_error("role_is", "Select another role only where the role is wrong")
        return given

    @property
    def said(self) -> dict[str, tuple[str, str | None]]:
        """Field to answer and the role it is instead."""
        given = self.cleaned_data
        return {
            name: (given[name], (given["role_is"] or None) if name == "role" else None) for name in self.asked
        }
