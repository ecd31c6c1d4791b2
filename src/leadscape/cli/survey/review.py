"""``leadscape survey review``: what a person must still decide, and how decisions went so far."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
REVIEW_STEPS = 5


def review(
    study: Annotated[Path, typer.Argument(help="A study file (study.toml).")],
    out: Annotated[
        Path | None,
        typer.Option(help="Where to write the review file (.xlsx or .csv): all questions, open ones first."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """What must still be decided about roles, schools and people, and how often suggestions were taken."""
    from leadscape.actions.review_questions import review_questions

    with steps(REVIEW_STEPS, quiet=as_json) as progress:
        state = review_questions(study, out=out, progress=progress)
    if as_json:
        print_json(state.as_dict())
        return
    if state.progress.height:
        print_table(state.progress, f"{state.title}: questions about the returns")
    else:
        print_lines("Nothing about the returns is in doubt.")
    if state.acceptance.height:
        interval = pl.format(
            "{} % ({} to {})",
            *((100 * pl.col(name)).round(1) for name in ("first_share", "low", "high")),
        )
        print_table(
            state.acceptance.select(
                "question", "decided", "first", "other", "overruled", "none_right", "corrected",
                first_suggestion_taken=interval,
            ),
            "Decisions beside suggestions",
            headings={
                "first": "as suggested first",
                "other": "as suggested later",
                "none_right": "no answer",
                "corrected": "put right unasked",
                "first_suggestion_taken": "first taken, of decided (exact 95 %)",
            },
            figures=("first_suggestion_taken",),
        )  # fmt: skip
    if state.deciders.height:
        print_table(state.deciders, "Who decided")
    if state.unused:
        print_lines(f"Decisions on what does not occur any more: {state.unused:,}.")
    if state.set_aside:
        print_lines(
            f"Decisions of earlier studies that name what this study does not know: {state.set_aside:,}."
        )
    if state.file is not None:
        print_lines(
            f"Written: {state.file}",
            "Fill in the column `decision`, name the file under [survey] decisions, and run again.",
        )
