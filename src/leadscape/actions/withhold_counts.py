"""What does a report say of a study of so few people that no count of them may be told? All but the numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from leadscape.report.contents import PointsShown
from leadscape.report.tables import OpenQuestions, ReadingCounts, ResponseCounts, UnderstoodLines

if TYPE_CHECKING:
    from leadscape.actions.gather_inputs import StudyInputs
    from leadscape.report.contents import ReportContents


def withhold_counts(contents: ReportContents, inputs: StudyInputs) -> ReportContents:
    """``contents`` without any number that tells how many people were reported.

    Lines, questions and decisions are about as many as people, so they go with them. Respondents are not people who
    lead: who was asked and who answered is told. A sentence that holds a figure is left out, whatever it counts.

    Parameters
    ----------
    contents
        Of a landscape that hides every count.
    inputs
        Tell which files are registers: their rows are schools.
    """
    of_registers = pl.col("file").is_in([reading.name for reading in inputs.readings])
    home = contents.home_points
    return replace(
        contents,
        reading=ReadingCounts.validate(
            contents.reading.with_columns(rows=pl.when(of_registers).then("rows"))
        ),
        responses=_without(contents.responses, ResponseCounts, "nominations"),
        open_questions=_without(contents.open_questions, OpenQuestions, "open"),
        # Most lines first would tell which answer is the more frequent.
        understanding=_without(contents.understanding, UnderstoodLines, "lines", "expected_wrong").sort(
            "question", "how"
        ),
        decisions=0,
        home_points=None if home is None else PointsShown(home.points.clear(), 0, "", ()),
        validation=None,
        notes=tuple(note for note in contents.notes if not any(letter.isdigit() for letter in note)),
    )


def _without(
    table: pl.DataFrame,
    schema: type[ResponseCounts] | type[OpenQuestions] | type[UnderstoodLines],
    *columns: str,
) -> pl.DataFrame:
    return schema.validate(
        table.with_columns(pl.lit(None, table.schema[name]).alias(name) for name in columns)
    )
