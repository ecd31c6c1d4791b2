"""A register file of any known format as a declared table, with every row of the file accounted for.

In: a file, perhaps a mapping file. Out: one of the tables of the register, and what did not enter it: rows
out of scope with the reason, rows that break the declaration, repeats, rows that cannot be split, blank
rows. The counts of these add up to the rows of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.tables import polars_schema
from leadscape.core.tabular import ROW, TextTable, read_text_table
from leadscape.register.cells import TypedRows, keep_declared, type_columns
from leadscape.register.companions import read_companions
from leadscape.register.dates import date_in_name
from leadscape.register.formats import TABLES, Format, load_format, shipped_formats
from leadscape.register.recognition import Headers, Match, recognise
from leadscape.register.school_state import with_places, with_spells, with_status
from leadscape.register.scope import choose_spells, split_scope
from leadscape.register.tables import OutOfScope

COUNTS: Final = {"outcome": pl.String, "reason": pl.String, "rows": pl.Int64, "meaning": pl.String}


@dataclass(frozen=True)
class Reading:
    """One file as read.

    Attributes
    ----------
    format_id, table, name
        Format, table it fills (schools, links, memberships, groups) and file name.
    frame
        The declared table, validated.
    out_of_scope
        As :class:`~leadscape.register.tables.OutOfScope`.
    problems
        As :class:`~leadscape.core.tables.Problems`: rows kept out because they break the declaration or
        cannot be split, and single cells left missing, which the rule says.
    companions
        ``headships`` and ``memberships`` where an extract of establishments holds them.
    rows_read
        Rows below the header; the sum of ``counts``.
    columns_used, columns_ignored
        Headers of the file.
    columns_missing
        Columns of the table that the file does not hold.
    counts
        ``outcome``, ``reason``, ``rows``, ``meaning``: what became of every row.
    seen_on
        Date of the file: as given, or the full date in its name, or null.
    notes
        What a reader should know, each a sentence: wordings not mapped, coordinates left out, assumptions.
    """

    format_id: str
    table: str
    name: str
    frame: pl.DataFrame
    out_of_scope: pl.DataFrame
    problems: pl.DataFrame
    companions: dict[str, pl.DataFrame]
    rows_read: int
    columns_used: tuple[str, ...]
    columns_ignored: tuple[str, ...]
    columns_missing: tuple[str, ...]
    counts: pl.DataFrame
    seen_on: date | None = None
    notes: tuple[str, ...] = ()


def read_register_file(
    path: Path, *, mapping: Path | None = None, table: str | None = None, seen_on: date | None = None
) -> Reading:
    """Read one file of the register.

    Parameters
    ----------
    path
        The file: ``.csv``, ``.csv.gz``, ``.xlsx``, ``.xls`` or ``.parquet``.
    mapping
        A format of one's own, for a file that no shipped format fits; then only this one is tried.
    table
        Consider formats of this table only.
    seen_on
        Date that the file describes. Without it the full date in the file's name, where there is one.

    Raises
    ------
    FileProblem
        When the file cannot be opened as a table.
    TableProblem
        When no format fits, or no row enters the table.
    StudyProblem
        When the mapping file is no format.
    """
    text = read_text_table(Path(path))
    headers = Headers(text.columns)
    match = recognise(headers, formats_for(mapping, table), text.name)
    return read_matched(text, match, headers, seen_on or date_in_name(text.name))


def formats_for(mapping: Path | None, table: str | None = None) -> tuple[Format, ...]:
    """The formats that a file is compared with."""
    known = (load_format(mapping),) if mapping is not None else shipped_formats()
    return tuple(entry for entry in known if table in (None, entry.table) or entry.refused is not None)


def read_matched(text: TextTable, match: Match, headers: Headers, seen_on: date | None) -> Reading:
    """Read a file whose format is known."""
    known = match.format
    in_scope, left_out = split_scope(text.frame, match, headers)
    year = None
    if known.spells is not None:
        in_scope, others, year = choose_spells(in_scope, match, seen_on)
        left_out = pl.concat([left_out, others])
    typed = type_columns(in_scope, match, headers)
    if known.table == "schools":
        typed = with_status(typed, match, seen_on)
        typed = with_spells(typed, in_scope, year) if year is not None else typed
        typed = with_places(typed, match)
    if "seen_on" in typed.frame.columns:
        typed = TypedRows(
            typed.frame.with_columns(pl.lit(seen_on, pl.Date).alias("seen_on")), typed.problems, typed.notes
        )
    distinct = _without_repeats(typed, known)
    declared = keep_declared(distinct, match)
    schema = TABLES[known.table]
    outcomes = [
        ("used", known.table, declared.frame.height, f"Row of the table {known.table}."),
        *_scope_counts(left_out, known),
        (
            "duplicate",
            "repeat",
            typed.frame.height - distinct.frame.height,
            "Says what another row of the file says.",
        ),
        (
            "problem",
            "declaration",
            distinct.frame.height - declared.frame.height,
            "Breaks the declared table.",
        ),
        ("problem", "unreadable", text.unreadable_rows, "Cannot be split into the fields of the header."),
        ("blank", "blank", text.blank_rows, "Has no text."),
    ]
    counts = pl.DataFrame(
        [outcome for outcome in outcomes if outcome[2] or outcome[0] == "used"],
        schema=COUNTS,
        orient="row",
    )
    problems = pl.concat([text.problems, declared.problems]).sort("row", "column", "rule", nulls_last=True)
    if not declared.frame.height:
        raise _nothing_left(text, match, counts, problems)
    short = (f"{text.short_rows:,} rows end before the last column; their last cells are blank.",)
    return Reading(
        format_id=known.id,
        table=known.table,
        name=text.name,
        frame=schema.validate(declared.frame.select(schema.column_names())),
        out_of_scope=OutOfScope.validate(left_out.sort("row")),
        problems=problems,
        companions=read_companions(in_scope, declared.frame, known, headers, seen_on)
        if known.table == "schools"
        else {},
        rows_read=text.rows_read,
        columns_used=match.used,
        columns_ignored=tuple(column for column in text.columns if column not in match.used),
        columns_missing=missing_columns(match, headers),
        counts=counts,
        seen_on=seen_on,
        notes=(*declared.notes, *(short if text.short_rows else ())),
    )


def missing_columns(match: Match, headers: Headers) -> tuple[str, ...]:
    """Columns of the table that nothing in the file fills."""
    known = match.format
    filled = {*match.columns, *known.constants, "seen_on"}
    filled |= {rule.column for rule in known.derived if all(headers.find(name) for name in rule.where)}
    if {"easting", "northing"} <= filled:
        filled |= {"longitude", "latitude"}
    names = TABLES[known.table].column_names()
    return tuple(n for n in names if n not in filled and not (n.endswith("_status") and n[:-7] in names))


def _without_repeats(typed: TypedRows, known: Format) -> TypedRows:
    """Rows that say exactly what an earlier row says, or (where the format says so) have its key, are left out."""
    schema = TABLES[known.table]
    key = schema.primary_key() if known.keep_first else list(polars_schema(schema))
    if not typed.frame.select(schema.primary_key()).is_duplicated().any():
        return typed
    whole = typed.frame.filter(pl.all_horizontal(pl.col(schema.primary_key()).is_not_null()))
    rest = typed.frame.filter(pl.any_horizontal(pl.col(schema.primary_key()).is_null()))
    distinct = whole.unique(key, keep="first", maintain_order=True)
    return TypedRows(pl.concat([distinct, rest]).sort(ROW), typed.problems, typed.notes)


def _scope_counts(left_out: pl.DataFrame, known: Format) -> list[tuple[str, str, int, str]]:
    sentences = {rule.id: rule.sentence for rule in known.scope}
    if known.spells is not None:
        sentences[known.spells.id] = known.spells.sentence
    found = left_out.group_by("reason").len().sort("len", "reason", descending=[True, False])
    return [("out_of_scope", reason, rows, sentences[reason]) for reason, rows in found.iter_rows()]


def _nothing_left(
    text: TextTable, match: Match, counts: pl.DataFrame, problems: pl.DataFrame
) -> TableProblem:
    others = counts.filter(pl.col("rows") > 0)
    said = ", ".join(f"{rows:,} {reason.replace('_', ' ')}" for _, reason, rows, _ in others.iter_rows())
    return TableProblem(
        f"None of the {text.rows_read:,} rows of {text.name} can be used as {match.format.table} ({said}).",
        f"It was read as {match.format.title}.",
        "Check that it is the file you mean, and that its columns hold what their names say.",
        problems,
    )
