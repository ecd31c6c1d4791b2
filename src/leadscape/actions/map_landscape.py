"""Map the landscape of a study: from its file to tables, map, workbook and report."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.actions.describe_landscape import DescribedLandscape, describe_landscape
from leadscape.actions.gather_inputs import StudyInputs, gather_inputs
from leadscape.actions.report_contents import make_contents, open_questions
from leadscape.actions.settle_study import settle_inputs
from leadscape.actions.study import Study, read_study
from leadscape.actions.write_restricted import check_restricted, prepared_restricted
from leadscape.core.errors import OutputBlocked
from leadscape.core.progress import Progress, Silent, timed
from leadscape.core.provenance import Provenance
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.disclosure import suppress_landscape
from leadscape.landscape.prevalence import Denominator
from leadscape.landscape.results import Landscape
from leadscape.register.areas import Areas, draw_areas
from leadscape.register.tables import is_open
from leadscape.report.outputs import check_folder, write_report
from leadscape.report.terminal import extent_rows, summary_lines
from leadscape.survey import Settlement
from leadscape.survey.imputation import DrawnHoldings, draw_holdings

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
        inputs = gather_inputs(declared, progress)
    with timed(seconds, "settle"):
        progress.step("Coding, linking, recognising people")
        settled = settle_inputs(inputs, declared)
        settled = replace(settled, questions=pl.concat([settled.questions, inputs.held_questions]))
    with timed(seconds, "doubt"):
        progress.step("Drawing what open questions may mean")
        imputed = draw_holdings(
            settled.understood,
            inputs.schools,
            declared.codebook,
            declared.as_of,
            declared.survey.draws,
            declared.seed,
        )
    config = declared.settings
    with timed(seconds, "count"):
        progress.step("Counting and estimating")
        described = _describe(declared, inputs, settled, imputed)
    with timed(seconds, "protect"):
        progress.step("Protecting small counts")
        published = suppress_landscape(
            described.landscape, config.suppress_below, config.round_to, declared.codebook, declared.seed
        )
    with timed(seconds, "draw"):
        progress.step("Drawing the country")
        areas = _areas(inputs.schools, declared)
    record = _provenance(declared, inputs, config)
    contents = make_contents(declared, inputs, settled, described, published, areas, _public(record, config))
    with timed(seconds, "write"):
        progress.step("Writing what stays restricted")
        with prepared_restricted(settled, inputs, record, folder / RESTRICTED) as move_in:
            progress.step("Writing the report")
            report = write_report(contents, folder / PUBLIC)
            restricted = move_in()
    return MappedLandscape(
        title=declared.title,
        landscape=published,
        printed_extent=extent_rows(published, declared.codebook),
        sentences=summary_lines(contents),
        open_questions=open_questions(settled),
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


def _describe(
    study: Study, inputs: StudyInputs, settled: Settlement, imputed: tuple[DrawnHoldings, ...]
) -> DescribedLandscape:
    return describe_landscape(
        holdings=settled.role_holdings,
        leaders=settled.leaders,
        supports=settled.supports,
        responses=inputs.responses,
        schools=inputs.schools,
        memberships=inputs.memberships,
        codebook=study.codebook,
        denominators=tuple(Denominator(d.n, d.label, d.source, d.unit) for d in study.denominators),
        config=study.settings,
        as_of=study.as_of,
        seed=study.seed,
        imputed=imputed,
    )


def _areas(schools: pl.DataFrame, study: Study) -> Areas | None:
    placed = schools.filter(is_open() & pl.col("longitude").is_not_null())
    if placed["authority_code"].null_count() == placed.height:
        # A register without places or without authorities still has a landscape, only no map.
        return None
    return draw_areas(placed, boundaries=study.boundaries)


def _provenance(study: Study, inputs: StudyInputs, config: LandscapeConfig) -> Provenance:
    parameters: dict[str, Any] = {field.name: getattr(config, field.name) for field in fields(config)}
    parameters["denominators"] = [vars(entry) for entry in study.denominators]
    return Provenance(
        title=study.title,
        as_of=study.as_of.isoformat(),
        codebook=study.codebook.id,
        codebook_sha256=study.codebook.sha256,
        seed=study.seed,
        inputs=inputs.files,
        parameters=parameters,
    )


def _public(record: Provenance, config: LandscapeConfig) -> Provenance:
    """The record without the size of single returns: rows of an authority's return are its count of leaders."""
    if config.suppress_below <= 1:
        return record
    files = (file.without_counts() if file.purpose == "returns" else file for file in record.inputs)
    return replace(record, inputs=tuple(files))
