"""What each form was taken for, and whether its answers may be used: consent and eligibility, each with its reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.instruments.eligibility import Eligibility, judge_eligibility
from leadscape.survey.instruments.instrument import CONSENT
from leadscape.survey.instruments.nominating import BLANK_FORM
from leadscape.survey.instruments.tables import FormProblems
from leadscape.survey.nomination_lines import sender_of

if TYPE_CHECKING:
    from leadscape.survey.instruments.opening import OpenedForm

_SCHEMA: Final = polars_schema(FormProblems)


def describe_forms(opened: list[tuple[str, OpenedForm]], answers: pl.DataFrame) -> pl.DataFrame:
    """One row a form, with its consent and how many questions it answers; the columns of :class:`Forms` but ``use``."""
    plain = pl.DataFrame(
        [
            (
                name,
                form.instrument.id,
                form.stamp.version,
                form.stamp.content_hash,
                form.stamp.respondent_id or sender_of(form.path),
                form.stamp.entry_id,
                form.stamp.dyad_id,
                form.stamp.part,
                form.stamp.language,
                form.recognised_by,
                form.certainty_share,
                CONSENT in form.asked,
            )
            for name, form in opened
        ],
        schema={
            "file": pl.String,
            "instrument": pl.String,
            "version": pl.Int64,
            "content_hash": pl.String,
            **dict.fromkeys(
                ("respondent_id", "entry_id", "dyad_id", "part", "language", "recognised_by"), pl.String
            ),
            "certainty_share": pl.Float64,
            "has_consent": pl.Boolean,
        },
        orient="row",
    )
    consent = answers.filter(pl.col("question") == CONSENT).select("file", agreed="value")
    counted = (
        answers.filter(pl.col("value").is_not_null(), pl.col("question") != CONSENT)
        .group_by("file")
        .agg(answered=pl.len().cast(pl.Int64))
    )
    return (
        plain.join(consent, on="file", how="left")
        .join(counted, on="file", how="left")
        .with_columns(
            answered=pl.when(pl.col("answered").is_null()).then(pl.lit(0, pl.Int64)).otherwise("answered"),
            consent=pl.when(~pl.col("has_consent"))
            .then(pl.lit("not_asked"))
            .when(pl.col("agreed") == "yes")
            .then(pl.lit("given"))
            .when(pl.col("agreed") == "no")
            .then(pl.lit("refused"))
            .otherwise(pl.lit("blank")),
        )
    )


def judge_forms(
    opened: list[tuple[str, OpenedForm]], forms: pl.DataFrame, answers: pl.DataFrame, on: date | None
) -> pl.DataFrame:
    """Eligibility of the forms whose instrument has a rule, as :class:`Eligibility`."""
    judged: list[pl.DataFrame] = []
    rules = {form.instrument.id: form.instrument.eligibility for _, form in opened}
    for name, rule in sorted(rules.items()):
        if rule is None:
            continue
        mine = forms.filter(pl.col("instrument") == name)
        since = answers.filter(pl.col("question") == rule.question).select(
            "file", in_post_since=pl.col("value").str.to_date("%Y-%m-%d", strict=False)
        )
        since = since.join(mine, on="file", how="semi")
        judged.append(judge_eligibility(mine, since, rule.full_years, on))
    return pl.concat([Eligibility.create_empty(), *judged])


def decide_use(forms: pl.DataFrame, eligibility: pl.DataFrame) -> pl.DataFrame:
    """``forms`` with ``use``: consent comes first, since without it nobody may look at the rest."""
    verdict = eligibility.select("file", verdict=pl.col("verdict").cast(pl.String))
    refused = pl.col("consent").is_in(["refused", "blank"])
    return forms.join(verdict, on="file", how="left").with_columns(
        use=pl.when(refused)
        .then(pl.lit("no_consent"))
        .when(pl.col("verdict") == "not_eligible")
        .then(pl.lit("not_eligible"))
        .when(pl.col("verdict") == "unknown")
        .then(pl.lit("eligibility_unknown"))
        .otherwise(pl.lit("used"))
    )


def hide_withheld(problems: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Of a form whose answers are not used only that is told, or why consent cannot be read; what it says is not."""
    refused = forms.filter(pl.col("use") == "no_consent")
    blank = (pl.col("answered") == 0) & (pl.col("consent") == "blank")
    told = refused.select(
        "file",
        severity=pl.when(blank).then(pl.lit("problem")).otherwise(pl.lit("notice")),
        sheet=pl.lit(None, pl.String),
        row=pl.lit(None, pl.Int64),
        column=pl.lit(CONSENT),
        value=pl.lit(None, pl.String),
        rule=pl.when(blank)
        .then(pl.lit(BLANK_FORM))
        .otherwise(
            pl.format(
                "Consent is {}: {} answers are not used.", "consent", pl.col("answered").cast(pl.String)
            )
        ),
    )
    of_consent = (pl.col("column") == CONSENT) & (pl.col("severity") == "problem")
    unread = problems.filter(of_consent, pl.col("row").is_not_null()).join(refused, on="file", how="semi")
    told = told.join(unread, on="file", how="anti")
    return pl.concat([problems.join(refused, on="file", how="anti"), unread, told.cast(_SCHEMA)]).sort(
        "file", "severity", "sheet", "row", maintain_order=True
    )
