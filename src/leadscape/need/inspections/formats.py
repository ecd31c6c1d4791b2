"""Formats of inspection files as data: which column is the grade of which area, and the date it belongs to.

``[format]`` ``id``, ``title``, ``source``, ``required``, ``without``; ``[columns]`` headers of ``urn``,
``inspected_on``, ``published_on``, ``event``, ``kind``; ``[[judgement]]`` ``area``, headers of the ``grade``, dates of
its own, and a ``framework`` where the column says which; else it is the one in force on the day.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from leadscape.core.errors import StudyProblem
from leadscape.core.toml_shape import AnyKeys, Keys, shape_problems

_FOLDER: Final = files("leadscape.need.inspections") / "format_files"
_TEXTS: Final = [str]
_SHAPE: Final = Keys(
    {
        "format": Keys(
            {**dict.fromkeys(("id", "title", "source"), str), "required": _TEXTS}, {"without": _TEXTS}
        ),
        "columns": AnyKeys(_TEXTS),
        "judgement": [
            Keys(
                {"area": str, "grade": _TEXTS},
                {"framework": str, "inspected_on": _TEXTS, "published_on": _TEXTS},
            )
        ],
    }
)


@dataclass(frozen=True)
class Judgement:
    """One column of grades; dates are null where those of the row hold."""

    area: str
    grade: tuple[str, ...]
    framework: str | None
    inspected_on: tuple[str, ...]
    published_on: tuple[str, ...]
    of_its_own: bool


@dataclass(frozen=True)
class InspectionFormat:
    """One format of inspection files. See the module for the meaning of each part."""

    id: str
    title: str
    source: str
    required: tuple[str, ...]
    without: tuple[str, ...]
    columns: dict[str, tuple[str, ...]]
    judgements: tuple[Judgement, ...]


@cache
def shipped_inspection_formats() -> tuple[InspectionFormat, ...]:
    """The formats of inspection files that come with leadscape, by file name."""
    entries = sorted((e for e in _FOLDER.iterdir() if e.name.endswith(".toml")), key=lambda entry: entry.name)
    return tuple(_build(tomllib.loads(e.read_text(encoding="utf-8")), e.name) for e in entries)


def inspection_format_source(format_id: str) -> str | None:
    """The file of a shipped format; null where there is none of that id."""
    for entry in _FOLDER.iterdir():
        if entry.name.endswith(".toml"):
            text = entry.read_text(encoding="utf-8")
            if tomllib.loads(text)["format"]["id"] == format_id:
                return text
    return None


def _build(raw: dict[str, Any], name: str) -> InspectionFormat:
    problems = shape_problems(raw, _SHAPE)
    if problems:
        raise StudyProblem(
            f"The format file {name} has problems: {' '.join(problems)}",
            "Columns would be read as something they are not.",
            "Correct the file.",
            problems,
        )
    header, columns = raw["format"], {key: tuple(value) for key, value in raw["columns"].items()}
    return InspectionFormat(
        id=header["id"],
        title=header["title"],
        source=header["source"],
        required=tuple(header["required"]),
        without=tuple(header.get("without", ())),
        columns=columns,
        judgements=tuple(
            Judgement(
                area=e["area"],
                grade=tuple(e["grade"]),
                framework=e.get("framework"),
                inspected_on=tuple(e.get("inspected_on", columns.get("inspected_on", ()))),
                published_on=tuple(e.get("published_on", columns.get("published_on", ()))),
                of_its_own="inspected_on" in e,
            )
            for e in raw["judgement"]
        ),
    )
