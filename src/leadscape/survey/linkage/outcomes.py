"""From probabilities to outcomes: what is accepted, asked about, absent or not found, and the candidates beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.linkage.absence import recognise_absent
from leadscape.survey.linkage.aliases import NONE
from leadscape.survey.linkage.reasons import reasons
from leadscape.survey.linkage.tables import SchoolCandidates

if TYPE_CHECKING:
    from leadscape.survey.linkage.asked import Asked
    from leadscape.survey.linkage.config import LinkageConfig
    from leadscape.survey.linkage.evidence import Evidence
    from leadscape.survey.linkage.model import Chances
    from leadscape.survey.linkage.register import LinkageRegister

TIED: Final = 0.999
"""Share of the first probability from which the second is as good."""
SHARED_FROM: Final = 0.2
"""Probability that any of the candidates is meant from which they are worth a person's look."""
FEW_FROM: Final = 0.2
"""Probability below which the first candidate is one of many and not the one to name."""
LIKELY_FROM: Final = 0.5
"""Probability from which a mention is more likely one school than anything else: a closed one is then named as such,
and words of a grouping or a nursery no longer say that no school is meant."""


@dataclass(frozen=True)
class Ranked:
    """Pairs worth showing, best first within a mention: rows of the evidence, the rank of each from 1, and why."""

    pair: np.ndarray
    rank: np.ndarray
    reason: pl.Series


def rank_candidates(
    evidence: Evidence, chances: Chances, register: LinkageRegister, config: LinkageConfig
) -> Ranked:
    # Equal probabilities stand in the order of their numbers, which says nothing.
    number = register.schools["urn"].rank("ordinal").to_numpy().astype(np.int64)[evidence.school]
    order = np.lexsort((number, -np.round(chances.pair, 9), evidence.mention))
    mention = evidence.mention[order]
    rank = np.arange(order.size) - np.searchsorted(mention, mention) + 1
    shown = (rank <= config.candidates) & ((chances.pair[order] >= config.show_from) | (rank == 1))
    pair = order[shown]
    standing = register.schools["standing"].to_numpy()[evidence.school[pair]]
    return Ranked(pair, rank[shown], reasons(evidence, pair, standing=standing))


def decide_outcomes(
    asked: Asked,
    evidence: Evidence,
    chances: Chances,
    ranked: Ranked,
    register: LinkageRegister,
    accept_from: float,
    config: LinkageConfig,
) -> pl.DataFrame:
    """One row a mention: the columns of :class:`SchoolLinks`, before decisions."""
    first = ranked.pair[ranked.rank == 1]
    school = evidence.school[first]
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
            "any": 1.0 - chances.none[evidence.mention[first]],
            "rival": rivals[evidence.mention[first]],
            "number_same": evidence.measures["number_same"][first] > 0,
            "exact": evidence.measures["exact"][first] > 0,
            "unlike": evidence.measures["number_contradicted"][first] > 0,
            "best_reason": ranked.reason.filter(pl.Series(ranked.rank == 1)),
        }
    )
    absent = recognise_absent(asked, register).with_row_index("at").cast({"at": pl.Int64})
    known = pl.col("urn").is_in(register.schools["urn"].implode())
    rows = (
        asked.mentions.select("mention_id", number=pl.when(known).then("urn"))
        .with_row_index("at")
        .cast({"at": pl.Int64})
    )
    joined = rows.join(best, on="at", how="left", maintain_order="left").join(
        absent, on="at", maintain_order="left"
    )
    p = pl.col("p")
    tied = pl.col("rival") >= TIED * p
    # A number that is another school's is a doubt, however well the name fits; so is one beside another name.
    contradicted = (pl.col("number") != pl.col("best_urn")).fill_null(value=False)
    doubted = contradicted | pl.col("unlike").fill_null(value=False)
    accepted = pl.col("linkable") & ~tied & ~doubted & (p >= accept_from)
    closed = ~pl.col("linkable") & (p >= LIKELY_FROM)
    # Many namesakes share what is sure together: no candidate is likely, yet one of them is probably meant.
    shared = pl.col("any") >= SHARED_FROM
    offered = (p >= config.review_from) | shared
    likely = (p >= LIKELY_FROM).fill_null(value=False)
    outcome = (
        pl.when(accepted.fill_null(value=False))
        .then(pl.lit("accepted"))
        .when(closed.fill_null(value=False) | (pl.col("absence").is_not_null() & ~likely))
        .then(pl.lit("not_in_register"))
        .when(offered.fill_null(value=False))
        .then(pl.lit("review"))
        .otherwise(pl.lit("no_match"))
    )
    told = joined.with_columns(
        outcome=outcome,
        tied=tied.fill_null(value=False),
        closed=closed.fill_null(value=False),
        contradicted=contradicted,
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
        .when((pl.col("outcome") == "review") & (pl.col("tied") | (pl.col("p") < FEW_FROM)))
        .then(pl.lit("several schools are about equally likely"))
        .when((pl.col("outcome") == "review") & pl.col("contradicted"))
        .then(pl.format("the number is another school's than the name: {}", "best_reason"))
        .when((pl.col("outcome") == "review") & pl.col("unlike"))
        .then(pl.format("number and name disagree: {}", "best_reason"))
        .when(pl.col("outcome") == "review")
        .then(pl.format("the first candidate is not sure enough: {}", "best_reason"))
        .otherwise(pl.lit("nothing in the register is near")),
    )


def apply_decisions(links: pl.DataFrame, decided: pl.DataFrame, register: LinkageRegister) -> pl.DataFrame:
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


def show_candidates(
    asked: Asked, evidence: Evidence, chances: Chances, ranked: Ranked, register: LinkageRegister
) -> pl.DataFrame:
    """As :class:`SchoolCandidates`; a closed school that may not be linked to gives its place to what it became."""
    school = evidence.school[ranked.pair]
    found = pl.DataFrame(
        {
            "mention_id": asked.mentions["mention_id"].gather(evidence.mention[ranked.pair]),
            "rank": ranked.rank,
            "urn": register.schools["urn"].gather(school),
            "linkable": register.schools["linkable"].gather(school),
            "probability": chances.pair[ranked.pair],
            "reason": ranked.reason,
        }
    )
    known = register.schools.select("urn", "name", "town")
    if not found["linkable"].all():
        found = _with_successors(found, register)
    schema = polars_schema(SchoolCandidates)
    named = found.join(known, on="urn", how="left", maintain_order="left")
    return SchoolCandidates.validate(named.select(SchoolCandidates.column_names()).cast(schema))


def _with_successors(found: pl.DataFrame, register: LinkageRegister) -> pl.DataFrame:
    standing = register.schools.filter("standing").select(successors="urn", stands=pl.lit(value=True))
    followed = (
        register.schools.select("urn", "successors")
        .drop_nulls()
        .explode("successors")
        .join(standing, on="successors")
    )
    moved = found.filter(~pl.col("linkable")).join(followed, on="urn", maintain_order="left")
    taken = moved.select(
        "mention_id",
        rank="rank",
        urn="successors",
        linkable=pl.lit(value=True),
        probability=pl.col("probability") / pl.len().over("mention_id", "urn"),
        reason=pl.format("took the place of {}: {}", "urn", "reason"),
    )
    kept = found.join(
        moved.select("mention_id", "urn").unique(),
        on=["mention_id", "urn"],
        how="anti",
        maintain_order="left",
    )
    return (
        pl.concat([kept, taken])
        .group_by("mention_id", "urn", maintain_order=True)
        .agg(pl.col("rank").min(), pl.col("probability").sum(), pl.col("reason").first())
        .sort("mention_id", "probability", "rank", "urn", descending=[False, True, False, False])
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over("mention_id"))
    )
