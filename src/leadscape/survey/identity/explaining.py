"""Why two groups are taken for one person, asked about, or kept apart: evidence in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import polars as pl

from leadscape.survey.identity.fields import FIELDS, level_index
from leadscape.survey.identity.tables import PersonEvidence
from leadscape.survey.identity.weights import GIVEN, SURNAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.survey.identity.coding import Coded
    from leadscape.survey.identity.weights import Weights

RARE_DAY_BITS: Final = 6.0
"""A common start on a day that at most one role in about eighty begins on."""
AT: Final = {field: at for at, field in enumerate(FIELDS)}


class WeighedPairs(Protocol):
    """Pairs of groups with levels, bits and probability."""

    @property
    def one(self) -> NDArray[np.int64]: ...
    @property
    def other(self) -> NDArray[np.int64]: ...
    @property
    def levels(self) -> NDArray[np.int8]: ...
    @property
    def bits(self) -> NDArray[np.float64]: ...


def names_contradict(levels: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Whether given names, initials or titles of a pair contradict each other. Shape ``(pairs,)``."""
    return (
        _at(levels, "given", "different")
        | _at(levels, "initial", "different")
        | _at(levels, "gender", "conflict")
    )


def reasons_to_ask(levels: NDArray[np.int8], bits: NDArray[np.float64]) -> NDArray[np.object_]:
    """Why each pair would be asked about however probable it is; blank where nothing speaks against merging.

    Parameters
    ----------
    levels
        As :func:`~leadscape.survey.identity.comparing.compare` returns them.
    bits
        As :func:`~leadscape.survey.identity.weights.pair_bits` returns them.
    """
    unstated = levels[:, AT["school"]] < 0
    elsewhere = _at(levels, "school", "trust", "authority", "region", "elsewhere")
    # Half of all roles begin on the first of September: only a rare day ties two schools to one person.
    tied = bits[:, AT["start"]] >= RARE_DAY_BITS
    return np.select(
        [
            _at(levels, "given", "different") | _at(levels, "initial", "different"),
            _at(levels, "gender", "conflict"),
            _at(levels, "surname", "different"),
            unstated,
            elsewhere & ~tied,
        ],
        [
            "given names differ",
            "titles are of two genders",
            "surnames differ",
            "a home school is not stated",
            "home schools differ, and only the name ties them",
        ],
        "",
    ).astype(object)


def _at(levels: NDArray[np.int8], field: str, *names: str) -> NDArray[np.bool_]:
    return np.isin(levels[:, AT[field]], [level_index(field, name) for name in names])


def explain_pairs(
    pairs: WeighedPairs, weights: Weights, coded: Coded, ids: pl.Series
) -> tuple[pl.Series, pl.DataFrame]:
    """Evidence of each pair in words, the weightiest first, and as :class:`PersonEvidence`.

    Parameters
    ----------
    ids
        Id of each group.
    """
    row, field = np.nonzero(pairs.levels >= 0)
    level = pairs.levels[row, field]
    words = pl.DataFrame(
        [
            (at, place, name, one.name, one.words)
            for at, (name, levels) in enumerate(FIELDS.items())
            for place, one in enumerate(levels)
        ],
        schema={"at": pl.Int64, "place": pl.Int8, "field": pl.String, "level": pl.String, "words": pl.String},
        orient="row",
    )
    told = pl.DataFrame(
        {
            "row": row,
            "at": field,
            "place": level,
            "bits": pairs.bits[row, field],
            "rarity": _rarity(pairs, weights, coded)[row, field],
        }
    ).join(words, on=["at", "place"], maintain_order="left")
    rare = pl.format("{} (1 in {})", "words", (1 / pl.col("rarity")).round_sig_figs(2).cast(pl.Int64))
    told = told.with_columns(
        words=pl.when(pl.col("rarity").is_not_nan()).then(rare).otherwise("words"),
        person=ids.gather(pairs.one[row]),
        other=ids.gather(pairs.other[row]),
    )
    sentence = (
        told.sort("row", -pl.col("bits").abs(), "at")
        .group_by("row", maintain_order=True)
        .agg(why=pl.col("words").str.join("; "))
    )
    every = pl.DataFrame({"row": np.arange(pairs.one.size)}, schema={"row": pl.Int64})
    why = every.join(sentence, on="row", how="left", maintain_order="left")["why"].fill_null(
        "nothing is known of both"
    )
    return why, PersonEvidence.validate(
        told.sort("person", "other", "at").select(PersonEvidence.column_names())
    )


def _rarity(pairs: WeighedPairs, weights: Weights, coded: Coded) -> NDArray[np.float64]:
    """Frequency of the name that agrees, NaN elsewhere. Shape ``(pairs, fields)``."""
    rarity = np.full(pairs.levels.shape, np.nan)
    for at, field, shares, value in (
        (SURNAMES, "surname", weights.surname_shares, coded.surname),
        (GIVEN, "given", weights.given_shares, coded.given),
    ):
        here = np.flatnonzero(pairs.levels[:, at] == level_index(field, "same"))
        rarity[here, at] = shares[value[pairs.one[here]]]
    return rarity
