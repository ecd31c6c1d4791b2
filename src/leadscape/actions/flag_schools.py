"""Flag schools by a dated rule from the tables that `leadscape need read` wrote, and list those it could not judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.codebooks.rules import RuleBook, load_rules, rule_books
from leadscape.core.errors import FileProblem, StudyProblem
from leadscape.core.writing import write_csv, write_parquet
from leadscape.need.flags import Evidence, Flagged, flag_schools
from leadscape.need.measures.carrying import spoken_for
from leadscape.need.tables import Context, Inspections, Measures
from leadscape.register.reading import read_register_file

FORMATS: Final = ("csv", "parquet")
TABLES: Final = ("measures", "inspections", "context")


@dataclass(frozen=True)
class FlaggedSchools:
    """Rules answered, and the files they were written to."""

    flagged: tuple[Flagged, ...]
    notes: tuple[str, ...]
    written: tuple[Path, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print."""
        return (*(told for one in self.flagged for told in one.sentences), *self.notes)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """``flags``, ``facts``, ``cannot_tell`` over all rules."""
        return {
            "flags": pl.concat([one.flags for one in self.flagged]),
            "flag_facts": pl.concat([one.facts for one in self.flagged]),
            "cannot_tell": pl.concat([one.cannot_tell for one in self.flagged]),
        }

    @property
    def counts(self) -> pl.DataFrame:
        """``rule``, ``yes``, ``no``, ``cannot_tell``, ``schools``."""
        verdict = pl.col("verdict").cast(pl.String)
        return (
            self.tables["flags"]
            .group_by("rule", maintain_order=True)
            .agg(
                yes=(verdict == "yes").sum().cast(pl.Int64),
                no=(verdict == "no").sum().cast(pl.Int64),
                cannot_tell=(verdict == "cannot tell").sum().cast(pl.Int64),
                schools=pl.len().cast(pl.Int64),
            )
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values; facts are in the files written."""
        tables = self.tables
        return {
            "sentences": list(self.sentences),
            "counts": self.counts,
            "flags": tables["flags"],
            "cannot_tell": tables["cannot_tell"],
            "written": [str(path) for path in self.written],
        }


def flag_from_folder(
    folder: Path,
    rules: tuple[str, ...],
    as_of: date,
    *,
    book: str = "england",
    register: Path | None = None,
    published: tuple[str, ...] = (),
    inspections_complete: bool = False,
    outside_dates: bool = False,
    output: Path | None = None,
    file_format: str = "csv",
) -> FlaggedSchools:
    """Answer rules for the schools in ``folder``, or of a register.

    Parameters
    ----------
    rules
        Ids of rules; none means every rule in force on the day, or every rule where ``outside_dates``.
    book
        Name of a codebook of rules, or the path of one's own ending in ``.toml``.
    register
        A register of schools: who is asked about, and their phases. Schools that are not open are not asked about.
    published
        ``FILE=2018-12-13``: when a file of figures was published.
    inspections_complete
        Whether the files hold every inspection up to the day.

    Raises
    ------
    FileProblem
        When the folder holds none of the tables.
    CodebookProblem
        When there is no such rule, or no such codebook.
    NotComparable
        When a rule was not in force on the day.
    StudyProblem
        When no rule was in force, or a date cannot be read.
    """
    if file_format not in FORMATS:
        raise StudyProblem(
            f"{file_format!r} is no format of tables.", "Tables are written whole.", "Use csv or parquet."
        )
    tables, carried = _tables(folder)
    evidence = Evidence(
        **tables,
        schools=_schools(register, as_of) if register is not None else None,
        published=_published(published),
        inspections_complete=inspections_complete,
    )
    chosen = load_rules(book)
    names = rules or tuple(rule.id for rule in chosen.rules if outside_dates or rule.holds_on(as_of))
    if not names:
        raise StudyProblem(
            f"No rule of {chosen.id} is in force on {as_of}.",
            "A definition of other days would pass for that of the day.",
            "Ask for another day, or name the rules and apply them outside their dates.",
        )
    flagged = tuple(
        flag_schools(chosen.rule(name), evidence, as_of, outside_dates=outside_dates) for name in names
    )
    notes = carried if register is not None else (*carried, _NO_REGISTER)
    done = FlaggedSchools(flagged, notes, ())
    if output is None:
        return done
    write, paths = (write_csv if file_format == "csv" else write_parquet), []
    for name, table in done.tables.items():
        paths.append(output / f"{name}.{file_format}")
        write(table, paths[-1])
    return FlaggedSchools(flagged, notes, tuple(paths))


def describe_rules(book: str | None = None) -> pl.DataFrame:
    """One row a rule of a codebook, or of all that come with leadscape."""
    books = [load_rules(name) for name in ((book,) if book else rule_books())]
    return pl.DataFrame([row for one in books for row in _rows(one)])


def _rows(book: RuleBook) -> list[dict[str, Any]]:
    return [
        {
            "book": book.id,
            "rule": rule.id,
            "label": rule.label,
            "valid_from": rule.valid_from,
            "valid_to": rule.valid_to,
            "needs": ", ".join(rule.needs),
            "definition": rule.definition,
            "source": rule.source,
        }
        for rule in book.rules
    ]


_NO_REGISTER: Final = (
    "Asked about are the schools of which a file holds something that the rule needs. Schools of which no file holds "
    "anything are not in the list: give a register to have them told."
)


def _tables(folder: Path) -> tuple[dict[str, pl.DataFrame], tuple[str, ...]]:
    """Tables by name, figures by the school that they speak for where the folder says so, and a note on that."""
    empty = {"measures": Measures, "inspections": Inspections, "context": Context}
    there = {name: folder / f"{name}.parquet" for name in TABLES if (folder / f"{name}.parquet").exists()}
    if not there:
        raise FileProblem(
            f"{folder} holds none of {', '.join(f'{name}.parquet' for name in TABLES)}.",
            "Schools are flagged from the tables that reading wrote.",
            "Run `leadscape need read FILES --output FOLDER` first.",
        )
    tables = {
        name: pl.read_parquet(there[name]) if name in there else empty[name].create_empty() for name in TABLES
    }
    if not (folder / "carried_measures.parquet").exists():
        return tables, ()
    tables["measures"], told = spoken_for(pl.read_parquet(folder / "carried_measures.parquet"))
    return tables, (told,)


def _schools(register: Path, as_of: date) -> pl.DataFrame:
    frame = read_register_file(register, table="schools", seen_on=as_of).frame
    return frame.filter(pl.col("status").is_in(["open", "proposed_to_close", "unknown"])).select(
        "urn", "phase"
    )


def _published(stated: tuple[str, ...]) -> dict[str, date]:
    found = {}
    for one in stated:
        name, _, day = one.rpartition("=")
        try:
            found[name] = date.fromisoformat(day)
        except ValueError:
            raise StudyProblem(
                f"{one!r} does not say when a file was published.",
                "Every flag says when what it saw was published.",
                "Write FILE=2018-12-13.",
            ) from None
    return found
