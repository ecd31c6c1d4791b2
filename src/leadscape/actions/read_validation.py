"""Read the forms that schools sent back, and say how often a reported entry is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from leadscape.actions.gather_inputs import gather_inputs
from leadscape.actions.settle_study import settle_inputs
from leadscape.actions.study import read_study
from leadscape.core.errors import StudyProblem
from leadscape.core.progress import Progress, Silent
from leadscape.core.tabular import ENDINGS
from leadscape.survey.validation import ValidationConfig, ValidationResult, read_answers, validate
from leadscape.survey.validation.answers import read_sample

if TYPE_CHECKING:
    from leadscape.actions.study import Study


def list_forms(given: list[Path]) -> tuple[Path, ...]:
    """Forms, with every table in a folder for the folder; sorted, each once."""
    found: list[Path] = []
    for path in given:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        found += [one for one in inside if path == one or _is_form(one)]
    return tuple(dict.fromkeys(found))


def _is_form(path: Path) -> bool:
    # Spreadsheet programs leave lock files such as ~$100001.xlsx beside an open workbook.
    return path.is_file() and path.name.lower().endswith(ENDINGS) and not path.name.startswith(("~$", "."))


def read_validation(
    study: Path,
    *,
    sample: Path | None = None,
    forms: tuple[Path, ...] = (),
    totals: bool = False,
    progress: Progress | None = None,
) -> ValidationResult:
    """Error rates of a study's entries, and corrected totals if they are asked for.

    Parameters
    ----------
    sample, forms
        Instead of those that the study names under ``validation_sample`` and ``validation``.

    Raises
    ------
    StudyProblem
        When neither says where they are.
    TableProblem
        With everything wrong in the sample or the forms.
    """
    progress = progress or Silent()
    declared = read_study(study)
    inputs = gather_inputs(declared, progress)
    progress.step("Coding, linking, recognising people")
    settled = settle_inputs(inputs, declared)
    progress.step("Reading the forms")
    return validate_holdings(declared, settled.role_holdings, sample=sample, forms=forms, totals=totals)


def validate_holdings(
    study: Study,
    holdings: pl.DataFrame,
    *,
    sample: Path | None = None,
    forms: tuple[Path, ...] = (),
    totals: bool = False,
) -> ValidationResult:
    """As :func:`read_validation`, for a study that is already settled."""
    drawn, answered = sample or study.validation_sample, forms or study.validation
    if drawn is None or not answered:
        problems = (
            *(() if drawn is not None else ("[survey] lacks 'validation_sample'.",)),
            *(() if answered else ("[survey] lacks 'validation'.",)),
        )
        raise StudyProblem(
            f"{study.path.name} names no {'sample' if drawn is None else 'forms'} of a validation.",
            "Error rates need the entries that were drawn and what schools said about them.",
            'Name them under [survey] (validation_sample = "…/sample.csv", validation = ["…/forms/*.xlsx"]), '
            "or give --sample and --forms.",
            problems,
        )
    entries = read_sample(drawn)
    reading = read_answers(answered, entries)
    reported = {str(role): int(n) for role, n in holdings["role"].value_counts(sort=True).iter_rows()}
    config = ValidationConfig(confidence=study.settings.confidence)
    return validate(entries, reading, reported, study.codebook, totals=totals, config=config)
