"""Write the reference pages that come from the code: tables, command line, exit codes, codebooks, permissions, API.

``python docs/generate.py`` writes them; ``--check`` changes nothing and fails when one is out of date.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from inspect import cleandoc
from pathlib import Path
from typing import Any

import dataframely as dy
import typer.main
from api_page import api_page
from measures_page import measures_page
from permissions_page import permissions_page
from rules_page import rules_page

import leadscape
from leadscape.cli.app import app
from leadscape.codebooks import codebook_names, find_crosswalk, load_codebook
from leadscape.core.exit_codes import EXIT_CODES, MEANINGS
from leadscape.core.tables import Table

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Written by docs/generate.py. Change the code, then run `make fix`. -->\n"


def main() -> None:
    """Write the pages, or check that they are what would be written."""
    pages = {
        "tables.md": tables_page(),
        "cli.md": cli_page(),
        "exit-codes.md": exit_codes_page(),
        "codebooks.md": codebooks_page(),
        "measures.md": measures_page(NOTE),
        "rules.md": rules_page(NOTE),
        "permissions.md": permissions_page(NOTE),
        "api.md": api_page(NOTE),
    }
    stale = [name for name, text in pages.items() if _current(name) != text]
    if "--check" in sys.argv:
        if stale:
            sys.exit(f"Out of date: {', '.join(stale)} in docs/reference. Run `make fix`.")
        return
    for name in stale:
        (REFERENCE / name).write_text(pages[name], encoding="utf-8")


def tables_page() -> str:
    """Every declared table, by room."""
    parts = [
        NOTE,
        "# Tables",
        "",
        "Each table is declared once; reading, checking and this page come from the declaration.",
    ]
    for room, table in sorted(declared_tables(), key=lambda pair: (_ROOMS.index(pair[0]), pair[1].__name__)):
        title = f"## {room}: {table.__name__}"
        rows = [
            f"| `{name}` | {_type(column)} | {_required(column)} | {_cell(column.description or '')} |"
            for name, column in table.columns().items()
        ]
        key = ", ".join(f"`{name}`" for name in table.primary_key())
        parts += ["", title, "", _markdown(cleandoc(table.__doc__ or "")), ""]
        parts += [f"Key: {key}.", ""] if key else []
        parts += ["| column | type | | meaning |", "|---|---|---|---|", *rows]
    return "\n".join(parts) + "\n"


_ROOMS = ("core", "register", "survey", "landscape", "need", "report")


def declared_tables() -> list[tuple[str, type[Table]]]:
    """Every subclass of ``Table`` in the package, with the room it lives in."""
    for module in pkgutil.walk_packages(leadscape.__path__, "leadscape."):
        importlib.import_module(module.name)
    found: list[type[Table]] = []
    waiting = list(Table.__subclasses__())
    while waiting:
        table = waiting.pop()
        waiting += table.__subclasses__()
        if table.__module__.startswith("leadscape.") and not table.__name__.startswith(("_", "Numbered")):
            found.append(table)
    return [(table.__module__.split(".")[1], table) for table in found]


def cli_page() -> str:
    """Every command with its options, as its own help words them."""
    parts = [NOTE, "# Command line", ""]
    parts += _command(typer.main.get_command(app), "leadscape")
    parts += ["", "Exit codes are on [their own page](exit-codes.md)."]
    return "\n".join(parts) + "\n"


def _command(command: Any, name: str) -> list[str]:
    lines = [f"## {name}", "", cleandoc(command.help or ""), ""]
    children = getattr(command, "commands", None)
    if children:
        for child_name, child in children.items():
            lines += _command(child, f"{name} {child_name}")
        return lines
    rows = [
        f"| `{_usage(parameter)}` | {_cell(parameter.help or '')} | {_default(parameter)} |"
        for parameter in command.params
        if parameter.name != "help"
    ]
    return [*lines, "| argument or option | meaning | default |", "|---|---|---|", *rows, ""]


def _usage(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return parameter.name.upper()
    return ", ".join(parameter.opts)


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    default = parameter.default
    return "" if default in (None, False, ()) else f"`{getattr(default, 'value', default)}`"


def exit_codes_page() -> str:
    """Exit codes and the mistakes behind them."""
    owners = {code: kind.__name__ for kind, code in EXIT_CODES.items()}
    rows = [f"| {code} | {owners.get(code, '')} | {meaning} |" for code, meaning in sorted(MEANINGS.items())]
    return "\n".join([NOTE, "# Exit codes", "", "| code | error | meaning |", "|---|---|---|", *rows]) + "\n"


def codebooks_page() -> str:
    """Roles of every codebook that comes with leadscape, and the crosswalks."""
    parts = [NOTE, "# Codebooks", ""]
    names = codebook_names()
    for name in names:
        book = load_codebook(name)
        parts += [f"## {name}", "", f"{book.title}. Valid from {book.valid_from}. Source: {book.source}.", ""]
        parts += ["| role | origin | kinds | definition | source |", "|---|---|---|---|---|"]
        parts += [
            f"| {_cell(role.label)}{'' if role.collected else ' (*not collected*)'} | {role.origin} | "
            f"{', '.join(role.kinds) or '–'} | {_cell(role.definition)} | {_cell(role.source)} |"
            for role in book.roles
        ]
        parts.append("")
    walk = find_crosswalk("england-2006", "england-2026")
    parts += [
        f"## {walk.from_codebook} → {walk.to_codebook}",
        "",
        "| from | to | relation | note |",
        "|---|---|---|---|",
    ]
    parts += [
        f"| {from_role or '–'} | {to_role or '–'} | {relation} | {_cell(note)} |"
        for from_role, to_role, relation, note in walk.pairs.iter_rows()
    ]
    return "\n".join(parts) + "\n"


def _type(column: dy.Column) -> str:
    categories = getattr(column, "categories", None)
    if categories is not None:
        return "one of " + ", ".join(f"`{category}`" for category in categories)
    return type(column).__name__.lower().replace("int64", "whole number").replace("float64", "number")


def _required(column: dy.Column) -> str:
    return "may be null" if column.nullable else ""


def _cell(text: str) -> str:
    return " ".join(_markdown(text).replace("|", "\\|").split())


def _markdown(text: str) -> str:
    """Docstring markup as Markdown: a reference becomes the name it ends in."""
    named = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", text)
    return named.replace("``", "`")


def _current(name: str) -> str | None:
    path = REFERENCE / name
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    main()
