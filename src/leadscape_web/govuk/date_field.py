"""A date as people write one, in three parts, and what is wrong with which of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from leadscape_web.govuk.base_field import GovukField
from leadscape_web.govuk.widgets import DatePartsInput
from leadscape_web.govuk.wording import written_date


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
