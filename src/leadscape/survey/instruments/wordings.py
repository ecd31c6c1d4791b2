"""Which question a text means: by its id, by any wording of it, or, where it was changed, by the nearest wording."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leadscape.survey.headings import fold_heading
from leadscape.survey.nomination_lines import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadscape.survey.instruments.instrument import Instrument

NEAR: Final = 0.75
"""Least likeness (0-1, share of matching characters) at which a changed wording is taken for a question."""

CLEAR: Final = 0.05
"""How much nearer than the next question it must be."""


@dataclass(frozen=True)
class Meant:
    """The question that a text means; ``likeness`` is 1 where the words are those of the instrument."""

    question: str
    likeness: float


@dataclass(frozen=True)
class Wordings:
    """Every text by which the questions of one instrument are known."""

    instrument: Instrument

    @cached_property
    def known(self) -> dict[str, str]:
        """Folded text to question id; a text of two questions means neither."""
        found: dict[str, set[str]] = {}
        for name, question in self.instrument.questions.items():
            for text in (name, *question.wording.values()):
                found.setdefault(fold_heading(text), set()).add(name)
        if rule := self.instrument.nominations:
            asked = {q for q, s in self.instrument.section_of.items() if s.id == rule.section}
            for name, headings in HEADINGS.items():
                for heading in headings if name in asked else ():
                    found.setdefault(fold_heading(heading), {name})
        return {text: next(iter(names)) for text, names in found.items() if len(names) == 1}

    def exactly(self, text: str | None) -> str | None:
        """The question whose words these are, with or without a fact shown behind them."""
        if text is None:
            return None
        folded = fold_heading(text)
        if folded in self.known:
            return self.known[folded]
        shown = [
            name
            for wording, name in self.known.items()
            if self.instrument.questions[name].shows is not None and folded.startswith(wording)
        ]
        return shown[0] if len(set(shown)) == 1 else None

    def nearly(self, text: str, among: Iterable[str]) -> Meant | None:
        """The question nearest to changed words, where it is near and clearly nearer than any other."""
        folded = fold_heading(text)
        wanted = set(among)
        likeness: dict[str, float] = {}
        for wording, name in self.known.items():
            if name in wanted:
                near = SequenceMatcher(None, folded, wording, autojunk=False).ratio()
                likeness[name] = max(likeness.get(name, 0.0), near)
        ranked = sorted(likeness.items(), key=lambda pair: -pair[1])
        if not ranked or ranked[0][1] < NEAR:
            return None
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < CLEAR:
            return None
        return Meant(*ranked[0])

    def has_changed(self, name: str, text: str | None) -> bool:
        """Whether a form says something else than any wording of the question."""
        return text is None or self.exactly(text) != name
