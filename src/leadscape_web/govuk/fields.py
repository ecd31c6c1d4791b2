"""Fields that know their component: a form declares them, a template writes ``{{ form.name.govuk() }}``.

Every message says what to do. A field without ``required=False`` must be answered, and its label says so where not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from leadscape_web.govuk.drawing import draw_field
from leadscape_web.govuk.widgets import DatePartsInput
from leadscape_web.govuk.wording import written_date


class GovukBoundField(BoundField):
    """A field of a form that draws itself."""

    def govuk(self, **more: Any) -> SafeString:
        """Label, hint, error and input; ``more`` as :func:`leadscape_web.govuk.drawing.draw_field` takes it."""
        return draw_field(self, **more)


class GovukField(forms.Field):
    """What all fields share.

    Parameters
    ----------
    called
        What messages call it; the label, with a small first letter, when not given.
    ask
        Verb of the message about a missing answer.
    params
        Parameters of the component, as its macro takes them.
    """

    ask = "Enter"

    def __init__(
        self, *args: Any, called: str = "", params: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        self.params: dict[str, Any] = {
            key: value for key, value in (params or {}).items() if value not in ("", None)
        }
        self._called = called
        # A message of one's own stays; ours needs the label, which a form may change later.
        self._own_message = "required" in (more.get("error_messages") or {})
        super().__init__(*args, **more)

    @property
    def called(self) -> str:
        """What messages call it."""
        label = str(self.label or "")
        return self._called or (
            label if label[1:2].isupper() or label[1:2] == " " else label[:1].lower() + label[1:]
        )

    def validate(self, value: Any) -> None:
        """Whether it was answered."""
        if self.required and value in self.empty_values and not self._own_message:
            raise ValidationError(f"{self.ask} {self.called}", code="required")
        super().validate(value)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> GovukBoundField:
        """The field of one form."""
        if self.label is None:
            self.label = field_name.replace("_", " ").capitalize()
        return GovukBoundField(form, self, field_name)


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
    """One box to tick."""

    def validate(self, value: Any) -> None:
        """Whether it was ticked."""
        if not value and self.required and not self._own_message:
            raise ValidationError(f"Tick “{self._called or self.label}” to go on", code="required")
        forms.BooleanField.validate(self, value)


class SelectField(_Choosing, forms.ChoiceField):
    """One of many options. ``empty`` is the option for none; without it the first one is chosen."""

    def __init__(
        self, *, choices: Iterable[tuple[Any, str]] = (), empty: str | None = None, **more: Any
    ) -> None:
        offered = list(choices)
        super().__init__(choices=[("", empty), *offered] if empty is not None else offered, **more)


class HiddenField(forms.CharField):
    """A value that travels with the form unseen."""

    widget = forms.HiddenInput


class DateField(GovukField):
    """A date as day, month and year; gives a ``date``. What is wrong with it names the part.

    Parameters
    ----------
    earliest, latest
        Bounds, both possible.
    birthday
        Whether the browser may fill in the user's own.
    """

    widget = DatePartsInput

    def __init__(
        self, *, earliest: date | None = None, latest: date | None = None, birthday: bool = False, **more: Any
    ) -> None:
        self.earliest, self.latest, self.birthday = earliest, latest, birthday
        super().__init__(**more)

    def to_python(self, value: Any) -> date | None:
        """The date.

        Raises
        ------
        ValidationError
            Whose ``code`` names the parts that are wrong.
        """
        if value is None or isinstance(value, date):
            return value
        missing = [part for part in DatePartsInput.PARTS if not value[part]]
        if len(missing) == 3:
            return None
        started = self.called[:1].upper() + self.called[1:]
        if missing:
            raise ValidationError(
                f"{started} must include a {' and a '.join(missing)}", code=" ".join(missing)
            )
        wrong = [part for part in DatePartsInput.PARTS if not _plain_number(value[part])]
        if wrong:
            raise ValidationError(
                f"{started}: the {' and the '.join(wrong)} must be a number", code=" ".join(wrong)
            )
        day, month, year = (int(value[part]) for part in DatePartsInput.PARTS)
        if len(value["year"]) != 4:
            raise ValidationError(f"{started}: the year must have 4 numbers, like 2006", code="year")
        if not 1 <= month <= 12:
            raise ValidationError(f"{started}: the month must be from 1 to 12", code="month")
        try:
            return date(year, month, day)
        except ValueError as error:
            raise ValidationError(
                f"{started} must be a real date: that month has no such day", code="day"
            ) from error

    def validate(self, value: Any) -> None:
        """Whether it was answered, within its bounds."""
        super().validate(value)
        started = self.called[:1].upper() + self.called[1:]
        if value and self.earliest and value < self.earliest:
            raise ValidationError(f"{started} must be {written_date(self.earliest)} or later", code="early")
        if value and self.latest and value > self.latest:
            raise ValidationError(f"{started} must be {written_date(self.latest)} or earlier", code="late")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another date was typed."""
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


def _plain_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
