"""Run a study in memory: from its inputs to everything that may be published and everything that stays restricted.

Nothing is written here. :mod:`leadscape.actions.map_landscape` writes it to a folder,
:mod:`leadscape.actions.open_study` hands it to a store.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from leadscape.actions.describe_landscape import DescribedLandscape, describe_landscape
from leadscape.actions.gather_inputs import StudyInputs, gather_inputs
from leadscape.actions.report_contents import make_contents
from leadscape.actions.settle_study import settle_inputs
from leadscape.core.progress import timed
from leadscape.core.provenance import Provenance
from leadscape.landscape.disclosure_of_few import publish_landscape
from leadscape.landscape.prevalence import Denominator
from leadscape.register.areas import Areas, draw_areas
from leadscape.register.tables import is_open
from leadscape.survey.imputation import DrawnHoldings, draw_holdings

if TYPE_CHECKING:
    from leadscape.actions.study import Study
    from leadscape.core.progress import Progress
    from leadscape.landscape.config import LandscapeConfig
    from leadscape.landscape.results import Landscape
    from leadscape.report.contents import ReportContents
    from leadscape.survey import Settlement


@dataclass(frozen=True)
class StudyRun:
    """One run, not yet written.

    Attributes
    ----------
    study, inputs, settled
        What was declared, what its files hold, and what the returns amount to. Hold people.
    published
        The landscape, suppressed where the study asks for it; of so few people that any count would tell another,
        without any.
    contents
        What the report shows, with the record that may be public.
    record
        The whole record, with the rows of every return. Restricted.
    """

    study: Study
    inputs: StudyInputs
    settled: Settlement
    published: Landscape
    contents: ReportContents
    record: Provenance


def run_study(study: Study, progress: Progress, seconds: dict[str, float]) -> StudyRun:
    """Everything of a run but the writing; the wall time of each step is added to ``seconds``.

    Raises
    ------
    FileProblem, TableProblem
        When an input cannot be used.
    """
    with timed(seconds, "read"):
        inputs = gather_inputs(study, progress)
    with timed(seconds, "settle"):
        progress.step("Coding, linking, recognising people")
        settled = settle_inputs(inputs, study)
        settled = replace(settled, questions=pl.concat([settled.questions, inputs.held_questions]))
    with timed(seconds, "doubt"):
        progress.step("Drawing what open questions may mean")
        imputed = draw_holdings(
            settled.understood, inputs.schools, study.codebook, study.as_of, study.survey.draws, study.seed
        )
    config = study.settings
    with timed(seconds, "count"):
        progress.step("Counting and estimating")
        described = _describe(study, inputs, settled, imputed)
    with timed(seconds, "protect"):
        progress.step("Protecting small counts")
        published = publish_landscape(
            described.landscape, config.suppress_below, config.round_to, study.codebook, study.seed
        )
    with timed(seconds, "draw"):
        progress.step("Drawing the country")
        areas = _areas(inputs.schools, study)
    record = _provenance(study, inputs)
    public = _public(record, config)
    if published.hides_every_count:
        # Whoever keeps people apart from figures learns here that no number of them may be told.
        public = replace(public, parameters={**public.parameters, "every_count_hidden": True})
    contents = make_contents(study, inputs, settled, described, published, areas, public)
    return StudyRun(study, inputs, settled, published, contents, record)


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


def _provenance(study: Study, inputs: StudyInputs) -> Provenance:
    config = study.settings
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
