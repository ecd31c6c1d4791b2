"""How much each level of each field says, and how probable that makes a pair.

Fellegi-Sunter. A pair at level ``l`` of field ``f`` gains ``log2(m_fl / u_fl)`` bits, ``m`` being the probability of
the level among pairs of one person, ``u`` among pairs of two. With ``lambda`` the share of all pairs that are one
person, the probability of a pair is ``1 / (1 + 2 ** -(log2(lambda / (1 - lambda)) + sum of bits))``. Fields are taken
to be independent given the truth; fields that are not known add nothing.

``u`` is measured on random pairs, ``m`` and ``lambda`` by expectation and maximisation on the pairs found, each with
the shipped values as a Dirichlet prior: a study of thirty lines keeps the shipped ones, a national one moves them.

Sources: Fellegi & Sunter (1969), Journal of the American Statistical Association 64, 1183-1210; Winkler (1988),
Proceedings of the Section on Survey Research Methods, 667-671 (estimation by EM; value-specific frequencies).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.codebooks.person_names import load_person_names
from leadscape.survey.identity.fields import FIELDS, level_index
from leadscape.survey.identity.names import part_names
from leadscape.survey.identity.tables import IdentityParameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.survey.identity.coding import Coded
    from leadscape.survey.identity.config import IdentityConfig

ROUNDS: Final = 50
SETTLED: Final = 1e-6
"""Largest change of any probability between two rounds that ends the learning."""
PAIRS_LEARNT_FROM: Final = 200_000
PAIRS_PER_PERSON: Final = 0.3
"""Shipped guess of how many other groups of the same person a group has."""
OTHER_SURNAME: Final = 0.0004
"""Share of people with a surname of which nothing is known: one person in 2,500 bears it."""
OTHER_GIVEN: Final = 0.008
OTHER_DAY: Final = 1 / 400
GIVEN_STRENGTH: Final = 50.0
DAY_STRENGTH: Final = 20.0
SURNAMES: Final = tuple(FIELDS).index("surname")
GIVEN: Final = tuple(FIELDS).index("given")
STARTS: Final = tuple(FIELDS).index("start")


@dataclass(frozen=True)
class Weights:
    """What levels are worth.

    Attributes
    ----------
    m, u
        For each field in the order of ``FIELDS``, one probability a level.
    prior
        Share of all pairs that are one person (0-1).
    surname_shares, given_shares
        Frequency (0-1) of each word as a surname, as a given name. Shape ``(words,)``.
    day_shares
        Frequency (0-1) of each code of a start day.
    """

    m: tuple[NDArray[np.float64], ...]
    u: tuple[NDArray[np.float64], ...]
    prior: float
    surname_shares: NDArray[np.float64]
    given_shares: NDArray[np.float64]
    day_shares: NDArray[np.float64]

    @property
    def prior_bits(self) -> float:
        """log2 of the odds that any pair is one person."""
        return float(np.log2(self.prior / (1.0 - self.prior)))

    def table(self) -> pl.DataFrame:
        """As :class:`IdentityParameters`."""
        rows = [
            (field, level.name, float(m), float(u), level.m, level.u)
            for (field, levels), ms, us in zip(FIELDS.items(), self.m, self.u, strict=True)
            for level, m, u in zip(levels, ms, us, strict=True)
        ]
        columns = ["field", "level", "m", "u", "shipped_m", "shipped_u"]
        return IdentityParameters.validate(pl.DataFrame(rows, schema=columns, orient="row"))


def shipped_weights(
    coded: Coded, config: IdentityConfig, surname_counts: pl.DataFrame | None = None
) -> Weights:
    """The shipped probabilities, with the frequencies of the names and days at hand.

    Parameters
    ----------
    surname_counts
        ``surname`` (as written), ``count``: how many people of the population bear it. Without it the groups' own
        surnames are counted, held back by the shipped shares.
    """
    size = coded.surname.size
    prior = PAIRS_PER_PERSON / max(size - 1, 1)
    return Weights(
        m=tuple(np.array([level.m for level in levels]) for levels in FIELDS.values()),
        u=tuple(np.array([level.u for level in levels]) for levels in FIELDS.values()),
        prior=min(prior, 0.5),
        surname_shares=_surname_shares(coded, config, surname_counts),
        given_shares=_shares(coded.given, coded.words.size, OTHER_GIVEN, GIVEN_STRENGTH),
        day_shares=_shares(coded.starts.values, coded.start_days.size, OTHER_DAY, DAY_STRENGTH),
    )


def learn_weights(
    start: Weights,
    coded: Coded,
    config: IdentityConfig,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]],
    chance: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]],
) -> Weights:
    """``start`` moved by the study's own lines.

    Parameters
    ----------
    pairs
        Candidate pairs: rows, rows, levels.
    chance
        Random pairs: rows, rows, levels.
    """
    size = coded.surname.size
    all_pairs = size * (size - 1) / 2
    if not all_pairs:
        return start
    one, other, levels = pairs
    # A regular part of very many pairs tells as much as all of them.
    step = max(1, -(-one.size // PAIRS_LEARNT_FROM))
    part = slice(None, None, step)
    learnt = start
    for _ in range(ROUNDS):
        same = probability(pair_bits(learnt, coded, one[part], other[part], levels[part]), learnt)
        unrelated = 1.0 - probability(pair_bits(learnt, coded, *chance), learnt)
        expected = float(same.sum()) * step
        prior = (expected + config.prior_matches) / (all_pairs + config.prior_matches / start.prior)
        before, learnt = (
            learnt,
            Weights(
                m=_moved(levels[part], same * step, start.m, config.prior_strength, "learns_m"),
                u=tuple(
                    np.maximum(u, [level.least_u for level in levels])
                    for u, levels in zip(
                        _moved(chance[2], unrelated, start.u, 100.0 * config.prior_strength, "learns_u"),
                        FIELDS.values(),
                        strict=True,
                    )
                ),
                prior=prior,
                surname_shares=start.surname_shares,
                given_shares=start.given_shares,
                day_shares=start.day_shares,
            ),
        )
        if (
            max(np.abs(np.concatenate(learnt.m) - np.concatenate(before.m)).max(), abs(prior - before.prior))
            < SETTLED
        ):
            break
    return learnt


def pair_bits(
    weights: Weights,
    coded: Coded,
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    levels: NDArray[np.int8],
) -> NDArray[np.float64]:
    """What each field says about each pair, bits; 0 where it is not known. Shape ``(pairs, fields)``."""
    bits = np.zeros(levels.shape)
    for at, (m, u) in enumerate(zip(weights.m, weights.u, strict=True)):
        worth = np.append(np.log2(m / u), 0.0)
        bits[:, at] = worth[levels[:, at]]
    rare = (
        (SURNAMES, "surname", weights.surname_shares, coded.surname[one]),
        (GIVEN, "given", weights.given_shares, coded.given[one]),
        (STARTS, "start", weights.day_shares, None),
    )
    for at, field, shares, value in rare:
        same = level_index(field, "same_day" if field == "start" else "same")
        here = np.flatnonzero(levels[:, at] == same)
        share = (
            shares[value[here]] if value is not None else _day_shares(coded, one[here], other[here], shares)
        )
        bits[here, at] = np.log2(weights.m[at][same] / np.minimum(share, 0.5))
    return bits


def probability(bits: NDArray[np.float64], weights: Weights) -> NDArray[np.float64]:
    """Probability (0-1) that each pair is one person. Shape ``(pairs,)``."""
    total = np.clip(weights.prior_bits + bits.sum(axis=1), -500.0, 500.0)
    return 1.0 / (1.0 + np.exp2(-total))


def _day_shares(
    coded: Coded, one: NDArray[np.int64], other: NDArray[np.int64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Frequency of the rarest day on which both started."""
    listed = coded.starts
    counts = listed.starts[one + 1] - listed.starts[one]
    ends = np.cumsum(counts)
    at = np.repeat(listed.starts[one] - ends + counts, counts) + np.arange(counts.sum())
    days = listed.values[at]
    both = np.where(listed.has(np.repeat(other, counts), days), shares[days], 1.0)
    return np.minimum.reduceat(both, ends - counts) if one.size else np.zeros(0)


def _moved(
    levels: NDArray[np.int8],
    weight: NDArray[np.float64],
    start: tuple[NDArray[np.float64], ...],
    strength: float,
    learns: str,
) -> tuple[NDArray[np.float64], ...]:
    """Probabilities of levels from weighted pairs, with ``start`` as a prior; fixed levels keep their share."""
    moved = []
    for at, (known, shipped) in enumerate(zip(FIELDS.values(), start, strict=True)):
        free = np.array([getattr(level, learns) for level in known])
        counted = np.bincount(levels[:, at] + 1, weight, minlength=len(known) + 1)[1:] + strength * shipped
        share = np.where(free, counted, 0.0)
        left = 1.0 - shipped[~free].sum()
        moved.append(np.where(free, left * share / share.sum() if free.any() else 0.0, shipped))
    return tuple(moved)


def _shares(codes: NDArray[np.int64], size: int, other: float, strength: float) -> NDArray[np.float64]:
    """Frequency of each code among ``codes``, held back towards ``other``. Shape ``(size,)``."""
    counts = np.bincount(codes[codes >= 0], minlength=size)
    return (counts + strength * other) / (counts.sum() + strength)


def _surname_shares(
    coded: Coded, config: IdentityConfig, surname_counts: pl.DataFrame | None
) -> NDArray[np.float64]:
    words = pl.DataFrame({"surname": coded.words}, schema={"surname": pl.String})
    shipped = words.join(
        load_person_names().surname_shares, on="surname", how="left", maintain_order="left"
    ).select(pl.when(pl.col("share").is_null()).then(OTHER_SURNAME).otherwise("share"))
    expected = shipped.to_series().to_numpy()
    if surname_counts is None:
        counts = np.bincount(coded.surname[coded.surname >= 0], minlength=coded.words.size).astype(float)
        total = counts.sum()
    else:
        folded = pl.DataFrame(
            {
                "surname": part_names(surname_counts["surname"])["surname"],
                "count": surname_counts["count"].cast(pl.Float64),
            }
        )
        per_name = folded.group_by("surname").agg(pl.col("count").sum())
        found = words.join(per_name, on="surname", how="left", maintain_order="left")["count"]
        counts = np.nan_to_num(found.to_numpy().astype(float), nan=0.0)
        total = float(per_name["count"].sum())
    return (counts + config.surname_strength * expected) / (total + config.surname_strength)
