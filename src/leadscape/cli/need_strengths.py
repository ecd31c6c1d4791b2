"""``leadscape need strengths | group``: in what schools are strong or weak, and what a group of them can share."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
Folder = Annotated[Path, typer.Argument(help="Folder that `leadscape need read` wrote.")]
Themes = Annotated[str, typer.Option(help="Codebook of themes, or your own file ending in .toml.")]
Register = Annotated[
    Path | None, typer.Option(help="A register: which schools there are, their names and phases.")
]
Similar = Annotated[
    Path | None,
    typer.Option(help="Pairs that `leadscape need similar` wrote; without it the nation is the comparison."),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Day asked about; by default the last in the data."),
]
Confidence = Annotated[float, typer.Option(help="Level of intervals, a share.")]
Output = Annotated[Path | None, typer.Option(help="Folder for tables, workbook, picture and page.")]
SHOWN = ("label", "stage", "strong", "typical", "weak", "unknown", "by_chance", "supply")


def add_commands(app: typer.Typer) -> None:
    """Add the verbs to the group ``need``."""
    app.command("strengths")(strengths)
    app.command("group")(group)


def strengths(
    folder: Folder,
    themes: Themes = "england",
    register: Register = None,
    similar: Similar = None,
    as_of: AsOf = None,
    confidence: Confidence = 0.90,
    output: Output = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say in what every school is strong, typical, weak or unknown, beside the nation or similar schools."""
    from leadscape.actions.find_strengths import find_strengths_in_folder

    done = find_strengths_in_folder(
        folder,
        themes=themes,
        register=register,
        similar=similar,
        as_of=as_of.date() if as_of else None,
        confidence=confidence,
        output=output,
    )
    if as_json:
        print_json(done.as_dict())
        return
    print_lines(*done.sentences)
    print_table(done.counts, "Schools by theme")
    print_lines(*(f"Written: {path}" for path in done.written))


def group(
    folder: Folder,
    school: Annotated[
        list[str] | None, typer.Option(help="Number of a school of the group, may be repeated.")
    ] = None,
    authority: Annotated[str | None, typer.Option(help="Code of an authority.")] = None,
    trust: Annotated[str | None, typer.Option(help="Id of a trust or federation in the register.")] = None,
    groups: Annotated[
        Path | None, typer.Option(help="File of the register that says who is in a trust.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What to call the group.")] = None,
    themes: Themes = "england",
    register: Register = None,
    similar: Similar = None,
    as_of: AsOf = None,
    confidence: Confidence = 0.90,
    output: Output = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make the strengths-and-needs matrix of a group: who is strong where others are weak, what nobody can supply."""
    from leadscape.actions.find_strengths import GroupChoice, compare_group

    done = compare_group(
        folder,
        GroupChoice(tuple(school or ()), authority, trust, groups),
        name=name,
        themes=themes,
        register=register,
        similar=similar,
        as_of=as_of.date() if as_of else None,
        confidence=confidence,
        output=output,
    )
    if as_json:
        print_json(done.as_dict())
        return
    print_lines(*done.sentences)
    print_table(done.matrix.themes.select(SHOWN), "The group in each theme")
    print_lines(*(f"Written: {path}" for path in done.written))
