"""What a validation found, whole: rates, totals if asked for, roles, and the sentences that belong beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.validation.config import ValidationConfig
from leadscape.survey.validation.corrections import (
    confirm_roles,
    confuse_roles,
    correct_shares,
    correct_totals,
    name_roles,
)
from leadscape.survey.validation.error_rates import ALL, judge_entries, rate_errors
from leadscape.survey.validation.tables import CorrectedTotals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadscape.codebooks import Codebook
    from leadscape.survey.validation.answers import AnswersReading

NOBODY_REPORTED = (
    "The answers are about entries that were reported. They say nothing about leaders whom nobody reported."
)


@dataclass(frozen=True)
class ValidationResult:
    """A validation.

    Attributes
    ----------
    drawn, returned
        Entries drawn, and those about which anything came back.
    error_rates, confusion, role_shares
        As declared in :mod:`leadscape.survey.validation.tables`; ``role_shares`` is empty where they are not
        identified, and a sentence says why.
    corrected_totals
        As declared; empty unless they were asked for.
    objections
        Ids of entries whose person objects.
    sentences
        What must be said beside the figures.
    """

    drawn: int
    returned: int
    error_rates: pl.DataFrame
    corrected_totals: pl.DataFrame
    confusion: pl.DataFrame
    role_shares: pl.DataFrame
    objections: tuple[str, ...]
    sentences: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For machines; frames stay frames."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def validate(
    sample: pl.DataFrame,
    reading: AnswersReading,
    reported: Mapping[str, int],
    codebook: Codebook,
    *,
    totals: bool = False,
    config: ValidationConfig | None = None,
) -> ValidationResult:
    """Error rates from the answers to a sample.

    Parameters
    ----------
    sample
        As :class:`~leadscape.survey.validation.tables.ValidationSample`.
    reported
        Role id to the holdings that the study reports now.
    totals
        Whether corrected totals are wanted.
    """
    config = config or ValidationConfig()
    judged = judge_entries(sample, reading)
    rates = rate_errors(judged, config.confidence)
    confirmed = confirm_roles(judged, codebook)
    labels = codebook.labels("roles")
    shares, not_known = correct_shares(confirmed, reported, config, labels)
    corrected = (
        correct_totals(rates, reported, config)
        if totals
        else pl.DataFrame(schema=polars_schema(CorrectedTotals))
    )
    returned = sample.filter(pl.col("entry_id").is_in(reading.returned.implode())).height
    return ValidationResult(
        drawn=sample.height,
        returned=returned,
        error_rates=rates,
        corrected_totals=corrected,
        confusion=confuse_roles(confirmed, config.confidence),
        role_shares=shares,
        objections=tuple(reading.objections),
        sentences=tuple(
            _sentences(
                sample, returned, rates, reported, corrected, not_known, len(reading.objections), labels
            )
        ),
    )


def _sentences(
    sample: pl.DataFrame,
    returned: int,
    rates: pl.DataFrame,
    reported: Mapping[str, int],
    corrected: pl.DataFrame,
    not_known: str | None,
    objections: int,
    labels: Mapping[str, str],
) -> list[str]:
    told = [
        f"Of {sample.height:,} entries drawn, schools answered about {returned:,} "
        f"({100 * returned / sample.height:.1f} %)."
    ]
    leads = rates.row(by_predicate=(pl.col("role") == ALL) & (pl.col("field") == "leads"), named=True)
    if leads["rate"] is not None:
        told.append(
            f"Said not to lead beyond their own school: {leads['wrong']:,} of {leads['answered']:,} answered, "
            f"{_pct(leads['rate'])} % weighted ({_pct(leads['low'])} to {_pct(leads['high'])} %). If everybody of whom "
            f"nothing is known led it would be {_pct(leads['if_missing_right'])} %, if none of them did "
            f"{_pct(leads['if_missing_wrong'])} %."
        )
    if corrected.height:
        whole = corrected.row(0, named=True)
        told.append(
            f"Reported {_holdings(whole['reported'])}; less those that are none, {whole['corrected']:,.0f} "
            f"({whole['low']:,.0f} to {whole['high']:,.0f})."
            if whole["corrected"] is not None
            else f"No total is corrected: {whole['answered']} answer"
            f"{' is' if whole['answered'] == 1 else 's are'} not enough."
        )
        few = corrected.filter(pl.col("corrected").is_null(), pl.col("role") != ALL)["role"]
        if len(few):
            told.append(f"Not enough answers for a total of: {name_roles(few, labels)}.")
    drawn_from = int(sample.unique("stratum")["reported"].sum())
    if drawn_from != sum(reported.values()):
        told.append(
            f"The sample was drawn from {_holdings(drawn_from)} and the study now has "
            f"{sum(reported.values()):,}; the rates are of the former."
        )
    if not_known:
        told.append(not_known)
    if objections:
        told.append(
            f"Of {objections} entr{'y' if objections == 1 else 'ies'} the person objects: record it with "
            "`leadscape survey withdraw`."
        )
    return [*told, NOBODY_REPORTED]


def _holdings(n: int) -> str:
    return f"{n:,} role-holding{'' if n == 1 else 's'}"


def _pct(share: float) -> str:
    return f"{100 * share:.1f}"
