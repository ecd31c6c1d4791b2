"""``leadscape survey code``: answers in people's own words, from segments to themes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

app = typer.Typer(
    help="Coding of what people wrote: sheets out and in, disagreements, themes, roles.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
Folder = Annotated[
    Path, typer.Option(help="The coding folder: answers, segments and the history of codings.")
]
Scheme = Annotated[
    str, typer.Option(help="Codes: id of a scheme, id of a codebook (its roles), or a file (.toml, .qdc).")
]
OnDay = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="Day on which it was decided; today by default."),
]
CODING = Path("coding")
SCHEME = "executive-heads-2006"
FIGURES = ("value", "low", "high", "seen", "by_chance", "alpha", "said_by_another_too")
ROLES_PRINTED = 30


class Unit(StrEnum):
    """What is coded by itself."""

    answer = "answer"
    paragraph = "paragraph"
    sentence = "sentence"


@app.command("sheet")
def sheet(
    coder: Annotated[str, typer.Option(help="Who is to code.")],
    answers: Annotated[
        Path | None,
        typer.Argument(
            help="Table of answers: text, and where there are respondent_id, question, dyad, pseudonym, permission. "
            "Or the folder that `survey read --out` wrote. Needed the first time."
        ),
    ] = None,
    folder: Folder = CODING,
    scheme: Scheme = SCHEME,
    unit: Annotated[Unit, typer.Option(help="What is coded by itself.")] = Unit.answer,
    coding_round: Annotated[int, typer.Option("--round", min=1, help="Round of coding.")] = 1,
    second: Annotated[
        float | None,
        typer.Option(help="Blind second coding: share (0-1) of what others have coded, drawn by the seed."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of that draw.")] = 2006,
    output: Annotated[
        Path | None,
        typer.Option("--sheet", help="Where the sheet goes (.xlsx or .csv); into the folder by default."),
    ] = None,
    *,
    suggest: Annotated[bool, typer.Option(help="Suggest codes; never in a blind second coding.")] = True,
    as_json: AsJson = False,
) -> None:
    """Write a coding sheet for one coder: a row a segment, with suggestions and their reasons."""
    from leadscape.actions.code_answers import code_answers

    with steps(3, quiet=as_json) as progress:
        made = code_answers(
            folder,
            coder,
            answers=answers,
            scheme=scheme,
            unit=unit.value,
            coding_round=coding_round,
            second_share=second,
            seed=seed,
            suggest=suggest,
            sheet=output,
            progress=progress,
        )
    if as_json:
        print_json(
            {
                "sheet": str(made.path),
                "coder": made.coder,
                "round": made.coding_round,
                "segments": made.segments,
                "with_suggestions": made.suggested,
                "answers": made.answers,
                "segments_in_all": made.segments_in_all,
                "withdrawn": made.withdrawn,
            }
        )
        return
    blind = " A blind second coding: nothing of the other coders is in it." if second is not None else ""
    print_lines(
        f"{made.segments} of {made.segments_in_all} segments for {made.coder}, round {made.coding_round}; "
        f"{made.suggested} with suggestions.{blind}",
        *(
            [f"Respondents who withdrew, of whom nothing is in it: {made.withdrawn}."]
            if made.withdrawn
            else []
        ),
        f"Sheet: {made.path}",
        f"Next: fill in `codes`, then run `leadscape survey code read {made.path} --folder {folder}`.",
    )


@app.command("read")
def read(
    sheet: Annotated[Path, typer.Argument(help="A filled-in coding sheet.")],
    folder: Folder = CODING,
    scheme: Scheme = SCHEME,
    on: OnDay = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Read a filled-in sheet into the history; nothing is taken in while one cell of it cannot be."""
    from leadscape.actions.read_codings import read_codings

    done = read_codings(sheet, folder, scheme=scheme, coded_on=_day(on))
    if as_json:
        print_json(done.as_dict())
    else:
        print_lines(*done.sentences)


@app.command("queue")
def queue(
    folder: Folder = CODING,
    scheme: Scheme = SCHEME,
    output: Annotated[
        Path | None,
        typer.Option("--queue", help="Where the queue goes (.xlsx or .csv); into the folder by default."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws behind the intervals.")] = 2006,
    *,
    as_json: AsJson = False,
) -> None:
    """Write the segments on which coders disagree, and say how far they agree beyond chance."""
    from leadscape.actions.adjudicate_codes import queue_disagreements

    found = queue_disagreements(folder, scheme=scheme, queue=output, seed=seed)
    if as_json:
        print_json(found.as_dict())
        return
    print_lines(*found.sentences)
    if found.agreement is not None:
        print_lines(found.agreement.summary)
        print_table(
            found.agreement.coefficient_rows(),
            "Agreement beyond chance on what each said alone (0 chance, 1 complete)",
            figures=FIGURES,
        )
        print_table(found.agreement.category_rows(), "Each code against its absence", figures=FIGURES)
        print_lines(*found.agreement.sentences)
    if found.path is not None:
        print_lines(
            f"Queue: {found.path}", "Next: fill in `decision`, `decided_by`, `why`; then `adjudicate` it."
        )


@app.command("adjudicate")
def adjudicate(
    queue: Annotated[Path, typer.Argument(help="A filled-in queue of disagreements.")],
    folder: Folder = CODING,
    scheme: Scheme = SCHEME,
    on: OnDay = None,
    coding_round: Annotated[int, typer.Option("--round", min=1, help="Round of the decisions.")] = 1,
    *,
    as_json: AsJson = False,
) -> None:
    """Take in what a person decided between coders, with who and why; the coders' codes stay."""
    from leadscape.actions.adjudicate_codes import adjudicate_codes

    added, still_open = adjudicate_codes(
        queue, folder, scheme=scheme, decided_on=_day(on), coding_round=coding_round
    )
    if as_json:
        print_json({"added": added, "open": still_open})
    else:
        print_lines(f"{added} decisions are new or changed; {still_open} disagreements are still open.")


@app.command("recode")
def recode(
    recodes: Annotated[
        Path,
        typer.Argument(
            help="Table: code, change (renamed, merged, split, dropped), becomes, why, decided_by, decided_on."
        ),
    ],
    scheme: Scheme,
    folder: Folder = CODING,
    *,
    as_json: AsJson = False,
) -> None:
    """Carry a change of the scheme through what was coded; the history keeps what it was."""
    from leadscape.actions.read_codings import recode_answers

    done = recode_answers(recodes, folder, scheme=scheme)
    if as_json:
        print_json({"carried": done.carried, "to_code_again": done.to_code_again})
        return
    print_lines(f"{done.carried} decisions were replaced by ones in the new codes.")
    if done.to_code_again.height:
        print_table(done.to_code_again, "To be coded again: only a reader can say what now applies", limit=20)


@app.command("themes")
def themes(
    folder: Folder = CODING,
    scheme: Scheme = SCHEME,
    names: Annotated[
        Path | None,
        typer.Option(help="Table with a column name: taken out of quotes. Without it no quote is written."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for the tables; themes in the coding folder by default.")
    ] = None,
    as_of_round: Annotated[
        int | None, typer.Option("--round", min=1, help="What stood at the end of this round.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Count themes, codes by source and codes together; write quotes that may be shown."""
    from leadscape.actions.summarise_themes import summarise_themes_of

    told = summarise_themes_of(folder, scheme=scheme, names=names, output=output, as_of_round=as_of_round)
    if as_json:
        print_json(told.as_dict())
        return
    shown = told.tables["themes"]
    print_table(
        shown.filter(shown["code"].is_null()).select(
            "theme_label", "respondents", "of_respondents", "segments", "note"
        ),
        "Themes",
        headings={"theme_label": "theme", "of_respondents": "of"},
    )
    print_lines(
        *told.sentences,
        "Files (restricted: they hold what people wrote):",
        *(f"  {path}" for path in told.files),
    )


@app.command("scheme")
def scheme(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Id of a scheme or codebook, or a file (.toml, .qdc); without it all are listed."
        ),
    ] = None,
    qdc: Annotated[
        Path | None, typer.Option(help="Write it as a REFI-QDA codebook for other programs.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List, show and check coding schemes; write one for other programs."""
    from leadscape.actions.choose_scheme import choose_scheme, export_scheme, list_schemes

    if name is None:
        listed = list_schemes()
        if as_json:
            print_json({"schemes": listed})
        else:
            print_lines(
                *(f"{one['id']}: {one['title']}, {one['codes']} codes ({one['what']})" for one in listed)
            )
        return
    chosen = choose_scheme(name)
    if qdc is not None:
        export_scheme(chosen, qdc)
    if as_json:
        print_json(
            {
                "id": chosen.id,
                "title": chosen.title,
                "source": chosen.source,
                "valid_from": chosen.valid_from,
                "codes": chosen.code_frame(),
                "themes": chosen.theme_frame(),
                "qdc": str(qdc) if qdc else None,
            }
        )
        return
    print_lines(f"{chosen.title} ({chosen.id})", f"Valid from {chosen.valid_from}. Source: {chosen.source}.")
    print_table(chosen.code_frame().select("code", "parent", "is_codable", "definition"), "Codes")
    grouped = chosen.theme_frame().group_by("theme", "theme_label", maintain_order=True).agg("code")
    if grouped.height:
        print_table(grouped, "Themes")
    if qdc is not None:
        print_lines(f"REFI-QDA codebook: {qdc}")


@app.command("roles")
def roles(
    study: Annotated[Path, typer.Argument(help="A study file (study.toml).")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show every wording of a role in a study's returns: how it was coded, or what it could mean."""
    from leadscape.actions.code_study_roles import code_study_roles

    with steps(3, quiet=as_json) as progress:
        found = code_study_roles(study, progress)
    if as_json:
        print_json(found.as_dict())
        return
    print_table(found.wordings, found.title, limit=ROLES_PRINTED)
    print_lines(*found.sentences)


def _day(given: datetime | None) -> date:
    return given.date() if given is not None else date.today()
