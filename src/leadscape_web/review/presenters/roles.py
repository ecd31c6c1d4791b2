"""Roles that a wording may mean: the library's suggestions, and every other role of the codebook."""

from __future__ import annotations

from leadscape_web.review.models import Question
from leadscape_web.review.presenters.schools import Candidate, Cell
from leadscape_web.review.wording import NONE, likely
from leadscape_web.survey.codebooks import Words


def chances_of(question: Question) -> dict[str, int]:
    """Answer to how likely it is, in per cent, best first."""
    return dict(zip(question.answers, question.chances_pct, strict=False))


def role_candidates(question: Question, words: Words) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """Roles that the library suggests, best first, and all others, each with the codebook's definition."""
    chances = {role: pct for role, pct in chances_of(question).items() if role != NONE}
    evidence = dict(zip(question.answers, question.evidence, strict=False))
    told = tuple(_candidate(role, words, pct, evidence.get(role, "")) for role, pct in chances.items())
    return told, tuple(_candidate(role, words, None, "") for role in words.roles if role not in chances)


def _candidate(role: str, words: Words, pct: int | None, evidence: str) -> Candidate:
    known = words.roles.get(role)
    definition = known.definition if known else "The codebook of this study does not hold it."
    facts = {"Definition": Cell(definition)}
    if known:
        facts["Source of the definition"] = Cell(known.source)
        facts["Origin"] = Cell(words.origin(known.origin))
    if pct is not None:
        facts["Probability"] = Cell(likely(pct))
        facts["Evidence"] = Cell(evidence or "How the words resemble those of the codebook")
    chance = f" {likely(pct)}{f': {evidence}' if evidence else ''}." if pct is not None else ""
    return Candidate(role, words.role(role), f"{definition}{chance}", facts)
