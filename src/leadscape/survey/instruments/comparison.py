"""What changed between two versions of an instrument, and whether answers to both may be put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import NotComparable
from leadscape.core.tables import polars_schema
from leadscape.survey.instruments.instrument import CONSENT
from leadscape.survey.instruments.tables import InstrumentChanges

if TYPE_CHECKING:
    from leadscape.survey.instruments.instrument import Instrument, Question, Wording

_SAME_ANSWER: Final = ({"text", "long_text"}, {"text", "person"}, {"text", "school"}, {"number", "rating"})
"""Types whose answers are the same kind of thing, so that a change between them loses nothing."""

_Row = tuple[str, str, str | None, str | None, str | None, str]


@dataclass(frozen=True)
class InstrumentComparison:
    """Two versions set side by side.

    Attributes
    ----------
    changes
        As :class:`InstrumentChanges`.
    same
        Whether the content is identical.
    """

    old: tuple[str, int, str]
    new: tuple[str, int, str]
    changes: pl.DataFrame

    @property
    def same(self) -> bool:
        """Whether both ask the same in the same words."""
        return self.old[2] == self.new[2] or not self.changes.height

    def questions(self, comparable: str) -> tuple[str, ...]:
        """Questions both versions ask whose worst change is this: ``check`` or ``no``."""
        order = {"yes": 0, "check": 1, "no": 2}
        worst: dict[str, str] = {}
        for question, verdict in self.changes.select("question", "comparable").iter_rows():
            worst[question] = max(worst.get(question, "yes"), verdict, key=order.__getitem__)
        return tuple(question for question, verdict in worst.items() if verdict == comparable)


def compare_instruments(old: Instrument, new: Instrument) -> InstrumentComparison:
    """Every question added, removed, reworded, retyped or with other options.

    Answers stay comparable (``yes``) where only help, a language or the need to answer changed. Other words, other
    options, limits or skip rules may change who answers what: ``check``. Another type, or a question that one version
    lacks: ``no``.

    Raises
    ------
    NotComparable
        When they are two instruments and not two versions of one.
    """
    if old.id != new.id:
        raise NotComparable(
            f"{old.id} and {new.id} are two instruments.",
            "Only versions of one instrument ask the same thing.",
            "Compare two versions of one.",
        )
    rows: list[_Row] = [
        ("instrument", "language_added", language, None, language, "yes")
        for language in new.languages
        if language not in old.languages
    ]
    rows += [
        ("instrument", "language_removed", language, language, None, "yes")
        for language in old.languages
        if language not in new.languages
    ]
    rows += _reworded("consent", "consent_reworded", old.consent, new.consent, "check")
    first, second = ({name: q for name, q in one.questions.items() if name != CONSENT} for one in (old, new))
    rows += [
        (name, "removed", None, _any(first[name].wording), None, "no") for name in first if name not in second
    ]
    rows += [
        (name, "added", None, None, _any(second[name].wording), "no") for name in second if name not in first
    ]
    for name, before in first.items():
        if name in second:
            rows += _question_changes(before, second[name])
    return InstrumentComparison(
        (old.id, old.version, old.content_hash),
        (new.id, new.version, new.content_hash),
        InstrumentChanges.validate(pl.DataFrame(rows, schema=polars_schema(InstrumentChanges), orient="row")),
    )


def _question_changes(old: Question, new: Question) -> list[_Row]:
    rows = _reworded(old.id, "reworded", old.wording, new.wording, "check")
    rows += _reworded(old.id, "help_reworded", old.help, new.help, "yes")
    if old.type != new.type:
        verdict = "yes" if {old.type, new.type} in _SAME_ANSWER else "no"
        rows.append((old.id, "retyped", None, old.type, new.type, verdict))
    before, after = _option_words(old), _option_words(new)
    if before != after:
        rows.append((old.id, "options_changed", None, before, after, "check"))
    for change, told in (
        ("limits_changed", lambda q: _limits(q)),
        (
            "skip_rule_changed",
            lambda q: f"{q.ask_if.question} is {', '.join(q.ask_if.answers)}" if q.ask_if else None,
        ),
    ):
        if told(old) != told(new):
            rows.append((old.id, change, None, told(old), told(new), "check"))
    if old.required != new.required:
        words = ("may be left blank", "needed")
        rows.append((old.id, "requirement_changed", None, words[old.required], words[new.required], "yes"))
    return rows


def _reworded(name: str, change: str, old: Wording, new: Wording, verdict: str) -> list[_Row]:
    both = [language for language in {**old, **new} if language in old and language in new]
    return [
        (name, change, language, old[language], new[language], verdict)
        for language in both
        if " ".join(old[language].split()) != " ".join(new[language].split())
    ]


def _option_words(question: Question) -> str | None:
    own = "; ".join(f"{option.id} ({' / '.join(option.label.values())})" for option in question.options)
    parts = [
        own,
        f"from {question.options_from}" if question.options_from else "",
        "open" * question.open_list,
    ]
    return ", ".join(part for part in parts if part) or None


def _limits(question: Question) -> str | None:
    if question.minimum is None and question.maximum is None:
        return None
    return f"{question.minimum} to {question.maximum}"


def _any(wording: Wording) -> str | None:
    return next(iter(wording.values()), None)
