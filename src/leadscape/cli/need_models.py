"""``leadscape need similar | adjust | value-added``: what is made of figures once they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
ROWS_PRINTED = 20


def add_commands(app: typer.Typer) -> None:
    """Add the verbs to the group ``need``."""
    app.command("similar")(similar)
    app.command("adjust")(adjust)
    app.command("value-added")(value_added)


def similar(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, one row a school with its characteristics.")],
    metric: Annotated[
        str, typer.Option(help="Id of a published metric, or mahalanobis, or weighted.")
    ] = "dfe_primary_2026",
    column: Annotated[list[str] | None, typer.Option(help="Characteristics for mahalanobis.")] = None,
    weight: Annotated[
        list[str] | None, typer.Option(help="For weighted: fsm_pct=2, may be repeated.")
    ] = None,
    neighbours: Annotated[int, typer.Option(min=1, help="Comparators for each school.")] = 50,
    same: Annotated[list[str] | None, typer.Option(help="Column to be equal in: region, phase, …")] = None,
    max_km: Annotated[
        float | None, typer.Option(help="Largest distance; needs easting and northing.")
    ] = None,
    school: Annotated[str | None, typer.Option(help="Only this school's comparators.")] = None,
    output: Annotated[Path | None, typer.Option(help="Where to write the pairs: .csv or .parquet.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Find the schools most similar to each by inputs, never by outcomes."""
    from leadscape.actions.find_similar import find_similar

    found = find_similar(
        file,
        metric=metric,
        columns=tuple(column or ()),
        weights=tuple(weight or ()),
        neighbours=neighbours,
        same=tuple(same or ()),
        max_km=max_km,
        school=school,
        output=output,
    )
    if as_json:
        print_json(found.as_dict())
        return
    print_lines(*found.sentences)
    print_table(found.comparators.pairs, "Similar schools", limit=neighbours if school else ROWS_PRINTED)


def adjust(
    folder: Annotated[Path, typer.Argument(help="Folder that `leadscape need read` wrote.")],
    measure: Annotated[str, typer.Argument(help="Id of an outcome in the codebook of measures.")],
    intake: Annotated[
        list[str] | None, typer.Option(help="Characteristics; by default all there are.")
    ] = None,
    pupils_group: Annotated[str, typer.Option(help="Group of pupils.")] = "all",
    confidence: Annotated[float, typer.Option(help="Level of intervals, a share.")] = 0.90,
    output: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
    file_format: Annotated[str, typer.Option("--format", help="parquet or csv.")] = "csv",
    *,
    as_json: AsJson = False,
) -> None:
    """Adjust a measure for intake with partial pooling, an interval for every school and year."""
    from leadscape.actions.adjust_performance import adjust_measure

    done = adjust_measure(
        folder,
        measure,
        intake=tuple(intake or ()),
        pupils_group=pupils_group,
        confidence=confidence,
        output=output,
        file_format=file_format,
    )
    if as_json:
        print_json(done.as_dict())
        return
    print_lines(*done.sentences)
    print_table(done.adjusted.coefficients, "What intake goes with", limit=2 * ROWS_PRINTED)
    print_lines(*(f"Written: {path}" for path in done.written))


def value_added(
    records: Annotated[
        Path, typer.Argument(help="Parquet or CSV, one row a pupil and subject; * for several.")
    ],
    output: Annotated[Path | None, typer.Option(help="Where to write schools: .csv or .parquet.")] = None,
    engine: Annotated[str, typer.Option(help="What adds the pupils up.")] = "duckdb",
    school: Annotated[str, typer.Option(help="Column of the school's number.")] = "urn",
    prior: Annotated[str, typer.Option(help="Column of where the pupil started.")] = "prior",
    outcome: Annotated[str, typer.Option(help="Column of where the pupil got.")] = "outcome",
    cohort: Annotated[str, typer.Option(help="Column of the cohort; empty for one.")] = "cohort",
    subject: Annotated[str, typer.Option(help="Column of the subject; empty for one.")] = "subject",
    suppress_below: Annotated[int, typer.Option(min=0, help="Figures of fewer pupils are hidden.")] = 6,
    *,
    as_json: AsJson = False,
) -> None:
    """Measure value added from pupil records. Nothing about a single pupil is kept or written."""
    from leadscape.actions.measure_value_added import measure_value_added

    done = measure_value_added(
        records,
        output=output,
        engine=engine,
        school=school,
        prior=prior,
        outcome=outcome,
        cohort=cohort or None,
        subject=subject or None,
        suppress_below=suppress_below,
    )
    if as_json:
        print_json(done.as_dict())
        return
    print_lines(*done.sentences)
    print_table(done.result.models, "Models")
    if done.written:
        print_lines(f"Written: {done.written}")
