"""``leadscape survey read``: forms that came back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

STEPS = 2
ROWS_PRINTED = 60


def read(
    files: Annotated[list[Path], typer.Argument(help="Forms that came back, as workbooks or saved as CSV.")],
    instrument: Annotated[
        str | None, typer.Option(help="What they are, where they do not say; or your own instrument (.toml).")
    ] = None,
    version: Annotated[
        int | None, typer.Option(help="Version of the instrument, instead of the newest.")
    ] = None,
    codebook: Annotated[
        str | None, typer.Option(help="Codebook of the roles, instead of the instrument's.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date for which eligibility is judged, such as 2006-08-31."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="New folder for answers, problems and the other tables.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for machines.")] = False,
) -> None:
    """Read forms back: what each is, every problem, every answer. Exit code 4 when something must be settled."""
    from leadscape.actions.read_forms import read_form_files

    with steps(STEPS, quiet=as_json) as progress:
        result = read_form_files(
            files,
            instrument=instrument,
            version=version,
            codebook=codebook,
            on=on.date() if on else None,
            out=out,
            progress=progress,
        )
    if as_json:
        print_json(result.as_dict())
        raise typer.Exit(result.exit_code)
    reading = result.reading
    print_table(result.printed_forms, "Recognised")
    print_lines(*result.sentences)
    if reading.eligibility.height:
        print_table(reading.eligibility.select("file", "verdict", "reason"), "Eligibility")
    if reading.problems.height:
        print_table(reading.problems, "To settle, and to know", limit=ROWS_PRINTED)
    if reading.answers.height:
        # Answers name people: they are written with --out, never printed.
        counted = reading.answers.group_by("file", "question", "status", maintain_order=True).len("answers")
        print_table(counted, "Answers, by question", limit=ROWS_PRINTED)
    print_lines(*(f"Written: {path}" for path in result.written))
    raise typer.Exit(result.exit_code)
