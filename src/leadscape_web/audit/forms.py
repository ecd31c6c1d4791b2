"""What is asked of the history: which events, in which file and why; a record on which day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from leadscape_web.audit.exports import FORMATS
from leadscape_web.audit.filters import SERVICE, EventFilters, user_id_of
from leadscape_web.audit.reasons import check_reason
from leadscape_web.audit.subjects import recorded, words_of
from leadscape_web.govuk.fields import DateField, RadiosField, SelectField, TextareaField, TextField
from leadscape_web.govuk.forms import GovukForm


class FilterForm(GovukForm):
    """Narrows the list of events. Nothing has to be filled in."""

    mark_optional = False
    who = TextField(
        label="Who", required=False, max_length=254,
        help_text=f"E-mail address or id of a user, or “{SERVICE}” for what no user did",
    )  # fmt: skip
    table = SelectField(
        label="What",
        required=False,
        empty="Records of any kind",
        choices=sorted(
            ((table, words_of(table).capitalize()) for table in recorded()), key=lambda one: one[1]
        ),
    )
    record = TextField(
        label="Record", required=False, max_length=100, help_text="Its number or id, such as a URN", width=20
    )
    start = DateField(label="From", required=False, called="the first day")
    end = DateField(label="To", required=False, called="the last day")

    def __init__(self, data: Any = None, **more: Any) -> None:
        # An address may also give a day in one piece, so that it can be kept and passed on.
        super().__init__(
            _with_days(data, {"from": "start", "to": "end"}) if data is not None else None, **more
        )

    def clean_who(self) -> str:
        """An address, an id, or the service."""
        who = self.cleaned_data["who"].strip()
        if who and who != SERVICE and "@" not in who and user_id_of(who) is None:
            raise ValidationError("Enter an e-mail address, the id of a user, or “service”")
        return who

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        found = super().clean() or {}
        if found.get("start") and found.get("end") and found["start"] > found["end"]:
            self.add_error("end", "The last day must be the first day or later")
        return found

    @property
    def filters(self) -> EventFilters:
        """What was asked for; of a form with mistakes, nothing."""
        return EventFilters(**self.cleaned_data) if self.is_valid() else EventFilters()


class ExportForm(GovukForm):
    """A download of the events that are listed: its format and its reason."""

    file_format = RadiosField(label="Format", choices=list(FORMATS.items()), called="a format", inline=True)
    why = TextareaField(
        label="Why do you need this file?",
        called="why you need this file",
        rows=2,
        help_text="Kept for good with your name as the one who took it. Do not name the people it is about.",
    )

    def clean_why(self) -> str:
        """A reason that may be kept."""
        return check_reason(self.cleaned_data["why"])


class DayForm(GovukForm):
    """The day on which a record is to be seen."""

    mark_optional = False
    on = DateField(label="On which day?", called="the day")

    def __init__(self, data: Any, latest: date, **more: Any) -> None:
        super().__init__(_with_days(data, {"on": "on"}), **more)
        self.fields["on"].latest = latest  # type: ignore[attr-defined]


class TwoDaysForm(GovukForm):
    """Two days between which a table is compared; from a month ago to today where none is given."""

    mark_optional = False
    on = DateField(label="From the end of", called="the first day")
    to = DateField(label="To the end of", called="the last day")

    def __init__(self, data: Any, latest: date, **more: Any) -> None:
        given = _with_days(data, {"on": "on", "to": "to"})
        for field, day in (("on", latest - timedelta(days=30)), ("to", latest)):
            if f"{field}-day" not in given:
                given |= _with_days({field: day.isoformat()}, {field: field})
        super().__init__(given, **more)
        self.fields["to"].latest = latest  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        found = super().clean() or {}
        if found.get("on") and found.get("to") and found["on"] > found["to"]:
            self.add_error("to", "The last day must be the first day or later")
        return found

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return self.cleaned_data["on"], self.cleaned_data["to"]


def _with_days(data: Any, names: dict[str, str]) -> dict[str, str]:
    """Parameters of an address, with each day that is given in one piece (2026-06-30) as day, month and year."""
    read = {key: data.get(key) for key in data}
    for asked, field in names.items():
        text = str(read.get(asked, "")).strip()
        if text:
            parts = [*text.split("-"), "", ""][:3]
            read |= {f"{field}-year": parts[0], f"{field}-month": parts[1], f"{field}-day": parts[2]}
    return read
