"""Every knob of the survey: how sure the software must be before it decides by itself, and how doubt is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from leadscape.core.errors import StudyProblem
from leadscape.survey.identity.config import IdentityConfig
from leadscape.survey.linkage.config import LinkageConfig

DRAWS_MAX: Final = 500
SETTINGS: Final = ("draws", "link_precision", "same_person_from")
"""What a study file may set under [survey]."""


@dataclass(frozen=True)
class SurveyConfig:
    """How one study's returns are understood.

    Attributes
    ----------
    linkage
        How schools are found. A study sets ``link_precision`` (its ``precision_target``).
    identity
        How persons are recognised. A study sets ``same_person_from`` (its ``same_from``).
    draws
        Ways in which open questions are answered when doubt is carried through (number). Default 20: with it the
        quantile of Rubin's rules is within 7 % of that of endless draws (Student's t with 19 degrees of freedom, 2.09
        against 1.96). 0 leaves doubt out of every interval.
    """

    linkage: LinkageConfig = field(default_factory=LinkageConfig)
    identity: IdentityConfig = field(default_factory=IdentityConfig)
    draws: int = 20

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any]) -> SurveyConfig:
        """The settings of a study file; what is not given keeps its default.

        Raises
        ------
        StudyProblem
            With a sentence for every setting whose value means nothing.
        """
        config = cls()
        draws = settings.get("draws", config.draws)
        precision = settings.get("link_precision", config.linkage.precision_target)
        same = settings.get("same_person_from", config.identity.same_from)
        rules = (
            (
                isinstance(draws, int)
                and not isinstance(draws, bool)
                and (draws == 0 or 2 <= draws <= DRAWS_MAX),
                f"draws must be 0 (none) or a whole number from 2 to {DRAWS_MAX}, not {draws!r}.",
            ),
            (
                _share(precision) and 0.5 <= precision < 1,
                f"link_precision must be a share of at least 0.5 and below 1, not {precision!r}.",
            ),
            (
                _share(same) and 0.5 <= same <= 1,
                f"same_person_from must be a share from 0.5 to 1, not {same!r}.",
            ),
        )
        problems = tuple(sentence for holds, sentence in rules if not holds)
        if problems:
            raise StudyProblem(
                " ".join(problems),
                "They say how sure the software must be before it decides by itself.",
                "Correct them under [survey], or leave them out to take the defaults.",
                problems,
            )
        return cls(
            replace(config.linkage, precision_target=float(precision)),
            replace(config.identity, same_from=float(same)),
            draws,
        )


def _share(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)
