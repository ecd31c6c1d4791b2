"""What every field that knows its component shares: how it is drawn, and what is said when it was not answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from leadscape_web.govuk.drawing import draw_field


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
    depends
        Whether another answer decides if it is needed: no input asks for it by itself (``required=False``), the form
        does, and the label does not say that it is optional.
    params
        Parameters of the component, as its macro takes them.
    """

    ask = "Enter"

    def __init__(
        self,
        *args: Any,
        called: str = "",
        depends: bool = False,
        params: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        self.depends = depends
        self.params: dict[str, Any] = {
            key: value for key, value in (params or {}).items() if value not in ("", None)
        }
        self._called = called
        # A message of one's own stays; ours needs the label, which a form may change later.
        self._own_message = "required" in (more.get("error_messages") or {})
        super().__init__(*args, **({"required": False} if depends else {}), **more)

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
