"""What a rule may look at: figures, context and inspections, with the schools asked about and dates of publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from leadscape.codebooks.rule_conditions import InspectionIs, NotInspected, statements_of
from leadscape.codebooks.rules import Rule
from leadscape.core.errors import TableProblem
from leadscape.core.tables import no_problems
from leadscape.need.tables import Context, Inspections, Measures


@dataclass(frozen=True)
class Evidence:
    """What was read.

    Attributes
    ----------
    measures, inspections, context
        As the declared tables; empty where nothing of the kind was read.
    schools
        ``urn`` and, where known, ``phase``: the schools asked about. Without it, every school of which a file holds a
        row that the rule needs; a school of which nothing was read is then not in the answer.
    published
        File name to the day it was published; inspections have dates of their own.
    inspections_complete
        Whether the files hold *every* inspection up to the day asked about, so that none found means none made.
    """

    measures: pl.DataFrame = field(default_factory=Measures.create_empty)
    inspections: pl.DataFrame = field(default_factory=Inspections.create_empty)
    context: pl.DataFrame = field(default_factory=Context.create_empty)
    schools: pl.DataFrame | None = None
    published: Mapping[str, date] = field(default_factory=dict)
    inspections_complete: bool = False

    def asked(self, rule: Rule) -> tuple[pl.DataFrame, int]:
        """``urn`` of the schools that the rule is asked about, sorted; and how many are of another phase.

        Raises
        ------
        TableProblem
            When a school stands twice.
        """
        if self.schools is None:
            return self._with_rows(rule), 0
        if self.schools["urn"].is_duplicated().any():
            raise TableProblem(
                f"{self.schools['urn'].is_duplicated().sum()} rows of schools repeat another's number.",
                "A school would be judged twice.",
                "Keep one row a school.",
                no_problems(),
            )
        schools = self.schools
        if rule.phases and "phase" in schools.columns:
            # A school whose phase is not known may be one: it stays.
            schools = schools.filter(pl.col("phase").is_null() | pl.col("phase").is_in(list(rule.phases)))
        return schools.select("urn").sort("urn"), self.schools.height - schools.height

    def _with_rows(self, rule: Rule) -> pl.DataFrame:
        statements = list(statements_of(rule.condition))
        parts = [self.measures.filter(pl.col("measure").is_in(list(rule.needs))).select("urn")]
        if any(isinstance(one, InspectionIs | NotInspected) for one in statements):
            parts.append(self.inspections.select("urn"))
        parts.append(self.context.filter(pl.col("measure").is_in(list(rule.needs))).select("urn"))
        return pl.concat(parts).unique().sort("urn")
