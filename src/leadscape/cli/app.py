"""The command ``leadscape``: its groups, the commands other packages add, and how mistakes end."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from typing import Annotated

import typer

from leadscape import __version__
from leadscape.cli import codebook, landscape, register, study
from leadscape.cli.console import print_error
from leadscape.core.errors import LeadscapeError
from leadscape.core.exit_codes import CRASH, MEANINGS, exit_code

ENTRY_POINTS = "leadscape.commands"
EPILOG = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in sorted(MEANINGS.items())) + "."

app = typer.Typer(
    name="leadscape",
    help="Maps who leads improvement beyond their own school, and shows how sure we are.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
app.command("init")(study.init)
app.command("demo")(study.demo)
app.command("map")(study.map_study)
app.add_typer(register.app, name="register")
app.add_typer(landscape.app, name="landscape")
app.add_typer(codebook.app, name="codebook")


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"leadscape {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    pass


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with a documented exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for entry in entry_points(group=ENTRY_POINTS):
        entry.load()(app)
    try:
        app(arguments, prog_name="leadscape")
    except LeadscapeError as error:
        print_error(error, as_json="--json" in arguments)
        sys.exit(exit_code(error))
    except BrokenPipeError:
        # Whoever read our output has read enough (head, less).
        sys.stderr.close()
        sys.exit(CRASH)
