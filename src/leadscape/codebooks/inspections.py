"""Inspection frameworks as data: what was judged, in which words, from when to when, and the crosswalks between them.

Two frameworks use one word for two things, and two words for one. So a grade means something only with its framework,
and grades of two are laid side by side only by a crosswalk that is named, because each loses something.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Final

import polars as pl

from leadscape.core.errors import CodebookProblem
from leadscape.core.missing import STATUSES
from leadscape.core.toml_shape import AnyKeys, Keys, shape_problems

_DATA: Final = files("leadscape.codebooks") / "data" / "inspections"
_TEXTS: Final = [str]
_GRADES: Final = [Keys({"id": str, "label": str, "rank": int, "written": _TEXTS})]
_SHAPE: Final = Keys(
    {
        "codebook": Keys(dict.fromkeys(("id", "title", "system", "source"), str)),
        "framework": [
            Keys(
                {"id": str, "label": str, "source": str, "from": date, "areas": _TEXTS, "grades": _GRADES},
                {"to": date, "yes_no": [Keys({"area": str, "grades": _GRADES})]},
            )
        ],
    },
    {
        "no_judgement": AnyKeys(str),
        "theme": [Keys({"area": str, "theme": str})],
        "crosswalk": [
            Keys(
                {
                    **dict.fromkeys(("id", "from", "to", "purpose", "loses", "source"), str),
                    "area": AnyKeys(str),
                    "grades": AnyKeys(str),
                }
            )
        ],
    },
)


@dataclass(frozen=True)
class Grade:
    """One grade of a framework; ``rank`` 1 is the best, ``written`` how files put it."""

    id: str
    label: str
    rank: int
    written: tuple[str, ...]


@dataclass(frozen=True)
class Framework:
    """One framework, in force from ``first`` to ``last`` (null while it is in force)."""

    id: str
    label: str
    first: date
    last: date | None
    areas: tuple[str, ...]
    grades: tuple[Grade, ...]
    own_grades: dict[str, tuple[Grade, ...]]
    source: str

    def grades_of(self, area: str) -> tuple[Grade, ...]:
        """Grades that an area may have; none where the framework does not judge it."""
        return self.own_grades.get(area, self.grades if area in self.areas else ())

    def holds_on(self, day: date) -> bool:
        """Whether inspections that began on this day used it."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class GradeCrosswalk:
    """How grades of one framework are read as those of another, for one purpose, and what that loses."""

    id: str
    from_framework: str
    to_framework: str
    areas: dict[str, str]
    grades: dict[str, str]
    purpose: str
    loses: str
    source: str


@dataclass(frozen=True)
class InspectionBook:
    """Every framework of one school system, from the oldest to the newest."""

    id: str
    title: str
    source: str
    frameworks: tuple[Framework, ...]
    no_judgement: dict[str, str]
    themes: dict[str, str]
    crosswalks: tuple[GradeCrosswalk, ...]
    sha256: str

    @cached_property
    def by_id(self) -> dict[str, Framework]:
        """Frameworks by id."""
        return {framework.id: framework for framework in self.frameworks}

    def crosswalk(self, crosswalk_id: str) -> GradeCrosswalk:
        """The crosswalk with this id.

        Raises
        ------
        CodebookProblem
            When there is none.
        """
        for walk in self.crosswalks:
            if walk.id == crosswalk_id:
                return walk
        raise CodebookProblem(
            f"There is no crosswalk {crosswalk_id!r} between frameworks.",
            "Grades of two frameworks are not comparable without one.",
            f"Use one of: {', '.join(walk.id for walk in self.crosswalks)}.",
        )

    def words(self) -> pl.DataFrame:
        """One row a way to write a grade: ``framework``, ``area``, ``written`` (small letters), ``grade``, ``rank``."""
        rows = [
            (framework.id, area, word.casefold(), grade.id, grade.rank)
            for framework in self.frameworks
            for area in (*framework.areas, *framework.own_grades)
            for grade in framework.grades_of(area)
            for word in dict.fromkeys(w.casefold() for w in grade.written)
        ]
        names = ("framework", "area", "written", "grade")
        return pl.DataFrame(rows, schema={**dict.fromkeys(names, pl.String), "rank": pl.Int64}, orient="row")

    def framework_of(self, day: pl.Expr) -> pl.Expr:
        """Id of the framework in force on a day; null before the first."""
        found = pl.lit(None, pl.String)
        for framework in self.frameworks:
            began = day >= pl.lit(framework.first)
            going = day <= pl.lit(framework.last) if framework.last is not None else pl.lit(True)
            found = pl.when(began & going).then(pl.lit(framework.id)).otherwise(found)
        return found


@cache
def load_inspections(name: str = "england") -> InspectionBook:
    """The codebook of inspections of a system that comes with leadscape.

    Raises
    ------
    CodebookProblem
        When there is none, or its entries contradict each other.
    """
    known = sorted(e.name.removesuffix(".toml") for e in _DATA.iterdir() if e.name.endswith(".toml"))
    if name not in known:
        raise CodebookProblem(
            f"There is no codebook of inspections {name!r}.",
            "A grade means something only with its framework.",
            f"Use one of: {', '.join(known)}.",
        )
    return parse_inspections((_DATA / f"{name}.toml").read_bytes(), name)


def parse_inspections(content: bytes, name: str) -> InspectionBook:
    """The codebook of inspections in the bytes of a file.

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
        problems = tuple(shape_problems(raw, _SHAPE))
        if not problems:
            book = _build(raw, hashlib.sha256(content).hexdigest())
            problems = _contradictions(book)
            if not problems:
                return book
    raise CodebookProblem(
        f"The codebook of inspections {name} has {len(problems)} problem{'s' * (len(problems) != 1)}: "
        f"{' '.join(problems)}",
        "Grades read with it would not mean what they say.",
        "Correct the file.",
        problems,
    )


def _contradictions(book: InspectionBook) -> tuple[str, ...]:
    found = [
        f"No-judgement word {word!r} means {status!r}, which is no reason."
        for word, status in book.no_judgement.items()
        if status not in STATUSES
    ]
    for one, after in zip(book.frameworks, book.frameworks[1:], strict=False):
        if one.last is None or one.last >= after.first:
            found.append(f"Frameworks {one.id} and {after.id} are in force on one day.")
    for walk in book.crosswalks:
        sides = (walk.from_framework, walk.to_framework)
        unknown = [side for side in sides if side not in book.by_id]
        found += [
            f"Crosswalk {walk.id} names the framework {side!r}, which is not there." for side in unknown
        ]
        if unknown:
            continue
        for names, side, area_of in (
            (walk.grades, sides[0], list(walk.areas)),
            (walk.grades.values(), sides[1], list(walk.areas.values())),
        ):
            for area in area_of:
                known = {grade.id for grade in book.by_id[side].grades_of(area)}
                found += [
                    f"Crosswalk {walk.id}: {side} has no grade {n!r} for {area}."
                    for n in names
                    if n not in known
                ]
    return tuple(found)


def _build(raw: dict[str, Any], sha256: str) -> InspectionBook:
    def grades(entries: list[dict[str, Any]]) -> tuple[Grade, ...]:
        return tuple(Grade(e["id"], e["label"], e["rank"], tuple(e["written"])) for e in entries)

    header = raw["codebook"]
    return InspectionBook(
        id=header["id"],
        title=header["title"],
        source=header["source"],
        frameworks=tuple(
            Framework(
                id=e["id"],
                label=e["label"],
                first=e["from"],
                last=e.get("to"),
                areas=tuple(e["areas"]),
                grades=grades(e["grades"]),
                own_grades={own["area"]: grades(own["grades"]) for own in e.get("yes_no", ())},
                source=e["source"],
            )
            for e in raw["framework"]
        ),
        no_judgement={word.casefold(): status for word, status in raw.get("no_judgement", {}).items()},
        themes={e["area"]: e["theme"] for e in raw.get("theme", ())},
        crosswalks=tuple(
            GradeCrosswalk(
                e["id"], e["from"], e["to"], e["area"], e["grades"], e["purpose"], e["loses"], e["source"]
            )
            for e in raw.get("crosswalk", ())
        ),
        sha256=sha256,
    )
