"""The answers that may be chosen for each question: the instrument's own, or from codebook and register."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leadscape.survey.instruments.instrument import NUMBER_TYPES, Option, in_language

if TYPE_CHECKING:
    import polars as pl

    from leadscape.codebooks import Codebook
    from leadscape.survey.instruments.instrument import Instrument, Question


@dataclass(frozen=True)
class Lists:
    """Lists from outside an instrument, by their name in ``options_from``."""

    entries: dict[str, tuple[Option, ...]] = field(default_factory=dict)

    def options(self, question: Question) -> tuple[Option, ...]:
        """What may be chosen; empty where nothing is known to choose from."""
        return question.options or self.entries.get(question.options_from or "", ())


def lists_of(codebook: Codebook, authorities: pl.DataFrame | None, languages: tuple[str, ...]) -> Lists:
    """Roles that the codebook collects, its phases, and the authorities of a register.

    Parameters
    ----------
    authorities
        As :class:`~leadscape.register.tables.Authorities`; null where there is no register at hand.
    languages
        Of the instrument. Codebooks and registers have one language, so their words stand for every one of them.
    """

    def option(name: str, label: str, description: str = "") -> Option:
        said = dict.fromkeys(languages, description) if description else {}
        return Option(name, dict.fromkeys(languages, label.replace(";", ",")), said)

    entries = {
        "roles": tuple(option(r.id, r.label, r.definition) for r in codebook.roles if r.collected),
        "phases": tuple(option(phase.id, phase.label) for phase in codebook.phases),
    }
    if authorities is not None and authorities.height:
        pairs = authorities.sort("authority_name").select("authority_code", "authority_name").iter_rows()
        entries["authorities"] = tuple(option(code, name) for code, name in pairs)
    return Lists(entries)


@dataclass(frozen=True)
class Addressee:
    """Whom a form is for, and what it shows; all null for a blank form.

    Attributes
    ----------
    shown
        Facts that the form shows beside questions, by the name in ``shows``.
    filled
        Answers filled in beforehand, by question id.
    """

    respondent_id: str | None = None
    respondent_name: str | None = None
    dyad_id: str | None = None
    part: str | None = None
    entry_id: str | None = None
    shown: dict[str, str | None] = field(default_factory=dict)
    filled: dict[str, str] = field(default_factory=dict)


def advice(
    instrument: Instrument, question: Question, language: str, lists: Lists, numbers: dict[str, int]
) -> str:
    """How to answer one question, in words: its help, what may be written, and its skip rule."""
    words = instrument.words[language]
    told = [in_language(question.help, language)]
    match question.type:
        case "single_choice" if lists.options(question):
            told.append(words["choose_or_write" if question.open_list else "choose_one"])
        case "several_choices":
            told.append(words["choose_several"])
        case "date":
            told.append(words["as_date"])
        case kind if kind in NUMBER_TYPES:
            low, high = question.minimum, question.maximum
            both = low is not None and high is not None
            told.append(
                words["between"].format(low=f"{low:g}", high=f"{high:g}") if both else words["as_number"]
            )
    if question.required:
        told.append(words["required"])
    if rule := skip_words(instrument, question, language, lists, numbers):
        told.append(rule)
    return " ".join(part for part in told if part)


def skip_words(
    instrument: Instrument, question: Question, language: str, lists: Lists, numbers: dict[str, int]
) -> str | None:
    """The skip rule as a sentence; null without one."""
    if question.ask_if is None:
        return None
    words = instrument.words[language]
    named = answer_words(instrument, question.ask_if.question, question.ask_if.answers, language, lists)
    asked = question.ask_if.question
    place = (
        str(numbers[asked])
        if asked in numbers
        else in_language(instrument.questions[asked].wording, language)
    )
    return words["only_if"].format(answers=f" {words['or']} ".join(named), number=place)


def answer_words(
    instrument: Instrument, question_id: str, answers: tuple[str, ...], language: str, lists: Lists
) -> list[str]:
    """Answers to a question as the form words them."""
    question = instrument.questions[question_id]
    if question.type == "yes_no":
        return [instrument.words[language][answer] for answer in answers]
    labels = {option.id: in_language(option.label, language) for option in lists.options(question)}
    return [labels.get(answer, answer) for answer in answers]


def number_questions(instrument: Instrument, part: str | None) -> dict[str, int]:
    """The number that each question asked once has on the form; consent is question 1."""
    once = [q.id for s in instrument.sections_for(part) if s.rows is None for q in s.questions]
    return {name: number for number, name in enumerate([instrument.consent_question.id, *once], 1)}
