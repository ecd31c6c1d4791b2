"""``leadscape need``: published figures, inspections and deprivation, read with every row accounted for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli import need_flags, need_models, need_strengths
from leadscape.cli.console import print_json, print_lines, print_table, steps

app = typer.Typer(
    help="Need: figures of schools, similar schools, adjusted performance, flags, strengths.",
    no_args_is_help=True,
)

need_models.add_commands(app)
need_flags.add_commands(app)
need_strengths.add_commands(app)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]

ROWS_PRINTED = 40
DIFFERING = (
    "measure",
    "pupils_group",
    "area_code",
    "published",
    "made_again",
    "tolerance",
    "schools_hidden",
    "source",
)


@app.command("read")
def read(
    files: Annotated[
        list[Path], typer.Argument(help="Files of results, finance, absence, inspections or deprivation.")
    ],
    output: Annotated[
        Path | None, typer.Option(help="Folder for the tables; without it nothing is written.")
    ] = None,
    file_format: Annotated[str, typer.Option("--format", help="parquet or csv.")] = "parquet",
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping file for figures that are not recognised.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(help="Year of files that do not say it: 2017/18, or 2017-18 for a financial year."),
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="provisional, revised or final, for files that do not say it.")
    ] = None,
    edition: Annotated[
        str | None, typer.Option(help="Year of indices of deprivation that do not say it.")
    ] = None,
    register: Annotated[
        Path | None,
        typer.Option(help="A register of schools: free school meals, rolls and postcodes as context."),
    ] = None,
    links: Annotated[
        list[Path] | None, typer.Option(help="Links of the register: figures are carried to successors.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date of the register, and of the successors asked for."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Read any number of files, say what became of every row and missing cell, and write the tables."""
    from leadscape.actions.read_need import read_need

    with steps(len(files) + 2, quiet=as_json) as progress:
        done = read_need(
            files,
            output,
            file_format=file_format,
            mapping=mapping,
            period=period,
            release=release,
            edition=edition,
            register=register,
            links=tuple(links or ()),
            as_of=as_of.date() if as_of else None,
            progress=progress,
        )
    if as_json:
        print_json(done.as_dict())
        return
    shown = done.as_dict()
    print_table(done.tables["files"], "Files")
    print_table(done.tables["counts"], "What became of every row", limit=ROWS_PRINTED)
    for name, title in (
        ("missing", "Cells of schools without a value, by the word of the file (a blank has none)"),
        ("checks", "Figures of authorities made again from their schools"),
        ("differing", "Figures of authorities that do not follow from their schools"),
        ("carrying", "Figures carried to successor schools"),
        ("context_ages", "Context and its year"),
        ("problems", "Problems"),
    ):
        if shown[name].height:
            table = shown[name].select(DIFFERING) if name == "differing" else shown[name]
            print_table(table, title, limit=ROWS_PRINTED)
    print_lines(*(f"{name}: {note}" for name, note in done.notes))
    print_lines(*(f"Written: {path}" for path in done.written))


@app.command("formats")
def formats(
    name: Annotated[str | None, typer.Argument(help="Id of a format: print its file.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the formats that are recognised, or print one as a start for a mapping of your own."""
    from leadscape.actions.list_need_formats import describe_need_formats, print_need_format

    if name is not None:
        typer.echo(print_need_format(name), nl=False)
    elif as_json:
        print_json({"formats": describe_need_formats()})
    else:
        print_table(describe_need_formats())
