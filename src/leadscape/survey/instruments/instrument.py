"""One questionnaire as data: what is asked, of whom, in which words, and when a question does not arise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

QUESTION_TYPES: Final = (
    "text",
    "long_text",
    "single_choice",
    "several_choices",
    "yes_no",
    "number",
    "rating",
    "date",
    "school",
    "person",
)
CHOICE_TYPES: Final = ("single_choice", "several_choices")
NUMBER_TYPES: Final = ("number", "rating")
OPTION_SOURCES: Final = ("roles", "phases", "authorities")
"""Lists that come from outside the instrument: two from the codebook, one from the register."""

CONSENT: Final = "consent"
"""Id of the question that every instrument asks first; its wording is the instrument's consent text."""

ENGLISH: Final = "en"
Wording = Mapping[str, str]
"""Language to text, such as ``{"en": "Name of leader"}``."""


def in_language(wording: Wording, language: str) -> str:
    """The text in one language; an instrument that is sound has every language it states."""
    return wording.get(language, "")


@dataclass(frozen=True)
class Option:
    """One answer that may be chosen; a description says what it means where its label does not."""

    id: str
    label: Wording
    description: Wording = field(default_factory=dict)


@dataclass(frozen=True)
class AskIf:
    """A skip rule: the question arises only where an earlier one has one of these answers."""

    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    type
        One of ``QUESTION_TYPES``.
    options
        The instrument's own, in order; empty where ``options_from`` names a list from outside.
    open_list
        Whether other words than the options are an answer too; they are kept as written.
    minimum, maximum
        Of a number or a rating, both included.
    shows
        Name of a fact that the form shows beside the question, as an entry holds it.
    """

    id: str
    type: str
    wording: Wording
    help: Wording = field(default_factory=dict)
    required: bool = False
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    open_list: bool = False
    minimum: float | None = None
    maximum: float | None = None
    ask_if: AskIf | None = None
    shows: str | None = None


@dataclass(frozen=True)
class Section:
    """Questions that belong together.

    Attributes
    ----------
    rows
        How often the section may be answered, one line each; null for a section that is answered once.
    parts
        Parts of a dyad that are asked it; empty for all.
    """

    id: str
    title: Wording
    questions: tuple[Question, ...]
    help: Wording = field(default_factory=dict)
    rows: int | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class NominationRule:
    """Which section holds people who are named, and the question by which somebody says that there are none."""

    section: str
    none: str


@dataclass(frozen=True)
class EligibilityRule:
    """Whose answers are for this instrument: full academic years in post since the date that a question asks for.

    Attributes
    ----------
    part
        Part of the dyad that the rule is about; the other follows.
    """

    question: str
    full_years: int
    part: str | None = None


@dataclass(frozen=True)
class Instrument:
    """One version of a questionnaire.

    Attributes
    ----------
    codebook
        Id of the codebook that lists from outside come from, unless another is given.
    consent, notice
        What somebody agrees to; what people named in an answer have a right to know.
    parts
        Who answers for one case, such as a head and a second respondent; empty where one person does.
    words
        Words of the form itself (*Question*, *Answer*, *Yes*) by language.
    content_hash
        SHA-256 of the content without its layout: two instruments with the same one ask the same.
    """

    id: str
    version: int
    title: Wording
    introduction: Wording
    consent: Wording
    notice: Wording
    source: str
    codebook: str
    languages: tuple[str, ...]
    sections: tuple[Section, ...]
    words: Mapping[str, Mapping[str, str]]
    content_hash: str
    parts: tuple[str, ...] = ()
    nominations: NominationRule | None = None
    eligibility: EligibilityRule | None = None

    @cached_property
    def consent_question(self) -> Question:
        """The question that comes first and decides whether anything else is used."""
        return Question(CONSENT, "yes_no", self.consent, required=True)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by id, consent first, in the order in which they are asked."""
        asked = {q.id: q for section in self.sections for q in section.questions}
        return {CONSENT: self.consent_question, **asked}

    @cached_property
    def section_of(self) -> dict[str, Section]:
        """The section that a question stands in; consent stands in none."""
        return {q.id: section for section in self.sections for q in section.questions}

    def sections_for(self, part: str | None) -> tuple[Section, ...]:
        """Sections that one part of a dyad is asked; without a part all of them."""
        return tuple(s for s in self.sections if part is None or not s.parts or part in s.parts)

    def repeats(self, question_id: str) -> bool:
        """Whether the question is asked once a line."""
        section = self.section_of.get(question_id)
        return section is not None and section.rows is not None
