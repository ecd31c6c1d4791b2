"""``leadscape need flag | rules``: schools flagged by a dated rule, and those that it could not judge."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
ROWS_PRINTED = 20


def add_commands(app: typer.Typer) -> None:
    """Add the verbs to the group ``need``."""
    app.command("flag")(flag)
    app.command("rules")(rules)


def flag(
    folder: Annotated[Path, typer.Argument(help="Folder that `leadscape need read` wrote.")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day asked about: 2018-09-01.")],
    rule: Annotated[
        list[str] | None, typer.Option(help="Id of a rule, may be repeated; by default all in force.")
    ] = None,
    book: Annotated[
        str, typer.Option("--rules", help="Codebook of rules, or your own file ending in .toml.")
    ] = "england",
    register: Annotated[
        Path | None, typer.Option(help="A register: the schools asked about, with their phases.")
    ] = None,
    published: Annotated[
        list[str] | None, typer.Option(help="FILE=2018-12-13: when a file of figures was published.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
    file_format: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "csv",
    *,
    inspections_complete: Annotated[
        bool, typer.Option("--inspections-complete", help="The files hold every inspection up to the day.")
    ] = False,
    outside_dates: Annotated[
        bool, typer.Option("--outside-dates", help="Apply rules to a day on which they were not in force.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Flag schools by rules: yes, no or cannot tell, with what was seen and why it cannot be told."""
    from leadscape.actions.flag_schools import flag_from_folder

    done = flag_from_folder(
        folder,
        tuple(rule or ()),
        as_of.date(),
        book=book,
        register=register,
        published=tuple(published or ()),
        inspections_complete=inspections_complete,
        outside_dates=outside_dates,
        output=output,
        file_format=file_format,
    )
    if as_json:
        print_json(done.as_dict())
        return
    print_lines(*done.sentences)
    print_table(done.counts, "Verdicts")
    print_table(done.tables["cannot_tell"], "Schools that could not be judged, by reason", limit=ROWS_PRINTED)
    print_lines(*(f"Written: {path}" for path in done.written))


def rules(
    book: Annotated[str | None, typer.Argument(help="Codebook of rules, or a file; by default all.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List rules with their days, what they need and where they come from."""
    from leadscape.actions.flag_schools import describe_rules

    if as_json:
        print_json({"rules": describe_rules(book)})
    else:
        print_table(describe_rules(book))
