"""What is asked of users about themselves, and of administrators about others."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from leadscape_web.accounts.models import Right
from leadscape_web.accounts.reasons import check_reason
from leadscape_web.accounts.sign_in_forms import ChosenPasswordField
from leadscape_web.accounts.tokens import LONGEST_DAYS, SCOPES, WRITING
from leadscape_web.govuk.fields import (
    CheckboxesField,
    EmailField,
    HiddenField,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)
from leadscape_web.govuk.forms import GovukForm

RIGHTS = {
    Right.READER: "Sees leaders, heads and the roles they hold, by name, in the organisation's area",
    Right.EDITOR: "Sees what a reader sees, and corrects it, each time with a reason",
    Right.BROKER: "Sees what a reader sees; will match schools with leaders",
    Right.APPROVER: "Sees what a reader sees; will approve what brokers propose",
    Right.RESEARCHER: "Sees role-holdings without names or schools",
    Right.ADMINISTRATOR: "Lets people in and out; sees no leaders",
}
"""What each right opens, as it is explained where one is given."""


def right_field(**more: Any) -> RadiosField:
    """Which right."""
    return RadiosField(
        label="Right",
        called="a right",
        choices=[(right.value, right.label) for right in RIGHTS],
        hints={right.value: says for right, says in RIGHTS.items()},
        **more,
    )


class NameField(TextField):
    """A person's name."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            **{
                "label": "Full name",
                "called": "your full name",
                "autocomplete": "name",
                "max_length": 200,
                **more,
            }
        )

    def clean(self, value: Any) -> str:
        """The name on one line."""
        name = " ".join(super().clean(value).split())
        if "@" in name:
            raise ValidationError("Enter a name, not an e-mail address", code="address")
        return name


class NameForm(GovukForm):
    """One's own name."""

    full_name = NameField(help_text="As colleagues know you. Administrators of your area see it.")


class JoinForm(GovukForm):
    """Name and password of somebody who was invited."""

    full_name = NameField()
    password = ChosenPasswordField(label="Password", called="a password")


class FirstAdministratorForm(GovukForm):
    """The first administrator: an address too, and whether to see leaders as well."""

    full_name = NameField()
    email = EmailField(label="E-mail address", called="your e-mail address", autocomplete="username")
    password = ChosenPasswordField(label="Password", called="a password")
    also = CheckboxesField(
        label="Rights beside administrator",
        required=False,
        choices=[(Right.READER.value, "Reader"), (Right.EDITOR.value, "Editor")],
        hints={right.value: RIGHTS[right] for right in (Right.READER, Right.EDITOR)},
        help_text="An administrator lets people in and out, and sees no leaders. Whoever should do both needs both"
        " rights, so that it can be seen who has which.",
    )


class InviteForm(GovukForm):
    """Whom to invite, to do what."""

    email = EmailField(label="E-mail address", called="an e-mail address", autocomplete="off")
    right = right_field()
    body = HiddenField()


class SeenForm(GovukForm):
    """A reason, under the state of the account that the administrator saw."""

    why = TextareaField(
        label="Reason",
        called="a reason",
        rows=2,
        max_length=300,
        help_text="It is kept in the history. Do not write a person's name.",
    )
    seen = HiddenField(required=False)

    def __init__(self, *args: Any, person: Any = None, **more: Any) -> None:
        self.person = person
        super().__init__(*args, **more)

    def clean_why(self) -> str:
        """A reason that may be kept: without the name of the user whom it is about."""
        return check_reason(self.cleaned_data["why"], [self.person])


class GrantForm(SeenForm):
    """Which right, on behalf of which organisation."""

    body = HiddenField()
    right = right_field()

    field_order = ["right", "why"]  # noqa: RUF012


class TokenForm(GovukForm):
    """What a key is for."""

    label = TextField(label="What it is for", max_length=100, help_text="Such as the name of the program.")
    scopes = CheckboxesField(
        label="What it may read",
        called="what it may read",
        required=False,
        choices=[(scope, says) for scope, says in SCOPES.items() if scope not in WRITING],
        help_text="It never opens more than your own rights.",
    )
    changes = CheckboxesField(
        label="What it may change",
        required=False,
        choices=[(scope, says) for scope, says in SCOPES.items() if scope in WRITING],
        help_text="Only if the program corrects records. Each change is kept in the history under your account.",
    )
    days = SelectField(
        label="How long it works",
        choices=[("30", "30 days"), ("90", "90 days"), (str(LONGEST_DAYS), "1 year")],
    )

    def clean(self) -> dict[str, Any]:
        """A key is for something."""
        given = super().clean() or self.cleaned_data
        if "scopes" in given and not (given.get("scopes") or given.get("changes")):
            self.add_error("scopes", "Select what it may read, or what it may change")
        return given
