"""``leadscape survey person``: what is held about one person, notices to everybody named, and erasure."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
STEPS = 3
ERASE_STEPS = 14


def person(
    study: Annotated[Path, typer.Argument(help="A study file (study.toml).")],
    leader: Annotated[str | None, typer.Option(help="The person, by id in restricted/leaders.csv.")] = None,
    name: Annotated[str | None, typer.Option(help="Or by name, as anybody would write it.")] = None,
    school: Annotated[str | None, typer.Option(help="With --name: number of a school of theirs.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where files go, instead of the study's restricted folder.")
    ] = None,
    notices: Annotated[
        Path | None,
        typer.Option(help="Write notices to those named by others; the file says who answers for the study."),
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date of notices or of an erasure; today by default."),
    ] = None,
    erase: Annotated[bool, typer.Option("--erase", help="Erase the person from the study.")] = False,
    rewrite_returns: Annotated[
        bool,
        typer.Option("--rewrite-returns", help="With --erase: write the returns again without the person."),
    ] = False,
    why: Annotated[str | None, typer.Option(help="With --erase: reason in general words, no name.")] = None,
    by: Annotated[str | None, typer.Option(help="With --erase: who records it, by post.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Export everything held about one person; or write notices; or erase the person."""
    day = on.date() if on is not None else date.today()
    if notices is not None:
        _write_notices(study, notices, day, leader, folder, as_json=as_json)
    elif erase:
        if leader is None or why is None or by is None:
            raise typer.BadParameter("--erase needs --leader, --why and --by.")
        _erase(study, leader, why, by, day, rewrite_returns=rewrite_returns, as_json=as_json)
    elif rewrite_returns:
        raise typer.BadParameter("--rewrite-returns goes with --erase.")
    elif (leader is None) == (name is None):
        raise typer.BadParameter("say who is meant by --leader or by --name.")
    else:
        _export(study, leader, name, school, folder, as_json=as_json)


def _export(
    study: Path,
    leader: str | None,
    name: str | None,
    school: str | None,
    folder: Path | None,
    *,
    as_json: bool,
) -> None:
    from leadscape.actions.export_person import export_person

    with steps(STEPS, quiet=as_json) as progress:
        found = export_person(
            study, leader=leader, name=name, school=school, folder=folder, progress=progress
        )
    if as_json:
        print_json(found.as_dict())
        return
    held = [(found.record.heading(table), frame.height) for table, frame in found.record.tables.items()]
    counted = pl.DataFrame(held, schema={"held": pl.String, "rows": pl.Int64}, orient="row")
    print_table(counted, f"Held about {found.record.leader_id}")
    print_lines(
        f"To read: {found.page}", f"As data: {found.json}", "Both name the person: give them to nobody else."
    )


def _write_notices(
    study: Path, settings: Path, day: date, leader: str | None, folder: Path | None, *, as_json: bool
) -> None:
    from leadscape.actions.write_notices import write_notices

    with steps(STEPS, quiet=as_json) as progress:
        made = write_notices(study, settings, dated=day, leader=leader, folder=folder, progress=progress)
    if as_json:
        print_json(vars(made))
        return
    print_lines(
        f"{made.made:,} notices in {made.folder}, named by the ids of the people.",
        f"When one is sent, write the date into `sent_on` in {made.register}; a later run keeps it.",
        "Within a month of the return, at the latest (UK GDPR, Article 14(3)).",
    )
    if made.changed:
        print_lines(f"Of {made.changed:,} people to whom a notice was sent, something else is held now.")


def _erase(
    study: Path, leader: str, why: str, by: str, day: date, *, rewrite_returns: bool, as_json: bool
) -> None:
    from leadscape.actions.erase_person import erase_person

    with steps(ERASE_STEPS, quiet=as_json) as progress:
        erased = erase_person(
            study, leader=leader, why=why, by=by, on=day, rewrite_returns=rewrite_returns, progress=progress
        )
    if as_json:
        print_json(vars(erased))
        return
    print_lines(*erased.sentences)
    for label, paths in (("Written again", erased.rewritten), ("To delete", erased.originals)):
        print_lines(*(f"{label}: {path}" for path in paths))
