"""How the review's codes read: kinds of question, answers, probabilities."""

from __future__ import annotations

from typing import Final

from leadscape_web.review.models import Question

NONE: Final = "none"
SAME: Final = "same"
DIFFERENT: Final = "different"
OTHER: Final = "other"
"""On the form alone: a school that is not among the candidates."""
KINDS: Final[dict[str, str]] = {
    Question.Kind.ROLE: "Which role",
    Question.Kind.SCHOOL: "Which school",
    Question.Kind.PERSON: "Whether one person",
}
NONE_WORDS: Final[dict[str, str]] = {
    Question.Kind.ROLE: "No role beyond their own school",
    Question.Kind.SCHOOL: "None of the register",
}
PERSON_WORDS: Final = {SAME: "One person", DIFFERENT: "Two people"}
OPEN: Final = "Open"
WAITS: Final = "Waits for another question"
DECIDED: Final = "Decided"
TAKEN_OVER: Final = "Decided, in an earlier study"
NOT_YET: Final = "Decided, not in the figures yet"
CONTRADICTED: Final = "Not carried out: other decisions contradict it"
_LIKELY: Final = (
    (95, "almost certain"),
    (75, "likely"),
    (40, "about as likely as not"),
    (10, "unlikely"),
    (0, "very unlikely"),
)


def likely(pct: int | None) -> str:
    """A probability in words, with the figure: "likely (83 %)"."""
    if pct is None:
        return "Not estimated"
    return f"{next(words for least, words in _LIKELY if pct >= least).capitalize()} ({pct} %)"


def blanked_words() -> str:
    """What stands where words of a return were."""
    return "Words not kept any more"
