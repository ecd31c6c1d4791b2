"""Show and check codebooks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from leadscape.codebooks import codebook_names, codebook_source, find_crosswalk, load_codebook
from leadscape.core.errors import CodebookProblem


@dataclass(frozen=True)
class DescribedCodebook:
    """One codebook as tables: ``roles``, ``origins``, ``kinds``, ``phases``, ``baselines``."""

    id: str
    title: str
    source: str
    valid_from: str
    tables: dict[str, pl.DataFrame]


def describe_codebooks() -> pl.DataFrame:
    """One row a codebook that comes with leadscape."""
    books = [load_codebook(name) for name in codebook_names()]
    return pl.DataFrame(
        {
            "id": [book.id for book in books],
            "title": [book.title for book in books],
            "valid_from": [book.valid_from for book in books],
            "roles": [len(book.roles) for book in books],
            "baselines": [", ".join(b.id for b in book.baselines) or None for book in books],
        }
    )


def describe_codebook(name: str) -> DescribedCodebook:
    """Everything in one codebook.

    Raises
    ------
    CodebookProblem
        When there is none of that name, or it contradicts itself.
    """
    book = load_codebook(name)
    roles = pl.DataFrame(
        {
            "role": [role.id for role in book.roles],
            "label": [role.label for role in book.roles],
            "origin": [role.origin for role in book.roles],
            "kinds": [list(role.kinds) for role in book.roles],
            "own_school": [role.own_school for role in book.roles],
            "collected": [role.collected for role in book.roles],
            "source": [role.source for role in book.roles],
        },
        schema_overrides={"kinds": pl.List(pl.String)},
    )
    tables = {"roles": roles}
    for section in ("origins", "kinds", "phases"):
        entries = getattr(book, section)
        tables[section] = pl.DataFrame(
            {
                "id": [entry.id for entry in entries],
                "label": [entry.label for entry in entries],
                "definition": [entry.definition for entry in entries],
            }
        )
    if book.baselines:
        tables["baselines"] = pl.DataFrame(
            {
                "id": [b.id for b in book.baselines],
                "title": [b.title for b in book.baselines],
                "total": [b.printed_total for b in book.baselines],
                "source": [b.source for b in book.baselines],
            }
        )
    return DescribedCodebook(book.id, book.title, book.source, book.valid_from, tables)


def print_codebook(name: str) -> str:
    """The codebook's own file, to be changed and used as one's own."""
    return codebook_source(name)


def describe_crosswalk(from_codebook: str, to_codebook: str) -> pl.DataFrame:
    """What became of each role, and which have no counterpart."""
    return find_crosswalk(from_codebook, to_codebook).pairs


def check_own_codebook(path: Path) -> dict[str, int]:
    """How many entries a codebook file holds, once it is sound.

    Raises
    ------
    CodebookProblem
        Listing every contradiction.
    """
    if path.suffix != ".toml":
        raise CodebookProblem(
            f"{path.name} does not end in .toml.",
            "A codebook is a TOML file.",
            "`leadscape codebook show england-2006` shows what one holds.",
        )
    book = load_codebook(str(path.resolve()))
    return {
        section: len(getattr(book, section))
        for section in ("roles", "origins", "kinds", "phases", "baselines")
    }
