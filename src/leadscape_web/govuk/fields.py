"""Fields that know their component: a form declares them, a template writes ``{{ form.name.govuk() }}``.

Every message says what to do. A field without ``required=False`` must be answered, and its label says so where not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from leadscape_web.govuk.base_field import GovukField
from leadscape_web.govuk.date_field import DateField

__all__ = [
    "CheckboxesField",
    "ConfirmField",
    "DateField",
    "EmailField",
    "FileField",
    "GovukField",
    "HiddenField",
    "PasswordField",
    "RadiosField",
    "SelectField",
    "TextField",
    "TextareaField",
]


class TextField(GovukField, forms.CharField):
    """One line of text.

    Parameters
    ----------
    width
        Characters the input is wide: 2, 3, 4, 5, 10, 20 or 30; as wide as the column when not given.
    autocomplete, inputmode
        As in HTML.
    """

    input_type = "text"

    def __init__(
        self,
        *,
        width: int | None = None,
        autocomplete: str = "",
        inputmode: str = "",
        spellcheck: bool | None = None,
        params: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        sized = f"govuk-input--width-{width}" if width else ""
        ours = {
            "classes": sized,
            "autocomplete": autocomplete,
            "inputmode": inputmode,
            "spellcheck": spellcheck,
        }
        super().__init__(params={**ours, **(params or {})}, **more)


class EmailField(TextField):
    """An e-mail address."""

    default_validators = forms.EmailField.default_validators
    widget = forms.EmailInput

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"autocomplete": "email", "spellcheck": False, "max_length": 254, **more})

    def run_validators(self, value: Any) -> None:
        """Whether it is one, and how one looks."""
        try:
            super().run_validators(value)
        except ValidationError as error:
            if "invalid" in {one.code for one in getattr(error, "error_list", ())}:
                raise ValidationError(
                    "Enter an e-mail address in the correct form, like name@example.org", code="invalid"
                ) from error
            raise


class PasswordField(GovukField, forms.CharField):
    """A password, shown on demand."""

    widget = forms.PasswordInput

    def __init__(self, *, autocomplete: str = "current-password", **more: Any) -> None:
        super().__init__(params={"autocomplete": autocomplete}, **{"strip": False, **more})


class TextareaField(GovukField, forms.CharField):
    """Several lines of text."""

    widget = forms.Textarea

    def __init__(self, *, rows: int = 5, params: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(params={"rows": rows, **(params or {})}, **more)


class _Choosing(GovukField):
    """What fields of options share: ``hints`` explain an option, by its value."""

    ask = "Select"

    def __init__(self, *, hints: Mapping[str, str] | None = None, **more: Any) -> None:
        self.hints = dict(hints or {})
        super().__init__(**more)


class RadiosField(_Choosing, forms.ChoiceField):
    """One of a few options, all seen at once; ``inline`` beside each other, ``small`` for filters."""

    widget = forms.RadioSelect

    def __init__(self, *, inline: bool = False, small: bool = False, **more: Any) -> None:
        classes = " ".join(
            f"govuk-radios--{name}" for name, on in (("inline", inline), ("small", small)) if on
        )
        super().__init__(params={"classes": classes}, **more)


class CheckboxesField(_Choosing, forms.MultipleChoiceField):
    """Any of a few options."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, small: bool = False, **more: Any) -> None:
        super().__init__(params={"classes": "govuk-checkboxes--small" if small else ""}, **more)


class ConfirmField(GovukField, forms.BooleanField):
    """One box to tick; messages quote its label."""

    def validate(self, value: Any) -> None:
        """Whether it was ticked."""
        if not value and self.required and not self._own_message:
            raise ValidationError(f"Tick “{self.label}” to go on", code="required")
        forms.BooleanField.validate(self, value)


class SelectField(_Choosing, forms.ChoiceField):
    """One of many options. ``empty`` is the option for none; without it the first one is chosen."""

    def __init__(
        self, *, choices: Iterable[tuple[Any, str]] = (), empty: str | None = None, **more: Any
    ) -> None:
        offered = list(choices)
        super().__init__(choices=[("", empty), *offered] if empty is not None else offered, **more)


class FileField(GovukField, forms.FileField):
    """One file, chosen or dropped.

    Parameters
    ----------
    accept
        Endings of names that are offered, such as ``(".csv",)``.
    """

    ask = "Choose"

    def __init__(
        self, *, accept: Iterable[str] = (), params: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        ours = {
            "javascript": True,
            "dropInstructionText": "or drop the file here",
            "attributes": {"accept": ",".join(accept)} if accept else {},
        }
        super().__init__(params={**ours, **(params or {})}, **more)


class HiddenField(forms.CharField):
    """A value that travels with the form unseen."""

    widget = forms.HiddenInput
