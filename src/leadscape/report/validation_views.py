"""What schools said when reported entries were checked with them, as a page shows it."""

from __future__ import annotations

import re

import polars as pl

from leadscape.report.contents import ReportContents
from leadscape.report.views import Shown, TableView, show_table
from leadscape.report.wording import part
from leadscape.survey.validation.error_rates import ALL

FIELD_WORDS = {
    "leads": "whether the person leads beyond the own school",
    "started_on": "when the role began",
    "ended_on": "when it ended",
    "duplicate": "whether the person stands in the study twice",
}


def published_rates(rates: pl.DataFrame) -> pl.DataFrame:
    """Error rates over all roles: those of single roles rest on few people and stay with the study."""
    return rates.filter(pl.col("role") == ALL)


def view_validation(contents: ReportContents) -> TableView | None:
    """How often each field of the reported entries is wrong; null where nothing was checked."""
    found = contents.validation
    if found is None or not found.error_rates.height:
        return None
    note = f"Something came back about {part(found.returned, found.drawn, 'entries')} that were drawn. "
    return view_error_rates(published_rates(found.error_rates), note)


def view_error_rates(rates: pl.DataFrame, note: str) -> TableView:
    """Published error rates in words, ``note`` before what is always said of them."""
    pct = [
        (100 * pl.col(name)).alias(name)
        for name in ("rate", "low", "high", "if_missing_right", "if_missing_wrong")
    ]
    return show_table(
        rates.with_columns(pl.col("field").cast(pl.String).replace(FIELD_WORDS), *pct),
        "validation",
        "How often reported entries are wrong, by the word of the schools",
        (
            Shown("field", "What was checked", "words"),
            Shown("answered", "Answers", "count"),
            Shown("wrong", "Wrong", "count"),
            Shown("rate", "Wrong, % of entries", "percent"),
            Shown("low", "Interval from", "percent"),
            Shown("high", "to", "percent"),
            Shown("if_missing_right", "If what was not said is right", "percent"),
            Shown("if_missing_wrong", "If it is wrong", "percent"),
        ),
        f"{note}Rates are weighted by the chance of being drawn; intervals are exact, at 95 %.",
    )


def validation_sentences(contents: ReportContents) -> tuple[str, ...]:
    """What must be said beside the rates, with roles in words."""
    if contents.validation is None:
        return ()
    of_totals = ("Corrected", "Not enough", "Reported")
    labels = contents.codebook.labels("roles")
    said = [one for one in contents.validation.sentences if not one.startswith(of_totals)]
    for role, label in labels.items():
        said = [re.sub(rf"\b{role}\b", label, one) if "_" in role else one for one in said]
    return tuple(said)
