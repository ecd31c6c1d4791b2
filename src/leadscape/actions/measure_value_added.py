"""Measure value added from pupil records in files; nothing about a single pupil is kept or written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadscape.core.errors import FileProblem
from leadscape.core.writing import write_csv, write_parquet
from leadscape.need.value_added import ValueAddedConfig, ValueAddedResult
from leadscape.need.value_added import measure_value_added as measure


@dataclass(frozen=True)
class MeasuredValueAdded:
    """Value added of schools, and the file it was written to."""

    result: ValueAddedResult
    written: Path | None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print."""
        schools = self.result.schools
        hidden = schools.filter(status="suppressed").height
        return (
            f"{self.result.models['pupils'].sum():,} records with a start and a result, "
            f"{self.result.models['left_out'].sum():,} without one of them.",
            f"{schools['urn'].n_unique():,} schools; {hidden:,} figures of fewer than "
            f"{self.result.config.suppress_below} pupils are hidden.",
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {"schools": self.result.schools, "models": self.result.models, "engine": self.result.engine}


def measure_value_added(
    records: Path,
    *,
    output: Path | None = None,
    engine: str = "duckdb",
    school: str = "urn",
    prior: str = "prior",
    outcome: str = "outcome",
    cohort: str | None = "cohort",
    subject: str | None = "subject",
    suppress_below: int = 6,
) -> MeasuredValueAdded:
    """Value added of every school, cohort and subject in ``records``.

    Raises
    ------
    FileProblem, TableProblem, NotFound, NotIdentified
        As :func:`leadscape.need.value_added.measure_value_added`.
    """
    config = ValueAddedConfig(
        school=school,
        prior=prior,
        outcome=outcome,
        cohort=cohort,
        subject=subject,
        suppress_below=suppress_below,
    )
    writers = {".csv": write_csv, ".parquet": write_parquet}
    if output is not None and output.suffix not in writers:
        raise FileProblem(
            f"{output} is neither .csv nor .parquet.",
            "The ending says how to write.",
            "Choose a name that ends in one of them.",
        )
    result = measure(records, config, engine=engine)
    if output is not None:
        writers[output.suffix](result.schools, output)
    return MeasuredValueAdded(result, output)
