"""What a study's report says besides its landscape: how good the data are, and an earlier table beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from leadscape.actions.measure_response import with_returns
from leadscape.actions.read_validation import validate_holdings
from leadscape.actions.understood_lines import count_understood
from leadscape.actions.withhold_counts import withhold_counts
from leadscape.codebooks import Baseline, Codebook, Crosswalk, codebook_names, find_crosswalk, load_codebook
from leadscape.core.errors import NotComparable
from leadscape.core.suppression import rounded
from leadscape.core.tables import polars_schema
from leadscape.landscape.consistency import baseline_extent
from leadscape.landscape.distribution import UNKNOWN_PLACE
from leadscape.landscape.spread import state_bands
from leadscape.landscape.waves import compare_waves
from leadscape.report.contents import BaselineComparison, ReportContents
from leadscape.report.points import draw_home_points
from leadscape.report.tables import OpenQuestions, ReadingCounts, ResponseCounts
from leadscape.report.wording import interval, people_told, plural, quantity
from leadscape.survey.response import cover_schools, rate_response, read_contacts

if TYPE_CHECKING:
    from leadscape.actions.describe_landscape import DescribedLandscape
    from leadscape.actions.gather_inputs import StudyInputs
    from leadscape.actions.study import Study
    from leadscape.core.provenance import Provenance
    from leadscape.landscape.config import LandscapeConfig
    from leadscape.landscape.results import Landscape
    from leadscape.register.areas import Areas
    from leadscape.survey import Settlement
    from leadscape.survey.validation import ValidationResult

QUESTION_WORDS = {
    "role": "Which role is meant by these words?",
    "school": "Which school is meant?",
    "person": "Are these two one person?",
    "objection": "Is somebody named here who objected?",
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
    contacts = with_returns(read_contacts(study.frame), inputs.responses, None)
    contents = ReportContents(
        title=study.title,
        system=study.system,
        as_of=study.as_of,
        codebook=study.codebook,
        landscape=published,
        provenance=provenance,
        reading=_round_returns(inputs.outcomes, study.settings.round_to),
        responses=count_answers(inputs.responses, study.settings),
        open_questions=_worded_questions(settled),
        decisions=settled.questions["decision"].count(),
        suppress_below=hidden_below if (hidden_below := study.settings.suppress_below) > 1 else None,
        areas=areas,
        home_points=(
            draw_home_points(
                settled.role_holdings,
                areas.points,
                published.authorities,
                hide_below=study.settings.suppress_below,
                round_to=study.settings.round_to,
                seed=study.seed,
            )
            if areas
            else None
        ),
        notes=(
            *quality_notes(settled, inputs, published, study.settings),
            *described.notes,
            *(described.tipping if published.sensitivity.height else ()),
            *(statement.text for statement in state_bands(published.authorities)),
        ),
        baseline=_beside_baseline(study, published),
        understanding=count_understood(settled, study.settings),
        validation=_validation(study, settled),
        response_rates=rate_response(contacts),
        schools_covered=cover_schools(contacts, inputs.schools),
    )
    return withhold_counts(contents, inputs) if published.hides_every_count else contents


def open_questions(settled: Settlement) -> dict[str, int]:
    """Kind of question to how many a person must still decide."""
    waiting = settled.questions.filter(pl.col("decision").is_null())
    counted = waiting.group_by(pl.col("question").cast(pl.String)).len().sort("question")
    return dict(counted.iter_rows())


def count_answers(responses: pl.DataFrame, settings: LandscapeConfig) -> pl.DataFrame:
    """How many respondents of each kind answered, said that they have none, or stayed silent.

    Rows returned are about as many as people named, so they are hidden and rounded as counts of people are. Their total
    is told elsewhere, so that one hidden number would be what the others leave of it: the next larger one goes with it.
    """
    named = pl.col("nominations")
    few = named.is_between(1, settings.suppress_below - 1)
    one_is_hidden = few.sum() == 1
    next_larger = (named == named.filter(named >= settings.suppress_below).min()).fill_null(value=False)
    returned = (
        rounded(pl.col("nominations"), settings.round_to) if settings.round_to else pl.col("nominations")
    )
    return ResponseCounts.validate(
        responses.group_by("kind", "response")
        .agg(respondents=pl.len().cast(pl.Int64), nominations=pl.col("nominations").sum())
        .with_columns(nominations=pl.when(~(few | (one_is_hidden & next_larger))).then(returned))
        .sort("kind", "response")
    )


def _round_returns(outcomes: pl.DataFrame, round_to: int | None) -> pl.DataFrame:
    """What became of the rows; those of returns rounded, since they are about as many as people named."""
    if round_to:
        of_returns = pl.col("reason").is_in(["nominations", "blank rows"])
        rows = pl.when(of_returns).then(rounded(pl.col("rows"), round_to)).otherwise("rows")
        outcomes = outcomes.with_columns(rows=rows)
    return ReadingCounts.validate(outcomes)


def quality_notes(
    settled: Settlement, inputs: StudyInputs, published: Landscape, settings: LandscapeConfig
) -> tuple[str, ...]:
    """What a reader must know of the data before believing a count, in numbers no closer than the tables tell."""

    def told(count: int) -> str:
        return people_told(count, settings.suppress_below, settings.round_to)

    notes = [
        f"From {told(inputs.nominations.height)} nominations, {told(settled.role_holdings.height)} role-holdings of "
        f"{told(settled.leaders.height)} leaders remain after duplicates between lists were resolved."
    ]
    if waiting := sum(open_questions(settled).values()):
        notes.append(
            f"Not decided yet: {plural(waiting, 'question')} about the returns. The counts may change when a person "
            f"decides{_expected(published)}."
        )
    if settled.uncoded:
        notes.append(f"In no count, because their role is not known: {told(settled.uncoded)} nominations.")
    if unlinked := settled.role_holdings["home_urn"].null_count():
        # The number is that of an unknown phase, so it is told only where the table tells it.
        phase = published.phases.filter(pl.col("phase") == UNKNOWN_PLACE)
        number = told(unlinked) if phase["holdings"].count() else "some"
        notes.append(
            f"Without a home school that could be linked: {number} role-holdings, counted in the total and in no phase."
        )
    if ended := settled.ended_holdings.height:
        notes.append(f"Reported and not in force on the date: {told(ended)} role-holdings.")
    if inputs.withdrawn:
        notes.append(f"Withdrawn and in nothing here: {told(inputs.withdrawn)} nominations.")
    if inputs.held_back:
        notes.append(
            f"In nothing here until a person decides whether somebody who objected is named: {told(inputs.held_back)} "
            "nominations."
        )
    notes += inputs.reading_notes
    if unused := settled.unused_decisions:
        notes.append(f"Decisions whose question no longer arises: {unused:,}.")
    if replayed := settled.questions.drop_nulls(["decision", "decided_in"]).height:
        notes.append(f"Decisions taken over from earlier studies: {replayed:,}.")
    if aside := settled.set_aside.height:
        notes.append(
            "Decisions of earlier studies that were not used, because they name a role or school that this study does "
            f"not know: {aside:,}."
        )
    return tuple(notes)


def _validation(study: Study, settled: Settlement) -> ValidationResult | None:
    """What schools said about a sample, where the study names it."""
    if study.validation_sample is None or not study.validation:
        return None
    return validate_holdings(study, settled.role_holdings)


def _expected(published: Landscape) -> str:
    """What is expected once everything is decided; empty where nothing was drawn or nothing may be told."""
    drawn = published.estimates.filter(pl.col("estimate_id") == "reported:holdings")
    if not drawn.height:
        return ""
    row = drawn.row(0, named=True)
    ends = interval(row["low"], row["high"], row["unit"])
    return f"; {quantity(row['value'], row['unit'])} role-holdings are expected then (95 % interval {ends})"


def _worded_questions(settled: Settlement) -> pl.DataFrame:
    rows = [(QUESTION_WORDS[kind], n) for kind, n in open_questions(settled).items()]
    return OpenQuestions.validate(pl.DataFrame(rows, schema=polars_schema(OpenQuestions), orient="row"))


def _beside_baseline(study: Study, published: Landscape) -> BaselineComparison | None:
    """The published baseline of the same system, where a crosswalk reaches the study's codebook."""
    found = earlier_baseline(study.codebook)
    if found is None:
        return None
    earlier, baseline, walk = found
    rows = compare_waves(baseline_extent(earlier, baseline), earlier, published.extent, study.codebook, walk)
    labels = {**earlier.labels("roles"), **study.codebook.labels("roles")}
    return BaselineComparison(baseline.title, baseline.source, rows, labels)


def earlier_baseline(codebook: Codebook) -> tuple[Codebook, Baseline, Crosswalk] | None:
    """The published table of the same system that a crosswalk reaches, with its codebook and that crosswalk."""
    for name in codebook_names():
        earlier = load_codebook(name)
        if not earlier.baselines or earlier.system != codebook.system:
            continue
        try:
            return earlier, earlier.baselines[0], find_crosswalk(earlier.id, codebook.id)
        except NotComparable:
            continue
    return None
