"""Value added with shrinkage, from sums: a two-level model for every cohort and subject.

With pupil *j* of school *i*: y_ij = b0 + b1 x_ij + u_i + e_ij, u_i ~ N(0, a), e_ij ~ N(0, s). The likelihood needs each
school's number of pupils and sums only; it gives the figures that the same model gives on the pupils themselves.

Sources: Goldstein (2011), Multilevel Statistical Models, chapter 2; Aitkin & Longford (1986), Journal of the Royal
Statistical Society A 149, 1-43.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.special import ndtri

from leadscape.core.errors import NotIdentified
from leadscape.core.missing import REPORTED, SUPPRESSED, UNKNOWN, Status
from leadscape.core.tables import check_table
from leadscape.need.value_added.config import ValueAddedConfig
from leadscape.need.value_added.engine import DEFAULT_ENGINE, open_engine
from leadscape.need.value_added.sums import PupilSums, sum_pupils
from leadscape.need.value_added.tables import ValueAdded, ValueAddedModels

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCHOOLS_MIN: Final = 3


@dataclass(frozen=True)
class ValueAddedResult:
    """Every school with its value added, and the model of every cohort and subject, as the declared tables."""

    schools: pl.DataFrame
    models: pl.DataFrame
    engine: str
    config: ValueAddedConfig


def measure_value_added(
    records: Path, config: ValueAddedConfig | None = None, *, engine: str = DEFAULT_ENGINE
) -> ValueAddedResult:
    """Value added of every school from pupil records in files.

    Parameters
    ----------
    records
        A Parquet or CSV file, or a pattern with ``*`` for several; one row a pupil and subject.
    engine
        What adds the pupils up.

    Raises
    ------
    FileProblem, TableProblem
        When the records cannot be read, or lack columns.
    NotFound
        When there is no such engine.
    NotIdentified
        When a cohort and subject has pupils of fewer than three schools.
    """
    config = config or ValueAddedConfig()
    opened = open_engine(engine, memory_gb=config.memory_gb)
    try:
        sums = sum_pupils(opened, opened.read(records), config)
    finally:
        opened.close()
    return estimate_from_sums(sums, config, engine)


def estimate_from_sums(
    sums: PupilSums, config: ValueAddedConfig, engine: str = DEFAULT_ENGINE
) -> ValueAddedResult:
    """The same from pupils already added up."""
    known = sums.schools.filter(pl.col("urn").is_not_null())
    schools, models = [], []
    for (cohort, subject), rows in known.group_by(["cohort", "subject"], maintain_order=True):
        used = rows.filter(pl.col("n") > 0)
        if used.height < SCHOOLS_MIN:
            raise NotIdentified(
                f"Cohort {cohort}, subject {subject}: {used.height} schools have pupils with a start and a result.",
                "What to expect of a pupil is learned from other schools.",
                "Leave this cohort and subject out, or bring more records.",
            )
        model = _TwoLevel(used, restricted=config.restricted)
        schools.append(_school_rows(rows, used, model, config))
        models.append(
            {
                "cohort": cohort,
                "subject": subject,
                "pupils": int(model.pupils),
                "left_out": int(rows["records"].sum()) - int(model.pupils),
                "schools": used.height,
                "intercept": model.coefficients[0] + sums.level,
                "slope": model.coefficients[1],
                "slope_se": float(np.sqrt(model.covariance[1, 1])),
                "between": model.between,
                "within": model.within,
                "minus_2_log_likelihood": model.deviance,
            }
        )
    return ValueAddedResult(
        schools=check_table(pl.concat(schools), ValueAdded, "Value added"),
        models=check_table(pl.DataFrame(models), ValueAddedModels, "Models of value added"),
        engine=engine,
        config=config,
    )


class _TwoLevel:
    """The model of one cohort and subject, fitted by (restricted) maximum likelihood on school sums."""

    def __init__(self, rows: pl.DataFrame, *, restricted: bool) -> None:
        n, sx, sy, sxx, sxy, syy = (
            rows[name].to_numpy().astype(np.float64) for name in ("n", "sx", "sy", "sxx", "sxy", "syy")
        )
        self.pupils = float(n.sum())
        self._sums = np.column_stack([n, sx, sy])
        self._cross = np.array(
            [
                [n.sum(), sx.sum(), sy.sum()],
                [sx.sum(), sxx.sum(), sxy.sum()],
                [sy.sum(), sxy.sum(), syy.sum()],
            ]
        )
        if np.linalg.matrix_rank(self._cross[:2, :2]) < 2:
            raise NotIdentified(
                "Every pupil has the same start.",
                "Results cannot be set beside starts.",
                "Check the column named for starts.",
            )
        self._restricted = restricted
        # Schools of one size have one weight, so a likelihood needs sums by size only.
        self._sizes, size = np.unique(n, return_inverse=True)
        self._of_size = np.bincount(size).astype(np.float64)
        products = np.einsum("ij,ik->ijk", self._sums, self._sums).reshape(len(n), 9)
        self._products = np.column_stack([np.bincount(size, weights=column) for column in products.T])
        spread = max(float(syy.sum() / n.sum() - (sy.sum() / n.sum()) ** 2), 1e-12)
        start = np.log([0.1 * spread, 0.6 * spread])
        bounds = [(one - 25, one + 10) for one in start]
        best = minimize(
            lambda p: self._deviance(*np.exp(p))[0] / self.pupils,
            start,
            method="L-BFGS-B",
            bounds=bounds,
            options={"ftol": 1e-15, "gtol": 1e-9, "eps": 1e-5},
        )
        self.between, self.within = (float(one) for one in np.exp(best.x))
        self.deviance, self.coefficients, precision = self._deviance(self.between, self.within)
        q = 1 + self.between * n / self.within
        self.covariance = np.linalg.inv(precision)
        raw = (sy - self._sums[:, :2] @ self.coefficients) / n
        kept = (q - 1) / q
        carried = kept[:, None] * self._sums[:, :2] / n[:, None]
        variance = self.between / q + np.einsum("ij,jk,ik->i", carried, self.covariance, carried)
        self.raw, self.kept, self.effect, self.se = raw, kept, kept * raw, np.sqrt(variance)

    def _deviance(
        self, between: float, within: float
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        q = 1 + between * self._sizes / within
        pooled = (self._products / q[:, None]).sum(axis=0).reshape(3, 3)
        cross = (self._cross - (between / within) * pooled) / within
        precision, right = cross[:2, :2], cross[:2, 2]
        coefficients = np.asarray(np.linalg.solve(precision, right), np.float64)
        deviance = (
            cross[2, 2] - right @ coefficients + self._of_size @ np.log(q) + self.pupils * np.log(within)
        )
        counted = self.pupils - 2 if self._restricted else self.pupils
        deviance += counted * np.log(2 * np.pi)
        deviance += np.linalg.slogdet(precision)[1] if self._restricted else 0.0
        return float(deviance), coefficients, precision


def _school_rows(
    rows: pl.DataFrame, used: pl.DataFrame, model: _TwoLevel, config: ValueAddedConfig
) -> pl.DataFrame:
    reach = float(ndtri(0.5 + config.confidence / 2)) * model.se
    found = used.select("urn").with_columns(
        raw=pl.Series(model.raw),
        value_added=pl.Series(model.effect),
        low=pl.Series(model.effect - reach),
        high=pl.Series(model.effect + reach),
        reliability=pl.Series(np.clip(model.kept, 0, 1)),
    )
    n = pl.col("n")
    few = (n > 0) & (n < config.suppress_below)
    # Those left out can be too few to be told as well.
    few_left_out = (pl.col("records") - n).is_between(1, config.suppress_below - 1)
    figures = ["raw", "value_added", "low", "high", "reliability"]
    status = (
        pl.when(few).then(pl.lit(SUPPRESSED)).when(n == 0).then(pl.lit(UNKNOWN)).otherwise(pl.lit(REPORTED))
    )
    return rows.join(found, on="urn", how="left", maintain_order="left").select(
        "urn",
        "cohort",
        "subject",
        *(pl.when(~few).then(name).alias(name) for name in figures),
        pupils=pl.when(~few).then(n.cast(pl.Int64)),
        left_out=pl.when(~few & ~few_left_out).then((pl.col("records") - n).cast(pl.Int64)),
        status=status.cast(Status),
    )
