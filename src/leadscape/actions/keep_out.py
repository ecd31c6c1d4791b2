"""Keep out of a study's inputs whoever withdrew or objected, before anything is derived from them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from leadscape.actions.settle_study import settle_inputs
from leadscape.core.errors import StudyProblem
from leadscape.survey.privacy import (
    blank_mentions,
    hold_back,
    read_objections,
    silence,
    trace_nominations,
    withdraw,
)
from leadscape.survey.privacy.ledger import QUESTION, read_secret

if TYPE_CHECKING:
    from leadscape.actions.gather_inputs import StudyInputs
    from leadscape.actions.study import Study
    from leadscape.survey import Settlement


def keep_out(inputs: StudyInputs, study: Study) -> StudyInputs:
    """``inputs`` without what was withdrawn, and without lines in which somebody who objected may be named.

    Raises
    ------
    TableProblem
        When a withdrawal matches nothing.
    StudyProblem
        When the study names a ledger of objections without its secret, or the other way round.
    """

    def find_leaders() -> pl.DataFrame:
        return trace_nominations(settle_inputs(inputs, study))

    gone = withdraw(inputs.nominations, study.withdrawals, find_leaders)
    source = study.withdrawals.name if study.withdrawals else ""
    kept = replace(
        inputs,
        nominations=gone.nominations,
        responses=silence(inputs.responses, gone, source),
        withdrawn=gone.removed + gone.earlier,
    )
    return _hold_back(kept, study)


def _hold_back(inputs: StudyInputs, study: Study) -> StudyInputs:
    if study.objections is None and study.objections_secret is None:
        return inputs
    if study.objections is None or study.objections_secret is None:
        lacking = "objections" if study.objections is None else "objections_secret"
        problem = (
            f"[survey] lacks {lacking!r}, which goes with the other of objections and objections_secret."
        )
        raise StudyProblem(
            f"{study.path.name} has 1 problem: {problem}",
            "One without the other recognises nobody who objected.",
            "Name both files.",
            (problem,),
        )
    objections, secret = read_objections(study.objections), read_secret(study.objections_secret)
    nominations = blank_mentions(inputs.nominations, objections, secret)
    places = placed_names(inputs, settle_inputs(inputs, study))
    of_objections = pl.col("question_id").str.starts_with(f"{QUESTION}-")
    answers = inputs.decisions.filter(of_objections)
    held = hold_back(nominations, places, objections, secret, answers)
    return replace(
        inputs,
        nominations=held.nominations,
        decisions=inputs.decisions.filter(~of_objections),
        held_back=held.held,
        held_questions=held.questions,
    )


def placed_names(inputs: StudyInputs, settled: Settlement) -> pl.DataFrame:
    """``id`` (nomination), ``name``, ``urn``, ``school``, ``authority_code``: as written and as linked.

    Parameters
    ----------
    settled
        What ``inputs`` amount to.

    Notes
    -----
    The register knows a school by the name it bears, so a line is also placed by that name and authority.
    """
    titled = inputs.schools.select(
        linked_urn="urn", linked_name="name", linked_authority="authority_code"
    ).unique("linked_urn")
    placed = (
        inputs.nominations.join(
            settled.linked.select("nomination_id", linked_urn="home_urn"),
            on="nomination_id",
            how="left",
            maintain_order="left",
        )
        .join(titled, on="linked_urn", how="left", maintain_order="left")
        .join(
            settled.understood.placed.select("nomination_id", "authority_code"),
            on="nomination_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(seat=pl.coalesce("linked_authority", "authority_code"))
    )
    named = {"id": pl.col("nomination_id"), "name": pl.col("leader_name")}
    as_written = placed.select(**named, urn="home_urn", school="home_school", authority_code="authority_code")
    as_linked = placed.select(**named, urn="linked_urn", school="linked_name", authority_code="seat")
    written_there = placed.select(**named, urn="home_urn", school="home_school", authority_code="seat")
    return pl.concat([as_written, as_linked, written_there]).unique(maintain_order=True)
