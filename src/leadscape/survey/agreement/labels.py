"""How far do coders agree where a unit may have several labels? On each code by itself, and on the sets of codes."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.survey.agreement.alpha import alpha_statistic
from leadscape.survey.agreement.category_tables import category_table
from leadscape.survey.agreement.chance import percent_statistic
from leadscape.survey.agreement.coefficient_rows import Candidate, coder_pairs, coefficient_table
from leadscape.survey.agreement.counting import RatingPatterns, compare_codes, group_ratings
from leadscape.survey.agreement.measure import check_overlap, count_coders
from leadscape.survey.agreement.results import Agreement
from leadscape.survey.agreement.set_distance import set_distances
from leadscape.survey.agreement.tables import Confusions, CrossTable, LabelSets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from leadscape.survey.agreement.resampling import Draws

_BETWEEN: Final = "\x1f"  # in no label, so that sets written as text stay distinct


def measure_labels(labels: pl.DataFrame, *, codes: Sequence[str] | None = None, draws: Draws) -> Agreement:
    """Agreement on sets of labels as wholes, and on each code as applied or not.

    Parameters
    ----------
    labels
        As :class:`~leadscape.survey.agreement.tables.LabelSets`.
    codes
        Codes to report on; without it those used.
    draws
        Seed, number of draws and confidence of the intervals.

    Returns
    -------
    Agreement
        ``coefficients``: percent agreement on identical sets; alpha with sets equal or not (``krippendorff_alpha``),
        with Jaccard's and with MASI's distance, which count a code more or less as a smaller disagreement.
        ``categories``: each code against its absence. ``confusions``: for each two codes, how often one coder gave one
        *instead of* the other: one without the other, and the other way about.

    Raises
    ------
    NotIdentified
        As :func:`~leadscape.survey.agreement.measure.measure_ratings`.

    Notes
    -----
    Alpha's disagreement of two sets is their distance, see
    :func:`~leadscape.survey.agreement.set_distance.set_distances`. Rare codes make agreement on "not applied" easy,
    which is why codes are shown with alpha and specific agreement, not with percent agreement.
    """
    checked = LabelSets.validate(labels.select(LabelSets.column_names()))
    chosen = checked.with_columns(pl.col("labels").list.unique().list.sort())
    known = chosen["labels"].drop_nulls().explode(empty_as_null=False).unique().sort().to_list()
    named = list(codes) if codes is not None else known
    # No label at all is the empty text, which no label can be.
    written = chosen.select("unit", "coder", value=pl.col("labels").list.join(_BETWEEN))
    sets = written.with_columns(labels=chosen["labels"]).drop_nulls("value").unique("value").sort("value")
    members = sets["labels"].to_list()
    shown = tuple("; ".join(chosen_labels) or "no label" for chosen_labels in members)
    patterns = replace(group_ratings(written, sets["value"].to_list()), categories=shown)
    check_overlap(patterns)
    applied = _apply(patterns, members, named)
    exact = 1.0 - np.eye(len(members))
    candidates = [
        Candidate("percent_agreement", "sets", percent_statistic(compare_codes(patterns.codes))),
        Candidate("krippendorff_alpha", "nominal", alpha_statistic(patterns.codes, exact)),
        *(
            Candidate(
                f"krippendorff_alpha_{kind}",
                "sets",
                alpha_statistic(patterns.codes, set_distances(members, kind)),
            )
            for kind in ("jaccard", "masi")
        ),
    ]
    read = patterns.codes >= 0
    m = patterns.rated * (patterns.rated >= 2)
    partners = np.where(m > 0, m - 1, 1)[:, None]
    count = applied.sum(axis=1)
    return Agreement(
        coefficients=coefficient_table(candidates, patterns.units, patterns.n_compared, draws),
        categories=category_table(
            named,
            count * (m > 0)[:, None],
            count * (m[:, None] - count) * (m > 0)[:, None] / partners,
            m,
            patterns.units,
            draws,
        ),
        pairs=coder_pairs(patterns, "nominal", None, draws),
        confusions=_confuse(applied, read, patterns.units, named),
        cross_table=CrossTable.create_empty(),
        coders=count_coders(patterns),
        level="sets",
        units=patterns.n_units,
        compared=patterns.n_compared,
        draws=draws,
        notes=(
            "A unit may have several labels. Percent agreement and the alpha called nominal count sets as equal or "
            "not; Jaccard and MASI count a label more or less as a smaller disagreement.",
        ),
    )


def _apply(patterns: RatingPatterns, members: list[list[str]], codes: list[str]) -> NDArray[np.float64]:
    """Shape (patterns, coders, codes): 1 where the coder gave the code."""
    holds = np.array([[code in chosen for code in codes] for chosen in members], dtype=np.float64)
    holds = np.vstack([holds.reshape(len(members), len(codes)), np.zeros(len(codes))])
    return holds[patterns.codes]


def _confuse(
    applied: NDArray[np.float64], read: NDArray[np.bool_], units: NDArray[np.int64], codes: list[str]
) -> pl.DataFrame:
    """Two codes are confused where of two coders of a unit one gave the first only and the other the second only."""
    k = len(codes)
    pairs, seen = np.zeros((k, k)), np.zeros((k, k))
    ways = []
    for one, other in permutations(range(read.shape[1]), 2):
        mine, theirs = applied[:, one], applied[:, other]
        both = (read[:, one] & read[:, other])[:, None]
        ways.append((mine * (1 - theirs) * both, theirs * (1 - mine) * both))
    for only_mine, only_theirs in ways:
        pairs += (only_mine * units[:, None]).T @ only_theirs
    for code in range(k):
        met = np.zeros(applied[:, 0].shape, dtype=bool)
        for only_mine, only_theirs in ways:
            met |= (only_mine[:, [code]] > 0) & (only_theirs > 0)
        seen[code] = units @ met
    first, second = np.triu_indices(k, k=1)
    found = pl.DataFrame(
        {
            "category": [codes[index] for index in first],
            "other_category": [codes[index] for index in second],
            "units": seen[first, second].astype(np.int64),
            "pairs": pairs[first, second].round().astype(np.int64),
        },
        schema={"category": pl.String, "other_category": pl.String, "units": pl.Int64, "pairs": pl.Int64},
    ).filter(pl.col("pairs") > 0)
    return Confusions.validate(
        found.with_columns(disagreements=pl.col("pairs").sum())
        .with_columns(pairs_share=pl.col("pairs") / pl.col("disagreements"))
        .sort("pairs", "units", "category", "other_category", descending=[True, True, False, False])
        .select(Confusions.column_names())
    )
