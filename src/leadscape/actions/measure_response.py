"""Measure who answered: by kind, region and channel, by dyad, and how many schools somebody answered for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.actions.gather_inputs import gather_everything
from leadscape.actions.keep_out import keep_out
from leadscape.actions.study import read_study
from leadscape.core.progress import Progress, Silent
from leadscape.core.tables import polars_schema
from leadscape.register.reading import read_register_file
from leadscape.survey import count_response, read_respondents, read_returns
from leadscape.survey.response import (
    count_dyads,
    cover_schools,
    measure_representativity,
    pair_dyads,
    rate_response,
    read_contacts,
)
from leadscape.survey.response.representativity import DEFAULT_SEED, WHAT_IT_DOES_NOT_SAY
from leadscape.survey.response.tables import Contacts

if TYPE_CHECKING:
    from leadscape.actions.study import Study

_IN_TIME: Final = ("response_share", "low_share", "high_share")
_NO_ANSWER: Final = ("silent", "reminded", "asked", "refused", "undeliverable")


@dataclass(frozen=True)
class MeasuredResponse:
    """Response of a survey as tables.

    Attributes
    ----------
    contacts, rates, schools, representativity, dyads, dyad_counts
        As declared in :mod:`leadscape.survey.response.tables`; ``schools`` is null without a register, the dyads are
        null where the frame has none.
    notes
        Sentences about returns that were not read as they stand.
    """

    contacts: pl.DataFrame
    rates: pl.DataFrame
    schools: pl.DataFrame | None
    representativity: pl.DataFrame
    dyads: pl.DataFrame | None
    dyad_counts: pl.DataFrame | None
    notes: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the tables say, with numerators and denominators."""
        whole = self.rates.row(by_predicate=pl.col("cut") == "all", named=True)
        in_time = whole["answered"] + whole["answered_none"]
        told = [
            f"{in_time} of {whole['asked']} answered in time ({whole['response_share']:.1%}, 95 % interval "
            f"{whole['low_share']:.1%} to {whole['high_share']:.1%}); {whole['answered_none']} of them have none. "
            f"{whole['late']} answered late, {whole['silent']} are silent, {whole['refused']} refused, "
            f"{whole['undeliverable']} could not be reached, {whole['withdrawn']} withdrew."
        ]
        undated = self.contacts.filter(
            pl.col("answered_on").is_null(),
            pl.col("status").cast(pl.String).is_in(["answered", "answered_none"]),
        ).height
        if undated:
            told.append(
                f"{undated} of these answers bear no date and are taken as in time: write the date under answered_on."
            )
        if self.schools is not None and self.schools.height:
            row = self.schools.row(by_predicate=pl.col("region") == "all", named=True)
            told.append(
                f"{row['schools_covered']:,} of {row['schools']:,} open schools ({row['coverage_share']:.1%}) lie in "
                f"an authority that answered; {row['schools_silent']:,} in one that is silent, "
                f"{row['schools_not_asked']:,} in one that was not asked."
            )
        if self.dyad_counts is not None:
            row = self.dyad_counts.row(0, named=True)
            told.append(
                f"{row['expected']} dyads expected: {row['complete']} complete, {row['head_only']} with the head only, "
                f"{row['second_only']} with the second respondent only, {row['neither']} with neither; "
                f"{row['responses']} responses."
            )
        if self.representativity.height:
            told.append(WHAT_IT_DOES_NOT_SAY)
        return (*told, *self.notes)

    @property
    def printed_rates(self) -> pl.DataFrame:
        """Counts by group, and the share in time with its interval in one column."""

        def pct(row: dict[str, float]) -> str:
            share, low, high = (100 * row[name] for name in _IN_TIME)
            return f"{share:.1f} % ({low:.0f}–{high:.0f})"

        shares = [name for name in self.rates.columns if name.endswith("_share")]
        return self.rates.with_columns(
            in_time=pl.struct(_IN_TIME).map_elements(pct, return_dtype=pl.String)
        ).drop(shares)

    @property
    def printed_representativity(self) -> pl.DataFrame:
        """The indicators with two digits, which is what the number of those asked allows."""
        return self.representativity.drop("plain_r_indicator").with_columns(
            pl.col(name).map_elements(lambda value: f"{value:.2f}", return_dtype=pl.String)
            for name in ("r_indicator", "low", "high")
        )

    def as_dict(self) -> dict[str, Any]:
        """Every table as plain values."""
        return {
            "rates": self.rates,
            "schools": self.schools,
            "representativity": self.representativity,
            "dyads": self.dyads,
            "dyad_counts": self.dyad_counts,
            "contacts": self.contacts,
            "sentences": list(self.sentences),
        }


def measure_response(
    target: Path,
    *,
    closing: date | None = None,
    returns: tuple[Path, ...] = (),
    register: Path | None = None,
    progress: Progress | None = None,
) -> MeasuredResponse:
    """Response of a study, or of a frame with or without its returns.

    Parameters
    ----------
    target
        A study file (``.toml``), or the frame of who was asked.
    closing
        Last day on which an answer is in time.
    returns
        For a frame: return files, so that who returned something has answered.
    register
        For a frame: a register, so that schools can be counted.

    Raises
    ------
    StudyProblem, FileProblem, TableProblem
        When the study, the frame or the returns cannot be used; also where they contradict each other.
    """
    progress = progress or Silent()
    if target.suffix == ".toml":
        study = read_study(target)
        return _of_study(study, closing, progress)
    progress.step("Reading the frame")
    contacts = read_contacts(target, closing)
    notes: tuple[str, ...] = ()
    if returns:
        progress.step("Reading the returns")
        reading = read_returns(returns)
        notes = reading.notes
        responses = count_response(
            read_respondents(target), reading.nominations, target.name, reading.null_returns
        )
        contacts = with_returns(contacts, responses, closing)
    schools = read_register_file(register, table="schools").frame if register is not None else None
    return _measure(contacts, schools, DEFAULT_SEED, notes)


def _of_study(study: Study, closing: date | None, progress: Progress) -> MeasuredResponse:
    everything = gather_everything(study, progress)
    kept = keep_out(everything, study)
    contacts = with_returns(read_contacts(study.frame, closing), everything.responses, closing)
    before, after = (
        inputs.responses.select("respondent_id", said=pl.col("response").cast(pl.String))
        for inputs in (everything, kept)
    )
    gone = before.join(after, on="respondent_id", suffix="_now").filter(
        (pl.col("said") != "silent") & (pl.col("said_now") == "silent")
    )["respondent_id"]
    withdrawn = (
        pl.when(pl.col("respondent_id").is_in(gone.implode()))
        .then(pl.lit("withdrawn"))
        .otherwise(pl.col("status").cast(pl.String))
    )
    contacts = contacts.with_columns(status=withdrawn.cast(polars_schema(Contacts)["status"]))
    return _measure(contacts, kept.schools, study.seed, ())


def with_returns(contacts: pl.DataFrame, responses: pl.DataFrame, closing: date | None) -> pl.DataFrame:
    """``contacts`` with the answers that returns show: who returned something has answered, whatever the frame says.

    Parameters
    ----------
    responses
        As :class:`~leadscape.survey.tables.Responses`, the returns counted.
    """
    said = responses.select("respondent_id", response=pl.col("response").cast(pl.String))
    status = pl.col("status").cast(pl.String)
    late = pl.col("answered_on") > (closing or date.max)
    came = pl.col("response").is_in(["answered", "answered_none"]) & status.is_in(list(_NO_ANSWER))
    return Contacts.validate(
        contacts.join(said, on="respondent_id", how="left", maintain_order="left")
        .with_columns(
            status=pl.when(came & late.fill_null(value=False))
            .then(pl.lit("late"))
            .when(came)
            .then(pl.col("response"))
            .otherwise(status)
            .cast(polars_schema(Contacts)["status"])
        )
        .select(Contacts.column_names())
    )


def _measure(
    contacts: pl.DataFrame, schools: pl.DataFrame | None, seed: int, notes: tuple[str, ...]
) -> MeasuredResponse:
    dyads = pair_dyads(contacts) if contacts["dyad_id"].null_count() < contacts.height else None
    return MeasuredResponse(
        contacts=contacts,
        rates=rate_response(contacts),
        schools=cover_schools(contacts, schools) if schools is not None else None,
        representativity=measure_representativity(contacts, seed),
        dyads=dyads,
        dyad_counts=count_dyads(dyads) if dyads is not None else None,
        notes=notes,
    )
