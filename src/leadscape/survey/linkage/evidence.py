"""Everything that speaks for or against a school being the one meant, as one number a measure and pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from rapidfuzz import distance, fuzz, process

from leadscape.survey.linkage.name_evidence import compare_names

if TYPE_CHECKING:
    from leadscape.survey.linkage.asked import Asked
    from leadscape.survey.linkage.register import LinkageRegister

TOWN_NEAR: Final = 85.0
CONTRADICTED: Final = 0.3
"""Share of a name's telling words, by weight, below which a school of the number written is not the one named."""
SURNAME_NEAR: Final = 0.8
"""Likeness (0-1) from which two surnames are one."""


@dataclass(frozen=True)
class Evidence:
    """Pairs of a mention and a school with what was measured; of a school's names the nearest.

    Attributes
    ----------
    mention, school, form
        Rows of the mentions, of ``register.schools`` and of ``register.forms``; ordered by mention, then school.
    measures
        Name of a measure to its values, one a pair.
    """

    mention: np.ndarray
    school: np.ndarray
    form: np.ndarray
    measures: dict[str, np.ndarray]


def gather_evidence(
    mention: np.ndarray, form: np.ndarray, asked: Asked, register: LinkageRegister
) -> Evidence:
    """Compare every pair, and keep for each mention and school the name that is nearest."""
    school = register.forms["school"].to_numpy()[form]
    former = register.forms["former"].to_numpy()[form]
    measures = compare_names(mention, form, asked, register)
    nearness = (
        measures["covers_ours"] + measures["covers_theirs"] + measures["joined"] + measures["ordered"]
        + measures["exact"] - measures["kind_conflict"] - 0.05 * former
    )  # fmt: skip
    order = np.lexsort((-nearness, school, mention))
    pairs = mention[order] * max(register.schools.height, 1) + school[order]
    kept = order[np.append(True, pairs[1:] != pairs[:-1])] if order.size else order
    mention, school, form = mention[kept], school[kept], form[kept]
    measures = {name: values[kept] for name, values in measures.items()}
    measures["former"] = former[kept].astype(float)
    measures |= _compare_places(mention, school, asked, register)
    measures |= _compare_details(mention, school, asked, register)
    common = np.log(np.maximum(register.bearers[form], 1.0))
    agreed = measures["all_found"] * measures["all_theirs_found"]
    return Evidence(
        mention,
        school,
        form,
        measures
        | {
            "common": common,
            "common_elsewhere": common * measures["authority_differs"],
            "common_inside": common * measures["authority_agrees"],
            "exact_elsewhere": measures["exact"] * measures["authority_differs"],
            "poor_elsewhere": (1.0 - measures["covers_ours"]) * measures["authority_differs"],
            "agreed": agreed,
            "agreed_inside": agreed * measures["authority_agrees"],
            "lost_elsewhere": np.minimum(measures["ours_lost_words"], 1.0) * measures["authority_differs"],
            "lost_inside": np.minimum(measures["ours_lost_words"], 1.0) * measures["authority_agrees"],
            "kind_lost": np.minimum(measures["ours_lost_words"], 1.0) * (1.0 - measures["kind_same"]),
            "number_contradicted": measures["number_same"]
            * (measures["covers_ours"] < CONTRADICTED)
            * (1.0 - measures["unnamed"]),
            "faith_lost": np.minimum(measures["ours_lost_words"], 1.0) * measures["faith_only_ours"],
            "elsewhere_kind": measures["authority_differs"] * (1.0 - measures["kind_same"]),
        },
    )


def _compare_places(
    mention: np.ndarray, school: np.ndarray, asked: Asked, register: LinkageRegister
) -> dict[str, np.ndarray]:
    authority = register.authority[school]
    told = np.diff(asked.authorities.indptr)[mention] > 0
    known = told & (authority >= 0)
    agrees = np.zeros(mention.size)
    agrees[known] = _values_at(asked, mention[known], authority[known])
    differs = known & (agrees == 0)
    near = np.zeros(mention.size)
    if differs.any():
        spread = asked.authorities @ register.affinity
        near[differs] = np.minimum(spread[mention[differs], authority[differs]], 1.0)
    towns = asked.mentions["town_key"].gather(mention), register.schools["town_key"].gather(school)
    both = (towns[0] != "").to_numpy() & (towns[1] != "").to_numpy()
    likeness = process.cpdist(towns[0].to_list(), towns[1].to_list(), scorer=fuzz.token_set_ratio)
    measures = {
        "authority_agrees": agrees,
        "authority_differs": differs.astype(float),
        "authority_near": near,
        "town_agrees": (both & (likeness >= TOWN_NEAR)).astype(float),
        "town_differs": (both & (likeness < TOWN_NEAR)).astype(float),
    }
    return measures | _compare_postcodes(mention, school, asked, register)


def _values_at(asked: Asked, mention: np.ndarray, authority: np.ndarray) -> np.ndarray:
    if not mention.size:
        return np.zeros(0)
    return np.asarray(asked.authorities[mention, authority]).ravel()


def _compare_postcodes(
    mention: np.ndarray, school: np.ndarray, asked: Asked, register: LinkageRegister
) -> dict[str, np.ndarray]:
    levels = ("whole", "sector", "outcode", "area")
    same = {
        level: (asked.mentions[level].gather(mention) == register.schools[level].gather(school))
        .fill_null(False)
        .to_numpy()
        for level in levels
    }
    both = (
        asked.mentions["area"].is_not_null().gather(mention)
        & register.schools["area"].is_not_null().gather(school)
    ).to_numpy()
    finest = np.select([same[level] for level in levels], [4, 3, 2, 1], 0)
    return {
        "postcode_whole": (finest == 4).astype(float),
        "postcode_sector": (finest == 3).astype(float),
        "postcode_outcode": (finest == 2).astype(float),
        "postcode_area": (finest == 1).astype(float),
        "postcode_differs": (both & (finest == 0)).astype(float),
    }


def _compare_details(
    mention: np.ndarray, school: np.ndarray, asked: Asked, register: LinkageRegister
) -> dict[str, np.ndarray]:
    urn = asked.mentions["urn"].gather(mention)
    numbered = urn.is_not_null().to_numpy()
    edits = process.cpdist(
        urn.fill_null("").to_list(),
        register.schools["urn"].gather(school).to_list(),
        scorer=distance.OSA.distance,
    )
    phase = asked.mentions["phase_family"].gather(mention), register.schools["phase_family"].gather(school)
    # A school of all ages is of either phase.
    through = ((phase[0] == "all_through") | (phase[1] == "all_through")).fill_null(False).to_numpy()
    phases = (phase[0].is_not_null() & phase[1].is_not_null()).to_numpy() & ~through
    same_phase = (phase[0] == phase[1]).fill_null(False).to_numpy()
    standing = register.schools["standing"].gather(school).to_numpy()
    return {
        "number_same": (numbered & (edits == 0)).astype(float),
        "number_near": (numbered & (edits == 1)).astype(float),
        "number_differs": (numbered & (edits > 1)).astype(float),
        "phase_same": same_phase.astype(float),
        "phase_differs": (phases & ~same_phase).astype(float),
        "closed": (~standing).astype(float),
        **_compare_heads(mention, school, asked, register),
    }


def _compare_heads(
    mention: np.ndarray, school: np.ndarray, asked: Asked, register: LinkageRegister
) -> dict[str, np.ndarray]:
    written = asked.mentions["surname"].gather(mention)
    led = register.schools["surnames"].gather(school)
    pairs = (
        pl.DataFrame({"at": np.arange(mention.size), "written": written, "led": led})
        .drop_nulls()
        .explode("led")
    )
    likeness = np.full(mention.size, -1.0)
    if pairs.height:
        near = process.cpdist(
            pairs["written"].to_list(), pairs["led"].to_list(), scorer=distance.OSA.normalized_similarity
        )
        np.maximum.at(likeness, pairs["at"].to_numpy(), near)
    return {
        "head_same": (likeness >= SURNAME_NEAR).astype(float),
        "head_differs": ((likeness >= 0) & (likeness < SURNAME_NEAR)).astype(float),
    }
