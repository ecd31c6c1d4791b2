"""What must a person still decide about a study's returns, and how did decisions go so far?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from leadscape.actions.gather_inputs import gather_inputs
from leadscape.actions.settle_study import settle_inputs
from leadscape.actions.study import read_study
from leadscape.core.errors import OutputBlocked
from leadscape.core.progress import Progress, Silent
from leadscape.survey import no_decisions, write_review
from leadscape.survey.acceptance import count_acceptance

if TYPE_CHECKING:
    from leadscape.survey import Settlement

ORDER = {"role": 0, "school": 1, "person": 2, "objection": 3}


@dataclass(frozen=True)
class ReviewState:
    """Where a study's review stands.

    Attributes
    ----------
    progress
        ``question``, ``open``, ``decided``, ``lines_waiting``: one row a kind of question.
    acceptance
        As :class:`~leadscape.survey.acceptance.Acceptance`.
    deciders
        ``decided_by``, ``decisions``.
    unused
        Decisions whose wording, mention or pair does not occur any more.
    set_aside
        Decisions of earlier studies that name a role or school that this study does not know.
    file
        The review file, where one was written.
    """

    title: str
    progress: pl.DataFrame
    acceptance: pl.DataFrame
    deciders: pl.DataFrame
    unused: int
    set_aside: int
    file: Path | None

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "title": self.title,
            "progress": self.progress,
            "acceptance": self.acceptance,
            "deciders": self.deciders,
            "unused_decisions": self.unused,
            "decisions_set_aside": self.set_aside,
            "file": str(self.file) if self.file else None,
        }


def review_questions(
    study: Path, *, out: Path | None = None, progress: Progress | None = None
) -> ReviewState:
    """Where the review of a study stands; with ``out`` its review file, open questions first.

    Raises
    ------
    StudyProblem, FileProblem, TableProblem
        When an input cannot be used, or a decision names what does not exist.
    OutputBlocked
        When ``out`` is there already, or is the study's own decisions file.
    """
    progress = progress or Silent()
    progress.step("Reading the study")
    declared = read_study(study)
    if out is not None and declared.decisions is not None and out.resolve() == declared.decisions.resolve():
        raise OutputBlocked(
            f"{out} is the file of decisions that the study reads.",
            "Writing questions over it could lose what people decided.",
            "Name another file; decisions made so far are in it too.",
        )
    if out is not None and out.exists():
        raise OutputBlocked(
            f"{out} is there already.",
            "Somebody may have filled in decisions that the study does not read yet.",
            "Name another file, or move this one away; decisions that the study reads are in the new one too.",
        )
    inputs = gather_inputs(declared, progress)
    progress.step("Finding what is in doubt")
    settled = settle_inputs(inputs, declared)
    plain = settled
    if inputs.decisions.height:
        plain = settle_inputs(replace(inputs, decisions=no_decisions()), declared)
    questions = pl.concat([settled.questions, inputs.held_questions])
    if out is not None:
        progress.step("Writing the review file")
        write_review(questions, out)
    return ReviewState(
        title=declared.title,
        progress=_progress(questions),
        acceptance=count_acceptance(plain.questions, settled.questions),
        deciders=_deciders(settled),
        unused=settled.unused_decisions,
        set_aside=settled.set_aside.height,
        file=out,
    )


def _progress(questions: pl.DataFrame) -> pl.DataFrame:
    waiting = pl.col("decision").is_null()
    return (
        questions.group_by(pl.col("question").cast(pl.String))
        .agg(
            open=waiting.sum().cast(pl.Int64),
            decided=(~waiting).sum().cast(pl.Int64),
            lines_waiting=pl.col("nominations").filter(waiting).sum(),
        )
        .sort(pl.col("question").replace_strict(ORDER, return_dtype=pl.Int64))
    )


def _deciders(settled: Settlement) -> pl.DataFrame:
    return (
        settled.questions.drop_nulls("decision")
        .group_by("decided_by")
        .agg(decisions=pl.len().cast(pl.Int64))
        .sort("decisions", "decided_by", descending=[True, False], nulls_last=True)
    )
