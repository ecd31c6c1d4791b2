"""How many lead whom no list named? An answer from the overlap of lists, for every model the data allow.

Role-holdings with their respondents in, a table of models out. People on two lists tell how complete each
list is, but only under assumptions that the lists themselves cannot test: that a list does not make another
more likely, that people do not differ, that nobody joined or left. Different assumptions that fit equally
well can differ by a factor of two, so the result is always the table and its range, never one number.

Sources: Chapman (1951), University of California Publications in Statistics 1, 131-160; Seber (1982), The
Estimation of Animal Abundance, section 3.1; Sadinle (2009), Communications in Statistics 38, 1909-1924; Chao
(1987), Biometrics 43, 783-791; Burnham & Anderson (2002), Model Selection and Multimodel Inference, section
2.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.errors import NotIdentified
from leadscape.core.tables import polars_schema
from leadscape.landscape.intervals import lognormal_interval, normal_quantile
from leadscape.landscape.loglinear import all_histories, fit_poisson, list_models, occasion_models
from leadscape.landscape.tables import CaptureModels

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from leadscape.landscape.loglinear import LoglinearModel

PEOPLE: Final = "people"
MOST_LISTS: Final = 10
PLAUSIBLE_AIC: Final = 10.0
ODDS_RATIOS: Final = (0.5, 2.0)

ALL: Final = "all"
"""Population of models over every person that the lists name."""


@dataclass(frozen=True)
class CaptureEstimate:
    """One estimate of a population from overlap, with standard error and interval."""

    estimate: float
    se: float
    low: float
    high: float


@dataclass(frozen=True)
class ModelComparison:
    """Every model and the range of their answers.

    Attributes
    ----------
    models
        As :class:`~leadscape.landscape.tables.CaptureModels`, best fit first.
    lists, observed
        Lists compared, and distinct people on any of them.
    lowest, highest
        Smallest and largest estimate of the models in range.
    low, high
        Smallest lower and largest upper limit of their intervals.
    warning
        The sentence to print wherever one of these figures is printed.
    """

    models: pl.DataFrame
    lists: tuple[str, ...]
    observed: int
    lowest: float
    highest: float
    low: float
    high: float
    confidence: float
    warning: str


def lists_of(responses: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    """The lists that respondents make: all authorities as one list, every agency and network its own.

    Parameters
    ----------
    responses
        As :class:`~leadscape.survey.tables.Responses`.

    Returns
    -------
    dict
        Name of the list to ids of its respondents, for :func:`capture_histories`.
    """
    gave = responses.filter(pl.col("nominations") > 0).sort("respondent_id")
    kind = pl.col("kind").cast(pl.String)
    authorities = gave.filter(kind == "authority")["respondent_id"].to_list()
    others = gave.filter(kind != "authority")
    # Two respondents may bear one name, or one that a column of the histories has.
    name = pl.col("respondent_name")
    unclear = name.is_duplicated() | name.is_in(["authorities", PEOPLE, "leader_id", "holding_id"])
    titled = others.select(
        pl.when(unclear).then(pl.format("{} ({})", name, "respondent_id")).otherwise(name), "respondent_id"
    )
    own = {title: (respondent,) for title, respondent in titled.iter_rows()}
    return {"authorities": tuple(authorities), **own} if authorities else own


def capture_histories(
    holdings: pl.DataFrame,
    lists: Mapping[str, Collection[str]],
    unit: str = "leader_id",
    column: str = "respondents",
) -> pl.DataFrame:
    """How many people are on which lists.

    Parameters
    ----------
    holdings
        As :class:`~leadscape.survey.tables.RoleHoldings`. Filter it first to what every list could have
        named: a role that one list never reports makes its absence there meaningless.
    lists
        Name of the list to the values of ``column`` that belong to it.
    unit
        What is counted: ``leader_id`` or ``holding_id``.
    column
        ``respondents``, or ``routes`` for lists by kind of respondent.

    Returns
    -------
    polars.DataFrame
        One row a history that occurs: a Boolean column a list, and ``people``. Who is on no list is left out.

    Examples
    --------
    >>> lists = {"authorities": ["authority"], "agencies": ["agency", "network"]}
    >>> holdings = pl.DataFrame({"leader_id": ["a", "b"], "routes": [["agency", "authority"], ["agency"]]})
    >>> capture_histories(holdings, lists, column="routes").rows()
    [(False, True, 1), (True, True, 1)]
    """
    named = (
        holdings.select(unit, pl.col(column))
        .explode(column)
        .group_by(unit)
        .agg(pl.col(column).is_in(list(members)).any().alias(name) for name, members in lists.items())
    )
    return (
        named.filter(pl.any_horizontal(list(lists)))
        .group_by(list(lists))
        .agg(pl.len().cast(pl.Int64).alias(PEOPLE))
        .sort(list(lists))
    )


def chapman(first: int, second: int, both: int, confidence: float = 0.95) -> CaptureEstimate:
    """Chapman's estimate from two lists that are independent of each other.

    Parameters
    ----------
    first, second
        People on each list.
    both
        People on both, at least 1.
    confidence
        Between 0 and 1.

    Returns
    -------
    CaptureEstimate
        With Sadinle's transformed logit interval, which never goes below the people seen.

    Raises
    ------
    NotIdentified
        When nobody is on both lists, or more than are on either.

    Notes
    -----
    N = (n1 + 1)(n2 + 1) / (m + 1) - 1, with Seber's variance (n1 + 1)(n2 + 1)(n1 - m)(n2 - m) / ((m + 1)^2 (m
    + 2)). If being on one list makes the other more likely, N is too low.

    Examples
    --------
    >>> round(chapman(109, 177, 57).estimate)
    337
    """
    if not 0 < both <= min(first, second):
        raise NotIdentified(
            f"{both} people on both of two lists of {first} and {second} do not show how complete they are.",
            "The estimate divides by the overlap, which must be at least one and at most the shorter list.",
            "Link the lists, compare lists that could name the same people, or give the count as a floor.",
        )
    estimate = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    m, a, b = both + 0.5, first - both + 0.5, second - both + 0.5
    spread = normal_quantile(confidence) * np.sqrt(1 / m + 1 / a + 1 / b + m / (a * b))
    seen = first + second - both
    low, high = (float(seen - 0.5 + a * b / m * np.exp(sign * spread)) for sign in (-1, 1))
    return CaptureEstimate(estimate, float(np.sqrt(variance)), max(low, float(seen)), high)


def chao_lower_bound(
    once: int, twice: int, observed: int, lists: int, confidence: float = 0.95
) -> CaptureEstimate:
    """Chao's lower bound where people differ in how likely they are to be named.

    Parameters
    ----------
    once, twice
        People on exactly one and on exactly two lists.
    observed, lists
        People on any list, and the number of lists.
    confidence
        Between 0 and 1.

    Notes
    -----
    With A = (lists - 1) / lists and r = once / twice: observed + A once^2 / (2 twice), with variance twice (A
    r^2 / 2 + A^2 r^3 + A^2 r^4 / 4). Without anybody on exactly two lists once (once - 1) / 2 takes the place
    of once^2 / (2 twice). It bounds the expected number from below when people differ and lists are alike;
    for two lists of unequal size it lies above the estimate from independence, and bounds nothing.
    """
    a = (lists - 1) / lists
    if twice > 0:
        r = once / twice
        unseen = a * once * r / 2
        variance = twice * (a * r**2 / 2 + a**2 * r**3 + a**2 * r**4 / 4)
    else:
        unseen = a * once * (once - 1) / 2
        variance = unseen + a**2 * once * (2 * once - 1) ** 2 / 4 - a**2 * once**4 / (4 * (observed + unseen))
    se = float(np.sqrt(max(variance, 0.0)))
    return CaptureEstimate(
        observed + unseen, se, *lognormal_interval(observed + unseen, se, observed, confidence)
    )


def compare_list_models(histories: pl.DataFrame, confidence: float = 0.95) -> ModelComparison:
    """Every hierarchical model with pairwise dependence between lists, and the range of their answers.

    Parameters
    ----------
    histories
        As :func:`capture_histories` returns it: two to ten lists.
    confidence
        Of each model's interval, between 0 and 1.

    Returns
    -------
    ModelComparison
        Two lists cannot show whether they depend on each other, so Chapman's estimate stands beside what odds
        ratios of 1/2 and 2 between the lists would give. From three lists on, models in which people differ
        (Mth) stand beside those in which lists depend, and a model is in range when its AIC is within 10 of
        the best.

    Raises
    ------
    NotIdentified
        With fewer than two lists or more than ten, without anybody on two of them, or when no model can be
        fitted.
    """
    names, counts = _counts(histories)
    if len(names) == 2:
        return _compare(names, counts, [], confidence, _two_lists(counts, confidence))
    histories_seen = all_histories(len(names))
    people_differ = [model for model in occasion_models(histories_seen) if model.name.startswith("Mth")]
    return _compare(names, counts, [*list_models(histories_seen, names), *people_differ], confidence, [])


def compare_occasion_models(histories: pl.DataFrame, confidence: float = 0.95) -> ModelComparison:
    """The models M0, Mt, Mh and Mth for occasions of one kind, for instance yearly rounds of one list.

    Parameters and errors as :func:`compare_list_models`, with at least three occasions.
    """
    names, counts = _counts(histories)
    if len(names) < 3:
        raise _not_identified(
            f"There are {len(names)} occasions.", "Use three or more, or compare the lists as lists."
        )
    histories_seen = all_histories(len(names))
    times = histories_seen.sum(axis=1)
    once, twice = (int(counts[times == k].sum()) for k in (1, 2))
    bound = chao_lower_bound(once, twice, int(counts.sum()), len(names), confidence)
    note = "A lower bound, so not one of the models in range."
    row = _row(
        "Chao lower bound", "people differ in how likely they are to be named", bound, False, note=note
    )
    return _compare(names, counts, occasion_models(histories_seen), confidence, [row])


def _counts(histories: pl.DataFrame) -> tuple[list[str], NDArray[np.float64]]:
    """Names of the lists, and people with each of the histories of ``all_histories``."""
    names = [name for name in histories.columns if name != PEOPLE]
    if not 2 <= len(names) <= MOST_LISTS:
        raise _not_identified(
            f"There {'is' if len(names) == 1 else 'are'} {len(names)} list{'s' * (len(names) != 1)}.",
            f"Compare two to {MOST_LISTS} lists.",
        )
    seen = histories.select(names).to_numpy().astype(np.int64)
    codes = seen @ (2 ** np.arange(len(names))[::-1])
    counts = np.zeros(2 ** len(names))
    np.add.at(counts, codes, histories[PEOPLE].to_numpy())
    counts = counts[1:]
    if not counts[all_histories(len(names)).sum(axis=1) > 1].any():
        raise _not_identified(
            "Nobody is on two of the lists.",
            "Link the lists, compare lists that could name the same people, or give the count as a floor.",
        )
    return names, counts


def _two_lists(counts: NDArray[np.float64], confidence: float) -> list[dict[str, object]]:
    second, first, both = (int(count) for count in counts)
    observed = first + second + both
    estimate = chapman(first + both, second + both, both, confidence)
    rows = [_row("independence (Chapman)", "the two lists do not depend on each other", estimate)]
    for odds in ODDS_RATIOS:
        unseen = odds * first * second / both
        spread = 1 / both + sum(1 / part for part in (first, second) if part)
        se = float(np.sqrt(unseen + unseen**2 * spread))
        total = observed + unseen
        limits = lognormal_interval(total, se, observed, confidence)
        terms = f"the odds of being on one list are {odds:g} times as high for people on the other"
        rows.append(_row(f"odds ratio {odds:g}", terms, CaptureEstimate(total, se, *limits)))
    return rows


def _compare(
    names: list[str],
    counts: NDArray[np.float64],
    models: list[LoglinearModel],
    confidence: float,
    rows: list[dict[str, object]],
) -> ModelComparison:
    observed = int(counts.sum())
    fits = [(model, fit_poisson(model.design, counts)) for model in models]
    best = min((fit.aic for _, fit in fits if not fit.problem), default=np.nan)
    if fits and not np.isfinite(best):
        raise _not_identified(
            "No model of these lists can be fitted.", "Compare fewer lists, or lists that overlap more."
        )
    for model, fit in fits:
        total = observed + fit.unseen
        if fit.problem:
            rows.append(_row(model.name, model.terms, None, df=fit.df, note=fit.problem))
            continue
        estimate = CaptureEstimate(total, fit.se, *lognormal_interval(total, fit.se, observed, confidence))
        near = fit.aic - best <= PLAUSIBLE_AIC
        note = "" if near else f"Its AIC is {fit.aic - best:.0f} above the best, which the data rule out."
        fitted = {"df": fit.df, "deviance": fit.deviance, "aic": fit.aic}
        rows.append(_row(model.name, model.terms, estimate, near, note=note, **fitted))
    table = CaptureModels.validate(
        pl.DataFrame(rows, schema=polars_schema(CaptureModels)).sort(
            pl.col("in_range"), "aic", "model", descending=[True, False, False], nulls_last=True
        )
    )
    return _summarise(table, names, observed, confidence)


def _summarise(table: pl.DataFrame, names: list[str], observed: int, confidence: float) -> ModelComparison:
    kept = table.filter("in_range")
    lowest, highest, low, high = kept.select(
        pl.col("estimate").min(),
        pl.col("estimate").max().alias("highest"),
        pl.col("low").min(),
        pl.col("high").max(),
    ).row(0)
    found = (
        f"{kept.height} models are not ruled out by the data and put the number between {lowest:,.0f} and "
        f"{highest:,.0f}; their {confidence:.0%} intervals reach from"
        if kept.height > 1
        else f"one model is not ruled out by the data and puts the number at {lowest:,.0f}; its {confidence:.0%} "
        "interval reaches from"
    )
    warning = (
        f"{len(names)} lists name {observed:,} people; {found} {low:,.0f} to {high:,.0f}. Nothing in the lists "
        "tells which model holds for people on no list, so no single estimate may be quoted without this range."
    )
    return ModelComparison(table, tuple(names), observed, lowest, highest, low, high, confidence, warning)


def _row(
    model: str,
    terms: str,
    estimate: CaptureEstimate | None,
    in_range: bool = True,
    note: str = "",
    **fit: float,
) -> dict[str, object]:
    numbers = {} if estimate is None else vars(estimate)
    return {
        "population": ALL,
        "model": model,
        "terms": terms,
        **fit,
        **numbers,
        "in_range": in_range and bool(numbers),
        "note": note,
    }


def _not_identified(what: str, next_step: str) -> NotIdentified:
    return NotIdentified(
        what, "The number of people whom no list saw is read from how far the lists overlap.", next_step
    )
