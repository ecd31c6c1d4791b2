"""Which codes are coded with? A scheme by id, by file (TOML or REFI-QDA), or the roles of a codebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leadscape.codebooks import codebook_names, load_codebook
from leadscape.core.errors import CodebookProblem
from leadscape.survey.coding.refi_qda import read_qdc, write_qdc
from leadscape.survey.coding.scheme import CodeScheme, scheme_of_roles
from leadscape.survey.coding.scheme_files import load_scheme, scheme_names

DEFAULT = "executive-heads-2006"


def choose_scheme(name: str) -> CodeScheme:
    """The scheme of this id or in this file; a codebook's id stands for its roles.

    Raises
    ------
    CodebookProblem, TableProblem, FileProblem
        When there is none, or it contradicts itself; lists every problem.
    """
    if name.lower().endswith(".qdc"):
        return read_qdc(Path(name)).scheme
    if name in codebook_names():
        return scheme_of_roles(load_codebook(name))
    if name not in scheme_names() and not name.endswith(".toml"):
        raise CodebookProblem(
            f"There is no coding scheme {name!r}.",
            "Segments are coded against it.",
            f"Use one of {', '.join((*scheme_names(), *codebook_names()))}, or a file ending in .toml or .qdc.",
        )
    return load_scheme(name)


def list_schemes() -> list[dict[str, Any]]:
    """One entry a scheme that comes with leadscape, the roles of its codebooks included."""
    schemes = [(name, "codes and themes") for name in scheme_names()]
    schemes += [(name, "roles of the codebook") for name in codebook_names()]
    return [
        {
            "id": name,
            "what": what,
            "title": scheme.title,
            "codes": len(scheme.codable),
            "themes": len(scheme.sets),
        }
        for name, what in schemes
        for scheme in (choose_scheme(name),)
    ]


def export_scheme(scheme: CodeScheme, path: Path) -> None:
    """Write a scheme as a REFI-QDA codebook for other programs."""
    write_qdc(scheme, path)
