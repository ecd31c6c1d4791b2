"""How probable is it that each school is the one meant, and that none is?

A conditional logit over a mention's candidates and *none of them*. Candidate *j* of mention *i* has utility

    u_ij = sum over measures m of b_m x_ijm + sum over h of a_h tanh(d_h + sum over m of w_hm x_ijm),

the second sum a few saturating terms that let measures of the name depend on one another. *None* has u_i0 = sum over k
of c_k z_ik, and

    P(j | i) = exp(u_ij) / (exp(u_i0) + sum over k of exp(u_ik)).

Namesakes share what the evidence gives them, so a tie stays a tie. The first probability is then put through a
calibration (a rising line through points), and the rest scaled so that all add up to 1. Coefficients, points and
acceptance come from ``codebooks/data/linkage/model_*.toml``, which says what they were fitted on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leadscape.survey.linkage.grammar import shipped_data

if TYPE_CHECKING:
    import polars as pl

    from leadscape.survey.linkage.asked import Asked
    from leadscape.survey.linkage.evidence import Evidence
    from leadscape.survey.linkage.register import LinkageRegister


TINY: Final = 1e-12
OLD_WORDING: Final = 3.0
"""Utility by which an old wording of a name may lie nearer than the name in force."""


@dataclass(frozen=True)
class Model:
    """Coefficients as shipped.

    Attributes
    ----------
    weights
        b_m of each measure.
    bent
        For each saturating term a_h, d_h and w_hm by measure.
    none_weights
        c_k of each measure of :func:`measure_none`.
    calibration
        Raw and calibrated probability at each point, both ascending.
    acceptance
        Precision target and the calibrated probability from which links reach it, ascending.
    provenance
        What they were fitted on.
    """

    weights: dict[str, float]
    bent: tuple[tuple[float, float, dict[str, float]], ...]
    none_weights: dict[str, float]
    calibration: tuple[np.ndarray, np.ndarray]
    acceptance: tuple[np.ndarray, np.ndarray]
    provenance: dict[str, Any]

    def accept_from(self, precision_target: float) -> float:
        """Calibrated probability from which accepted links are right as often as asked."""
        return float(np.interp(precision_target, *self.acceptance))


@dataclass(frozen=True)
class Chances:
    """Probabilities of pairs, and of none; they add up to 1 for each mention.

    Attributes
    ----------
    pair
        Calibrated, one a pair of the evidence.
    none
        Calibrated, one a mention.
    raw_best
        Before calibration: the highest of each mention, for fitting the calibration.
    """

    pair: np.ndarray
    none: np.ndarray
    raw_best: np.ndarray


@cache
def load_model(name: str) -> Model:
    """The model shipped under a name."""
    raw = shipped_data(f"model_{name}")
    points, acceptance = raw["calibration"]["points"], raw["acceptance"]["points"]
    return Model(
        weights=raw["weights"],
        bent=tuple((term["out"], term["bias"], term["weights"]) for term in raw["bent"]),
        none_weights=raw["none"],
        calibration=(np.array([p[0] for p in points]), np.array([p[1] for p in points])),
        acceptance=(np.array([p[0] for p in acceptance]), np.array([p[1] for p in acceptance])),
        provenance=raw["model"],
    )


def measure_none(asked: Asked) -> dict[str, np.ndarray]:
    """What makes it more or less likely that the register holds nothing of the kind, one value a mention."""
    owner = np.repeat(np.arange(asked.height), np.diff(asked.names.starts))
    mass = np.bincount(owner, asked.rarity[asked.names.word_ids], minlength=asked.height)
    told = np.diff(asked.authorities.indptr) > 0
    return {
        "always": np.ones(asked.height),
        "mass": mass / 10.0,
        "words": np.diff(asked.names.starts).astype(float),
        "authority_told": told.astype(float),
        "town_told": (asked.mentions["town_key"] != "").to_numpy().astype(float),
        "postcode_told": asked.mentions["area"].is_not_null().to_numpy().astype(float),
        "number_told": asked.mentions["urn"].is_not_null().to_numpy().astype(float),
        "kind_told": (asked.names.types > 0).astype(float),
        "unnamed": (asked.names.folded == "").to_numpy().astype(float),
    }


def utilities(evidence: Evidence, model: Model) -> np.ndarray:
    """u_ij of every pair."""
    total = _sum(evidence, model.weights)
    for out, bias, weights in model.bent:
        total += out * np.tanh(bias + _sum(evidence, weights))
    return total


def _sum(evidence: Evidence, weights: dict[str, float]) -> np.ndarray:
    total = np.zeros(evidence.mention.size)
    for name, weight in weights.items():
        total += weight * evidence.measures[name]
    return total


def discount_closed(
    utility: np.ndarray,
    evidence: Evidence,
    register: LinkageRegister,
    *,
    namesake_odds: float,
    closed_odds: float,
) -> np.ndarray:
    """Utilities with what is known beforehand about closed schools.

    A closed school beside an open one of the same name and authority (or town, in a register without authorities) is
    meant once in 1 / ``namesake_odds`` times. Where closed schools may not be linked to, one with the same telling
    words is an old wording of the open one, and any other counts ``closed_odds`` times as much as an open one on the
    same evidence.
    """
    standing = register.schools["standing"].to_numpy()[evidence.school]
    if standing.all():
        return utility
    linkable = register.schools["linkable"].to_numpy()[evidence.school]
    folded = _open_rival(utility, evidence, register, register.names.folded, standing)
    core = _open_rival(utility, evidence, register, register.names.core, standing)
    rival = np.where(linkable, folded, core)
    shadow = np.minimum(utility, np.where(np.isfinite(rival), rival, 0.0)) + np.log(namesake_odds)
    alone = np.where(linkable, utility, utility + np.log(closed_odds))
    near = np.isfinite(rival) & (linkable | (utility <= rival + OLD_WORDING))
    return np.where(standing, utility, np.where(near, shadow, alone))


def _open_rival(
    utility: np.ndarray, evidence: Evidence, register: LinkageRegister, words: pl.Series, standing: np.ndarray
) -> np.ndarray:
    """For each pair the highest utility of an open candidate of the same words and place; -inf without one."""
    number = words.gather(evidence.form).rank("dense").to_numpy().astype(np.int64)
    place = register.site[evidence.school]
    key = (evidence.mention * (number.max() + 1) + number) * (place.max() + 1) + place
    _, group = np.unique(key, return_inverse=True)
    best = np.full(group.max() + 1, -np.inf)
    np.maximum.at(best, group[standing], utility[standing])
    return best[group]


def believe_numbers(evidence: Evidence, chances: Chances, number_alone: float) -> Chances:
    """The same, with a number that nothing stands beside believed as often as numbers are right."""
    alone = (evidence.measures["number_same"] > 0) & (evidence.measures["unnamed"] > 0)
    if not alone.any():
        return chances
    numbered = np.zeros(chances.none.size, bool)
    numbered[evidence.mention[alone]] = True
    pair = np.where(alone, number_alone, np.where(numbered[evidence.mention], 0.0, chances.pair))
    return Chances(pair, np.where(numbered, 1.0 - number_alone, chances.none), chances.raw_best)


def weigh(evidence: Evidence, utility: np.ndarray, none: np.ndarray, model: Model) -> Chances:
    """Calibrated probabilities of every pair and of none."""
    mention, n = evidence.mention, none.size
    top = none.copy()
    np.maximum.at(top, mention, utility)
    odds = np.exp(utility - top[mention])
    whole = np.exp(none - top) + np.bincount(mention, odds, minlength=n)
    pair = odds / whole[mention]
    best = np.zeros(n)
    np.maximum.at(best, mention, pair)
    # Equal candidates are taken together and share alike, so that no tie is broken.
    tied = pair >= best[mention] * (1 - 1e-9)
    equals = np.bincount(mention, tied, minlength=n)
    runner = np.zeros(n)
    np.maximum.at(runner, mention[~tied], pair[~tied])
    left = 1.0 - best * equals
    wanted = np.where(equals > 1, best * equals, np.interp(best, *model.calibration))
    # Never so low that the second would come before the first.
    least = equals * runner / np.maximum(left + equals * runner, TINY)
    share = np.where(left > TINY, np.maximum(wanted, least), 1.0)
    scale = (1.0 - share) / np.maximum(left, TINY)
    calibrated = np.where(tied, (share / np.maximum(equals, 1.0))[mention], pair * scale[mention])
    none_share = np.maximum(1.0 - np.bincount(mention, calibrated, minlength=n), 0.0)
    return Chances(calibrated, none_share, best)
