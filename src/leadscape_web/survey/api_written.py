"""A change that a program asks for: made once, under the version that was read, or refused in words.

What is sent is checked by the forms of the screens. A request that was sent before under its key is answered before
anything is looked at: what the first one changed must not make the second one look wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from ninja import Schema, Status

from leadscape_web.accounts.api_once import OtherRequest, once
from leadscape_web.accounts.api_problems import problem
from leadscape_web.audit.versions import EditedMeanwhile
from leadscape_web.survey.refusals import Impossible


@dataclass(frozen=True)
class Asked:
    """A change that may be made, once its form is sound.

    Attributes
    ----------
    write
        Makes it from what the form has checked; the id of the record.
    called
        What a part of the form is called in the body, where that differs.
    """

    form: forms.Form
    write: Callable[[Mapping[str, Any]], UUID]
    called: Mapping[str, str]


def written(
    request: HttpRequest, status: int, begin: Callable[[], Asked], shown: Callable[[UUID], Schema]
) -> Any:
    """The record after the change, or the problem that says why nothing was saved.

    Parameters
    ----------
    begin
        Looks up the record and whether it may be changed; not asked where the same request was answered before.
    shown
        The record as it is answered.
    """
    number = getattr(request, "number", "")
    called: Mapping[str, str] = {}

    def change() -> UUID:
        nonlocal called
        asked = begin()
        called = asked.called
        if not asked.form.is_valid():
            raise _Unsound(asked.form)
        return asked.write(asked.form.cleaned_data)

    try:
        status, record = once(request, status, change)
    except _Unsound as unsound:
        errors = [
            {"parameter": called.get(name, name), "detail": str(message)}
            for name, messages in unsound.form.errors.items()
            for message in messages
        ]
        return problem(422, errors=errors, number=number)
    except Impossible as refused:
        errors = [{"parameter": called.get(refused.field, refused.field), "detail": refused.what}]
        return problem(422, f"{refused.what} {refused.why}", refused.next_step, errors=errors, number=number)
    except OtherRequest:
        return problem(
            409,
            "The same Idempotency-Key was sent with another change within a day. Nothing was saved.",
            "Use a new key for each change, and the same one only to send the same change again.",
            number=number,
        )
    except EditedMeanwhile as met:
        return _meanwhile(met, number)
    return Status(status, shown(record))


def _meanwhile(met: EditedMeanwhile, number: str) -> HttpResponse:
    """What changed after the record was read, so that the program or its owner can decide."""
    return problem(
        409,
        number=number,
        more={
            "version": met.record.version,  # type: ignore[attr-defined]
            "changes": [{"at": one.at.isoformat(), "why": one.why} for one in met.changes],
            "conflicts": [
                {
                    "field": one.column.removesuffix("_id"),
                    "read": _plain(one.opened),
                    "now": _plain(one.now),
                    "sent": _plain(one.wanted),
                }
                for one in met.conflicts
            ],
        },
    )


class _Unsound(Exception):
    """The form says what is wrong."""

    def __init__(self, form: forms.Form) -> None:
        super().__init__()
        self.form = form


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value


def as_form(body: Schema, **more: str) -> dict[str, str]:
    """The body as a form of the screens sends it."""
    sent = dict(more)
    for name, value in body.model_dump().items():
        if isinstance(value, date):
            sent |= {f"{name}-{part}": str(getattr(value, part)) for part in ("day", "month", "year")}
            # The form wants four digits, as people write years.
            sent[f"{name}-year"] = f"{value.year:04}"
        elif value is not None:
            sent[name] = str(value)
    return sent
