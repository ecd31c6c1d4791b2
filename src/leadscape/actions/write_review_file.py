"""Write a review file from questions that a store keeps: the very file that ``leadscape survey review`` writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.core.writing import write_csv
from leadscape.survey.questions import OF_CANDIDATES
from leadscape.survey.review import DECISION_COLUMNS, write_review
from leadscape.survey.tables import Questions


def write_review_file(questions: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Questions with the decisions made so far, open ones first, as ``.xlsx`` or ``.csv`` by the ending.

    Parameters
    ----------
    questions
        Rows as :class:`~leadscape.survey.tables.Questions` declares them; of candidates the words are enough.

    Raises
    ------
    ValidationError
        When a row is no question.
    """
    schema = polars_schema(Questions)
    rows = [{name: row.get(name) for name in schema.names()} for row in questions]
    frame = pl.DataFrame(rows, schema=schema).with_columns(
        pl.col(name).fill_null(pl.lit([], schema[name])) for name in OF_CANDIDATES
    )
    write_review(Questions.validate(frame), path)


def write_decisions_file(decisions: Iterable[Mapping[str, Any]], path: Path) -> int:
    """Decisions alone (``question_id``, ``decision``, ``decided_by``, ``note``, ``decided_in``) as a CSV for a study.

    Rows are put in the order of their questions, so that the same decisions make the same file whatever the order in
    which they were made. A question without a decision is open; a file needs one row at least to be read. Returns how
    many there are.
    """
    columns = ("question_id", *DECISION_COLUMNS)
    rows = [{name: row.get(name) for name in columns} for row in decisions]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String)).sort("question_id")
    write_csv(frame, path)
    return frame.height
