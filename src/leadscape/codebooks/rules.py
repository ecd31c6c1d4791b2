"""Rules that flag schools as data: what is meant, from when to when, which figures it needs, the condition as a tree.

A condition is ``all``, ``any``, ``at_least`` *n* ``of``, ``not``, or a statement about one school: a figure in a
period or in several years running, a judgement of its latest or previous inspection, a figure that is kept back, no
inspection for years. Statements are answered yes, no or *cannot tell* by :mod:`leadscape.need.flags`.

Two things are refused here. A rule that lays frameworks of inspection side by side must name the crosswalks that join
them. And a rule may not need that something is *there* (``not`` over something missing): hiding a figure would then
clear a school.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from leadscape.codebooks.inspections import load_inspections
from leadscape.codebooks.rule_conditions import (
    AtLeast,
    Condition,
    InspectionIs,
    Not,
    NotInspected,
    parse_condition,
    statements_of,
)
from leadscape.core.errors import CodebookProblem
from leadscape.core.toml_shape import Keys, shape_problems

_DATA: Final = files("leadscape.codebooks") / "data" / "rules"
_TEXTS: Final = [str]
_NAMED: Final[dict[str, Any]] = dict.fromkeys(("id", "label", "definition", "source"), str)
_SHAPE: Final = Keys(
    {
        "codebook": Keys(dict.fromkeys(("id", "title", "system", "source"), str)),
        "rule": [
            Keys(
                {**_NAMED, "valid_from": date, "needs": _TEXTS, "when": Keys()},
                {"valid_to": date, "crosswalks": _TEXTS, "phases": _TEXTS},
            )
        ],
    },
    {
        "word": [
            Keys(
                {"id": str, "label": str, "judged": [Keys({"framework": str, "area": str, "grades": _TEXTS})]}
            )
        ]
    },
)


@dataclass(frozen=True)
class Judged:
    """One area of one framework, and the grades of it that a word stands for."""

    framework: str
    area: str
    grades: tuple[str, ...]


@dataclass(frozen=True)
class Word:
    """What a rule calls an inspection, such as *below good*: any of these judgements, each in its framework."""

    id: str
    label: str
    judged: tuple[Judged, ...]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes
    ----------
    valid_from, valid_to
        Days, both included, on which the rule was in force; ``valid_to`` is null while it is.
    needs
        Ids of measures, and ``inspections``: what must have been read for the rule to say anything.
    crosswalks
        Crosswalks between frameworks of inspection that the rule relies on.
    phases
        Phases that the rule is about; empty for every school. A school of which the phase is not known is judged.
    """

    id: str
    label: str
    definition: str
    source: str
    valid_from: date
    valid_to: date | None
    needs: tuple[str, ...]
    crosswalks: tuple[str, ...]
    phases: tuple[str, ...]
    condition: Condition
    words: dict[str, Word]

    def holds_on(self, day: date) -> bool:
        """Whether the rule was in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class RuleBook:
    """Rules of one school system, or of one authority."""

    id: str
    title: str
    system: str
    source: str
    rules: tuple[Rule, ...]
    sha256: str

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """Rules by id, in the codebook's order."""
        return {rule.id: rule for rule in self.rules}

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id.

        Raises
        ------
        CodebookProblem
            When there is none.
        """
        if rule_id not in self.by_id:
            raise _problem(
                f"There is no rule {rule_id!r} in {self.id}.", f"Use one of: {', '.join(self.by_id)}."
            )
        return self.by_id[rule_id]


def rule_books() -> tuple[str, ...]:
    """Names of the codebooks of rules that come with leadscape."""
    return tuple(sorted(e.name.removesuffix(".toml") for e in _DATA.iterdir() if e.name.endswith(".toml")))


@cache
def load_rules(name: str = "england") -> RuleBook:
    """The codebook of rules with this name, or the one in a user's own file ending in ``.toml``.

    Raises
    ------
    CodebookProblem
        When there is none, or a rule does not say what it must; lists everything wrong.
    """
    if name.endswith(".toml"):
        try:
            return parse_rules(Path(name).read_bytes(), name)
        except OSError as error:
            raise _problem(
                f"{name} cannot be read ({error.strerror or error}).", "Check the path."
            ) from error
    if name not in rule_books():
        raise _problem(f"There is no codebook of rules {name!r}.", f"Use one of: {', '.join(rule_books())}.")
    return parse_rules((_DATA / f"{name}.toml").read_bytes(), name)


def parse_rules(content: bytes, name: str) -> RuleBook:
    """The codebook of rules in the bytes of a file.

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
        words, problems = _words(raw)
        rules = [_rule(entry, words, problems) for entry in raw["rule"]]
        counted = Counter(entry["id"] for entry in raw["rule"])
        problems += [f"Rule {one} stands twice." for one, n in counted.items() if n > 1]
        if not problems:
            header = raw["codebook"]
            return RuleBook(
                **{key: header[key] for key in ("id", "title", "system", "source")},
                rules=tuple(rule for rule in rules if rule is not None),
                sha256=hashlib.sha256(content).hexdigest(),
            )
    raise _problem(
        f"The codebook of rules {name} has {len(problems)} problem{'s' * (len(problems) != 1)}: {' '.join(problems)}",
        problems=tuple(problems),
    )


def _words(raw: dict[str, Any]) -> tuple[dict[str, Word], list[str]]:
    book, words, problems = load_inspections(), {}, []
    for entry in raw.get("word", ()):
        if entry["id"] in words:
            problems.append(f"Word {entry['id']} stands twice.")
        judged = tuple(Judged(j["framework"], j["area"], tuple(j["grades"])) for j in entry["judged"])
        for one in judged:
            if one.framework not in book.by_id:
                problems.append(f"Word {entry['id']}: there is no framework {one.framework!r}.")
                continue
            known = [grade.id for grade in book.by_id[one.framework].grades_of(one.area)]
            problems += [
                f"Word {entry['id']}: {one.framework} has no grade {grade!r} for {one.area}."
                for grade in one.grades
                if grade not in known
            ]
        words[entry["id"]] = Word(entry["id"], entry["label"], judged)
    return words, problems


def _rule(entry: dict[str, Any], words: dict[str, Word], problems: list[str]) -> Rule | None:
    told: list[str] = []
    condition = parse_condition(entry["when"], tuple(words), told)
    if condition is not None and not told:
        told += _needed(condition, entry["needs"])
        told += _unjoined(condition, words, tuple(entry.get("crosswalks", ())))
        told += _clearing(condition)
    if "valid_to" in entry and entry["valid_to"] < entry["valid_from"]:
        told.append("it ends before it begins.")
    problems += [f"Rule {entry['id']}: {sentence}" for sentence in told]
    if condition is None or told:
        return None
    return Rule(
        **{key: entry[key] for key in (*_NAMED, "valid_from")},
        valid_to=entry.get("valid_to"),
        needs=tuple(entry["needs"]),
        crosswalks=tuple(entry.get("crosswalks", ())),
        phases=tuple(entry.get("phases", ())),
        condition=condition,
        words=words,
    )


def _needed(condition: Condition, stated: list[str]) -> list[str]:
    used = {one.needs for one in statements_of(condition)}
    told = [f"it uses {name} and does not say so in needs." for name in sorted(used - set(stated))]
    return told + [
        f"it says that it needs {name}, and does not use it." for name in sorted(set(stated) - used)
    ]


def _unjoined(condition: Condition, words: dict[str, Word], named: tuple[str, ...]) -> list[str]:
    """Frameworks that the rule lays side by side without a crosswalk that joins them."""
    book = load_inspections()
    known = {walk.id: walk for walk in book.crosswalks}
    told = [f"there is no crosswalk {name!r} between frameworks." for name in named if name not in known]
    used = [
        one.framework
        for statement in statements_of(condition)
        if isinstance(statement, InspectionIs)
        for one in words[statement.word].judged
    ]
    if not used or told:
        return told
    joined, grows = {used[0]}, True
    while grows:
        more = {
            side
            for name in named
            for pair in [{known[name].from_framework, known[name].to_framework}]
            if pair & joined
            for side in pair
        }
        grows = not more <= joined
        joined |= more
    apart = sorted(set(used) - joined)
    if apart:
        told.append(
            f"it lays {used[0]} beside {', '.join(apart)}, which are not comparable: name crosswalks that join them."
        )
    return told


def _clearing(condition: Condition, *, positive: bool = True) -> list[str]:
    """Parts by which hiding a figure would clear a school: something missing under an odd number of ``not``."""
    if isinstance(condition, Not):
        return _clearing(condition.part, positive=not positive)
    if isinstance(condition, AtLeast):
        return [told for part in condition.parts for told in _clearing(part, positive=positive)]
    if not positive and (condition.about_absence or isinstance(condition, NotInspected)):
        return [
            f"it needs that something is there ({condition.sentence}, under not): hiding it would clear a school."
        ]
    return []


def _problem(
    what: str, next_step: str = "Correct the file.", problems: tuple[str, ...] = ()
) -> CodebookProblem:
    return CodebookProblem(
        what, "Schools would be flagged by a rule that nobody can read.", next_step, problems
    )
