"""What the model needs to know of pupils: their number and sums for each school, cohort and subject, in one scan.

Numbers, sums, squares and products of starts and results are all that the likelihood of a two-level model depends on,
so nine million pupils become one row for each school, cohort and subject, and no more than that is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.core.errors import NotIdentified
from leadscape.core.tables import Problems, frame_of, table_problem

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from leadscape.need.value_added.config import ValueAddedConfig
    from leadscape.need.value_added.engine import Engine

KEYS: Final = ("cohort", "subject", "urn")
ALL: Final = "all"


@dataclass(frozen=True)
class PupilSums:
    """Pupils added up.

    Attributes
    ----------
    schools
        One row for each cohort, subject and school, in that order: ``records``, ``n`` (with start and result), ``sx``,
        ``sy``, ``sxx``, ``sxy``, ``syy``.
    start, level
        Means of all starts and results, which the sums are centred at so that squares lose no digits.
    """

    schools: pl.DataFrame
    start: float
    level: float


def sum_pupils(engine: Engine, pupils: ir.Table, config: ValueAddedConfig) -> PupilSums:
    """Add pupils up by cohort, subject and school.

    Raises
    ------
    TableProblem
        When columns are missing or hold no numbers; lists every one.
    NotIdentified
        When no pupil has a start, or none a result.
    """
    _check(pupils, config)
    chosen = _chosen(pupils, config)
    start, level = engine.answer(chosen.aggregate(start=chosen.x.mean(), level=chosen.y.mean())).row(0)
    if start is None or level is None:
        raise NotIdentified(
            "No pupil has a start, or none has a result.",
            "Value added sets results beside starts.",
            "Check the columns named for them.",
        )
    # Keys become text once they are few: grouping numbers is quicker than grouping words.
    schools = (
        engine.answer(_sums(chosen, start, level)).with_columns(pl.col(*KEYS).cast(pl.String)).sort(KEYS)
    )
    return PupilSums(schools, start, level)


def _chosen(pupils: ir.Table, config: ValueAddedConfig) -> Any:
    """The columns the model reads, by its own names; a figure that is no number counts as missing."""
    import ibis

    def key(name: str | None) -> ir.Value:
        return pupils[name] if name else ibis.literal(ALL)

    def number(name: str) -> ir.Value:
        value = pupils[name].cast("float64")
        # Only columns that can hold it are asked for what is not a number.
        return (
            value.isnan().ifelse(ibis.null("float64"), value) if pupils[name].type().is_floating() else value
        )

    return pupils.select(
        urn=key(config.school),
        cohort=key(config.cohort),
        subject=key(config.subject),
        x=number(config.prior),
        y=number(config.outcome),
    )


def _sums(chosen: Any, start: float, level: float) -> ir.Table:
    import ibis

    both = chosen.x.notnull() & chosen.y.notnull()
    nothing = ibis.null("float64")
    # Columns of an expression get their types at run time.
    centred: Any = chosen.select(
        *KEYS, x=both.ifelse(chosen.x - start, nothing), y=both.ifelse(chosen.y - level, nothing)
    )
    return centred.group_by(list(KEYS)).aggregate(
        records=centred.count(),
        n=centred.x.count(),
        sx=centred.x.sum(),
        sy=centred.y.sum(),
        sxx=(centred.x * centred.x).sum(),
        sxy=(centred.x * centred.y).sum(),
        syy=(centred.y * centred.y).sum(),
    )


def _check(pupils: ir.Table, config: ValueAddedConfig) -> None:
    schema = pupils.schema()
    named = [config.school, config.prior, config.outcome, config.cohort, config.subject]
    problems = [
        {"column": name, "value": None, "rule": "This column is needed."}
        for name in named
        if name is not None and name not in schema
    ]
    problems += [
        {"column": name, "value": str(schema[name]), "rule": "This column must hold numbers."}
        for name in (config.prior, config.outcome)
        if name in schema and not schema[name].is_numeric()
    ]
    if problems:
        raise table_problem(
            frame_of(Problems, [{"row": None, **one} for one in problems]), "The pupil records"
        )
