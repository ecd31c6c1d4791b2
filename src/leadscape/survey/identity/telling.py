"""Persons, pairs and evidence as tables, with the outcome of every pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.identity.explaining import explain_pairs, reasons_to_ask
from leadscape.survey.identity.rivals import against_rivals
from leadscape.survey.identity.tables import Identities, PersonPairs
from leadscape.survey.identity.weighing import stack, weigh_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.survey.identity.clusters import Joined
    from leadscape.survey.identity.coding import Coded
    from leadscape.survey.identity.config import IdentityConfig
    from leadscape.survey.identity.decisions import Decided
    from leadscape.survey.identity.groups import Groups
    from leadscape.survey.identity.weighing import Weighed
    from leadscape.survey.identity.weights import Weights

    Rows = NDArray[np.int64]

BETWEEN: Final = "it agrees with two who cannot be one person"
CONTRADICTED: Final = "decided to be the same, but other decisions make them different"
THROUGH_DECISION: Final = "decisions on others make them different"


def shown_pairs(
    weighed: Weighed,
    closed: Weighed,
    coded: Coded,
    config: IdentityConfig,
    weights: Weights,
    decisions: Decided,
    person: Rows,
) -> Weighed:
    """Pairs that have a row: likely enough, of one person, or decided."""
    inside = closed.keep(person[closed.one] == person[closed.other])
    asked = weigh_pairs(coded, config, weights, decisions.one, decisions.other)
    stacked = stack([weighed, inside, asked])
    _, first = np.unique(stacked.one * person.size + stacked.other, return_index=True)
    return stacked.keep(first)


def tell_pairs(
    groups: Groups,
    shown: Weighed,
    weights: Weights,
    coded: Coded,
    config: IdentityConfig,
    decisions: Decided,
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
    asked = ~together & ~parted
    chance, rivals = against_rivals(shown, asked, coded, config, weights)
    likely = chance >= config.review_from
    open_ = (decided == "") & asked & likely
    best = _best(open_, shown, chance, final.person)
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
            "probability": chance[listed],
            "rivals": rivals[listed],
            "outcome": pl.Series(outcome[listed].astype(str)).cast(schema["outcome"]),
            "decision": _blank_is_null(np.where(contradicted, "", decided)[listed]).cast(schema["decision"]),
            "asked_because": _blank_is_null(because[listed]),
            "why": text,
            "bits": kept.bits.sum(axis=1),
        }
    )
    return PersonPairs.validate(pairs.sort("person", "other")), evidence


def _parted(decisions: Decided, person: Rows, shown: Weighed) -> NDArray[np.bool_]:
    """Whether a decision keeps the persons of a pair apart, be it about other groups of theirs."""
    apart = ~decisions.same
    size = person.size

    def key(one: Rows, other: Rows) -> Rows:
        a, b = person[one], person[other]
        return np.minimum(a, b) * size + np.maximum(a, b)

    return np.isin(key(shown.one, shown.other), key(decisions.one[apart], decisions.other[apart]))


def _best(
    open_: NDArray[np.bool_], shown: Weighed, chance: NDArray[np.float64], person: Rows
) -> NDArray[np.bool_]:
    """The likeliest open pair between any two persons: they are asked about once."""
    at = np.flatnonzero(open_)
    a, b = person[shown.one[at]], person[shown.other[at]]
    key = np.minimum(a, b) * person.size + np.maximum(a, b)
    order = np.lexsort((shown.other[at], shown.one[at], -chance[at], key))
    best = np.zeros(open_.size, dtype=bool)
    best[at[order[np.unique(key[order], return_index=True)[1]]]] = True
    return best


def _blank_is_null(text: np.ndarray) -> pl.Series:
    return pl.Series(text.astype(str), dtype=pl.String).replace("", None)


def tell_identities(groups: Groups, probable: Rows, final: Rows) -> pl.DataFrame:
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
