"""Performance beside what the intake would lead one to expect, pooled, with an interval for every school and year.

Tables in: rows of one measure, and the intake of each school. Tables out: :class:`AdjustedPerformance`,
:class:`SchoolEffects`, :class:`Coefficients`. The model is that of :mod:`leadscape.need.adjusted.mixed`; what of the
intake is known goes in, and every row says what was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from scipy.stats import norm

from leadscape.core.errors import NotComparable, NotIdentified
from leadscape.core.tables import check_table, polars_schema
from leadscape.need.adjusted.config import AdjustConfig
from leadscape.need.adjusted.design import Design, build_design
from leadscape.need.adjusted.mixed import MixedModel, fit_mixed
from leadscape.need.adjusted.sampling import best_release, binomial_variance, sampling_columns
from leadscape.need.adjusted.tables import AdjustedPerformance, Coefficients, SchoolEffects
from leadscape.need.tables import ALL_PUPILS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

PASSES: Final = 2
"""Fits of a percentage: the binomial variance of the second is taken at what the first expects."""


@dataclass(frozen=True, eq=False)
class Adjusted:
    """One measure, adjusted.

    Attributes
    ----------
    performance, effects, coefficients
        As the declared tables.
    between, within
        Variance between schools that stays, and from year to year beyond sampling, in the unit squared.
    pupil_variance
        Variance between pupils of a school, where it had to be estimated; null otherwise.
    explained
        Share of the variance between rows, sampling apart, that intake and year explain.
    used, left_out
        Characteristics of the intake in the model; those that are not, with the reason.
    """

    measure: str
    unit: str
    pupils_group: str
    performance: pl.DataFrame
    effects: pl.DataFrame
    coefficients: pl.DataFrame
    between: float
    within: float
    pupil_variance: float | None
    explained: float
    used: tuple[str, ...]
    left_out: Mapping[str, str]
    config: AdjustConfig

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the model used and found, to print beside every figure."""
        listed = ", ".join(self.used) or "nothing of the intake"
        told = [
            f"Adjusted for {listed} and the year, which explain {100 * self.explained:.0f} % of the spread "
            "beyond chance.",
            f"Schools differ by {np.sqrt(self.between):.2f} (standard deviation) lastingly and "
            f"{np.sqrt(self.within):.2f} from year to year.",
        ]
        told += [f"Not used: {name}, {why}." for name, why in self.left_out.items()]
        notes = self.coefficients.filter(pl.col("note").is_not_null())
        told += notes["note"].unique(maintain_order=True).to_list()
        return tuple(told)


def adjust_performance(
    measures: pl.DataFrame,
    measure: str,
    unit: str,
    intake: pl.DataFrame | None = None,
    config: AdjustConfig | None = None,
    *,
    pupils_group: str = ALL_PUPILS,
    notes: Mapping[str, str] | None = None,
) -> Adjusted:
    """Adjust one measure for intake, with partial pooling over schools and years.

    Parameters
    ----------
    measures
        As :class:`~leadscape.need.tables.Measures`. Of several releases the one checked most counts.
    measure, unit
        Id and unit of the measure: ``pct`` has binomial sampling variance, other units have theirs estimated from pupil
        numbers unless the figure has a published interval.
    intake
        ``urn``, ``period`` where it differs by year, and any columns: numbers or words, null where not known.
    notes
        Characteristic to a sentence, where it describes another year than the results.

    Raises
    ------
    NotComparable
        When no row has the measure, or the intake repeats a school.
    NotIdentified
        When fewer rows have a value than the model needs.
    """
    config = config or AdjustConfig()
    mine = measures.filter(pl.col("measure") == measure, pl.col("pupils_group") == pupils_group)
    if not mine.height:
        raise NotComparable(
            f"No row holds {measure!r} for the group {pupils_group!r}.",
            "There is nothing to adjust.",
            "Check the measure's id and the files that were read.",
        )
    rows = sampling_columns(best_release(mine), unit)
    rows, names = _with_intake(rows, intake)
    usable = rows.filter(pl.col("value").is_not_null(), pl.col("variance_from") != "none")
    if usable.height < 3:
        raise NotIdentified(
            f"{usable.height} rows of {measure!r} have a value and the pupils behind it.",
            "What to expect of a school is learned from others.",
            "Read more schools or years.",
        )
    design = build_design(usable, names, config.known_share_min)
    school = usable["urn"].rank("dense").to_numpy().astype(np.int64) - 1
    model = _fit(usable, design, school)
    return Adjusted(
        measure=measure,
        unit=unit,
        pupils_group=pupils_group,
        performance=_performance(rows, usable, design, model, names, config),
        effects=_effects(usable, school, model, config),
        coefficients=_coefficients(design, model, notes or {}),
        between=model.between,
        within=model.within,
        pupil_variance=model.factor if (usable["variance_from"] == "estimated from pupils").any() else None,
        explained=_explained(model, usable),
        used=design.used,
        left_out=design.left_out,
        config=config,
    )


def _fit(usable: pl.DataFrame, design: Design, school: NDArray[np.int64]) -> MixedModel:
    y = usable["value"].to_numpy()
    source = usable["variance_from"].to_numpy()
    known = usable["known_variance"].to_numpy().astype(float)
    per_pupil = usable["per_pupil"].to_numpy().astype(float)
    estimated = source == "estimated from pupils"
    factor_of = np.where(estimated, per_pupil, 0.0) if estimated.any() else None
    repeated = bool((np.bincount(school) > 1).any())
    level = np.full(len(y), np.average(y))
    model = None
    for _ in range(PASSES if (source == "binomial").any() else 1):
        variance = np.where(source == "binomial", binomial_variance(level, per_pupil), 0.0)
        variance = np.where(source == "published interval", known, variance)
        model = fit_mixed(
            y, design.x, school, sampling=variance, sampling_factor_of=factor_of, within=repeated
        )
        level = model.fitted + model.deviation
    assert model is not None
    return model


def _with_intake(rows: pl.DataFrame, intake: pl.DataFrame | None) -> tuple[pl.DataFrame, tuple[str, ...]]:
    if intake is None:
        return rows, ()
    key = ["urn", "period"] if "period" in intake.columns else ["urn"]
    twice = intake.filter(pl.struct(key).is_duplicated())
    names = tuple(name for name in intake.columns if name not in key)
    clash = sorted(set(names) & set(rows.columns))
    if twice.height or clash:
        raise NotComparable(
            f"The intake has {twice.height} repeated rows"
            + (f" and columns that results have too: {', '.join(clash)}." if clash else "."),
            "A school would count twice, or a result would explain itself.",
            f"Keep one row for each {' and '.join(key)}, and name characteristics apart from results.",
        )
    return rows.join(intake, on=key, how="left", maintain_order="left"), names


def _performance(
    rows: pl.DataFrame,
    usable: pl.DataFrame,
    design: Design,
    model: MixedModel,
    names: tuple[str, ...],
    config: AdjustConfig,
) -> pl.DataFrame:
    reach = float(norm.ppf(0.5 + config.confidence / 2)) * np.sqrt(model.deviation_variance)
    spread = model.between + model.within
    resolved = 1 - model.deviation_variance / spread if spread > 0 else np.zeros(len(reach))
    key = ["urn", "period"]
    found = usable.select(key).with_columns(
        expected=pl.Series(model.fitted),
        raw_difference=usable["value"] - pl.Series(model.fitted),
        sampling_variance=pl.Series(model.sampling),
        adjusted=pl.Series(model.deviation),
        low=pl.Series(model.deviation - reach),
        high=pl.Series(model.deviation + reach),
        reliability=pl.Series(np.clip(resolved, 0, 1)),
    )
    listed = [name for name in names if name in design.used]

    def names_of(known: bool) -> pl.Expr:
        parts = [
            pl.when(pl.col(name).is_not_null() if known else pl.col(name).is_null()).then(pl.lit(name))
            for name in listed
        ]
        text = pl.concat_str(parts, separator=", ", ignore_nulls=True) if parts else pl.lit("")
        return pl.when(text != "").then(text)

    reason = (
        pl.when(pl.col("value").is_null())
        .then(pl.format("the figure is {}", pl.col("status").cast(pl.String).str.replace_all("_", " ")))
        .when(pl.col("variance_from") == "none")
        .then(pl.lit("the number of pupils behind the figure is not known"))
    )
    joined = (
        rows.drop("low", "high")
        .with_columns(used=names_of(known=True), missing=names_of(known=False), reason=reason)
        .join(found, on=key, how="left", maintain_order="left")
        .cast({"variance_from": polars_schema(AdjustedPerformance)["variance_from"]})
    )
    return check_table(joined, AdjustedPerformance, "Adjusted performance")


def _effects(
    usable: pl.DataFrame, school: NDArray[np.int64], model: MixedModel, config: AdjustConfig
) -> pl.DataFrame:
    z = float(norm.ppf(0.5 + config.confidence / 2))
    # Rows are in order of school and period, so the last of each school is its last period.
    last = np.flatnonzero(np.r_[school[1:] != school[:-1], True])
    effect, variance = model.effect, model.effect_variance
    expected = model.fitted[last] + effect
    reach = z * np.sqrt(variance)
    reach_next = z * np.sqrt(variance + model.within + model.sampling[last])
    frame = (
        usable[last]
        .select("urn", "measure", "pupils_group", last_period="period")
        .with_columns(
            periods=pl.Series(np.bincount(school).astype(np.int64)),
            effect=pl.Series(effect),
            low=pl.Series(effect - reach),
            high=pl.Series(effect + reach),
            next_value=pl.Series(expected),
            next_low=pl.Series(expected - reach_next),
            next_high=pl.Series(expected + reach_next),
        )
    )
    return check_table(frame, SchoolEffects, "School effects")


def _coefficients(design: Design, model: MixedModel, notes: Mapping[str, str]) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "term": design.terms,
            "estimate": model.coefficients,
            "se": model.standard_errors,
            "known_share": pl.Series(design.known_share).fill_nan(None),
            "note": pl.Series([_note_of(term, notes) for term in design.terms], dtype=pl.String),
        }
    )
    return check_table(frame, Coefficients, "Coefficients")


def _note_of(term: str, notes: Mapping[str, str]) -> str | None:
    """The note of the characteristic that a term belongs to."""
    return next((note for name, note in notes.items() if term == name or term.startswith(f"{name} ")), None)


def _explained(model: MixedModel, usable: pl.DataFrame) -> float:
    beyond = model.between + model.within
    explained = float(np.var(model.fitted))
    return explained / (explained + beyond) if explained + beyond > 0 else 0.0
