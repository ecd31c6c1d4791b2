"""Which nominations mean one person, with what probability, and why?

Tables in: nominations with the home school that is meant. Tables out: ``Identities``, ``PersonPairs``,
``PersonEvidence``, ``IdentityParameters``. Lines of one name at one school are a group; groups that share a search key
are weighed field by field; the likely and uncontradicted join; the doubtful are asked about; what a person decided
stands over all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadscape.survey.identity.blocking import find_candidates
from leadscape.survey.identity.clusters import Joined, components, join_apart, pairs_within
from leadscape.survey.identity.coding import code_groups
from leadscape.survey.identity.config import IdentityConfig
from leadscape.survey.identity.decisions import Decided, nothing_decided, place_decisions
from leadscape.survey.identity.explaining import names_contradict, reasons_to_ask
from leadscape.survey.identity.groups import complete_lines, group_lines
from leadscape.survey.identity.telling import shown_pairs, tell_identities, tell_pairs
from leadscape.survey.identity.weighing import Weighed, weigh_candidates, weigh_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]


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
    decisions = place_decisions(groups, decided)
    coded = code_groups(groups, ties)
    candidates = find_candidates(groups, config.largest_block)
    weights, weighed = weigh_candidates(coded, config, candidates.one, candidates.other, surname_counts)
    held = reasons_to_ask(weighed.levels, weighed.bits)
    accepted = (weighed.probability >= config.same_from) & (held == "")
    merging = weighed.keep(accepted)
    within = components(groups.size, np.r_[merging.one, decisions.one], np.r_[merging.other, decisions.other])
    closed = weigh_pairs(coded, config, weights, *pairs_within(within, config.largest_person))
    unlikely = closed.keep((closed.probability < config.conflict_below) | names_contradict(closed.levels))

    probable = _join(groups.size, merging, unlikely, within, config, nothing_decided())
    final = (
        _join(groups.size, merging, unlikely, within, config, decisions) if decisions.one.size else probable
    )
    shown = shown_pairs(weighed, closed, coded, config, weights, decisions, final.person)
    pairs, evidence = tell_pairs(groups, shown, weights, coded, config, decisions, probable, final)
    return PersonResolution(
        identities=tell_identities(groups, probable.person, final.person),
        pairs=pairs,
        evidence=evidence,
        parameters=weights.table(),
        prior=weights.prior,
        unused_decisions=decisions.unused,
        blocks_refused=candidates.blocks_refused,
    )


def _join(
    size: int,
    merging: Weighed,
    unlikely: Weighed,
    within: Rows,
    config: IdentityConfig,
    decisions: Decided,
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
