"""``leadscape register``: what a register file holds, and schools through time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table

app = typer.Typer(help="Registers of schools: check, read, lineage, changes.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
Mapping = Annotated[Path | None, typer.Option(help="Mapping file for a register that is not recognised.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A date, such as 2022-08-31.")]

ROWS_PRINTED = 40


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A register, links, groups or memberships file.")],
    mapping: Mapping = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Profile a file: format, columns, every problem. Exit code 4 when it cannot be used."""
    from leadscape.actions.check_register import check_register

    checked = check_register(file, mapping=mapping)
    if as_json:
        print_json(checked.as_dict())
    else:
        print_lines(*checked.sentences)
        for title, table in checked.tables.items():
            print_table(table, title, limit=ROWS_PRINTED)
    raise typer.Exit(checked.exit_code)


@app.command("read")
def read(
    file: Annotated[Path, typer.Argument(help="A register, links, groups or memberships file.")],
    output: Annotated[Path, typer.Option(help="Where to write the table: .csv or .parquet by the ending.")],
    mapping: Mapping = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Read a file into the declared table and write it out, counting every row in and out."""
    from leadscape.actions.read_register import read_register

    reading = read_register(file, output, mapping=mapping)
    if as_json:
        print_json(reading.as_dict())
    else:
        print_table(reading.counts, f"{file.name}: {reading.rows_read:,} rows read as {reading.table}")
        print_lines(*(f"Written: {path}" for path in reading.written))


@app.command("formats")
def formats(
    name: Annotated[str | None, typer.Argument(help="Id of a format: print its file.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the formats that are recognised, or print one as a start for a mapping of your own."""
    from leadscape.actions.list_formats import describe_formats, print_format

    if name is not None:
        typer.echo(print_format(name), nl=False)
    elif as_json:
        print_json({"formats": describe_formats()})
    else:
        print_table(describe_formats())


@app.command("lineage")
def lineage(
    urn: Annotated[str, typer.Argument(help="A school's unique reference number.")],
    links: Annotated[list[Path], typer.Option(help="Links files; several vintages are merged.")],
    schools: Annotated[Path | None, typer.Option(help="A register, for names and dates.")] = None,
    as_of: Day = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what a school was before and became after."""
    from leadscape.actions.trace_lineage import trace_lineage

    traced = trace_lineage(urn, links, schools=schools, as_of=as_of.date() if as_of else None)
    if as_json:
        print_json(traced.as_dict())
    else:
        print_lines(*traced.sentences)
        print_table(traced.family, f"Family of {urn}")


@app.command("changes")
def changes(
    old: Annotated[Path, typer.Argument(help="The earlier register.")],
    new: Annotated[Path, typer.Argument(help="The later register.")],
    old_date: Day = None,
    new_date: Day = None,
    old_groups: Annotated[Path | None, typer.Option(help="Memberships at the earlier date.")] = None,
    new_groups: Annotated[Path | None, typer.Option(help="Memberships at the later date.")] = None,
    links: Annotated[list[Path] | None, typer.Option(help="Links files, to explain what is missing.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what opened, closed, moved, was renamed or has a new head between two registers."""
    from leadscape.actions.compare_registers import compare_registers

    compared = compare_registers(
        old,
        new,
        old_date=old_date.date() if old_date else None,
        new_date=new_date.date() if new_date else None,
        old_groups=old_groups,
        new_groups=new_groups,
        links=tuple(links or ()),
    )
    if as_json:
        print_json(compared.as_dict())
        return
    print_table(compared.summary, f"{old.name} → {new.name}", headings={"why_not": "not compared because"})
    for title, table in compared.tables.items():
        if table.height:
            print_table(table, title.replace("_", " ").capitalize(), limit=ROWS_PRINTED)
