"""Every knob of the landscape: default, unit, and where the default comes from.

The bands of authorities are not a knob: they are the paper's (few, most 10-30, several over 70; HH2007) and
the allowed values of a declared table, so that the tables of two studies can be laid side by side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from leadscape.core.errors import StudyProblem
from leadscape.survey.tables import RESPONDENT_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

STRATIFIERS: Final = ("region", "size_class", "phase_mix")
"""What authorities can be post-stratified by: region, number of schools, share of secondary schools."""

REPLICATIONS_MAX: Final = 100_000
FACTOR_STEPS_MAX: Final = 1_000
"""More would take memory and time and change no figure that is shown."""


@dataclass(frozen=True)
class LandscapeConfig:
    """How one study's landscape is counted, estimated and shown.

    Attributes
    ----------
    suppress_below
        Counts from 1 to one less are hidden (persons); 0 shows every count. Default 6: DfE statistical
        disclosure practice for schools.
    round_to
        Published counts are rounded to this number (persons). Default none.
    confidence
        Level of intervals (share). Default 0.95, the convention of official statistics.
    bootstrap_replications
        Draws of a bootstrap interval (number). Default 1000: enough for the ends of a 95 % percentile
        interval (Efron & Tibshirani 1993, An Introduction to the Bootstrap, section 13.3).
    national_routes
        Kinds of respondent through which national roles reach the study. Default agencies and networks
        (HH2007: national roles came from national agencies and networks).
    cold_spot_fdr
        Expected share of false alarms among cold spots. Default 0.05 (Benjamini & Hochberg 1995, Journal of
        the Royal Statistical Society B 57, 289-300).
    cold_spot_ratio
        A cold spot has at most this share of the holdings expected. Default 0.5: our judgement of *far
        below*.
    poststratify_by
        Stratifications of authorities, each a tuple of :data:`STRATIFIERS`; the first carries the sensitivity
        band.
    strata_answered_min
        Authorities that must have answered in a stratum (number). Default 2: fewer have no variance.
    factor_low, factor_high
        Range of the rate of silent authorities over the rate of those that answered (factor). Default 0 to 2:
        from none at all to twice as many.
    factor_step
        Step through that range (factor). Default 0.1.
    tipping_local_share_pct
        Local shares (%) for which the factor is stated that would bring them about. Default 15, 20, 25 and
        50.
    """

    suppress_below: int = 6
    round_to: int | None = None
    confidence: float = 0.95
    bootstrap_replications: int = 1000
    national_routes: tuple[str, ...] = ("agency", "network")
    cold_spot_fdr: float = 0.05
    cold_spot_ratio: float = 0.5
    poststratify_by: tuple[tuple[str, ...], ...] = (
        ("region",),
        ("region", "size_class"),
        ("region", "phase_mix"),
    )
    strata_answered_min: int = 2
    factor_low: float = 0.0
    factor_high: float = 2.0
    factor_step: float = 0.1
    tipping_local_share_pct: tuple[float, ...] = (15.0, 20.0, 25.0, 50.0)

    def __post_init__(self) -> None:
        """Refuse settings that would make a figure mean nothing."""
        mistyped = _mistyped(self)
        values = {
            field.name: field.default if field.name in mistyped else getattr(self, field.name)
            for field in fields(self)
        }
        rules = _rules(SimpleNamespace(**values))
        problems = [*mistyped.values(), *(sentence for holds, sentence in rules if not holds)]
        if problems:
            raise StudyProblem(
                f"The settings of the landscape have {len(problems)} problem{'s' * (len(problems) != 1)}: "
                f"{' '.join(problems)}",
                "Every figure is counted and shown by them.",
                "Correct the section [landscape] of the study file.",
                tuple(problems),
            )

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any]) -> LandscapeConfig:
        """The settings of a study file; lists become tuples, what is not given keeps its default.

        Raises
        ------
        StudyProblem
            When a setting is not one of these, or its value means nothing.
        """
        known = {field.name for field in fields(cls)}
        strange = sorted(set(settings) - known)
        if strange:
            raise StudyProblem(
                f"The landscape has no setting {', '.join(map(repr, strange))}.",
                "A setting that is not read would seem to have worked.",
                f"Use one of: {', '.join(sorted(known))}.",
                tuple(f"{name!r} is not a setting." for name in strange),
            )
        return cls(**{name: _frozen(value) for name, value in settings.items()})


def _mistyped(config: LandscapeConfig) -> dict[str, str]:
    """Name of every setting whose value is of the wrong kind, and the sentence that says so."""

    def whole(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def number(value: Any) -> bool:
        return whole(value) or (isinstance(value, float) and math.isfinite(value))

    def all_of(holds: Any, value: Any) -> bool:
        return isinstance(value, tuple) and all(holds(item) for item in value)

    def text(value: Any) -> bool:
        return isinstance(value, str)

    kinds = {
        "suppress_below": (whole, "a whole number"),
        "round_to": (lambda value: value is None or whole(value), "a whole number"),
        "bootstrap_replications": (whole, "a whole number"),
        "strata_answered_min": (whole, "a whole number"),
        "national_routes": (lambda value: all_of(text, value), "a list of words"),
        "poststratify_by": (
            lambda value: all_of(lambda item: all_of(text, item), value),
            "a list of lists of words",
        ),
        "tipping_local_share_pct": (lambda value: all_of(number, value), "a list of numbers"),
    }
    told = {}
    for name in (field.name for field in fields(config)):
        holds, words = kinds.get(name, (number, "a number"))
        if not holds(value := getattr(config, name)):
            told[name] = f"{name} must be {words}, not {value!r}."
    return told


def _rules(config: SimpleNamespace) -> list[tuple[bool, str]]:
    """What must hold of settings of the right kind, each with the sentence for when it does not."""
    stratifiers = {name for names in config.poststratify_by for name in names}
    steps = (config.factor_high - config.factor_low) / config.factor_step if config.factor_step > 0 else 1
    return [
        (config.suppress_below >= 0, f"suppress_below is {config.suppress_below}; it must be 0 or more."),
        (
            config.round_to is None or config.round_to >= 1,
            f"round_to is {config.round_to}; it must be at least 1.",
        ),
        (0 < config.confidence < 1, f"confidence is {config.confidence}; it lies between 0 and 1."),
        (
            config.bootstrap_replications >= 100,
            f"bootstrap_replications is {config.bootstrap_replications}; it must be at least 100.",
        ),
        (
            config.bootstrap_replications <= REPLICATIONS_MAX,
            f"bootstrap_replications is {config.bootstrap_replications}; it must be at most {REPLICATIONS_MAX}.",
        ),
        (
            set(config.national_routes) <= set(RESPONDENT_KINDS),
            f"national_routes must name {', '.join(RESPONDENT_KINDS)}.",
        ),
        (0 < config.cold_spot_fdr < 1, f"cold_spot_fdr is {config.cold_spot_fdr}; it lies between 0 and 1."),
        (
            0 < config.cold_spot_ratio <= 1,
            f"cold_spot_ratio is {config.cold_spot_ratio}; it lies above 0 and is at most 1.",
        ),
        (
            bool(stratifiers) and stratifiers <= set(STRATIFIERS) and all(config.poststratify_by),
            f"poststratify_by must name {', '.join(STRATIFIERS)}.",
        ),
        (
            config.strata_answered_min >= 2,
            f"strata_answered_min is {config.strata_answered_min}; a variance needs at least 2.",
        ),
        (
            0 <= config.factor_low <= 1 <= config.factor_high,
            f"factor_low to factor_high is {config.factor_low} to {config.factor_high}; it must hold 1.",
        ),
        (config.factor_step > 0, f"factor_step is {config.factor_step}; it must be above 0."),
        (
            steps <= FACTOR_STEPS_MAX,
            f"factor_step is {config.factor_step}; the range would have more than {FACTOR_STEPS_MAX} steps.",
        ),
        (
            all(0 < share < 100 for share in config.tipping_local_share_pct),
            "tipping_local_share_pct must lie between 0 and 100.",
        ),
    ]


def _frozen(value: Any) -> Any:
    """Lists of a TOML file as tuples, all the way down."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
