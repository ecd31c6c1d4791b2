"""The command ``leadscape``: its groups, the commands other packages add, and how mistakes end."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import Annotated

import typer

from leadscape import __version__
from leadscape.cli import codebook, landscape, need, register, study, survey
from leadscape.cli.console import print_error
from leadscape.core.errors import LeadscapeError
from leadscape.core.exit_codes import CRASH, MEANINGS, NO_MEMORY, STOPPED, exit_code

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
app.add_typer(survey.app, name="survey")
app.add_typer(landscape.app, name="landscape")
app.add_typer(need.app, name="need")
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


@contextmanager
def _stops_cleanly() -> Iterator[None]:
    """Let whoever stops a run (Ctrl-C, or the machine that ends it) find what was there before, and be told so."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    here = threading.current_thread() is threading.main_thread()
    former = signal.signal(signal.SIGTERM, stop) if here else None
    try:
        yield
    except SystemExit as ended:
        if ended.code == STOPPED:
            print_error(
                LeadscapeError(
                    "Stopped before it was done.",
                    "Results are written whole or not at all, so what was there before is still there.",
                    "Run the command again to have the results.",
                )
            )
        raise
    finally:
        if here:
            signal.signal(signal.SIGTERM, former)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with a documented exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for entry in entry_points(group=ENTRY_POINTS):
        entry.load()(app)
    try:
        with _stops_cleanly():
            app(arguments, prog_name="leadscape")
    except LeadscapeError as error:
        print_error(error, as_json="--json" in arguments)
        sys.exit(exit_code(error))
    except MemoryError:
        print_error(
            LeadscapeError(
                "There is not enough memory for this.",
                "Nothing was written; what was there before is still there.",
                "Keep only the rows and columns of the system you study, or use a machine with more memory.",
            ),
            as_json="--json" in arguments,
        )
        sys.exit(NO_MEMORY)
    except BrokenPipeError:
        # Whoever read our output has read enough (head, less).
        sys.stderr.close()
        sys.exit(CRASH)
