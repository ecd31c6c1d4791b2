"""Write the forms of an instrument: one for each respondent of a frame or each entry, or a blank one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.codebooks import load_codebook
from leadscape.core.errors import NotFound, OutputBlocked, TableProblem
from leadscape.core.progress import Progress, Silent
from leadscape.core.tables import Problems, polars_schema
from leadscape.core.tabular import read_text_table
from leadscape.register.authorities import authorities_of
from leadscape.register.reading import read_register_file
from leadscape.survey.headings import match_headings
from leadscape.survey.instruments import (
    Addressee,
    lists_of,
    load_instrument,
    write_page_form,
    write_workbook_form,
)
from leadscape.survey.response import read_contacts

if TYPE_CHECKING:
    from leadscape.survey.instruments import Instrument

FORMATS: Final = {"xlsx": write_workbook_form, "html": write_page_form}
NOT_ASKED_AGAIN: Final = ("refused", "withdrawn")
_NOT_IN_A_NAME: Final = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class WrittenForms:
    """The files written, and who got none because they refused or withdrew."""

    instrument: str
    version: int
    content_hash: str
    language: str
    files: tuple[Path, ...]
    left_out: int

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "instrument": self.instrument,
            "version": self.version,
            "content_hash": self.content_hash,
            "language": self.language,
            "files": [str(path) for path in self.files],
            "left_out": self.left_out,
        }


def write_forms(
    instrument: str,
    out: Path,
    *,
    frame: Path | None = None,
    entries: Path | None = None,
    form_format: str = "xlsx",
    language: str | None = None,
    codebook: str | None = None,
    register: Path | None = None,
    progress: Progress | None = None,
) -> WrittenForms:
    """Write forms into a folder; nothing that is there already is overwritten, for it may be filled in.

    Parameters
    ----------
    instrument
        Id of a shipped instrument, or the path of one's own.
    frame
        Who is asked: one form each, except for those who refused or withdrew. Without it (and without ``entries``) one
        blank form.
    entries
        What is asked about: one form a row, with ``respondent_id``, ``entry_id`` and the facts that the form shows.
    codebook
        For options such as roles; without it the one that the instrument names.
    register
        A register file whose authorities become a list to choose from; without it the authorities of the frame are.

    Raises
    ------
    NotFound
        When there is no such instrument or language.
    TableProblem
        When frame or entries have problems, or a respondent of an instrument for dyads has no part.
    OutputBlocked
        When a file would be overwritten.
    """
    progress = progress or Silent()
    progress.step("Reading the instrument")
    loaded = load_instrument(instrument)
    chosen = language or loaded.languages[0]
    if chosen not in loaded.languages:
        raise NotFound(
            f"{loaded.id} version {loaded.version} has no wording in {chosen!r}.",
            "A form is in one language.",
            f"Use one of: {', '.join(loaded.languages)}; or add the language to a file of your own.",
        )
    contacts = read_contacts(frame) if frame is not None else None
    book = load_codebook(codebook or loaded.codebook)
    lists = lists_of(book, _authorities(register, contacts), loaded.languages)
    addressed, left_out = _addressees(loaded, contacts, frame, entries)
    names = _file_names(loaded, addressed)
    paths = [out / f"{name}.{form_format}" for name in names]
    if taken := [path.name for path in paths if path.exists()]:
        raise OutputBlocked(
            f"{len(taken)} of the forms exist in {out} already ({', '.join(taken[:5])}{', …' * (len(taken) > 5)}).",
            "They may be filled in, and an answer must not be lost.",
            "Name a new folder.",
        )
    progress.step(f"Writing {len(paths)} forms")
    write = FORMATS[form_format]
    for path, addressee in zip(paths, addressed, strict=True):
        write(path, loaded, addressee, lists, chosen)
    return WrittenForms(loaded.id, loaded.version, loaded.content_hash, chosen, tuple(paths), left_out)


def _authorities(register: Path | None, contacts: pl.DataFrame | None) -> pl.DataFrame | None:
    if register is not None:
        return authorities_of(read_register_file(register, table="schools").frame)
    if contacts is None:
        return None
    return (
        contacts.filter(pl.col("kind").cast(pl.String) == "authority")
        .drop_nulls("authority_code")
        .select("authority_code", authority_name="respondent_name")
        .unique("authority_name", maintain_order=True)
    )


def _addressees(
    instrument: Instrument, contacts: pl.DataFrame | None, frame: Path | None, entries: Path | None
) -> tuple[list[Addressee], int]:
    left_out = 0
    if contacts is not None and frame is not None:
        out = pl.col("status").cast(pl.String).is_in(list(NOT_ASKED_AGAIN))
        left_out = contacts.filter(out).height
        contacts = contacts.filter(~out)
        without = contacts.filter(~pl.col("part").is_in(list(instrument.parts)).fill_null(value=False))
        if instrument.parts and without.height:
            raise _lacking_part(instrument, without, frame)
    if entries is not None:
        return _from_entries(instrument, contacts, entries), left_out
    if contacts is None:
        return [Addressee(part=part) for part in instrument.parts or (None,)], left_out
    columns = ("respondent_id", "respondent_name", "dyad_id", "part")
    rows = contacts.select(columns).iter_rows()
    dyadic = bool(instrument.parts)
    return [
        Addressee(i, name, dyad if dyadic else None, part if dyadic else None) for i, name, dyad, part in rows
    ], left_out


def _lacking_part(instrument: Instrument, without: pl.DataFrame, frame: Path) -> TableProblem:
    problems = without.select(
        row=pl.lit(None, pl.Int64),
        column=pl.lit("part"),
        value="respondent_id",
        rule=pl.lit(f"Must be one of: {', '.join(instrument.parts)}; and dyad_id says for which case."),
    ).cast(polars_schema(Problems))
    return TableProblem(
        f"{frame.name} does not say which part of a dyad {without.height} respondents are.",
        f"{instrument.id} asks {' and '.join(instrument.parts)} different things.",
        "Add the columns dyad_id and part.",
        problems,
    )


def _from_entries(instrument: Instrument, contacts: pl.DataFrame | None, entries: Path) -> list[Addressee]:
    """One addressee a row; the facts are the columns named as the instrument shows them."""
    table = read_text_table(entries)
    facts = sorted({q.shows for q in instrument.questions.values() if q.shows is not None})
    headings = {
        "respondent_id": ("respondent_id", "respondent", "home_urn", "urn"),
        "respondent_name": ("respondent_name", "home_school"),
        "entry_id": ("entry_id", "entry", "holding_id"),
        **{fact: (fact,) for fact in facts},
    }
    named = match_headings(table, headings, ("respondent_id", "entry_id"))
    repeated = named.filter(
        pl.col("entry_id").is_null() | pl.col("respondent_id").is_null() | pl.col("entry_id").is_duplicated()
    )
    if repeated.height:
        raise TableProblem(
            f"{entries.name} has {repeated.height} rows without an entry of their own.",
            "An answer must lead back to one entry and one respondent.",
            "Give every row a respondent_id and an entry_id that no other row has.",
            repeated.select(
                row=pl.col("row").cast(pl.Int64),
                column=pl.lit("entry_id"),
                value="entry_id",
                rule=pl.lit("Must not be blank or repeat, and respondent_id must not be blank."),
            ).cast(polars_schema(Problems)),
        )
    known = (
        dict(contacts.select("respondent_id", "respondent_name").iter_rows()) if contacts is not None else {}
    )
    return [
        Addressee(
            row["respondent_id"],
            known.get(row["respondent_id"], row["respondent_name"]),
            entry_id=row["entry_id"],
            shown={fact: row[fact] for fact in facts},
        )
        for row in named.iter_rows(named=True)
        if contacts is None or row["respondent_id"] in known
    ]


def _file_names(instrument: Instrument, addressed: list[Addressee]) -> list[str]:
    """A name for each form: its respondent and entry, in characters that every file system takes, none twice."""
    names: list[str] = []
    for to in addressed:
        parts = [to.respondent_id or instrument.id, to.entry_id or (None if to.respondent_id else to.part)]
        stem = "-".join(_NOT_IN_A_NAME.sub("_", part) for part in parts if part)
        name, number = stem, 2
        while name.casefold() in {taken.casefold() for taken in names}:
            name, number = f"{stem}_{number}", number + 1
        names.append(name)
    return names
