"""Which nominations mean one person, with what probability, and why?

Tables in: nominations with the home school that is meant. Tables out: ``Identities``, ``PersonPairs``,
``PersonEvidence``, ``IdentityParameters``. Lines of one name at one school are a group; groups that share a search key
are weighed field by field; the likely and uncontradicted join; the doubtful are asked about; what a person decided
stands over all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.randomness import random_stream
from leadscape.core.tables import polars_schema
from leadscape.survey.identity.blocking import find_candidates, random_pairs
from leadscape.survey.identity.clusters import Joined, components, join_apart, pairs_within
from leadscape.survey.identity.coding import code_groups
from leadscape.survey.identity.comparing import compare
from leadscape.survey.identity.config import SEED, IdentityConfig
from leadscape.survey.identity.explaining import explain_pairs, reasons_to_ask
from leadscape.survey.identity.groups import complete_lines, group_lines
from leadscape.survey.identity.tables import Identities, PersonPairs
from leadscape.survey.identity.weights import learn_weights, pair_bits, probability, shipped_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.survey.identity.coding import Coded
    from leadscape.survey.identity.groups import Groups
    from leadscape.survey.identity.weights import Weights

    Rows = NDArray[np.int64]

DECIDED_COLUMNS: Final = ("person", "other", "decision")
PAIRS_AT_ONCE: Final = 1_000_000
"""Pairs weighed in one go, so that memory stays flat."""
BETWEEN: Final = "it agrees with two who cannot be one person"
CONTRADICTED: Final = "decided to be the same, but other decisions make them different"
THROUGH_DECISION: Final = "decisions on others make them different"


@dataclass(frozen=True)
class PersonResolution:
    """Who is one person.

    Attributes
    ----------
    identities
        As :class:`Identities`, one row a nomination.
    pairs
        As :class:`PersonPairs`: everything merged, asked about, decided, or unlikely but not to be ruled out.
    evidence
        As :class:`PersonEvidence`: what each field says about each of ``pairs``.
    parameters
        As :class:`IdentityParameters`: the probabilities that were used.
    prior
        Share of all pairs of groups that are one person (0-1), as estimated.
    unused_decisions
        Decisions on nominations that are not there.
    blocks_refused
        Search keys too common to compare all groups that share them; above 0 some pairs may have been missed.
    """

    identities: pl.DataFrame
    pairs: pl.DataFrame
    evidence: pl.DataFrame
    parameters: pl.DataFrame
    prior: float
    unused_decisions: int
    blocks_refused: int


@dataclass(frozen=True)
class _Weighed:
    """Pairs of groups with their levels, bits and probability."""

    one: Rows
    other: Rows
    levels: NDArray[np.int8]
    bits: NDArray[np.float64]
    probability: NDArray[np.float64]

    def keep(self, which: NDArray[np.bool_] | Rows) -> _Weighed:
        return _Weighed(
            self.one[which], self.other[which], self.levels[which], self.bits[which], self.probability[which]
        )


@dataclass(frozen=True)
class _Decided:
    """Decisions by rows of groups."""

    one: Rows
    other: Rows
    same: NDArray[np.bool_]
    unused: int


def resolve_persons(
    lines: pl.DataFrame,
    config: IdentityConfig | None = None,
    decided: pl.DataFrame | None = None,
    surname_counts: pl.DataFrame | None = None,
    ties: pl.DataFrame | None = None,
) -> PersonResolution:
    """Persons from nominations.

    Parameters
    ----------
    lines
        ``nomination_id`` (unique), ``leader_name`` as written, and as far as known ``respondent_id``, ``route``,
        ``home_urn`` (linked), ``home_school`` as written, ``authority_code``, ``region``, ``role``, ``started_on``,
        ``ended_on``, ``partner_urns`` (list). An absent column is not known of any line.
    decided
        ``person``, ``other`` (a nomination of each side), ``decision`` (``same`` or ``different``). Both hold, also
        through others; where they contradict each other the ``same`` is not carried out and is asked about again.
    surname_counts
        ``surname``, ``count`` in the population, so that agreement in a rare surname weighs more.
    ties
        ``urn``, ``other_urn``, ``tie``: schools that followed one another (``followed``) or are in one trust or
        federation (``trust``), as :func:`~leadscape.survey.identity.ties.school_ties` finds them.

    Notes
    -----
    See :mod:`leadscape.survey.identity.weights` for the formula. Two things are never merged unasked, however probable:
    names or titles that contradict each other, and home schools that differ where nothing else but the name ties them.
    What it does not say: that a person is who a respondent says; that two pairs' probabilities are independent.
    """
    config = config or IdentityConfig()
    known = complete_lines(lines)
    groups = group_lines(known, decided)
    decisions = _decisions(groups, decided)
    coded = code_groups(groups, ties)
    candidates = find_candidates(groups, config.largest_block)
    weights, weighed = _weigh(coded, config, candidates.one, candidates.other, surname_counts)
    held = reasons_to_ask(weighed.levels, weighed.bits)
    accepted = (weighed.probability >= config.same_from) & (held == "")
    merging = weighed.keep(accepted)
    within = components(groups.size, np.r_[merging.one, decisions.one], np.r_[merging.other, decisions.other])
    closed = _weigh_more(coded, config, weights, *pairs_within(within, config.largest_person))
    unlikely = closed.keep(closed.probability < config.conflict_below)

    probable = _join(groups.size, merging, unlikely, within, config, _nothing_decided())
    final = (
        _join(groups.size, merging, unlikely, within, config, decisions) if decisions.one.size else probable
    )
    shown = _shown(weighed, closed, coded, config, weights, decisions, final.person)
    pairs, evidence = _tell(groups, shown, weights, coded, config, decisions, probable, final)
    return PersonResolution(
        identities=_identities(groups, probable.person, final.person),
        pairs=pairs,
        evidence=evidence,
        parameters=weights.table(),
        prior=weights.prior,
        unused_decisions=decisions.unused,
        blocks_refused=candidates.blocks_refused,
    )


def _nothing_decided() -> _Decided:
    nobody = np.zeros(0, dtype=np.int64)
    return _Decided(nobody, nobody, np.zeros(0, dtype=bool), 0)


def _decisions(groups: Groups, decided: pl.DataFrame | None) -> _Decided:
    """Decisions by group; one on a nomination that is not there is counted, not used."""
    if decided is None or not decided.height:
        return _nothing_decided()
    place = groups.members.join(
        groups.frame.select("group").with_row_index("at"), on="group", maintain_order="left"
    ).select("nomination_id", at=pl.col("at").cast(pl.Int64))
    found = (
        decided.select(DECIDED_COLUMNS)
        .join(place, left_on="person", right_on="nomination_id", how="left", maintain_order="left")
        .join(
            place,
            left_on="other",
            right_on="nomination_id",
            how="left",
            suffix="_other",
            maintain_order="left",
        )
    )
    used = found.drop_nulls(["at", "at_other"])
    apart = used.filter(pl.col("at") != pl.col("at_other"))
    one, other = apart["at"].to_numpy(), apart["at_other"].to_numpy()
    return _Decided(
        np.minimum(one, other),
        np.maximum(one, other),
        (apart["decision"].cast(pl.String) == "same").to_numpy(),
        found.height - used.height,
    )


def _weigh(
    coded: Coded, config: IdentityConfig, one: Rows, other: Rows, surname_counts: pl.DataFrame | None
) -> tuple[Weights, _Weighed]:
    """Weights learnt from the candidate pairs, and those of them that are not beyond question different people."""
    levels = [
        compare(coded, config, one[at : at + PAIRS_AT_ONCE], other[at : at + PAIRS_AT_ONCE])
        for at in range(0, max(one.size, 1), PAIRS_AT_ONCE)
    ]
    stacked = np.concatenate(levels)
    chance = random_pairs(coded.surname.size, config.random_pairs, random_stream(SEED, "identity", "chance"))
    weights = learn_weights(
        shipped_weights(coded, config, surname_counts),
        coded,
        config,
        (one, other, stacked),
        (*chance, compare(coded, config, *chance)),
    )
    likely: list[_Weighed] = []
    for at in range(0, max(one.size, 1), PAIRS_AT_ONCE):
        piece = slice(at, at + PAIRS_AT_ONCE)
        bits = pair_bits(weights, coded, one[piece], other[piece], stacked[piece])
        weighed = _Weighed(one[piece], other[piece], stacked[piece], bits, probability(bits, weights))
        likely.append(weighed.keep(weighed.probability >= config.conflict_below))
    return weights, _stack(likely)


def _weigh_more(coded: Coded, config: IdentityConfig, weights: Weights, one: Rows, other: Rows) -> _Weighed:
    levels = compare(coded, config, one, other)
    bits = pair_bits(weights, coded, one, other, levels)
    return _Weighed(one, other, levels, bits, probability(bits, weights))


def _stack(pieces: list[_Weighed]) -> _Weighed:
    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(piece, name) for piece in pieces])

    return _Weighed(*(joined(name) for name in ("one", "other", "levels", "bits", "probability")))


def _join(
    size: int,
    merging: _Weighed,
    unlikely: _Weighed,
    within: Rows,
    config: IdentityConfig,
    decisions: _Decided,
) -> Joined:
    """Persons by evidence and decisions; ``kept`` is of ``merging``."""
    same, apart = decisions.same, ~decisions.same
    parted = decisions.one[apart], decisions.other[apart]
    settled = join_apart(
        size, decisions.one[same], decisions.other[same], np.ones(int(same.sum())), *parted
    ).person
    # A person of too many groups is a chain: nobody joins it unasked.
    _, crowd = np.unique(within, return_counts=True)
    crowded = np.repeat(False, size)
    crowded[np.isin(within, np.unique(within)[crowd > config.largest_person])] = True
    a, b = settled[merging.one], settled[merging.other]
    open_ = (a != b) & ~crowded[merging.one]
    conflict = settled[unlikely.one], settled[unlikely.other]
    told = conflict[0] != conflict[1]
    apart_one = np.r_[settled[parted[0]], conflict[0][told]]
    apart_other = np.r_[settled[parted[1]], conflict[1][told]]
    strength = merging.probability[open_]
    by_evidence = join_apart(size, a[open_], b[open_], strength, apart_one, apart_other)
    kept = a == b
    kept[open_] = by_evidence.kept
    return Joined(by_evidence.person[settled], kept)


def _shown(
    weighed: _Weighed,
    closed: _Weighed,
    coded: Coded,
    config: IdentityConfig,
    weights: Weights,
    decisions: _Decided,
    person: Rows,
) -> _Weighed:
    """Pairs that have a row: likely enough, of one person, or decided."""
    inside = closed.keep(person[closed.one] == person[closed.other])
    asked = _weigh_more(coded, config, weights, decisions.one, decisions.other)
    stacked = _stack([weighed, inside, asked])
    _, first = np.unique(stacked.one * person.size + stacked.other, return_index=True)
    return stacked.keep(first)


def _tell(
    groups: Groups,
    shown: _Weighed,
    weights: Weights,
    coded: Coded,
    config: IdentityConfig,
    decisions: _Decided,
    probable: Joined,
    final: Joined,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pairs and evidence as tables."""
    size = groups.size
    key = shown.one * size + shown.other
    decided_key = decisions.one * size + decisions.other
    decided = np.full(key.size, "", dtype=object)
    at = np.searchsorted(key, decided_key)
    # Where one pair was decided twice, different holds: keeping people apart can be undone by asking again.
    decided[at[decisions.same]] = "same"
    decided[at[~decisions.same]] = "different"
    together = final.person[shown.one] == final.person[shown.other]
    contradicted = (decided == "same") & ~together
    parted = _parted(decisions, final.person, shown)
    reason = reasons_to_ask(shown.levels, shown.bits)
    likely = shown.probability >= config.review_from
    open_ = (decided == "") & ~together & ~parted & likely
    best = _best(open_, shown, final.person)
    alone = probable.person[shown.one] == probable.person[shown.other]
    outcome = np.select(
        [
            (decided == "") & together,
            open_ & best,
            contradicted,
            (decided != "") & alone,
            (decided != "") & likely,
        ],
        ["same", "review", "review", "same", "review"],
        "different",
    )
    because = np.select(
        [
            contradicted,
            parted & (decided == ""),
            outcome != "review",
            reason != "",
            shown.probability >= config.same_from,
        ],
        [CONTRADICTED, THROUGH_DECISION, "", reason, BETWEEN],
        "",
    )
    listed = ~(open_ & ~best)
    ids, count = groups.frame["group"], groups.frame["nominations"]
    text, evidence = explain_pairs(shown.keep(listed), weights, coded, ids)
    kept = shown.keep(listed)
    schema = polars_schema(PersonPairs)
    pairs = pl.DataFrame(
        {
            "person": ids.gather(kept.one),
            "other": ids.gather(kept.other),
            "nominations": count.gather(kept.one),
            "nominations_other": count.gather(kept.other),
            "probability": kept.probability,
            "outcome": pl.Series(outcome[listed].astype(str)).cast(schema["outcome"]),
            "decision": _blank_is_null(np.where(contradicted, "", decided)[listed]).cast(schema["decision"]),
            "asked_because": _blank_is_null(because[listed]),
            "why": text,
            "bits": kept.bits.sum(axis=1),
        }
    )
    return PersonPairs.validate(pairs.sort("person", "other")), evidence


def _parted(decisions: _Decided, person: Rows, shown: _Weighed) -> NDArray[np.bool_]:
    """Whether a decision keeps the persons of a pair apart, be it about other groups of theirs."""
    apart = ~decisions.same
    size = person.size

    def key(one: Rows, other: Rows) -> Rows:
        a, b = person[one], person[other]
        return np.minimum(a, b) * size + np.maximum(a, b)

    return np.isin(key(shown.one, shown.other), key(decisions.one[apart], decisions.other[apart]))


def _best(open_: NDArray[np.bool_], shown: _Weighed, person: Rows) -> NDArray[np.bool_]:
    """The likeliest open pair between any two persons: they are asked about once."""
    at = np.flatnonzero(open_)
    a, b = person[shown.one[at]], person[shown.other[at]]
    key = np.minimum(a, b) * person.size + np.maximum(a, b)
    order = np.lexsort((shown.other[at], shown.one[at], -shown.probability[at], key))
    best = np.zeros(open_.size, dtype=bool)
    best[at[order[np.unique(key[order], return_index=True)[1]]]] = True
    return best


def _blank_is_null(text: np.ndarray) -> pl.Series:
    return pl.Series(text.astype(str), dtype=pl.String).replace("", None)


def _identities(groups: Groups, probable: Rows, final: Rows) -> pl.DataFrame:
    """One row a nomination, with the ids it had at every step."""
    ids = groups.frame["group"]
    by_group = pl.DataFrame(
        {"group": ids, "probable_person": ids.gather(probable), "person": ids.gather(final)}
    )
    own, evidence = pl.col("person") == pl.col("group"), pl.col("person") == pl.col("probable_person")
    merged = (
        pl.when(own).then(pl.lit("exact")).when(evidence).then(pl.lit("probable")).otherwise(pl.lit("review"))
    )
    schema = polars_schema(Identities)
    told = groups.members.join(by_group, on="group", maintain_order="left").with_columns(
        merged_by=merged.cast(schema["merged_by"]),
        leader_id=pl.concat_str(pl.lit("L"), pl.col("person").str.slice(1)),
        leader_id_before=pl.concat_str(pl.lit("L"), pl.col("group").str.slice(1)),
    )
    return Identities.validate(told.select(Identities.column_names()).sort("nomination_id"))
