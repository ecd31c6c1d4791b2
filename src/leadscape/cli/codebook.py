"""``leadscape codebook``: the classifications that counts are made with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table

app = typer.Typer(
    help="Classifications: roles, origins, kinds, phases, per system and year.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]


@app.command("list")
def list_codebooks(*, as_json: AsJson = False) -> None:
    """List the codebooks that come with leadscape."""
    from leadscape.actions.read_codebooks import describe_codebooks

    books = describe_codebooks()
    if as_json:
        print_json({"codebooks": books})
    else:
        print_table(books)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Id of a codebook, or the path of one.")],
    compare: Annotated[str | None, typer.Option(help="Id of another codebook: print the crosswalk.")] = None,
    *,
    as_toml: Annotated[
        bool, typer.Option("--toml", help="Print the file itself, as a start for one of your own.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one codebook, its file, or what became of its roles in another."""
    from leadscape.actions.read_codebooks import describe_codebook, describe_crosswalk, print_codebook

    if as_toml:
        typer.echo(print_codebook(name), nl=False)
        return
    if compare is not None:
        pairs = describe_crosswalk(name, compare)
        if as_json:
            print_json({"from": name, "to": compare, "pairs": pairs})
        else:
            print_table(pairs, f"{name} → {compare}")
        return
    described = describe_codebook(name)
    if as_json:
        print_json(
            {"id": described.id, "title": described.title, "source": described.source, **described.tables}
        )
        return
    print_lines(described.title, f"Valid from {described.valid_from}. Source: {described.source}.")
    for title, table in described.tables.items():
        print_table(table, title.capitalize())


@app.command("check")
def check(
    path: Annotated[Path, typer.Argument(help="A codebook file of your own (.toml).")],
    *,
    as_json: AsJson = False,
) -> None:
    """Check a codebook of your own: every contradiction, or none."""
    from leadscape.actions.read_codebooks import check_own_codebook

    summary = check_own_codebook(path)
    if as_json:
        print_json({"path": str(path), "sound": True, **summary})
    else:
        print_lines(f"{path.name} is sound: " + ", ".join(f"{n} {what}" for what, n in summary.items()) + ".")
