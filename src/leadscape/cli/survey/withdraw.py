"""``leadscape survey withdraw``: record that a respondent, a line or a person stays out, or list who does."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
STEPS = 3


def withdraw(
    study: Annotated[Path, typer.Argument(help="A study file (study.toml).")],
    respondent: Annotated[
        str | None, typer.Option(help="Respondent whose whole return is withdrawn.")
    ] = None,
    nomination: Annotated[
        str | None, typer.Option(help="One line, by its id in restricted/nominations.csv.")
    ] = None,
    leader: Annotated[
        str | None, typer.Option(help="A person who objects, by id in restricted/leaders.csv.")
    ] = None,
    why: Annotated[str | None, typer.Option(help="Reason in general words; never a name.")] = None,
    by: Annotated[str | None, typer.Option(help="Who records it, by post.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date; today by default.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Record a withdrawal or an objection; without --respondent, --nomination or --leader, list who stays out."""
    from leadscape.actions.withdraw_person import list_withdrawn, withdraw_person

    given = [one for one in (respondent, nomination, leader) if one is not None]
    if len(given) > 1:
        raise typer.BadParameter("give one of --respondent, --nomination and --leader.")
    if not given:
        with steps(STEPS, quiet=as_json) as progress:
            state = list_withdrawn(study, progress)
        if as_json:
            print_json(vars(state))
            return
        print_lines(f"Withdrawn lines: {state.withdrawn:,}. Held back until decided: {state.held_back:,}.")
        if state.not_in_force:
            print_lines(
                f"Not in force: {', '.join(state.not_in_force)} lies beside the study, which does not name it under "
                "[survey]."
            )
        if state.questions.height:
            print_table(
                state.questions.select("question_id", "as_written", "context", "decision"),
                "Somebody who objected may be named here",
            )
            print_lines(
                "Look in the return. Then write the question_id with the decision same (stays out) or different (is "
                "let in) into the review file."
            )
        return
    if why is None or by is None:
        raise typer.BadParameter(
            "--why and --by are needed: a withdrawal is a decision that somebody answers for."
        )
    with steps(STEPS, quiet=as_json) as progress:
        recorded = withdraw_person(
            study,
            why=why,
            by=by,
            on=on.date() if on is not None else date.today(),
            respondent=respondent,
            nomination=nomination,
            leader=leader,
            progress=progress,
        )
    if as_json:
        print_json(vars(recorded))
        return
    print_lines(*recorded.sentences, f"Recorded in {recorded.withdrawals}.")
