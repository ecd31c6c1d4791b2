"""How is a field of a form drawn? With the component of the design system that its widget stands for.

Our own fields say more about themselves (``govuk.fields``); a field of somebody else's form, such as those for signing
in, is drawn just as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.template import engines
from django.utils.safestring import SafeString, mark_safe

from leadscape_web.govuk.widgets import DatePartsInput

_COMPONENTS: Final[tuple[tuple[type[forms.Widget], str], ...]] = (
    (DatePartsInput, "date-input"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkboxes"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.PasswordInput, "password-input"),
    (forms.FileInput, "file-upload"),
    (forms.Widget, "input"),
)
_MACROS: Final = {
    "date-input": "govukDateInput",
    "checkboxes": "govukCheckboxes",
    "radios": "govukRadios",
    "select": "govukSelect",
    "textarea": "govukTextarea",
    "password-input": "govukPasswordInput",
    "file-upload": "govukFileUpload",
    "input": "govukInput",
    "error-summary": "govukErrorSummary",
}
_LEGENDS: Final = frozenset({"date-input", "checkboxes", "radios"})
"""Components of several inputs: what they are called is a legend, not a label."""


def draw_field(bound: BoundField, **more: Any) -> SafeString:
    """Label, hint, error and input of one field.

    Parameters
    ----------
    more
        Parameters of the component that are added to or replace ours (``hint``, ``classes``, ``autocomplete``, …), and
        ``heading``: ``"s"``, ``"m"``, ``"l"`` or ``"xl"`` for a label of that size, ``"page"`` where the label is the
        page's only heading.
    """
    if bound.is_hidden:
        return mark_safe(str(bound))
    component = component_of(bound)
    heading = more.pop("heading", "")
    params = {**_common(bound, component, heading), **_special(bound, component)}
    params.update(getattr(bound.field, "params", {}))
    return draw_component(component, {**params, **more})


def draw_summary(form: forms.BaseForm | None, title: str = "There is a problem") -> SafeString:
    """Every error of a form, each linked to its input; nothing where there is none."""
    if form is None or not form.is_bound or not form.errors:
        return mark_safe("")
    listed = [{"text": text} for text in form.non_field_errors()]
    for bound in form:
        for error in form.errors.as_data().get(bound.name, []):
            place = {} if bound.is_hidden else {"href": f"#{_first_input(bound, error.code)}"}
            listed += [{"text": text, **place} for text in error.messages]
    return draw_component("error-summary", {"titleText": title, "errorList": listed})


def component_of(bound: BoundField) -> str:
    """Name of the component that draws the field."""
    return next(name for widget, name in _COMPONENTS if isinstance(bound.field.widget, widget))


def draw_component(component: str, params: Mapping[str, Any]) -> SafeString:
    """One component of the design system, by its name and parameters."""
    module = (
        engines["jinja2"]
        .env.get_template(  # type: ignore[attr-defined]
            f"govuk_frontend_jinja/components/{component}/macro.html"
        )
        .module
    )
    return mark_safe(str(getattr(module, _MACROS[component])(params)))


def _common(bound: BoundField, component: str, heading: str) -> dict[str, Any]:
    kind = "fieldset__legend" if component in _LEGENDS else "label"
    called: dict[str, Any] = {"text": _label(bound)}
    if heading:
        called["classes"] = f"govuk-{kind}--{'l' if heading == 'page' else heading}"
        called["isPageHeading"] = heading == "page"
    params: dict[str, Any] = {"name": bound.html_name}
    if component in _LEGENDS:
        params["fieldset"] = {"legend": called}
        params["id" if component == "date-input" else "idPrefix"] = bound.auto_id
    else:
        params |= {"label": called, "id": bound.auto_id}
    if bound.help_text:
        params["hint"] = {"text": str(bound.help_text)}
    if bound.errors:
        params["errorMessage"] = {"text": str(bound.errors[0])}
    return params


def _label(bound: BoundField) -> str:
    """The label; whatever is not marked as optional is needed, or may be, by another answer."""
    marked = getattr(bound.form, "mark_optional", True) and component_of(bound) != "checkboxes"
    optional = not bound.field.required and not getattr(bound.field, "depends", False)
    return f"{bound.label} (optional)" if marked and optional else str(bound.label)


def _special(bound: BoundField, component: str) -> dict[str, Any]:
    value = bound.value()
    if component in ("radios", "select"):
        chosen = "" if value is None else str(value)
        return {"items": [{**item, _CHECK[component]: item["value"] == chosen} for item in _options(bound)]}
    if component == "checkboxes":
        return _boxes(bound, value)
    if component == "date-input":
        return _date_parts(bound, value)
    attributes = {k: v for k, v in bound.field.widget.attrs.items() if k in _PASSED}
    known = {
        k: bound.field.widget.attrs[k]
        for k in ("autocomplete", "inputmode", "autocapitalize", "rows")
        if k in bound.field.widget.attrs
    }
    params: dict[str, Any] = {"attributes": attributes, **known}
    if component == "input":
        params["type"] = getattr(bound.field.widget, "input_type", "text")
    if component == "password-input":
        params.setdefault("autocomplete", "current-password")
    elif value is not None and component != "file-upload":
        params["value"] = str(value)
    return params


# A limit is said in a message: an input that swallows what is too long says nothing.
_PASSED: Final = ("minlength", "placeholder", "readonly")
_CHECK: Final = {"radios": "checked", "select": "selected"}


def _options(bound: BoundField) -> list[dict[str, Any]]:
    """Every option as text, with the hint that the field knows of."""
    hints: Mapping[str, str] = getattr(bound.field, "hints", {})
    made: list[dict[str, Any]] = []
    for value, label in getattr(bound.field, "choices", []):
        if isinstance(label, list | tuple):
            raise TypeError("Options in groups have no component; ask with a filter first.")
        item: dict[str, Any] = {"value": str(value), "text": str(label)}
        if hint := hints.get(str(value)):
            item["hint"] = {"text": hint}
        made.append(item)
    return made


def _boxes(bound: BoundField, value: Any) -> dict[str, Any]:
    if isinstance(bound.field.widget, forms.CheckboxInput):
        # One box is its own label; what the hint and the error explain is that box.
        box = {"value": "on", "text": str(bound.label), "checked": bool(value)}
        return {"fieldset": None, "items": [box]}
    chosen = {str(one) for one in value or []}
    return {"items": [{**item, "checked": item["value"] in chosen} for item in _options(bound)]}


def _date_parts(bound: BoundField, value: Any) -> dict[str, Any]:
    widget = bound.field.widget
    assert isinstance(widget, DatePartsInput)
    wrong = wrong_parts(bound)
    return {
        "items": [
            {
                "name": f"{bound.html_name}-{part}",
                "id": f"{bound.auto_id}-{part}",
                "label": part.capitalize(),
                "value": written,
                "classes": f"govuk-input--width-{4 if part == 'year' else 2}"
                + (" govuk-input--error" if part in wrong else ""),
                **({"autocomplete": f"bday-{part}"} if getattr(bound.field, "birthday", False) else {}),
            }
            for part, written in widget.parts(value).items()
        ]
    }


def wrong_parts(bound: BoundField) -> frozenset[str]:
    """Which of day, month and year a date's error means; all where it means the date."""
    errors = bound.form.errors.as_data().get(bound.name, []) if bound.form.is_bound else []
    if not errors:
        return frozenset()
    named = {part for error in errors for part in (error.code or "").split() if part in DatePartsInput.PARTS}
    return frozenset(named or DatePartsInput.PARTS)


def _first_input(bound: BoundField, code: str | None) -> str:
    """Id of the input that an error is put right in."""
    if component_of(bound) == "date-input":
        named = [part for part in (code or "").split() if part in DatePartsInput.PARTS]
        return f"{bound.auto_id}-{(named or DatePartsInput.PARTS)[0]}"
    return str(bound.auto_id)
