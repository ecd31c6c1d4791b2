"""Inputs that Django has no widget for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms


class DatePartsInput(forms.Widget):
    """A date asked as day, month and year: three inputs named ``NAME-day``, ``NAME-month``, ``NAME-year``."""

    PARTS: ClassVar[tuple[str, str, str]] = ("day", "month", "year")

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str] | None:
        """What was typed, part by part; null where no input was sent."""
        if not any(f"{name}-{part}" in data for part in self.PARTS):
            return None
        return {part: str(data.get(f"{name}-{part}", "")).strip() for part in self.PARTS}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether no part was sent."""
        return not any(f"{name}-{part}" in data for part in self.PARTS)

    def parts(self, value: Any) -> dict[str, str]:
        """What to put into the three inputs, for a date or for what was typed."""
        if isinstance(value, date):
            return {"day": str(value.day), "month": str(value.month), "year": str(value.year)}
        typed = value if isinstance(value, Mapping) else {}
        return {part: str(typed.get(part, "")) for part in self.PARTS}

    def format_value(self, value: Any) -> Any:
        """Dates are put into parts when they are drawn."""
        return value
