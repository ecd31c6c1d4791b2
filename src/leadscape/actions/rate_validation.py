"""How often is a reported entry wrong, from a sample and answers that a store keeps?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from leadscape.codebooks import parse_codebook
from leadscape.core.tables import polars_schema
from leadscape.survey.validation import ValidationResult, validate
from leadscape.survey.validation.answers import AnswersReading
from leadscape.survey.validation.tables import ValidationAnswers, ValidationSample


def rate_validation(
    sample: Iterable[Mapping[str, Any]],
    answers: Iterable[Mapping[str, Any]],
    reported: Mapping[str, int],
    codebook_text: str,
) -> ValidationResult:
    """Error rates with intervals, as :func:`~leadscape.actions.read_validation.read_validation` gives them from forms.

    Parameters
    ----------
    sample
        Rows as :class:`ValidationSample`; names need not be given. A column that is missing or null says that the entry
        does not state it.
    answers
        Rows as :class:`ValidationAnswers`: what schools said about single fields.
    reported
        Role id to the holdings that the study reports now.

    Raises
    ------
    ValidationError
        When a row does not fit its table.
    """
    columns = polars_schema(ValidationSample)
    rows = [{name: one.get(name) for name in columns.names()} for one in sample]
    drawn = pl.DataFrame(rows, schema=columns).with_columns(
        pl.col("leader_name").fill_null("-"), pl.col("role_label").fill_null(pl.col("role"))
    )
    fields = polars_schema(ValidationAnswers)
    said = pl.DataFrame([{name: one.get(name) for name in fields.names()} for one in answers], schema=fields)
    reading = AnswersReading(
        answers=ValidationAnswers.validate(said.sort("entry_id", "field")),
        returned=said["entry_id"].unique().sort(),
        objections=pl.Series("entry_id", [], dtype=pl.String),
        files=0,
    )
    book = parse_codebook(codebook_text.encode(), "the codebook of the study")
    return validate(ValidationSample.validate(drawn), reading, reported, book)
