"""``leadscape init``, ``demo`` and ``map``: a study from nothing to a landscape."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

if TYPE_CHECKING:
    from leadscape.actions.map_landscape import MappedLandscape

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
MAP_STEPS = 10


class Size(StrEnum):
    """How large a demonstration system."""

    small = "small"
    national = "national"


def init(
    folder: Annotated[Path, typer.Argument(help="A new folder for the study.")],
    title: Annotated[str, typer.Option(help="What the study is called.")] = "Leaders beyond their own school",
    codebook: Annotated[
        str, typer.Option(help="Id of the codebook that roles are coded with.")
    ] = "england-2026",
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date the landscape is for; today by default."),
    ] = None,
    register: Annotated[
        Path | None, typer.Option(help="A register file: its authorities fill the frame and the form.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping of a register that is not recognised.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Start a study of your own system: a folder with everything to fill in."""
    from leadscape.actions.start_study import start_study

    day = as_of.date() if as_of is not None else date.today()
    started = start_study(
        folder, title=title, codebook=codebook, as_of=day, register=register, mapping=mapping
    )
    if as_json:
        print_json({"folder": str(started.folder), "files": [str(path) for path in started.files]})
        return
    print_lines(f"Written to {started.folder}:", *(f"  {path.name}" for path in started.files))
    if started.authorities:
        print_lines(f"The frame holds the {started.authorities} authorities of the register.")
    if as_of is None:
        print_lines(
            f"The study is for today, {day}. If the register is older, set `as_of` in study.toml to its date."
        )
    print_lines(f"Next: fill them in, then run `leadscape map {started.folder / 'study.toml'}`.")


def demo(
    folder: Annotated[Path, typer.Option(help="Where its files go.")] = Path("demo"),
    size: Annotated[
        Size, typer.Option(help="small: a region; national: a country like England in 2006.")
    ] = Size.small,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another system.")] = 2006,
    *,
    as_json: AsJson = False,
) -> None:
    """Generate a whole invented school system, then map it as a user would."""
    from leadscape.actions.show_demo import show_demo

    with steps(MAP_STEPS + 6, quiet=as_json) as progress:
        shown = show_demo(folder, size=size.value, seed=seed, progress=progress)
    if as_json:
        print_json({"study": str(shown.study), **_as_json(shown.mapped)})
        return
    print_lines(
        "An invented school system: every person is made up, the structure is that of England in 2006.",
        f"Its files are in {folder}, as a user would have them; `leadscape map {shown.study}` maps them again.",
    )
    _print_mapped(shown.mapped)


def map_study(
    study: Annotated[Path, typer.Argument(help="A study file (study.toml).")],
    output: Annotated[
        Path | None, typer.Option(help="Where results go, instead of the study's own folder.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Map the landscape of a study: tables, map, workbook and report."""
    from leadscape.actions.map_landscape import map_landscape

    with steps(MAP_STEPS, quiet=as_json) as progress:
        mapped = map_landscape(study, output=output, progress=progress)
    if as_json:
        print_json(_as_json(mapped))
    else:
        _print_mapped(mapped)


def _as_json(mapped: MappedLandscape) -> dict[str, Any]:
    return {
        "title": mapped.title,
        "extent": mapped.landscape.extent,
        "totals": mapped.landscape.totals,
        "estimates": mapped.landscape.estimates,
        "open_questions": mapped.open_questions,
        "report": str(mapped.report),
        "folder": str(mapped.folder),
        "review": str(mapped.review) if mapped.review else None,
        "seconds": mapped.seconds,
    }


def _print_mapped(mapped: MappedLandscape) -> None:
    print_table(mapped.printed_extent, mapped.title, figures=("n", "%", "People"))
    print_lines(*mapped.sentences)
    if mapped.review is not None:
        waiting = sum(mapped.open_questions.values())
        print_lines(f"For a person to decide, {waiting:,} in all: {mapped.review}")
    print_lines(f"Report: {mapped.report}", f"All files: {mapped.folder}")
