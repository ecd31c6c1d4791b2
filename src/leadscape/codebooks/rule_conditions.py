"""What a rule may say: statements about one school, and ``all``, ``any``, ``at_least … of`` and ``not`` over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from leadscape.codebooks.measures import load_measures
from leadscape.core.missing import REPORTED, STATUSES

LATEST: Final = "latest"
COMPARISONS: Final = {"below": "below", "at_most": "at most", "above": "above", "at_least": "at least"}
PARTS: Final = {"value": "", "low": "lower end of ", "high": "upper end of "}
INSPECTIONS: Final = {"latest": 0, "before_latest": 1}
KINDS: Final = ("measure", "context")
_DEEPEST: Final = 8


@dataclass(frozen=True)
class FigureIs:
    """A figure of the school compared with a number.

    Attributes
    ----------
    kind
        ``measure`` (a published figure by period) or ``context`` (a characteristic, the newest there is).
    period
        A period, or ``latest``: the newest that the data hold of *any* school, so that a school whose own figure of
        that period is hidden is not judged by an older one.
    back
        Periods before ``period``.
    part
        The value, or an end of its published interval.
    across_breaks
        Whether the rule itself means the figure on both sides of a change of its meaning.
    """

    kind: str
    measure: str
    comparison: str
    value: float
    period: str = LATEST
    back: int = 0
    pupils_group: str = "all"
    part: str = "value"
    across_breaks: bool = False
    about_absence: bool = False

    @property
    def needs(self) -> str:
        """Id of the measure."""
        return self.measure

    @property
    def sentence(self) -> str:
        """The statement in words."""
        label = load_measures().measure(self.measure).label
        whom = "" if self.pupils_group == "all" else f" ({self.pupils_group.replace('_', ' ')})"
        when = self.period if not self.back else f"{self.back} before {self.period}"
        return f"{PARTS[self.part]}{label}{whom}, {when}, {COMPARISONS[self.comparison]} {self.value:g}"


@dataclass(frozen=True)
class FigureMissing:
    """A figure of the school that is kept back, for one of these reasons. Known wherever a file has the school."""

    measure: str
    statuses: tuple[str, ...]
    period: str = LATEST
    pupils_group: str = "all"
    back: int = 0
    about_absence: bool = True

    @property
    def needs(self) -> str:
        """Id of the measure."""
        return self.measure

    @property
    def sentence(self) -> str:
        """The statement in words."""
        reasons = " or ".join(self.statuses).replace("_", " ")
        return f"{load_measures().measure(self.measure).label}, {self.period}, is {reasons}"


@dataclass(frozen=True)
class InspectionIs:
    """The school's latest inspection, or the one before, is what a word of the codebook says."""

    which: str
    word: str
    about_absence: bool = False
    needs: str = "inspections"

    @property
    def sentence(self) -> str:
        """The statement in words."""
        which = "latest inspection" if self.which == "latest" else "inspection before the latest"
        return f"{which}: {self.word.replace('_', ' ')}"


@dataclass(frozen=True)
class NotInspected:
    """No inspection for so many years: an absence, which holds only where every inspection is known to be read."""

    years: int
    about_absence: bool = True
    needs: str = "inspections"

    @property
    def sentence(self) -> str:
        """The statement in words."""
        return f"not inspected for {self.years} years"


Statement = FigureIs | FigureMissing | InspectionIs | NotInspected


@dataclass(frozen=True)
class AtLeast:
    """At least ``least`` of the parts hold: all of them is *all*, one is *any*."""

    least: int
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold; what cannot be told of it cannot be told of this."""

    part: Condition


Condition = AtLeast | Not | Statement


def statements_of(condition: Condition) -> Iterator[Statement]:
    """Every statement of a condition, in the order it is written."""
    if isinstance(condition, AtLeast):
        for part in condition.parts:
            yield from statements_of(part)
    elif isinstance(condition, Not):
        yield from statements_of(condition.part)
    else:
        yield condition


def parse_condition(
    entry: Any, words: tuple[str, ...], problems: list[str], depth: int = 0
) -> Condition | None:
    """The condition that a table of a codebook states; what is wrong with it is added to ``problems``."""
    if not isinstance(entry, dict) or depth > _DEEPEST:
        problems.append("a condition is a table, at most eight deep.")
        return None
    heads = [key for key in _READERS if key in entry]
    if len(heads) != 1:
        problems.append(f"a condition has exactly one of {', '.join(_READERS)}, not {sorted(entry)}.")
        return None
    head = heads[0]
    unknown = sorted(set(entry) - {head} - _ALLOWED[head])
    if unknown:
        problems.append(f"{head} knows nothing of {', '.join(unknown)}.")
        return None
    if head in ("all", "any", "at_least", "not"):
        return _over(head, entry, words, problems, depth)
    return _statement(head, entry, words, problems)


def _over(
    head: str, entry: dict[str, Any], words: tuple[str, ...], problems: list[str], depth: int
) -> Condition | None:
    if head == "not":
        part = parse_condition(entry["not"], words, problems, depth + 1)
        return None if part is None else Not(part)
    listed = entry.get("of") if head == "at_least" else entry[head]
    if not isinstance(listed, list) or not listed:
        problems.append(f"{head} needs a list of conditions.")
        return None
    parts = [parse_condition(one, words, problems, depth + 1) for one in listed]
    least = {"all": len(parts), "any": 1}.get(head, entry[head])
    if isinstance(least, bool) or not isinstance(least, int) or not 1 <= least <= len(parts):
        problems.append(f"at_least must be a whole number from 1 to {len(parts)}, not {least!r}.")
        return None
    known = tuple(part for part in parts if part is not None)
    return AtLeast(least, known) if len(known) == len(parts) else None


def _statement(
    head: str, entry: dict[str, Any], words: tuple[str, ...], problems: list[str]
) -> Condition | None:
    told: list[str] = []
    if head in (*KINDS, "missing") and entry[head] not in load_measures().by_id:
        told.append(f"there is no measure {entry[head]!r}.")
    if head in KINDS:
        told += _one_of(entry, "is", COMPARISONS, needed=True) + _one_of(entry, "part", PARTS)
        told += [] if _number(entry.get("value")) else ["value must be a number."]
        years, times = entry.get("years", 1), entry.get("times", entry.get("years", 1))
        if not (isinstance(years, int) and isinstance(times, int) and 1 <= times <= years <= 10):
            told.append("years and times are whole numbers, times at most years, years at most 10.")
        elif not told:
            first = FigureIs(
                head, entry[head], entry["is"], float(entry["value"]), entry.get("period", LATEST),
                pupils_group=entry.get("pupils_group", "all"), part=entry.get("part", "value"),
                across_breaks=entry.get("across_breaks", False),
            )  # fmt: skip
            if years == 1:
                return first
            return AtLeast(times, tuple(replace(first, back=back) for back in range(years)))
    elif head == "missing":
        statuses = entry.get("statuses", [])
        known = [one for one in STATUSES if one != REPORTED]
        if not statuses or any(one not in known for one in statuses):
            told.append(f"statuses are some of {', '.join(known)}.")
        elif not told:
            return FigureMissing(
                entry[head], tuple(statuses), entry.get("period", LATEST), entry.get("pupils_group", "all")
            )
    elif head == "inspection":
        told += _one_of(entry, head, INSPECTIONS) + _one_of(entry, "is", words, needed=True)
        if not told:
            return InspectionIs(entry[head], entry["is"])
    elif isinstance(entry[head], int) and not isinstance(entry[head], bool) and entry[head] >= 1:
        return NotInspected(entry[head])
    else:
        told.append(f"{head} must be a whole number from 1.")
    problems += told
    return None


def _one_of(entry: dict[str, Any], key: str, words: Any, *, needed: bool = False) -> list[str]:
    if key not in entry:
        return [f"{key} is needed."] if needed else []
    return [] if entry[key] in words else [f"{key} must be one of {', '.join(words)}, not {entry[key]!r}."]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FIGURE: Final = {"is", "value", "period", "years", "times", "pupils_group", "part", "across_breaks"}
_ALLOWED: Final[dict[str, set[str]]] = {
    "all": set(),
    "any": set(),
    "at_least": {"of"},
    "not": set(),
    "measure": _FIGURE,
    "context": _FIGURE - {"years", "times", "period", "part", "across_breaks"},
    "missing": {"statuses", "period", "pupils_group"},
    "inspection": {"is"},
    "not_inspected_for_years": set(),
}
_READERS: Final = tuple(_ALLOWED)
