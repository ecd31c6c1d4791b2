"""What a study's report says besides its landscape: how good the data are, and an earlier table beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from leadscape.codebooks import codebook_names, find_crosswalk, load_codebook
from leadscape.core.errors import NotComparable
from leadscape.core.tables import polars_schema
from leadscape.landscape.consistency import baseline_extent
from leadscape.landscape.spread import state_bands
from leadscape.landscape.waves import compare_waves
from leadscape.report.contents import BaselineComparison, ReportContents
from leadscape.report.points import draw_home_points
from leadscape.report.tables import OpenQuestions, ReadingCounts, ResponseCounts

if TYPE_CHECKING:
    from leadscape.actions.describe_landscape import DescribedLandscape
    from leadscape.actions.gather_inputs import StudyInputs
    from leadscape.actions.study import Study
    from leadscape.core.provenance import Provenance
    from leadscape.landscape.results import Landscape
    from leadscape.register.areas import Areas
    from leadscape.survey import Settlement

QUESTION_WORDS = {
    "role": "Which role is meant by these words?",
    "school": "Which school is meant?",
    "person": "Are these two one person?",
}


def make_contents(
    study: Study,
    inputs: StudyInputs,
    settled: Settlement,
    described: DescribedLandscape,
    published: Landscape,
    areas: Areas | None,
    provenance: Provenance,
) -> ReportContents:
    """Everything the report shows; ``published`` is the landscape after suppression."""
    return ReportContents(
        title=study.title,
        system=study.system,
        as_of=study.as_of,
        codebook=study.codebook,
        landscape=published,
        provenance=provenance,
        reading=ReadingCounts.validate(inputs.outcomes),
        responses=count_answers(inputs.responses),
        open_questions=_worded_questions(settled),
        decisions=settled.questions["decision"].count(),
        suppress_below=hidden_below if (hidden_below := study.settings.suppress_below) > 1 else None,
        areas=areas,
        home_points=(
            draw_home_points(
                settled.role_holdings,
                areas.points,
                published.authorities,
                rounded=bool(study.settings.round_to),
            )
            if areas
            else None
        ),
        notes=(
            *quality_notes(settled, inputs),
            *described.notes,
            *(statement.text for statement in state_bands(published.authorities)),
        ),
        baseline=_beside_baseline(study, published),
    )


def open_questions(settled: Settlement) -> dict[str, int]:
    """Kind of question to how many a person must still decide."""
    waiting = settled.questions.filter(pl.col("decision").is_null())
    counted = waiting.group_by(pl.col("question").cast(pl.String)).len().sort("question")
    return dict(counted.iter_rows())


def count_answers(responses: pl.DataFrame) -> pl.DataFrame:
    """How many respondents of each kind answered, said that they have none, or stayed silent."""
    return ResponseCounts.validate(
        responses.group_by("kind", "response")
        .agg(respondents=pl.len().cast(pl.Int64), nominations=pl.col("nominations").sum())
        .sort("kind", "response")
    )


def quality_notes(settled: Settlement, inputs: StudyInputs) -> tuple[str, ...]:
    """What a reader must know of the data before believing a count."""
    holdings, leaders = settled.role_holdings, settled.leaders
    notes = [
        f"{holdings.height:,} role-holdings of {leaders.height:,} leaders, from {inputs.nominations.height:,} "
        "nominations after duplicates between lists were resolved."
    ]
    if waiting := sum(open_questions(settled).values()):
        notes.append(
            f"{waiting:,} questions about the returns are not decided; the counts may change when they are."
        )
    if settled.uncoded:
        notes.append(f"{settled.uncoded:,} nominations are in no count, because their role is not known.")
    if unlinked := holdings["home_urn"].null_count():
        notes.append(
            f"{unlinked:,} of {holdings.height:,} role-holdings have no home school that could be linked; they are "
            "counted in the total and in no phase."
        )
    if settled.ended_holdings.height:
        notes.append(
            f"{settled.ended_holdings.height:,} reported role-holdings were not in force on the date."
        )
    if inputs.withdrawn:
        notes.append(f"{inputs.withdrawn:,} nominations were withdrawn and are in nothing here.")
    if settled.unused_decisions:
        notes.append(f"{settled.unused_decisions:,} decisions answer questions that no longer arise.")
    return tuple(notes)


def _worded_questions(settled: Settlement) -> pl.DataFrame:
    rows = [(QUESTION_WORDS[kind], n) for kind, n in open_questions(settled).items()]
    return OpenQuestions.validate(pl.DataFrame(rows, schema=polars_schema(OpenQuestions), orient="row"))


def _beside_baseline(study: Study, published: Landscape) -> BaselineComparison | None:
    """The published baseline of the same system, where a crosswalk reaches the study's codebook."""
    for name in codebook_names():
        earlier = load_codebook(name)
        if not earlier.baselines or earlier.system != study.codebook.system:
            continue
        try:
            walk = find_crosswalk(earlier.id, study.codebook.id)
        except NotComparable:
            continue
        baseline = earlier.baselines[0]
        rows = compare_waves(
            baseline_extent(earlier, baseline), earlier, published.extent, study.codebook, walk
        )
        labels = {**earlier.labels("roles"), **study.codebook.labels("roles")}
        return BaselineComparison(baseline.title, baseline.source, rows, labels)
    return None
