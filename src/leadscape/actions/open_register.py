"""Open files of a register for a store: recognise each, read it, and hand over what they state as tables.

No file is refused on its own: everything that is wrong with any of them is told at once (:class:`RegisterFile`), and
only files that can all be used become an :class:`OpenedRegister`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.errors import FileProblem, LeadscapeError, NotComparable, StudyProblem, TableProblem
from leadscape.core.tables import no_problems, polars_schema
from leadscape.register.authorities import authorities_of
from leadscape.register.formats import shipped_formats
from leadscape.register.names import gather_names
from leadscape.register.reading import Reading, read_register_file
from leadscape.register.statements import Statements, groups_of
from leadscape.register.tables import Headships, Links, Memberships, Schools
from leadscape.survey.tables import Leaders

PURPOSES: Final = {"schools": "schools", "links": "links", "memberships": "groups"}
"""Table that a file fills to the purpose under which a store keeps the file."""
PURPOSE_WORDS: Final = {
    "schools": "schools",
    "links": "links between schools",
    "groups": "groups and their schools",
}


@dataclass(frozen=True)
class RegisterFile:
    """One file as it was recognised.

    Attributes
    ----------
    name, sha256
        Of the file.
    purpose
        ``schools``, ``links`` or ``groups``; null where it is none of them.
    format_title
        Of the format that it was recognised as.
    reading
        The file as read; null where it cannot be used.
    error
        Why it cannot be used; null where it can.
    """

    name: str
    sha256: str
    purpose: str | None = None
    format_title: str | None = None
    reading: Reading | None = None
    error: LeadscapeError | None = None

    @property
    def problems(self) -> pl.DataFrame:
        """As :class:`~leadscape.core.tables.Problems`, without the values of columns that name people."""
        if self.reading is not None:
            return _without_people(self.reading.problems)
        if isinstance(self.error, TableProblem):
            return _without_people(self.error.problems)
        return no_problems()

    @property
    def counts(self) -> pl.DataFrame:
        """``outcome``, ``reason``, ``rows``, ``meaning``: what became of every row; empty where it cannot be used."""
        if self.reading is None:
            return pl.DataFrame(
                schema={"outcome": pl.String, "reason": pl.String, "rows": pl.Int64, "meaning": pl.String}
            )
        return self.reading.counts


@dataclass(frozen=True)
class OpenedRegister:
    """What files of a register state, as a store takes it.

    Attributes
    ----------
    system
        School system that the store holds.
    as_of
        Date of the schools, else the latest of the files.
    inputs_sha256
        Hash of the files and their dates.
    sources
        ``source`` (key), ``purpose``, ``file_name``, ``sha256``, ``rows``, ``as_of``.
    schools, school_names, authorities, groups, memberships, headships, links
        As in :class:`~leadscape.actions.open_study.OpenedStudy`. Headships are personal data.
    unstated
        Columns of schools that the extract does not hold: a store keeps what it has. Without a column of status, a
        closing date says that a school has closed, and of a school that a store holds nothing says more.
    leaders
        Nobody: a register names no leaders.
    """

    system: str
    as_of: date
    inputs_sha256: str
    sources: pl.DataFrame
    schools: pl.DataFrame
    school_names: pl.DataFrame
    authorities: pl.DataFrame
    groups: pl.DataFrame
    memberships: pl.DataFrame
    headships: pl.DataFrame
    links: pl.DataFrame
    unstated: tuple[str, ...] = ()
    leaders: pl.DataFrame = field(default_factory=Leaders.create_empty)


def read_register_files(paths: Sequence[Path], *, as_of: date | None = None) -> tuple[RegisterFile, ...]:
    """Recognise and read every file; never raises for what is in one.

    Parameters
    ----------
    as_of
        Date that files describe whose name holds none.
    """
    return tuple(_read(path, as_of) for path in paths)


def open_register(files: Sequence[RegisterFile], *, system: str, known: Sequence[str] = ()) -> OpenedRegister:
    """Put files that can be used together.

    Parameters
    ----------
    files
        As :func:`read_register_files` gives them.
    known
        Numbers of schools that the store holds: memberships are kept of these and of the schools in the files.

    Raises
    ------
    StudyProblem
        When a file cannot be used, two files list schools, or one has no date; every reason is told.
    NotComparable
        When a file is of another school system than the store.
    """
    problems = _together(files)
    if problems:
        raise StudyProblem(
            " ".join(problems),
            "Files are stored together or not at all.",
            "Correct them, and bring them in again."
            if problems != _undated(files)
            else "Give the date on the form, or put it into the name of the file, and bring them in again.",
            tuple(problems),
        )
    _refuse_other_system(files, system)
    readings = [(key_of(file), file.reading) for file in files if file.reading is not None]
    dates = [reading.seen_on for _, reading in readings if reading.seen_on is not None]
    own = [reading.seen_on for _, reading in readings if reading.table == "schools" and reading.seen_on]
    as_of = own[0] if own else max(dates)
    stated = Statements(readings, as_of)
    unstated = _unstated(readings)
    schools = _without_guesses(stated.schools(), unstated)
    memberships = stated.memberships().filter(
        pl.col("urn").is_in(pl.concat([schools["urn"], pl.Series(known, dtype=pl.String)]).implode())
    )
    names = gather_names(
        [reading for _, reading in readings if reading.table == "schools"],
        [reading for _, reading in readings if reading.table == "links"],
    )
    listed = pl.concat([schools["urn"], pl.Series(known, dtype=pl.String)]).implode()
    hashed = "\n".join(f"{key} {file.sha256} {file.reading.seen_on}" for key, file in _keyed(files))  # type: ignore[union-attr]
    return OpenedRegister(
        system=system,
        as_of=as_of,
        inputs_sha256=hashlib.sha256(f"register\n{hashed}".encode()).hexdigest(),
        sources=_sources(files, as_of),
        schools=schools,
        school_names=names.filter(pl.col("urn").is_in(listed)),
        authorities=_authorities(schools),
        groups=groups_of(memberships),
        memberships=memberships,
        headships=stated.headships(),
        links=stated.links(),
        unstated=unstated,
    )


def key_of(file: RegisterFile) -> str:
    """What stands for a file in the tables."""
    return f"{file.purpose}:{file.name}"


def _read(path: Path, as_of: date | None) -> RegisterFile:
    file = RegisterFile(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    try:
        reading = read_register_file(path)
        if reading.seen_on is None and as_of is not None:
            reading = read_register_file(path, seen_on=as_of)
    except TableProblem as error:
        return replace(file, error=_without_mapping(error))
    except LeadscapeError as error:
        return replace(file, error=error)
    titles = {known.id: known.title for known in shipped_formats()}
    found = replace(file, format_title=titles[reading.format_id], purpose=PURPOSES.get(reading.table))
    if found.purpose is None:
        return replace(
            found,
            error=FileProblem(
                f"{path.name} is recognised as {found.format_title}, which is not stored in the register.",
                "The register takes schools, links between schools, and groups with their schools.",
                "Leave it out, or bring the file that lists the schools of each group.",
            ),
        )
    return replace(found, reading=reading)


def _without_mapping(error: TableProblem) -> TableProblem:
    """What to do next where a file is taken as it is: a mapping file can lie beside a study, and not beside these."""
    if "mapping file" not in error.next_step:
        return error
    return TableProblem(
        error.what,
        error.why,
        "Check that it is the file you mean. Else name its columns as in a plain list of schools (URN, Name, OpenDate,"
        " CloseDate, LA (code), Town, Postcode), and bring it in again.",
        error.problems,
    )


def _together(files: Sequence[RegisterFile]) -> list[str]:
    """What keeps the files from being used together, a sentence each."""
    told = [f"{file.error.what} {file.error.why} {file.error.next_step}" for file in files if file.error]
    if not files:
        told.append("There is no file.")
    named: dict[str, int] = {}
    for file in files:
        named[file.name] = named.get(file.name, 0) + 1
    told += [f"{n} files are called {name}." for name, n in named.items() if n > 1]
    schools = [file.name for file in files if file.purpose == "schools"]
    if len(schools) > 1:
        told.append(f"{' and '.join(schools)} both list schools; bring the registers in one after the other.")
    return told + _undated(files)


def _undated(files: Sequence[RegisterFile]) -> list[str]:
    undated = [file.name for file in files if file.reading is not None and file.reading.seen_on is None]
    if not undated:
        return []
    has = "has no date in its name" if len(undated) == 1 else "have no date in their names"
    return [f"{', '.join(undated)} {has}, and none was given, so that nobody can tell what is newer."]


def _refuse_other_system(files: Sequence[RegisterFile], system: str) -> None:
    countries = {known.id: known.country for known in shipped_formats()}
    for file in files:
        country = countries.get(file.reading.format_id, system) if file.reading else system
        if country != system and country in set(countries.values()) and system in set(countries.values()):
            raise NotComparable(
                f"{file.name} is a file of {country.replace('_', ' ').title()}, and the service holds"
                f" {system.replace('_', ' ').title()}.",
                "Numbers of schools of two systems may be equal and mean different ones.",
                "Bring in a file of the same school system.",
            )


def _keyed(files: Sequence[RegisterFile]) -> list[tuple[str, RegisterFile]]:
    return sorted(((key_of(file), file) for file in files), key=lambda pair: pair[0])


def _sources(files: Sequence[RegisterFile], as_of: date) -> pl.DataFrame:
    rows = [
        {
            "source": key_of(file),
            "purpose": file.purpose,
            "file_name": file.name,
            "sha256": file.sha256,
            "rows": file.reading.rows_read,
            "as_of": file.reading.seen_on or as_of,
        }
        for file in files
        if file.reading is not None
    ]
    schema = dict.fromkeys(("source", "purpose", "file_name", "sha256"), pl.String())
    return pl.DataFrame(rows, schema={**schema, "rows": pl.Int64(), "as_of": pl.Date()})


def _unstated(readings: Sequence[tuple[str, Reading]]) -> tuple[str, ...]:
    """Columns of schools that no extract holds, those that say why a measure is missing with their measure."""
    lacking = [set(reading.columns_missing) for _, reading in readings if reading.table == "schools"]
    names = set.intersection(*lacking) if lacking else set()
    statuses = {f"{name}_status" for name in names} & set(polars_schema(Schools))
    return tuple(sorted(names | statuses))


def _without_guesses(schools: pl.DataFrame, unstated: Sequence[str]) -> pl.DataFrame:
    """Schools, the status unknown where the file holds neither status nor closing dates: being listed is not open."""
    if not {"status", "closed_on"} <= set(unstated):
        return schools
    guessed = pl.col("status").cast(pl.String) == "open"
    unknown = pl.lit("unknown").cast(schools.schema["status"])
    return schools.with_columns(status=pl.when(guessed).then(unknown).otherwise("status"))


def _authorities(schools: pl.DataFrame) -> pl.DataFrame:
    """``authority_code``, ``authority_name``, ``region``, ``source``."""
    sources = schools.group_by("authority_code").agg(source=pl.col("source").first())
    found = authorities_of(schools.drop("source")).select("authority_code", "authority_name", "region")
    return found.join(sources, on="authority_code", how="left", maintain_order="left").sort("authority_code")


def _without_people(problems: pl.DataFrame) -> pl.DataFrame:
    """Problems, the value left out where its column is not one of schools, links or groups: it may name a person."""
    public = {_bare(name) for name in _public_columns()}
    known = pl.col("column").map_elements(lambda name: _bare(name) in public, return_dtype=pl.Boolean)
    return problems.with_columns(value=pl.when(known).then("value"))


def _public_columns() -> set[str]:
    """Columns of the tables, and headers that the shipped formats read them from, without those that name heads."""
    names = {name for table in (Schools, Links, Memberships) for name in polars_schema(table)}
    heads: set[str] = set(polars_schema(Headships)) - {"urn", "seen_on"}
    for known in shipped_formats():
        for column in known.columns.values():
            names |= {*column.headers, *column.join}
        for column in known.headships.values():
            heads |= {*column.headers, *column.join}
    return names - heads


def _bare(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
