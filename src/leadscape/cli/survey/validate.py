"""``leadscape survey validate``: draw entries to be checked with schools, and say how often they are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
STEPS = 4


def validate(
    study: Annotated[Path, typer.Argument(help="A study file (study.toml).")],
    draw: Annotated[
        Path | None, typer.Option(help="Draw a sample and write its forms into this new folder.")
    ] = None,
    size: Annotated[
        int | None, typer.Option(min=1, help="Entries to draw; reckoned from the next three without it.")
    ] = None,
    half_width: Annotated[
        float, typer.Option(help="How far the interval may reach from the error rate, 0-1.")
    ] = 0.05,
    expected: Annotated[float, typer.Option(help="The error rate that you reckon with, 0-1.")] = 0.1,
    answering: Annotated[
        float, typer.Option(min=0.05, max=1, help="Share of schools that you expect to answer, 0-1.")
    ] = 1.0,
    by: Annotated[
        list[str] | None,
        typer.Option(help="What strata are made of: role, origin, route, linkage; may be given again."),
    ] = None,
    minimum: Annotated[int, typer.Option(min=0, help="Entries from each stratum at least.")] = 5,
    stratum: Annotated[
        list[str] | None,
        typer.Option(help="Instead of a size, STRATUM=ENTRIES; may be given again."),
    ] = None,
    kind: Annotated[str, typer.Option(help="Forms as xlsx or csv.")] = "xlsx",
    sample: Annotated[
        Path | None, typer.Option(help="The sample, instead of the one that the study names.")
    ] = None,
    forms: Annotated[
        list[Path] | None,
        typer.Option(help="A form that came back, or a folder of them; may be given again."),
    ] = None,
    totals: Annotated[bool, typer.Option("--totals", help="Also correct the totals.")] = False,
    *,
    as_json: AsJson = False,
) -> None:
    """Draw a validation sample with --draw; without it, read the forms that came back."""
    if draw is not None:
        _draw(study, draw, size, half_width, expected, answering, by, minimum, stratum, kind, as_json=as_json)
    else:
        _read(study, sample, forms, totals=totals, as_json=as_json)


def _draw(
    study: Path,
    folder: Path,
    size: int | None,
    half_width: float,
    expected: float,
    answering: float,
    by: list[str] | None,
    minimum: int,
    stratum: list[str] | None,
    kind: str,
    *,
    as_json: bool,
) -> None:
    from leadscape.actions.draw_validation import STRATIFIERS, draw_validation

    strata = tuple(by or ("role",))
    if unknown := [name for name in strata if name not in STRATIFIERS]:
        raise typer.BadParameter(f"--by {unknown[0]} is not one of {', '.join(STRATIFIERS)}.")
    if kind not in ("xlsx", "csv"):
        raise typer.BadParameter("--kind is xlsx or csv.")
    with steps(STEPS, quiet=as_json) as progress:
        drawn = draw_validation(
            study,
            folder,
            size=size,
            by=strata,
            minimum=minimum,
            sizes=_sizes(stratum),
            expected_share=expected,
            half_width=half_width,
            answering=answering,
            kind=kind,
            progress=progress,
        )
    if as_json:
        print_json(vars(drawn))
        return
    print_table(drawn.strata, "Drawn")
    print_lines(
        f"{drawn.entries:,} entries in {drawn.forms:,} forms, one for each school: {drawn.folder}",
        f"The sample itself: {drawn.sample}. Keep it: the answers cannot be read without it.",
    )
    if drawn.without_school:
        print_lines(
            f"{drawn.without_school:,} of them have no known school (no-school.{kind}): decide on their schools first, "
            "or ask whoever named them."
        )
    print_lines(
        'As answers come, name both under [survey]: validation_sample = "…/sample.csv", '
        'validation = ["answers/*"].'
    )


def _sizes(stratum: list[str] | None) -> dict[str, int] | None:
    if not stratum:
        return None
    sizes: dict[str, int] = {}
    for text in stratum:
        name, _, number = text.rpartition("=")
        if not name or not number.strip().isdecimal():
            raise typer.BadParameter(
                f"--stratum {text}: write it as STRATUM=ENTRIES, such as mentor_head=20."
            )
        sizes[name.strip()] = int(number)
    return sizes


def _read(study: Path, sample: Path | None, forms: list[Path] | None, *, totals: bool, as_json: bool) -> None:
    from leadscape.actions.read_validation import list_forms, read_validation

    with steps(STEPS, quiet=as_json) as progress:
        found = read_validation(
            study, sample=sample, forms=list_forms(forms or []), totals=totals, progress=progress
        )
    if as_json:
        print_json(found.as_dict())
        return
    whole = found.error_rates.filter(pl.col("role") == "all")
    shown = whole.select(
        pl.col("field").cast(pl.String).str.replace("leads", "does not lead"),
        "wrong",
        "answered",
        rate_share="rate",
        low_share="low",
        high_share="high",
        **{"do not know": "do_not_know", "left blank": "left_blank", "not returned": "not_returned"},
    )
    headings = {"rate_share": "error rate", "low_share": "low", "high_share": "high"}
    print_table(shown, "How often reported entries are wrong", headings=headings)
    if found.corrected_totals.height:
        print_table(found.corrected_totals, "Totals of role-holdings, corrected")
    if found.role_shares.height:
        names = {"reported_share": "reported", "corrected_share": "corrected"}
        renamed = found.role_shares.rename({"low": "low_share", "high": "high_share"})
        print_table(renamed, "Shares of roles", headings={**names, "low_share": "low", "high_share": "high"})
    print_lines(*found.sentences)
