"""Map the landscape of a study: from its file to tables, map, workbook and report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.report_contents import open_questions
from leadscape.actions.run_study import run_study
from leadscape.actions.study import Study, read_study
from leadscape.actions.write_restricted import check_restricted, prepared_restricted
from leadscape.core.errors import OutputBlocked
from leadscape.core.progress import Progress, Silent, timed
from leadscape.report.outputs import check_folder, write_report
from leadscape.report.terminal import extent_rows, summary_lines

if TYPE_CHECKING:
    from leadscape.landscape.results import Landscape

PUBLIC: Final = "public"
RESTRICTED: Final = "restricted"


@dataclass(frozen=True)
class MappedLandscape:
    """A landscape and where it was written.

    Attributes
    ----------
    landscape
        As published: suppressed where the study asks for it.
    printed_extent
        The extent in the layout of HH2007, Table 1, for a terminal.
    sentences
        What must be said beside it.
    open_questions
        Kind of question to the number that a person must still decide.
    review
        The review file, where there is anything to decide.
    seconds
        Wall time a step.
    """

    title: str
    landscape: Landscape
    printed_extent: pl.DataFrame
    sentences: tuple[str, ...]
    open_questions: dict[str, int]
    folder: Path
    report: Path
    review: Path | None
    seconds: dict[str, float]


def map_landscape(
    study: Path, *, output: Path | None = None, progress: Progress | None = None
) -> MappedLandscape:
    """Run a study.

    Parameters
    ----------
    study
        Path of a study file.
    output
        Folder for results instead of the study's own.

    Raises
    ------
    StudyProblem, FileProblem, TableProblem, CodebookProblem
        When an input cannot be used; nothing is written then.
    OutputBlocked
        When results cannot be written; what was there before stays.
    """
    progress = progress or Silent()
    seconds: dict[str, float] = {}
    with timed(seconds, "read"):
        progress.step("Reading the study")
        declared = read_study(study)
        folder = _checked(output or declared.output, declared)
    run = run_study(declared, progress, seconds)
    with timed(seconds, "write"):
        progress.step("Writing what stays restricted")
        with prepared_restricted(run.settled, run.inputs, run.record, folder / RESTRICTED) as move_in:
            progress.step("Writing the report")
            report = write_report(run.contents, folder / PUBLIC)
            restricted = move_in()
    return MappedLandscape(
        title=declared.title,
        landscape=run.published,
        printed_extent=extent_rows(run.published, declared.codebook),
        sentences=summary_lines(run.contents),
        open_questions=open_questions(run.settled),
        folder=folder,
        report=report.page,
        review=restricted.review,
        seconds={step: round(taken, 3) for step, taken in seconds.items()},
    )


def _checked(folder: Path, study: Study) -> Path:
    """The folder for results, refused before any work is done where it could not be written."""
    try:
        resolved = folder.resolve()
        check_folder(resolved / PUBLIC)
        check_restricted(resolved / RESTRICTED, study.decisions)
    except (OSError, ValueError) as error:
        raise OutputBlocked(
            f"{str(folder)[:200]!r} cannot hold results ({getattr(error, 'strerror', None) or error}).",
            "There is no such folder, and none can be made under this name.",
            "Name another folder for the results.",
        ) from error
    return resolved
