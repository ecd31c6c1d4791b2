"""What the service adds to the command line. Imported by every ``leadscape`` command, so it imports nothing heavy."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from leadscape.core.errors import ServiceBlocked

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


class DemoSize(str, Enum):  # noqa: UP042 - typer shows the value, which StrEnum would change
    """What a new folder is filled with."""

    small = "small"
    national = "national"
    none = "none"


def add_commands(app: typer.Typer) -> None:
    """Add ``serve`` and ``service``."""
    app.command("serve")(serve)
    app.command("service", context_settings=PASSED_ON)(service)


def serve(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes any that is free.")
    ] = 8000,
    data: Annotated[
        Path, typer.Option(help="Folder of the database and its key; made when it is not there.")
    ] = Path("service"),
    demo: Annotated[
        DemoSize | None,
        typer.Option(
            help="Fill a new folder: small, a region; national, a country like England in 2006; none, nothing."
            " Left out: what the folder holds, national for a new one."
        ),
    ] = None,
) -> None:
    """Serve leadscape on this machine with a database of its own, until Ctrl-C."""
    try:
        from leadscape_web.config import serve as service_start
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    service_start.serve(data, port=port, demo=demo.value if demo else None, say=_say)


def service(context: typer.Context) -> None:
    """Commands of whoever runs the service in production: migrate, check, load_study; 'help' lists them."""
    try:
        import django  # noqa: F401
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    from leadscape_web.config.administration import run_command

    run_command(context.args)


def _say(sentence: str) -> None:
    typer.echo(sentence)


def _missing(error: ModuleNotFoundError) -> Exception:
    """What to say when a package of the service is not installed; a module of ours that is missing is our fault."""
    package = (error.name or "").split(".")[0]
    if package in ("", "leadscape", "leadscape_web"):
        return error
    if package == "fcntl":
        return ServiceBlocked(
            "The service does not run on Windows.",
            "Its server and its locks need Linux or macOS; the library and its other commands work here.",
            "Run it in the Windows Subsystem for Linux, or in a container (deploy/Containerfile).",
        )
    return ServiceBlocked(
        f"The service is not installed: there is no package {package}.",
        "The library and its other commands work without it.",
        "Install leadscape with its extra 'web' (pip install 'leadscape[web]'), or run 'make serve' in a clone.",
    )
