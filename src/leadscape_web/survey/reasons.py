"""Reasons of changes: kept for good in the history, so no name of a person may be in one."""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import ValidationError

SHORTEST: Final = 5


def check_reason(why: str, names: tuple[str, ...]) -> str:
    """The reason as it may be kept.

    Raises
    ------
    ValidationError
        When it is too short to say anything, or contains a name of the person.
    """
    text = " ".join(why.split())
    if len(text) < SHORTEST:
        raise ValidationError("Enter a reason that somebody else will understand.", code="short")
    words = set(re.findall(r"\w+", text.casefold()))
    for name in names:
        parts = [part for part in re.findall(r"\w+", name.casefold()) if len(part) > 1]
        if parts and (parts[-1] in words or all(part in words for part in parts)):
            raise ValidationError(
                "Enter the reason without the name of the person: the history keeps reasons for good, and no names.",
                code="name",
            )
    return text
