"""``leadscape survey response``: who answered, of those who were asked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

STEPS = 2
ROWS_PRINTED = 60


def response(
    target: Annotated[Path, typer.Argument(help="A study file (study.toml), or the frame of who was asked.")],
    closing: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Last day on which an answer is in time, such as 2006-06-30."
        ),
    ] = None,
    returns: Annotated[
        list[Path] | None,
        typer.Option(help="For a frame: return files; who returned something has answered."),
    ] = None,
    register: Annotated[Path | None, typer.Option(help="For a frame: a register, to count schools.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for machines.")] = False,
) -> None:
    """Show who answered: by kind, region and channel with intervals, schools covered, dyads, late and silent."""
    from leadscape.actions.measure_response import measure_response

    with steps(STEPS, quiet=as_json) as progress:
        measured = measure_response(
            target,
            closing=closing.date() if closing else None,
            returns=tuple(returns or ()),
            register=register,
            progress=progress,
        )
    if as_json:
        print_json(measured.as_dict())
        return
    print_lines(*measured.sentences)
    headings = {
        "answered_none": "none",
        "undeliverable": "not reached",
        "withdrawn": "withdrew",
        "in_time": "in time, 95 % interval",
        "coverage_share": "covered",
        "lowest_share": "lowest",
        "highest_share": "highest",
        "answering_authorities": "answered",
        "schools_covered": "covered schools",
        "schools_silent": "silent",
        "schools_not_asked": "not asked",
    }
    print_table(
        measured.printed_rates,
        "Response, of those asked",
        headings=headings,
        figures=("in_time",),
        limit=ROWS_PRINTED,
    )
    if measured.schools is not None:
        print_table(measured.schools, "Schools somebody answered for", headings=headings)
    if measured.representativity.height:
        print_table(
            measured.printed_representativity,
            "How evenly groups answered (1 is even)",
            headings=headings,
            figures=("r_indicator", "low", "high"),
        )
    if measured.dyads is not None:
        print_table(measured.dyads, "Dyads", limit=ROWS_PRINTED)
