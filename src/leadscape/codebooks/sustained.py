"""The rule for sustained improvement as data: how many years, in which context, from which start, how surely."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from leadscape.core.errors import CodebookProblem
from leadscape.core.toml_shape import Keys, shape_problems

_DATA = files("leadscape.codebooks") / "data" / "sustained" / "england.toml"
_TEXT = ("id", "label", "definition", "source")
_SHARES = ("context_share_top", "start_share_bottom", "confidence")
_RULE = Keys(
    needed={**dict.fromkeys(_TEXT, str), "valid_from": date, "years": int, **dict.fromkeys(_SHARES, float)}
)


@dataclass(frozen=True)
class SustainedRule:
    """When a school counts as sustaining improvement.

    Attributes
    ----------
    years
        Years after the start that must all be above expectation.
    context_share_top
        The school is among this share of schools with most disadvantage, in its first year.
    start_share_bottom
        The school started among this share of schools with the lowest results.
    confidence
        One-sided: how surely the mean of these years is above expectation.
    """

    id: str
    label: str
    definition: str
    source: str
    valid_from: date
    years: int
    context_share_top: float
    start_share_bottom: float
    confidence: float


def find_sustained_rule(name: str = "sustained_improvement_2026") -> SustainedRule:
    """The rule with this id, or the only one of a user's own file ending in ``.toml``.

    Raises
    ------
    CodebookProblem
        When there is none, or it does not say what it must.
    """
    own = name.endswith(".toml")
    try:
        content = Path(name).read_bytes() if own else _DATA.read_bytes()
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _problem(f"{name} cannot be read as TOML ({error}).") from error
    problems = shape_problems(raw, Keys(needed={"rule": [_RULE]}))
    if problems:
        raise _problem(f"{name}: {' '.join(problems)}", problems)
    for rule in raw["rule"]:
        wrong = [f"{key} lies between 0 and 1." for key in _SHARES if not 0 < rule[key] <= 1]
        wrong += ["years is at least 1."] if rule["years"] < 1 else []
        if wrong:
            raise _problem(f"{rule['id']}: {' '.join(wrong)}", tuple(wrong))
    rules = {rule["id"]: SustainedRule(**rule) for rule in raw["rule"]}
    if own and len(rules) == 1:
        return next(iter(rules.values()))
    if name not in rules:
        raise _problem(f"There is no rule {name!r}; there is {', '.join(rules)}.")
    return rules[name]


def _problem(what: str, problems: tuple[str, ...] = ()) -> CodebookProblem:
    return CodebookProblem(
        what,
        "Schools would be picked by a rule that nobody can read.",
        "Correct the file or its name.",
        problems,
    )
