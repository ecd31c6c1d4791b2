"""The school meant by every mention: accepted, in doubt, not in the register, or not found.

In: mentions and a prepared register. Out: ``SchoolLinks`` and ``SchoolCandidates``. Candidates are found over the whole
country, compared closely, and given calibrated probabilities that add up to 1 with *none of them*; what people decided
stands before all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.linkage.absence import recognise_absent
from leadscape.survey.linkage.aliases import NONE, replay
from leadscape.survey.linkage.asked import Asked, ask
from leadscape.survey.linkage.candidates import find_candidates
from leadscape.survey.linkage.config import LinkageConfig
from leadscape.survey.linkage.evidence import Evidence, gather_evidence
from leadscape.survey.linkage.model import Model, discount_closed, load_model, measure_none, utilities, weigh
from leadscape.survey.linkage.reasons import reasons
from leadscape.survey.linkage.tables import SchoolCandidates, SchoolLinks

if TYPE_CHECKING:
    from leadscape.survey.linkage.model import Chances
    from leadscape.survey.linkage.register import LinkageRegister

TIED: Final = 0.999
"""Share of the first probability from which the second is as good."""


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
        As :class:`~leadscape.survey.linkage.aliases.SchoolAliases`: what they decided on such wordings before.

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
    ranked = _rank(evidence, chances, register, config)
    links = _decide(asked, evidence, chances, ranked, register, accept_from, config)
    links = _as_decided(links, replay(asked.mentions, decisions, aliases), register)
    return Linkage(
        links=SchoolLinks.validate(links.select(SchoolLinks.column_names()).cast(polars_schema(SchoolLinks))),
        candidates=_candidates(asked, evidence, chances, ranked, register),
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
    return weigh(evidence, utility, none, model)


@dataclass(frozen=True)
class _Ranked:
    """Pairs worth showing, best first within a mention: rows of the evidence, and the rank of each from 1."""

    pair: np.ndarray
    rank: np.ndarray


def _rank(evidence: Evidence, chances: Chances, register: LinkageRegister, config: LinkageConfig) -> _Ranked:
    # Equal probabilities stand in the order of their numbers, which says nothing.
    number = register.schools["urn"].rank("ordinal").to_numpy().astype(np.int64)[evidence.school]
    order = np.lexsort((number, -np.round(chances.pair, 9), evidence.mention))
    mention = evidence.mention[order]
    rank = np.arange(order.size) - np.searchsorted(mention, mention) + 1
    shown = (rank <= config.candidates) & ((chances.pair[order] >= config.show_from) | (rank == 1))
    return _Ranked(order[shown], rank[shown])


def _decide(
    asked: Asked,
    evidence: Evidence,
    chances: Chances,
    ranked: _Ranked,
    register: LinkageRegister,
    accept_from: float,
    config: LinkageConfig,
) -> pl.DataFrame:
    """One row a mention: the columns of :class:`SchoolLinks`, before decisions."""
    first = ranked.pair[ranked.rank == 1]
    school = evidence.school[first]
    standing = register.schools["standing"].to_numpy()[school]
    second = ranked.pair[ranked.rank == 2]
    rivals = np.zeros(asked.height)
    rivals[evidence.mention[second]] = chances.pair[second]
    best = pl.DataFrame(
        {
            "at": evidence.mention[first],
            "best_urn": register.schools["urn"].gather(school),
            "best_name": register.schools["name"].gather(school),
            "linkable": register.schools["linkable"].gather(school),
            "p": chances.pair[first],
            "rival": rivals[evidence.mention[first]],
            "number_same": evidence.measures["number_same"][first] > 0,
            "exact": evidence.measures["exact"][first] > 0,
            "unnamed": evidence.measures["unnamed"][first] > 0,
            "best_reason": reasons(evidence, first, standing=standing),
        }
    )
    absent = recognise_absent(asked, register).with_row_index("at").cast({"at": pl.Int64})
    rows = asked.mentions.select("mention_id").with_row_index("at").cast({"at": pl.Int64})
    joined = rows.join(best, on="at", how="left", maintain_order="left").join(
        absent, on="at", maintain_order="left"
    )
    p = pl.col("p")
    by_number = pl.col("number_same") & pl.col("unnamed")
    p = pl.when(by_number).then(pl.lit(config.number_alone)).otherwise(p)
    tied = (pl.col("rival") >= TIED * pl.col("p")) & ~by_number
    accepted = pl.col("linkable") & ~tied & (p >= accept_from)
    closed = ~pl.col("linkable") & (p >= 0.5)
    offered = p >= config.review_from
    outcome = (
        pl.when(accepted.fill_null(value=False))
        .then(pl.lit("accepted"))
        .when((closed | pl.col("absence").is_not_null()).fill_null(value=False))
        .then(pl.lit("not_in_register"))
        .when(offered.fill_null(value=False))
        .then(pl.lit("review"))
        .otherwise(pl.lit("no_match"))
    )
    told = joined.with_columns(
        p=p, outcome=outcome, tied=tied.fill_null(value=False), closed=closed.fill_null(value=False)
    )
    is_accepted = pl.col("outcome") == "accepted"
    is_absent = pl.col("outcome") == "not_in_register"
    return told.select(
        "mention_id",
        "outcome",
        urn=pl.when(is_accepted).then("best_urn"),
        probability="p",
        method=pl.when(~is_accepted)
        .then(pl.lit("unlinked"))
        .when("number_same")
        .then(pl.lit("urn"))
        .when("exact")
        .then(pl.lit("exact_name"))
        .otherwise(pl.lit("probable")),
        absence=pl.when(is_absent & pl.col("closed")).then(pl.lit("closed")).when(is_absent).then("absence"),
        closed_urn=pl.when(is_absent & pl.col("closed")).then("best_urn"),
        reason=pl.when(is_accepted)
        .then("best_reason")
        .when(is_absent & pl.col("closed"))
        .then(pl.format("{} ({}) is closed on the date", "best_name", "best_urn"))
        .when(is_absent)
        .then("why")
        .when((pl.col("outcome") == "review") & pl.col("tied"))
        .then(pl.lit("several schools are equally likely"))
        .when(pl.col("outcome") == "review")
        .then(pl.format("the first candidate is not sure enough: {}", "best_reason"))
        .otherwise(pl.lit("nothing in the register is near")),
    )


def _as_decided(links: pl.DataFrame, decided: pl.DataFrame, register: LinkageRegister) -> pl.DataFrame:
    """Links with what people decided in place of what the software found; a number not in the register stays open."""
    if not decided.height:
        return links
    known = pl.concat([register.schools["urn"], pl.Series([NONE])])
    answered = links.join(decided, on="mention_id", how="left", maintain_order="left")
    given = pl.col("decision").is_not_null()
    usable = given & pl.col("decision").is_in(known.implode())
    meant = usable & (pl.col("decision") != NONE)
    none = usable & (pl.col("decision") == NONE)
    keep = ~usable.fill_null(value=False)
    return answered.with_columns(
        outcome=pl.when(meant)
        .then(pl.lit("accepted"))
        .when(none)
        .then(pl.lit("no_match"))
        .otherwise("outcome"),
        urn=pl.when(meant).then("decision").when(none).then(None).otherwise("urn"),
        probability=pl.when(keep).then("probability"),
        method=pl.when(keep).then("method").otherwise(pl.lit("review")),
        absence=pl.when(keep).then("absence"),
        closed_urn=pl.when(keep).then("closed_urn"),
        reason=pl.when(given & keep)
        .then(pl.format("decided on {}, which the register lacks", "decision"))
        .when(given)
        .then("how")
        .otherwise("reason"),
    )


def _candidates(
    asked: Asked, evidence: Evidence, chances: Chances, ranked: _Ranked, register: LinkageRegister
) -> pl.DataFrame:
    """As :class:`SchoolCandidates`."""
    school = evidence.school[ranked.pair]
    found = pl.DataFrame(
        {
            "mention_id": asked.mentions["mention_id"].gather(evidence.mention[ranked.pair]),
            "rank": ranked.rank,
            "urn": register.schools["urn"].gather(school),
            "name": register.schools["name"].gather(school),
            "town": register.schools["town"].gather(school),
            "successors": register.schools["successors"].gather(school),
            "probability": chances.pair[ranked.pair],
            "reason": reasons(
                evidence, ranked.pair, standing=register.schools["standing"].to_numpy()[school]
            ),
        }
    ).with_columns(
        reason=pl.when(pl.col("successors").list.len() > 0)
        .then(pl.format("{}; became {}", "reason", pl.col("successors").list.join(", ")))
        .otherwise("reason")
    )
    schema = polars_schema(SchoolCandidates)
    return SchoolCandidates.validate(found.select(SchoolCandidates.column_names()).cast(schema))
