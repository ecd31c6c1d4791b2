"""Measures of schools as data: what each figure is, its unit, its theme, which way is better, when nobody published it.

Read from ``data/measures``. A measure's id is what the tables of need are keyed by; which column of which file it is
read from is told by the formats of that room.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Final

import polars as pl

from leadscape.core.errors import CodebookProblem
from leadscape.core.toml_shape import Keys, shape_problems

_DATA: Final = files("leadscape.codebooks") / "data" / "measures"

UNITS: Final = ("pct", "points", "progress", "score", "pupils", "gbp", "rank", "decile")
USES: Final = ("outcome", "intake", "context", "finance", "coverage")
BETTER: Final = ("high", "low", "neither")
STAGES: Final = ("ks2", "ks4", "ks5", "absence", "finance", "place", "any")

_TEXTS: Final = [str]
_NAMED: Final[dict[str, Any]] = dict.fromkeys(("id", "label", "definition"), str)
_SHAPE: Final = Keys(
    {
        "codebook": Keys(dict.fromkeys(("id", "title", "system", "source"), str)),
        "measure": [
            Keys(
                {**_NAMED, **dict.fromkeys(("unit", "theme", "use", "better", "stage", "source"), str)},
                {"step": float},
            )
        ],
        "theme": [Keys(_NAMED)],
        "group": [Keys(_NAMED)],
    },
    {
        "absence": [Keys({"stages": _TEXTS, "measures": _TEXTS, "from": str, "to": str, "reason": str})],
        "break": [Keys({"measures": _TEXTS, "period": str, "reason": str})],
    },
)


@dataclass(frozen=True)
class Named:
    """A theme or a group of pupils."""

    id: str
    label: str
    definition: str


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes
    ----------
    unit
        One of :data:`UNITS`: ``pct`` 0-100; ``progress`` around a national mean of 0; ``gbp`` pounds.
    theme
        Id of the theme that it speaks for.
    use
        ``outcome`` what a school does, ``intake`` who comes to it, ``context`` what surrounds it, ``finance``, or
        ``coverage`` how many pupils another measure is about. Similar schools are found by intake and context only.
    better
        Which way is better for pupils; ``neither`` for what no school is judged by.
    stage
        Stage of school it is about, or where it is published.
    step
        Unit of the last digit that is published; null where it varies.
    """

    id: str
    label: str
    definition: str
    unit: str
    theme: str
    use: str
    better: str
    stage: str
    source: str
    step: float | None = None


@dataclass(frozen=True)
class Absence:
    """Periods, both included, for which nobody published a measure of schools, and why."""

    stages: tuple[str, ...]
    measures: tuple[str, ...]
    first: str
    last: str
    reason: str

    def covers(self, measure: Measure, period: str) -> bool:
        """Whether it is about this measure in this period."""
        meant = measure.id in self.measures or (measure.use != "context" and measure.stage in self.stages)
        return meant and self.first <= period <= self.last


@dataclass(frozen=True)
class Break:
    """From this period on measures mean something else under the same name."""

    measures: tuple[str, ...]
    period: str
    reason: str


@dataclass(frozen=True)
class MeasureBook:
    """Every measure of one school system."""

    id: str
    title: str
    system: str
    source: str
    measures: tuple[Measure, ...]
    themes: tuple[Named, ...]
    groups: tuple[Named, ...]
    absences: tuple[Absence, ...]
    breaks: tuple[Break, ...]
    sha256: str

    @cached_property
    def by_id(self) -> dict[str, Measure]:
        """Measures by id, in the codebook's order."""
        return {measure.id: measure for measure in self.measures}

    def measure(self, measure_id: str) -> Measure:
        """The measure with this id.

        Raises
        ------
        CodebookProblem
            When there is none.
        """
        try:
            return self.by_id[measure_id]
        except KeyError:
            raise CodebookProblem(
                f"The codebook of measures {self.id} has no measure {measure_id!r}.",
                "A figure means something only with its unit and definition.",
                f"Use one of: {', '.join(self.by_id)}.",
            ) from None

    def frame(self) -> pl.DataFrame:
        """One row a measure, in order: ``measure``, ``label``, ``unit``, ``theme``, ``use``, ``better``, ``stage``."""
        names = ("id", "label", "unit", "theme", "use", "better", "stage", "step")
        columns = {name: [getattr(measure, name) for measure in self.measures] for name in names}
        return pl.DataFrame(columns, schema_overrides={"step": pl.Float64}).rename({"id": "measure"})

    def why_absent(self, measure_id: str, period: str) -> str | None:
        """Why nobody published a measure in a period, as a sentence; null where somebody may have."""
        measure = self.measure(measure_id)
        return next((one.reason for one in self.absences if one.covers(measure, period)), None)

    def breaks_between(self, measure_id: str, earlier: str, later: str) -> tuple[Break, ...]:
        """Breaks of meaning after ``earlier`` and up to ``later``; with any, figures of the two are not comparable."""
        first, last = sorted((earlier, later))
        return tuple(b for b in self.breaks if measure_id in b.measures and first < b.period <= last)


@cache
def load_measures(name: str = "england") -> MeasureBook:
    """The codebook of measures of a system that comes with leadscape.

    Raises
    ------
    CodebookProblem
        When there is none, or its entries contradict each other.
    """
    known = sorted(e.name.removesuffix(".toml") for e in _DATA.iterdir() if e.name.endswith(".toml"))
    if name not in known:
        raise CodebookProblem(
            f"There is no codebook of measures {name!r}.",
            "Figures are named by it.",
            f"Use one of: {', '.join(known)}.",
        )
    return parse_measures((_DATA / f"{name}.toml").read_bytes(), name)


def parse_measures(content: bytes, name: str) -> MeasureBook:
    """The codebook of measures in the bytes of a file.

    Raises
    ------
    CodebookProblem
        When it is none or contradicts itself; lists every contradiction.
    """
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems: tuple[str, ...] = (f"It is not valid TOML ({error}).",)
    else:
        problems = _problems(raw)
        if not problems:
            return _build(raw, hashlib.sha256(content).hexdigest())
    raise CodebookProblem(
        f"The codebook of measures {name} has {len(problems)} problem{'s' * (len(problems) != 1)}: "
        f"{' '.join(problems)}",
        "Figures read with it would not mean what they say.",
        "Correct the file.",
        problems,
    )


def _problems(raw: dict[str, Any]) -> tuple[str, ...]:
    found = [*shape_problems(raw, _SHAPE)]
    if found:
        return tuple(found)
    ids: dict[str, set[str]] = {}
    for section in ("measure", "theme", "group"):
        counted = Counter(entry["id"] for entry in raw[section])
        found += [f"[[{section}]] {name} stands twice." for name, n in counted.items() if n > 1]
        ids[section] = set(counted)
    for entry in raw["measure"]:
        allowed = {
            "unit": UNITS,
            "use": USES,
            "better": BETTER,
            "stage": STAGES,
            "theme": sorted(ids["theme"]),
        }
        found += [
            f"Measure {entry['id']}: {key} must be one of {', '.join(words)}, not {entry[key]!r}."
            for key, words in allowed.items()
            if entry[key] not in words
        ]
    for section in ("absence", "break"):
        found += [
            f"[[{section}]] names the measure {name!r}, which is not in the codebook."
            for entry in raw.get(section, [])
            for name in entry["measures"]
            if name not in ids["measure"]
        ]
    return tuple(found)


def _build(raw: dict[str, Any], sha256: str) -> MeasureBook:
    header = raw["codebook"]
    return MeasureBook(
        id=header["id"],
        title=header["title"],
        system=header["system"],
        source=header["source"],
        measures=tuple(Measure(**entry) for entry in raw["measure"]),
        themes=tuple(Named(**entry) for entry in raw["theme"]),
        groups=tuple(Named(**entry) for entry in raw["group"]),
        absences=tuple(
            Absence(tuple(e["stages"]), tuple(e["measures"]), e["from"], e["to"], e["reason"])
            for e in raw.get("absence", ())
        ),
        breaks=tuple(Break(tuple(e["measures"]), e["period"], e["reason"]) for e in raw.get("break", ())),
        sha256=sha256,
    )
