"""Roles that a wording may mean: the library's suggestions first, then every other role of the codebook."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from leadscape_web.review.presenters.schools import Candidate, Cell
from leadscape_web.review.wording import likely
from leadscape_web.survey.codebooks import Words

_SUGGESTED: Final = re.compile(r"^(\S+) \((\d+) %(?:; (.*))?\)$")


def role_candidates(candidates: Iterable[str], words: Words) -> tuple[Candidate, ...]:
    """Every role that may be chosen, each with the codebook's definition."""
    suggested = {
        found[1]: (int(found[2]), found[3] or "") for text in candidates if (found := _SUGGESTED.match(text))
    }
    order = [*suggested, *(role for role in words.roles if role not in suggested)]
    return tuple(_candidate(role, words, suggested.get(role)) for role in order)


def _candidate(role: str, words: Words, told: tuple[int, str] | None) -> Candidate:
    known = words.roles.get(role)
    definition = known.definition if known else "The codebook of this study does not hold it."
    facts = {"Definition": Cell(definition)}
    if known:
        facts["Source of the definition"] = Cell(known.source)
        facts["Origin"] = Cell(words.origin(known.origin))
    if told:
        facts["Probability"] = Cell(likely(told[0]))
        facts["Evidence"] = Cell(told[1] or "How the words resemble those of the codebook")
    chance = f" {likely(told[0])}{f': {told[1]}' if told[1] else ''}." if told else ""
    return Candidate(role, words.role(role), f"{definition}{chance}", facts)
