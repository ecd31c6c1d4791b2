"""Whole numbers as people and addresses give them: read when they are meant and can be kept, else not at all."""

from __future__ import annotations

from typing import Final

MOST_INTEGER: Final = 2**31 - 1
"""The largest number that a column of whole numbers of the database takes, such as a version."""
MOST_ID: Final = 2**63 - 1
"""The largest number that an id of the database may be."""


def whole_number(text: object, most: int = MOST_INTEGER) -> int | None:
    """The number from 0 to ``most`` that a text writes with the digits 0 to 9; null: it writes none of these.

    Neither digits of other scripts nor a power such as ² are numbers here, and however long the text is, it is looked
    at before it is read: Python refuses to read thousands of digits, and the database more than a column takes.
    """
    digits = str(text).strip()
    if not (digits.isascii() and digits.isdigit()):
        return None
    digits = digits.lstrip("0") or "0"
    if len(digits) > len(str(most)) or int(digits) > most:
        return None
    return int(digits)
