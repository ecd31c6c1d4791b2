"""Numbers and their absence in words: one way of writing each, on every page, chart, sheet and terminal.

``1,234`` · ``12.3 %`` · ``3,300 to 3,512``. A missing figure is a word, never a blank and never 0.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from leadscape.core.missing import NOT_APPLICABLE, NOT_COLLECTED, NOT_PUBLISHED, SUPPRESSED, UNKNOWN

NO_BREAK: Final = "\u00a0"
MINUS: Final = "\u2212"

MISSING_WORDS: Final[dict[str, str]] = {
    SUPPRESSED: "suppressed",
    NOT_APPLICABLE: "not applicable",
    NOT_COLLECTED: "not collected",
    NOT_PUBLISHED: "not published",
    UNKNOWN: "unknown",
}


def decimal(value: float, places: int = 1) -> str:
    """``value`` with thousands separated and halves rounded up; what rounds to zero and is not says so."""
    step = Decimal(1).scaleb(-places)
    rounded = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP)
    if rounded == 0 and value > 0:
        return f"under {step}"
    return f"{rounded:,}".replace("-", MINUS) if rounded else f"{abs(rounded):,}"


def whole(value: float) -> str:
    """``value`` to the nearest whole number, thousands separated."""
    return decimal(value, 0)


def percent(value: float, places: int = 1) -> str:
    """A value of 0 to 100 with its sign: ``12.3 %``."""
    return f"{decimal(value, places)}{NO_BREAK}%"


def part(count: int, denominator: int, noun: str = "") -> str:
    """A count with its denominator and share: ``343 of 3,078 (11.1 %)``. Without a denominator there is no share."""
    of = f"{whole(count)} of {whole(denominator)}" + (f" {noun}" if noun else "")
    return f"{of} ({percent(100 * count / denominator)})" if denominator else of


def quantity(value: float, unit: str) -> str:
    """A figure in the unit of an estimate: percentages with one decimal, counts whole."""
    return percent(value) if unit == "%" else whole(value)


def interval(low: float, high: float, unit: str) -> str:
    """``3,300 to 3,512`` or ``12.1 % to 14.0 %``."""
    return f"{quantity(low, unit)} to {quantity(high, unit)}"


def people_told(count: int, hide_below: int | None, round_to: int | None) -> str:
    """A number of people in a sentence, no closer than the tables tell it."""
    if hide_below and 0 < count < hide_below:
        return f"fewer than {hide_below}"
    if round_to:
        return f"about {whole((count + round_to // 2) // round_to * round_to)}"
    return whole(count)


def plural(count: int, noun: str, several: str | None = None) -> str:
    """``1 school``, ``2 schools``, ``1 authority``, ``2 authorities``."""
    if count == 1:
        return f"1 {noun}"
    return f"{whole(count)} {several or (noun[:-1] + 'ies' if noun.endswith('y') else noun + 's')}"


def listed(parts: list[str] | tuple[str, ...]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def capitalised(sentence: str) -> str:
    """``sentence`` with a capital first letter, the rest as it is."""
    return sentence[:1].upper() + sentence[1:]


def spaced(word: str) -> str:
    """An id as words: ``answered_none`` becomes ``answered none``."""
    return word.replace("_", " ")
