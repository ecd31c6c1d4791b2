"""``leadscape survey link``: which schools of a register a list means."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
STEPS = 5
WAITING_PRINTED = 15


def link(
    listed: Annotated[
        Path,
        typer.Argument(
            metavar="LIST", help="Any list of schools: .csv or a workbook, with names or numbers."
        ),
    ],
    register: Annotated[list[Path], typer.Option(help="A register; several are believed in order.")],
    links: Annotated[
        list[Path] | None, typer.Option(help="Links files: what closed schools became, and older names.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The list's date: schools open on it may be meant."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping file for a register that is not recognised.")
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="review.csv of an earlier run with its answers, or its aliases.csv.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for links.csv, candidates.csv, review.csv and aliases.csv.")
    ] = None,
    precision: Annotated[float, typer.Option(help="Share of accepted links that should be right.")] = 0.995,
    *,
    closed: Annotated[bool, typer.Option("--closed", help="Link to closed schools as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Link a list of schools to a register: accepted, for a person, not in the register, or nothing near."""
    from leadscape.actions.link_list import link_list

    with steps(STEPS + (out is not None), quiet=as_json) as progress:
        linked = link_list(
            listed,
            tuple(register),
            links=tuple(links or ()),
            as_of=as_of.date() if as_of else None,
            mapping=mapping,
            decisions=decisions,
            out=out,
            precision=precision,
            link_closed=closed,
            progress=progress,
        )
    if as_json:
        print_json(linked.as_dict())
        return
    print_lines(*linked.sentences)
    print_table(linked.summary, headings={"rows_share": "% of rows"})
    waiting = linked.waiting()
    if waiting.height:
        print_table(waiting, "Rows for a person, the likeliest first", limit=WAITING_PRINTED)
    print_lines(*(f"Written: {path}" for path in linked.written))
