"""``leadscape landscape``: published baselines, prevalence with both its parts, waves compared."""

from __future__ import annotations

from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table

app = typer.Typer(help="Landscapes: published baselines, prevalence, waves.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]


@app.command("baseline")
def baseline(
    name: Annotated[str, typer.Argument(help="Id of a published baseline.")] = "hopkins-higham-2006",
    *,
    as_json: AsJson = False,
) -> None:
    """Print a published table with derived beside printed percentages, and what does not follow."""
    from leadscape.actions.show_baseline import show_baseline

    shown = show_baseline(name)
    if as_json:
        print_json(shown.as_dict())
        return
    print_table(shown.printed, f"{shown.title} ({shown.source})", figures=("n", "Printed %", "Derived %"))
    print_lines(f"Unit: {shown.unit}.")
    print_table(
        shown.consistency.select("severity", "finding", "source"), "What a careful reader would query"
    )


@app.command("prevalence")
def prevalence(
    numerator: Annotated[int, typer.Option(help="How many, counted.")],
    numerator_source: Annotated[str, typer.Option(help="Where the numerator comes from.")],
    denominator: Annotated[int | None, typer.Option(help="Out of how many.")] = None,
    denominator_source: Annotated[str | None, typer.Option(help="Where the denominator comes from.")] = None,
    numerator_unit: Annotated[
        str, typer.Option(help="What the numerator counts: leaders or holdings.")
    ] = "leaders",
    denominator_unit: Annotated[str, typer.Option(help="What the denominator counts.")] = "leaders",
    printed_pct: Annotated[
        str | None,
        typer.Option(help="A percentage printed without denominator: which denominators it implies."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """State a prevalence with numerator, denominator and interval; a bare percentage is refused."""
    from leadscape.actions.state_prevalence import state_prevalence

    stated = state_prevalence(
        numerator=numerator,
        numerator_source=numerator_source,
        numerator_unit=numerator_unit,
        denominator=denominator,
        denominator_source=denominator_source,
        denominator_unit=denominator_unit,
        printed_pct=printed_pct,
    )
    if as_json:
        print_json(stated.as_dict())
    else:
        print_lines(*stated.sentences)


@app.command("compare")
def compare(
    earlier: Annotated[str, typer.Argument(help="Results folder of the earlier study, or a baseline's id.")],
    later: Annotated[str, typer.Argument(help="Results folder (public) of the later study.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Compare two waves across codebooks; a change only where both count the same thing."""
    from leadscape.actions.compare_studies import compare_studies

    compared = compare_studies(earlier, later)
    if as_json:
        print_json(compared.as_dict())
    else:
        print_table(
            compared.printed, f"{compared.earlier} → {compared.later}", figures=("earlier", "later", "change")
        )
