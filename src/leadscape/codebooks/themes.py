"""Themes of strength and need as data: which figures, gaps, judgements or balances each is judged by, in which order.

Within a stage the first entry of which the data hold anything for the latest period is used for *every* school, so
that a school whose figure is hidden is not judged by another one.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from leadscape.codebooks.inspections import load_inspections
from leadscape.codebooks.measures import load_measures
from leadscape.core.errors import CodebookProblem
from leadscape.core.toml_shape import Keys, shape_problems

_DATA: Final = files("leadscape.codebooks") / "data" / "themes"
_TEXTS: Final = [str]
STAGES: Final = ("ks2", "ks4", "ks5", "any")
_BY: Final = Keys(
    {"stage": str},
    {
        "measure": str,
        "nation": float,
        "pupil_sd": float,
        "note": str,
        "gap": str,
        "balance": str,
        "years": int,
        "inspection": [Keys({"framework": str, "area": str, "strong": _TEXTS, "weak": _TEXTS})],
    },
)
_SHAPE: Final = Keys(
    {
        "codebook": Keys(dict.fromkeys(("id", "title", "system", "source"), str)),
        "theme": [Keys({"id": str, "label": str, "short": str, "definition": str, "by": [_BY]})],
    }
)


@dataclass(frozen=True)
class ByFigure:
    """A measure with its interval.

    Attributes
    ----------
    nation
        The nation's figure where the measure has it by construction (0 for progress); null where it is to be read.
    pupil_sd
        Standard deviation between pupils, for figures without a published interval; null where there is no source for
        one.
    """

    stage: str
    measure: str
    nation: float | None = None
    pupil_sd: float | None = None
    note: str = ""


@dataclass(frozen=True)
class ByGap:
    """The gap between disadvantaged and other pupils in a measure."""

    stage: str
    measure: str
    note: str = ""


@dataclass(frozen=True)
class GradesOf:
    """Which grades of one area of one framework are strong and which weak."""

    framework: str
    area: str
    strong: tuple[str, ...]
    weak: tuple[str, ...]


@dataclass(frozen=True)
class ByInspection:
    """The latest inspection's judgement: a person's, without an interval."""

    stage: str
    grades: tuple[GradesOf, ...]
    note: str = ""


@dataclass(frozen=True)
class ByBalance:
    """A balance that is negative, or not, in every one of so many years: no estimate, so no interval."""

    stage: str
    measure: str
    years: int
    note: str = ""


By = ByFigure | ByGap | ByInspection | ByBalance


@dataclass(frozen=True)
class Theme:
    """One theme; ``short`` heads a narrow column."""

    id: str
    label: str
    short: str
    definition: str
    by: tuple[By, ...]


@dataclass(frozen=True)
class ThemeBook:
    """The themes of one school system, in the order in which they are shown."""

    id: str
    title: str
    source: str
    themes: tuple[Theme, ...]
    sha256: str

    def theme(self, theme_id: str) -> Theme:
        """The theme with this id.

        Raises
        ------
        CodebookProblem
            When there is none.
        """
        for theme in self.themes:
            if theme.id == theme_id:
                return theme
        raise _problem(
            f"There is no theme {theme_id!r} in {self.id}.",
            next_step=f"Use one of: {', '.join(theme.id for theme in self.themes)}.",
        )


@cache
def load_themes(name: str = "england") -> ThemeBook:
    """The codebook of themes with this name, or the one in a user's own file ending in ``.toml``.

    Raises
    ------
    CodebookProblem
        When there is none, or a theme does not say what it must; lists everything wrong.
    """
    known = sorted(e.name.removesuffix(".toml") for e in _DATA.iterdir() if e.name.endswith(".toml"))
    if not name.endswith(".toml") and name not in known:
        raise _problem(
            f"There is no codebook of themes {name!r}.", next_step=f"Use one of: {', '.join(known)}."
        )
    try:
        content = Path(name).read_bytes() if name.endswith(".toml") else (_DATA / f"{name}.toml").read_bytes()
    except OSError as error:
        raise _problem(f"{name} cannot be read ({error.strerror or error}).") from error
    return parse_themes(content, name)


def parse_themes(content: bytes, name: str) -> ThemeBook:
    """The codebook of themes in the bytes of a file.

    Raises
    ------
    CodebookProblem
        When it is none or contradicts itself; lists every contradiction.
    """
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _problem(f"{name} is not valid TOML ({error}).") from error
    problems = list(shape_problems(raw, _SHAPE))
    if not problems:
        themes = [_theme(entry, problems) for entry in raw["theme"]]
        counted = Counter(entry["id"] for entry in raw["theme"])
        problems += [f"Theme {one} stands twice." for one, n in counted.items() if n > 1]
        if not problems:
            header = raw["codebook"]
            sha256 = hashlib.sha256(content).hexdigest()
            return ThemeBook(header["id"], header["title"], header["source"], tuple(themes), sha256)
    raise _problem(
        f"The codebook of themes {name} has {len(problems)} problem{'s' * (len(problems) != 1)}: {' '.join(problems)}",
        tuple(problems),
    )


def _theme(entry: dict[str, Any], problems: list[str]) -> Theme:
    by = [_by(one, f"Theme {entry['id']}", problems) for one in entry["by"]]
    return Theme(
        **{key: entry[key] for key in ("id", "label", "short", "definition")},
        by=tuple(one for one in by if one is not None),
    )


def _by(entry: dict[str, Any], place: str, problems: list[str]) -> By | None:
    heads = [head for head in ("measure", "gap", "inspection", "balance") if head in entry]
    if len(heads) != 1 or entry["stage"] not in STAGES:
        problems.append(
            f"{place}: an entry has one of measure, gap, inspection, balance, and a stage of {', '.join(STAGES)}."
        )
        return None
    head, stage, note = heads[0], entry["stage"], entry.get("note", "")
    book = load_measures().by_id
    if head == "inspection":
        grades = tuple(
            GradesOf(g["framework"], g["area"], tuple(g["strong"]), tuple(g["weak"])) for g in entry[head]
        )
        problems += [told for one in grades for told in _unknown_grades(one, place)]
        return ByInspection(stage, grades, note)
    measure = entry[head]
    if measure not in book:
        problems.append(f"{place}: there is no measure {measure!r}.")
        return None
    if head == "balance":
        if entry.get("years", 0) < 1:
            problems.append(f"{place}: a balance is of at least one year.")
        return ByBalance(stage, measure, entry.get("years", 0), note)
    if book[measure].better == "neither":
        problems.append(f"{place}: nobody is judged by {measure}.")
    if entry.get("pupil_sd", 1.0) <= 0:
        problems.append(f"{place}: pupil_sd is above 0.")
    if head == "gap":
        return ByGap(stage, measure, note)
    return ByFigure(stage, measure, entry.get("nation"), entry.get("pupil_sd"), note)


def _unknown_grades(one: GradesOf, place: str) -> list[str]:
    frameworks = load_inspections().by_id
    if one.framework not in frameworks:
        return [f"{place}: there is no framework {one.framework!r}."]
    known = [grade.id for grade in frameworks[one.framework].grades_of(one.area)]
    told = [
        f"{place}: {one.framework} has no grade {grade!r} for {one.area}."
        for grade in (*one.strong, *one.weak)
        if grade not in known
    ]
    both = sorted(set(one.strong) & set(one.weak))
    return told + [f"{place}: {grade} is strong and weak." for grade in both]


def _problem(
    what: str, problems: tuple[str, ...] = (), next_step: str = "Correct the file."
) -> CodebookProblem:
    return CodebookProblem(
        what, "Schools would be called strong or weak in nobody knows what.", next_step, problems
    )
