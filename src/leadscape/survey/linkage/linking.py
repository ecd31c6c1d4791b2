"""The school meant by every mention: accepted, in doubt, not in the register, or not found.

In: mentions and a prepared register. Out: ``SchoolLinks`` and ``SchoolCandidates``. Candidates are found over the whole
country, compared closely, and given calibrated probabilities that add up to 1 with *none of them*; what people decided
stands before all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.linkage.aliases import replay
from leadscape.survey.linkage.asked import Asked, ask
from leadscape.survey.linkage.candidates import find_candidates
from leadscape.survey.linkage.config import LinkageConfig
from leadscape.survey.linkage.evidence import Evidence, gather_evidence
from leadscape.survey.linkage.model import (
    Model,
    believe_numbers,
    discount_closed,
    load_model,
    measure_none,
    utilities,
    weigh,
)
from leadscape.survey.linkage.outcomes import (
    apply_decisions,
    decide_outcomes,
    rank_candidates,
    show_candidates,
)
from leadscape.survey.linkage.tables import SchoolLinks

if TYPE_CHECKING:
    from leadscape.survey.linkage.model import Chances
    from leadscape.survey.linkage.register import LinkageRegister


@dataclass(frozen=True)
class Linkage:
    """What a list of mentions means.

    Attributes
    ----------
    links, candidates
        As :class:`SchoolLinks`, :class:`SchoolCandidates`.
    accept_from
        Calibrated probability from which a link was accepted.
    config
        What was asked for.
    """

    links: pl.DataFrame
    candidates: pl.DataFrame
    none: pl.DataFrame
    accept_from: float
    config: LinkageConfig

    @property
    def expected_wrong(self) -> float:
        """Accepted links expected to be wrong: the sum of 1 - probability over those that the software accepted."""
        accepted = self.links.filter(pl.col("outcome") == "accepted", pl.col("probability").is_not_null())
        return float((1 - accepted["probability"]).sum())


def link_schools(
    mentions: pl.DataFrame,
    register: LinkageRegister,
    config: LinkageConfig | None = None,
    decisions: pl.DataFrame | None = None,
    aliases: pl.DataFrame | None = None,
) -> Linkage:
    """The school meant by every mention.

    Parameters
    ----------
    mentions
        ``mention_id`` (unique), and as text any of ``urn``, ``name``, ``authority_code``, ``authority`` (as written:
        authority, district, old county or diocese), ``town``, ``postcode``, ``phase``, ``head``. A column that lacks is
        null throughout.
    register
        From :func:`~leadscape.survey.linkage.register.prepare_register`.
    decisions
        ``mention_id``, ``decision`` (a URN or ``none``): what people decided on these very mentions.
    aliases
        As :class:`~leadscape.survey.linkage.tables.SchoolAliases`: what they decided on such wordings before.

    Notes
    -----
    A link is accepted when the first candidate's probability reaches the one that belongs to
    ``config.precision_target`` and no other candidate is as probable. What it does not say: that a link of probability
    0.99 is right. Of a hundred such, about one is not.
    """
    config = config or LinkageConfig()
    model = load_model(config.model)
    asked = ask(mentions, register)
    evidence = gather_evidence(*find_candidates(asked, register), asked, register)
    chances = _weigh(evidence, asked, register, model, config)
    accept_from = (
        config.accept_from if config.accept_from is not None else model.accept_from(config.precision_target)
    )
    ranked = rank_candidates(evidence, chances, register, config)
    links = decide_outcomes(asked, evidence, chances, ranked, register, accept_from, config)
    links = apply_decisions(links, replay(asked.mentions, decisions, aliases), register)
    return Linkage(
        links=SchoolLinks.validate(links.select(SchoolLinks.column_names()).cast(polars_schema(SchoolLinks))),
        candidates=show_candidates(asked, evidence, chances, ranked, register),
        none=asked.mentions.select("mention_id", probability=pl.Series(chances.none)),
        accept_from=accept_from,
        config=config,
    )


def _weigh(
    evidence: Evidence, asked: Asked, register: LinkageRegister, model: Model, config: LinkageConfig
) -> Chances:
    utility = discount_closed(
        utilities(evidence, model),
        evidence,
        register,
        namesake_odds=config.namesake_odds,
        closed_odds=config.closed_odds,
    )
    measured = measure_none(asked)
    none = np.sum([weight * measured[name] for name, weight in model.none_weights.items()], axis=0)
    return believe_numbers(evidence, weigh(evidence, utility, none, model), config.number_alone)
