"""Settle what a study's files hold, as a run takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadscape.survey import Settlement, settle

if TYPE_CHECKING:
    from leadscape.actions.gather_inputs import StudyInputs
    from leadscape.actions.study import Study


def settle_inputs(inputs: StudyInputs, study: Study) -> Settlement:
    """What the returns amount to, as a run takes them.

    Raises
    ------
    TableProblem
        When a decision names something that does not exist.
    """
    return settle(
        inputs.nominations,
        inputs.responses,
        inputs.schools,
        study.codebook,
        inputs.decisions,
        study.as_of,
        inputs.successors(study.as_of),
        names=inputs.names,
        memberships=inputs.memberships,
        config=study.survey,
    )
