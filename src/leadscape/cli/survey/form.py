"""``leadscape survey form``: forms to send out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

STEPS = 2
FILES_PRINTED = 10


class Format(StrEnum):
    """How a form is sent: a workbook by e-mail, or a page to print."""

    xlsx = "xlsx"
    html = "html"


def form(
    instrument: Annotated[
        str,
        typer.Argument(
            help="landscape-nomination, executive-head or validation; or the path of an instrument of your own (.toml)."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the forms; no file in it is overwritten.")
    ] = None,
    frame: Annotated[
        Path | None, typer.Option(help="Who is asked: one form each. Without it one blank form.")
    ] = None,
    entries: Annotated[
        Path | None,
        typer.Option(
            help="What is asked about: one form a row, with respondent_id, entry_id and the facts shown."
        ),
    ] = None,
    form_format: Annotated[
        Format, typer.Option("--format", help="A workbook or a printable page.")
    ] = Format.xlsx,
    language: Annotated[str | None, typer.Option(help="Language of the form, such as en.")] = None,
    codebook: Annotated[
        str | None, typer.Option(help="Codebook of the roles to choose from, instead of the instrument's.")
    ] = None,
    register: Annotated[
        Path | None, typer.Option(help="A register whose authorities can be chosen from.")
    ] = None,
    compare: Annotated[
        str | None, typer.Option(help="An earlier version (id or path): print what changed since.")
    ] = None,
    *,
    as_toml: Annotated[
        bool, typer.Option("--toml", help="Print the instrument itself, as a start for one of your own.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for machines.")] = False,
) -> None:
    """Write forms to send out: a workbook or a printable page for each respondent, or a blank one."""
    from leadscape.actions.describe_instrument import compare_versions, print_instrument
    from leadscape.actions.write_forms import write_forms

    if as_toml:
        typer.echo(print_instrument(instrument), nl=False)
        return
    if compare is not None:
        compared = compare_versions(compare, instrument)
        if as_json:
            print_json(
                {"old": compared.old, "new": compared.new, "same": compared.same, "changes": compared.changes}
            )
        elif compared.same:
            print_lines("Both ask the same in the same words.")
        else:
            print_table(compared.changes, f"{compare} → {instrument}")
        return
    if out is None:
        raise typer.BadParameter("a folder for the forms is needed.", param_hint="--out")
    with steps(STEPS, quiet=as_json) as progress:
        written = write_forms(
            instrument,
            out,
            frame=frame,
            entries=entries,
            form_format=form_format.value,
            language=language,
            codebook=codebook,
            register=register,
            progress=progress,
        )
    if as_json:
        print_json(written.as_dict())
        return
    n = len(written.files)
    print_lines(
        f"{n} form{'s' * (n != 1)} of {written.instrument} version {written.version} ({written.content_hash[:12]}) "
        f"in {out}:",
        *(f"  {path.name}" for path in written.files[:FILES_PRINTED]),
    )
    if n > FILES_PRINTED:
        print_lines(f"  … and {n - FILES_PRINTED:,} more")
    if written.left_out:
        print_lines(f"{written.left_out} got none: they refused or withdrew.")
