"""How far do several coders agree on the same units, on which categories, and which two do they confuse?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.errors import NotIdentified
from leadscape.core.tables import Problems, polars_schema, table_problem
from leadscape.survey.agreement.alpha import level_alpha_statistic
from leadscape.survey.agreement.category_tables import agree_by_category, count_confusions, cross_coders
from leadscape.survey.agreement.chance import (
    ac1_statistic,
    fleiss_statistic,
    nothing_compared,
    one_category,
    percent_statistic,
)
from leadscape.survey.agreement.coefficient_rows import (
    Candidate,
    coder_pairs,
    coefficient_table,
    constant_coder,
)
from leadscape.survey.agreement.counting import RatingPatterns, compare_codes, group_ratings, sum_units
from leadscape.survey.agreement.resampling import Draws, too_few_units
from leadscape.survey.agreement.results import Agreement
from leadscape.survey.agreement.tables import (
    LEVELS,
    CategoryAgreement,
    CoderCounts,
    Confusions,
    CrossTable,
    Ratings,
)
from leadscape.survey.agreement.two_coders import disagreement_weights, kappa_statistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from leadscape.survey.agreement.alpha import Level

MOST_CATEGORIES: Final = 200
"""More different values than this are free text, or a measurement, and no categories."""

FAR_APART: Final = 0.2
"""AC1 this much above Fleiss' kappa is explained to the reader."""

MOST_RATIO_VALUES: Final = 3000
"""The ratio level compares every two distinct values; more of them do not fit in memory."""


def measure_ratings(
    ratings: pl.DataFrame,
    *,
    level: Level = "nominal",
    categories: Sequence[str] | None = None,
    draws: Draws,
) -> Agreement:
    """Every coefficient of agreement that fits the coders and the level, each with its interval.

    Parameters
    ----------
    ratings
        As :class:`~leadscape.survey.agreement.tables.Ratings`; a column ``row``, if there, is named in problems.
    level
        What the values are: names (``nominal``), ranks (``ordinal``), numbers whose differences count (``interval``),
        or numbers whose ratios count (``ratio``).
    categories
        Every category that coders could choose from, for ``ordinal`` from lowest to highest; without it those used,
        numbers in their order.
    draws
        Seed, number of draws and confidence of the intervals.

    Returns
    -------
    Agreement
        Percent agreement, never alone. Two coders: Cohen's kappa, and weighted kappa where values have an order.
        Nominal and ordinal: Fleiss' kappa and AC1, which ignore the order. Always Krippendorff's alpha at the level.

    Raises
    ------
    NotIdentified
        With one coder, without a unit that two coders rated, where all such ratings are the same, where ranks have no
        known order, or with fewer than two such units.
    TableProblem
        Listing every value that is not among ``categories``, no number, or negative at the ratio level.

    Notes
    -----
    Units are drawn again whole, as often as there are; each draw gives every coefficient, and the interval lies between
    the quantiles of its draws. The categories an AC1 is out of are those of ``categories``, used or not.
    """
    if level not in LEVELS:
        raise ValueError(f"{level!r} is not one of {', '.join(LEVELS)}")
    Ratings.validate(ratings.select(Ratings.column_names()))
    rated, ordered, scores = _order_values(ratings, level, categories)
    patterns = group_ratings(rated, ordered)
    check_overlap(patterns)
    codes, k = patterns.codes, len(patterns.categories)
    named = level in ("nominal", "ordinal")
    candidates = [Candidate("percent_agreement", level, percent_statistic(compare_codes(codes)))]
    if len(patterns.coders) == 2 and k <= MOST_CATEGORIES:
        candidates += _two_coder_candidates(codes, level, k, scores)
    if named:
        sums = sum_units(patterns.counts())
        candidates += [
            Candidate("fleiss_kappa", "nominal", fleiss_statistic(sums)),
            Candidate("gwet_ac1", "nominal", ac1_statistic(sums)),
        ]
    candidates.append(Candidate("krippendorff_alpha", level, level_alpha_statistic(codes, level, k, scores)))
    coefficients = coefficient_table(candidates, patterns.units, patterns.n_compared, draws)
    return Agreement(
        coefficients=coefficients,
        categories=agree_by_category(patterns, draws) if named else CategoryAgreement.create_empty(),
        pairs=coder_pairs(patterns, level, scores, draws),
        confusions=count_confusions(patterns) if named else Confusions.create_empty(),
        cross_table=cross_coders(patterns) if named else CrossTable.create_empty(),
        coders=count_coders(patterns),
        level=level,
        units=patterns.n_units,
        compared=patterns.n_compared,
        draws=draws,
        notes=(*_notes(patterns, level, categories is not None), *_common_category(coefficients, patterns)),
    )


def check_overlap(patterns: RatingPatterns) -> None:
    """Refuse ratings that cannot show agreement beyond chance.

    Raises
    ------
    NotIdentified
        With fewer than two coders, fewer than two units that two of them rated, or one category only among such units.
    """
    if len(patterns.coders) < 2:
        raise NotIdentified(
            f"There {'is one coder' if patterns.coders else 'is no coder'}.",
            "Agreement is between people who rated the same units without seeing each other's ratings.",
            "Have a second person rate some of the units.",
        )
    if not patterns.n_compared:
        raise nothing_compared()
    if patterns.n_compared == 1:
        raise too_few_units(1)
    used = np.unique(patterns.codes[patterns.rated >= 2])
    used = used[used >= 0]
    if len(used) < 2:
        raise one_category(patterns.categories[int(used[0])])


def count_coders(patterns: RatingPatterns) -> pl.DataFrame:
    """How many units each coder rated, as :class:`~leadscape.survey.agreement.tables.CoderCounts`."""
    rated = (patterns.codes >= 0).T @ patterns.units
    return CoderCounts.validate(
        pl.DataFrame(
            {"coder": patterns.coders, "rated": rated, "not_rated": patterns.n_units - rated},
            schema=polars_schema(CoderCounts),
        )
    )


def _order_values(
    ratings: pl.DataFrame, level: Level, categories: Sequence[str] | None
) -> tuple[pl.DataFrame, list[str], NDArray[np.float64] | None]:
    """Ratings with their values written one way, the values in order, and their numbers where they are numbers."""
    if categories is not None:
        _check_known(ratings, list(categories))
    used = ratings["value"].drop_nulls().unique().sort()
    numbers = used.cast(pl.Float64, strict=False)
    numeric = level in ("interval", "ratio")
    if numeric:
        _check_numbers(ratings, level)
    elif len(used) > MOST_CATEGORIES:
        raise NotIdentified(
            f"There are {len(used):,} different values among {ratings['value'].count():,} ratings.",
            f"More than {MOST_CATEGORIES} are free text or measurements, not categories that coders chose from.",
            "Give the column that holds the code; for measurements use the level interval or ratio.",
        )
    elif categories is not None:
        return ratings, list(categories), None
    elif level == "nominal":
        return ratings, used.to_list(), None
    if numbers.null_count() or not numbers.is_finite().all():
        raise NotIdentified(
            f"The order of the values is not known ({', '.join(repr(value) for value in used.head(6))}).",
            "At the ordinal level it counts how far apart two ratings are.",
            "Give all categories from the lowest to the highest, or use the level nominal.",
        )
    # 2, 2.0 and 02 are one number.
    written = ratings.with_columns(value=_written(pl.col("value").cast(pl.Float64)))
    scores = numbers.unique().sort()
    if level == "ratio" and len(scores) > MOST_RATIO_VALUES:
        raise NotIdentified(
            f"There are {len(scores):,} different values; the ratio level compares at most {MOST_RATIO_VALUES:,}.",
            "Every two of them are compared, which takes memory with the square of their number.",
            "Round the values, or use the level interval.",
        )
    names = scores.to_frame("score").select(_written(pl.col("score"))).to_series()
    return written, names.to_list(), scores.to_numpy() if numeric else None


def _written(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.strip_suffix(".0")


def _check_known(ratings: pl.DataFrame, categories: list[str]) -> None:
    if len(set(categories)) < max(len(categories), 2):
        raise NotIdentified(
            f"The categories given ({', '.join(categories)}) repeat, or are fewer than two.",
            "Coders must have had something to choose between.",
            "Give each category once.",
        )
    wrong = ratings.filter(pl.col("value").is_not_null() & ~pl.col("value").is_in(categories))
    _refuse(wrong, f"Must be one of the categories given: {', '.join(categories)}.")


def _check_numbers(ratings: pl.DataFrame, level: Level) -> None:
    number = pl.col("value").cast(pl.Float64, strict=False)
    bad = ~number.is_finite().fill_null(value=False)
    _refuse(ratings.filter(pl.col("value").is_not_null() & bad), f"Must be a number at the level {level}.")
    if level == "ratio":
        _refuse(ratings.filter(number < 0), "Must not be negative at the level ratio, which starts at zero.")


def _refuse(wrong: pl.DataFrame, rule: str) -> None:
    if wrong.height:
        raise table_problem(
            wrong.select(
                row=pl.col("row") if "row" in wrong.columns else pl.lit(None, pl.Int64),
                column=pl.format("unit {}, coder {}", "unit", "coder"),
                value="value",
                rule=pl.lit(rule),
            ).cast(polars_schema(Problems)),
            "The table of ratings",
        )


def _two_coder_candidates(
    codes: NDArray[np.int64], level: Level, k: int, scores: NDArray[np.float64] | None
) -> list[Candidate]:
    both = codes[(codes >= 0).all(axis=1)]

    def kappa(coefficient: str, of_level: str, disagreement: NDArray[np.float64]) -> Candidate:
        statistic = kappa_statistic(codes[:, 0], codes[:, 1], disagreement)
        return Candidate(coefficient, of_level, statistic, undefined=constant_coder(both))

    found = []
    if level in ("nominal", "ordinal"):
        found.append(kappa("cohen_kappa", "nominal", 1.0 - np.eye(k)))
    if level != "nominal":
        found += [
            kappa("weighted_kappa_linear", level, disagreement_weights("linear", k, scores)),
            kappa("weighted_kappa_quadratic", level, disagreement_weights("quadratic", k, scores)),
        ]
    return found


def _common_category(coefficients: pl.DataFrame, patterns: RatingPatterns) -> tuple[str, ...]:
    """Where one category is so common that AC1 and kappa give different answers, which question each answers."""
    known = dict(coefficients.select(pl.col("coefficient").cast(pl.String), "value").drop_nulls().iter_rows())
    if known.get("gwet_ac1", 0) - known.get("fleiss_kappa", 1) < FAR_APART:
        return ()
    given = patterns.units @ patterns.counts()
    most = int(given.argmax())
    return (
        f"{patterns.categories[most]!r} has {100 * given[most] / given.sum():.0f} % of the ratings, so AC1 is far "
        "above kappa and alpha. They ask whether coders tell rarer categories from it; AC1 also counts agreeing on it.",
    )


def _notes(patterns: RatingPatterns, level: Level, declared: bool) -> tuple[str, ...]:
    notes: list[str] = []
    alone = patterns.n_units - patterns.n_compared
    if alone:
        notes.append(f"{alone:,} of {patterns.n_units:,} units have one rating and cannot show agreement.")
    if level in ("nominal", "ordinal"):
        if not declared:
            notes.append(
                f"AC1 is out of the {len(patterns.categories)} categories used; give all that coders could choose from "
                "if there are more."
            )
        folded = pl.Series(patterns.categories).str.to_lowercase().str.replace_all(r"\W+", "")
        alike = pl.Series(patterns.categories).filter(folded.is_duplicated() & (folded != ""))
        if len(alike):
            notes.append(
                f"These categories differ only in case, spaces or punctuation and count as different: "
                f"{', '.join(repr(value) for value in alike)}."
            )
    return tuple(notes)
