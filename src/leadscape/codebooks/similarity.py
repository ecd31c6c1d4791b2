"""Published measures of likeness as data: which characteristics, with which weights, from whom and since when."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from leadscape.core.errors import CodebookProblem
from leadscape.core.toml_shape import Keys, shape_problems

_DATA = files("leadscape.codebooks") / "data" / "similarity"
_TEXT = ("id", "label", "definition", "source")
_CHARACTERISTIC = Keys(
    needed={**dict.fromkeys(("id", "label", "unit", "column"), str), "weight": float},
)
_SHAPE = Keys(
    needed={
        "codebook": Keys(needed={"id": str, "title": str}),
        "metric": [
            Keys(
                needed={**dict.fromkeys(_TEXT, str), "valid_from": date, "characteristic": [_CHARACTERISTIC]},
                allowed={"phases": [str]},
            )
        ],
    }
)


@dataclass(frozen=True)
class Characteristic:
    """One input that schools are compared on.

    Attributes
    ----------
    column
        What the publisher's file calls it.
    weight
        Of the squared difference, in the unit to the power of -2.
    """

    id: str
    label: str
    unit: str
    column: str
    weight: float


@dataclass(frozen=True)
class PublishedMetric:
    """A measure of likeness as its publisher uses it."""

    id: str
    label: str
    definition: str
    source: str
    valid_from: date
    phases: tuple[str, ...]
    characteristics: tuple[Characteristic, ...]


def published_metrics() -> dict[str, PublishedMetric]:
    """Every metric that comes with leadscape, by id."""
    found = {}
    for entry in sorted(_DATA.iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".toml"):
            found |= {metric.id: metric for metric in _parse(entry.read_bytes(), entry.name)}
    return found


@cache
def find_metric(name: str) -> PublishedMetric:
    """The metric with this id, or the only one of a user's own file ending in ``.toml``.

    Raises
    ------
    CodebookProblem
        When there is none, or the file is not one; lists everything wrong.
    """
    if name.endswith(".toml"):
        try:
            metrics = _parse(Path(name).read_bytes(), name)
        except OSError as error:
            raise _problem(f"{name} cannot be read ({error.strerror or error}).") from error
        if len(metrics) == 1:
            return metrics[0]
        raise _problem(f"{name} holds {len(metrics)} metrics.", "Keep one [[metric]] in the file.")
    metrics = published_metrics()
    if name not in metrics:
        raise _problem(f"There is no metric {name!r}.", f"Use one of: {', '.join(metrics)}.")
    return metrics[name]


def _parse(content: bytes, name: str) -> list[PublishedMetric]:
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _problem(f"{name} is not valid TOML ({error}).") from error
    problems = list(shape_problems(raw, _SHAPE))
    if not problems:
        for metric in raw["metric"]:
            ids = [one["id"] for one in metric["characteristic"]]
            problems += [
                f"{metric['id']}: {one} stands twice." for one in sorted(set(ids)) if ids.count(one) > 1
            ]
            problems += [
                f"{metric['id']}: the weight of {one['id']} must be above 0."
                for one in metric["characteristic"]
                if not one["weight"] > 0
            ]
    if problems:
        raise _problem(
            f"{name} has {len(problems)} problem(s): {' '.join(problems)}", problems=tuple(problems)
        )
    return [
        PublishedMetric(
            **{key: metric[key] for key in (*_TEXT, "valid_from")},
            phases=tuple(metric.get("phases", ())),
            characteristics=tuple(Characteristic(**one) for one in metric["characteristic"]),
        )
        for metric in raw["metric"]
    ]


def _problem(
    what: str, next_step: str = "Correct the file.", problems: tuple[str, ...] = ()
) -> CodebookProblem:
    return CodebookProblem(
        what, "Schools would be called alike by a rule that nobody can read.", next_step, problems
    )
