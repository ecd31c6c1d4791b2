"""``leadscape survey``: forms out, answers in, coding, linkage, people, validation."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Surveys: forms out, answers in, coding, linkage, people, validation.", no_args_is_help=True
)


@app.callback()
def _root() -> None:
    pass
