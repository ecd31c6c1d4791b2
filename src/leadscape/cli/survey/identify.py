"""``leadscape survey identify``: which lines mean one person, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

if TYPE_CHECKING:
    from leadscape.actions.identify_persons import ExplainedPerson

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
STEPS = 4
PAIRS_PRINTED = 20


def identify(
    study: Annotated[Path | None, typer.Argument(help="A study file (study.toml).")] = None,
    listed: Annotated[
        Path | None,
        typer.Option("--list", help="Instead of a study: any list with a name and a school in each row."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for pairs.csv and identities.csv. They name people.")
    ] = None,
    explain: Annotated[
        str | None, typer.Option(help="Id of a line or of a leader: show pair by pair why it is one person.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Recognise people across lists: who is merged by what, which pairs are asked about, what lists share."""
    from leadscape.actions.identify_persons import identify_persons

    if (study is None) == (listed is None):
        raise typer.BadParameter("give a study file or --list FILE, one of the two.")
    with steps(STEPS, quiet=as_json) as progress:
        identified = identify_persons(study, listed=listed, out=out, progress=progress)
    if explain is not None:
        explained = identified.explain(explain)
        if as_json:
            print_json(explained.as_dict())
        else:
            _print_explained(explained)
    elif as_json:
        print_json(identified.as_dict())
    else:
        print_lines(*identified.sentences)
        print_table(
            identified.merged(), "What ties lines to their person", headings={"lines_share": "% of lines"}
        )
        asked = identified.asked()
        if asked.height:
            print_table(
                asked,
                "Pairs that a person must decide, the likeliest first",
                headings={"probability_share": "probability"},
                limit=PAIRS_PRINTED,
            )
        if identified.overlap.bounds.height:
            print_table(
                identified.overlap.bounds.select(
                    "list", "other_list", "people_taken", "people_other_taken", "shared_least", "shared_taken",
                    "shared_most",
                ),
                "People that two lists share: at least, as taken, at most",
                headings={"people_taken": "people", "people_other_taken": "people of other"},
                limit=PAIRS_PRINTED,
            )  # fmt: skip
        print_lines(*(f"Written: {path}" for path in identified.written))


def _print_explained(explained: ExplainedPerson) -> None:
    print_table(explained.lines, f"Lines about {explained.person}")
    if not explained.pairs.height:
        print_lines("No other line comes near enough to be weighed.")
        return
    print_table(
        explained.pairs.select(
            "person",
            "other",
            "outcome",
            "decision",
            probability_share="probability",
            asked_because="asked_because",
        ),
        "Pairs, the likeliest first",
        headings={"probability_share": "probability"},
    )
    print_table(
        explained.evidence.select("person", "other", "field", "level", "bits"),
        "What each field says, bits: above 0 for one person, below 0 for two",
    )
