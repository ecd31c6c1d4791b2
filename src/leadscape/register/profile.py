"""What a file holds, before anybody relies on it: format, rows in and out, problems, repeats, gaps, places, dates.

The same reading as a study makes, described. A file in no known format has a profile too: it is not usable, and the
profile says what it comes nearest to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.identifiers import normalise_name
from leadscape.core.tables import no_problems
from leadscape.core.tabular import TextTable, read_text_table
from leadscape.register.cells import reported_share
from leadscape.register.dates import date_in_name
from leadscape.register.formats import TABLES
from leadscape.register.reading import COUNTS, Reading, formats_for, read_matched
from leadscape.register.recognition import Headers, explain_lack, match_format, nearest, recognise

COUNTED: Final = ("status", "phase", "authority_name", "region", "relation", "group_type")
LOW_FILL_SHARE: Final = 0.5


@dataclass(frozen=True)
class Profile:
    """One file described. Frames are empty where the file is not usable.

    Attributes
    ----------
    name, encoding, sheet
        File name; encoding of a text file; sheet of a workbook.
    usable
        Whether at least one row enters a table. ``reason`` says why not.
    format_id, format_title, table
        Format recognised and table it fills; null where none is.
    nearest
        For an unknown format: what the file looks like and lacks. ``reason`` says so too.
    counts
        As in :class:`~leadscape.register.reading.Reading`: adds up to ``rows_read``.
    problems
        As :class:`~leadscape.core.tables.Problems`, every one.
    duplicates
        ``kind`` (``urn`` or ``name and postcode``), ``value``, ``rows``: what stands more than once. Two schools of
        one name and postcode are often a school and its successor.
    filled
        ``column``, ``filled_share`` (0-1) of rows used, ``status`` (present, missing).
    value_counts
        ``column``, ``value``, ``rows`` for status, phase, authority, region, relation and type of group.
    dates
        ``column``, ``earliest``, ``latest``, ``missing`` for each column of dates.
    places_missing, places_outside
        Schools used without coordinates; those of them whose coordinates lie outside the country.
    warnings
        Sentences, the gravest first.
    """

    name: str
    encoding: str | None
    sheet: str | None
    usable: bool
    reason: str | None
    rows_read: int
    format_id: str | None = None
    format_title: str | None = None
    table: str | None = None
    nearest: str | None = None
    seen_on: date | None = None
    columns_used: tuple[str, ...] = ()
    columns_ignored: tuple[str, ...] = ()
    columns_missing: tuple[str, ...] = ()
    counts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COUNTS))
    problems: pl.DataFrame = field(default_factory=no_problems)
    out_of_scope: pl.DataFrame = field(default_factory=pl.DataFrame)
    duplicates: pl.DataFrame = field(default_factory=pl.DataFrame)
    filled: pl.DataFrame = field(default_factory=pl.DataFrame)
    value_counts: pl.DataFrame = field(default_factory=pl.DataFrame)
    dates: pl.DataFrame = field(default_factory=pl.DataFrame)
    places_missing: int | None = None
    places_outside: int | None = None
    warnings: tuple[str, ...] = ()


def profile_file(path: Path, mapping: Path | None = None) -> Profile:
    """Describe one file of the register.

    Parameters
    ----------
    path
        The file.
    mapping
        A format of one's own, for a file that no shipped format fits.

    Raises
    ------
    FileProblem
        When the file cannot be opened as a table at all.
    StudyProblem
        When the mapping file is no format.
    """
    text = read_text_table(Path(path))
    headers = Headers(text.columns)
    known = formats_for(mapping)
    try:
        match = recognise(headers, known, text.name)
    except TableProblem as error:
        matches = [match_format(headers, entry) for entry in known]
        close = None if any(match.fits for match in matches) else nearest(matches)
        return Profile(
            name=text.name,
            encoding=text.encoding,
            sheet=text.sheet,
            usable=False,
            reason=str(error),
            rows_read=text.rows_read,
            nearest=f"{text.name} {explain_lack(close)}." if close is not None else None,
            columns_ignored=tuple(text.columns),
            problems=text.problems,
        )
    try:
        reading = read_matched(text, match, headers, date_in_name(text.name))
    except TableProblem as error:
        return Profile(
            name=text.name,
            encoding=text.encoding,
            sheet=text.sheet,
            usable=False,
            reason=str(error),
            rows_read=text.rows_read,
            format_id=match.format.id,
            format_title=match.format.title,
            table=match.format.table,
            columns_used=match.used,
            problems=error.problems,
        )
    one_row_a_school = reading.table == "schools" and match.format.spells is None
    urns = text.frame[match.columns["urn"]] if one_row_a_school else None
    return _describe(text, reading, match.format.title, urns)


def _describe(text: TextTable, reading: Reading, title: str, urns: pl.Series | None) -> Profile:
    frame = reading.frame
    placed = "longitude" in frame.columns and "longitude" not in reading.columns_missing
    outside = reading.problems.filter(
        pl.col("rule").str.contains("the place was left missing", literal=True)
    ).height
    duplicates = _duplicates(frame, urns)
    return Profile(
        name=reading.name,
        encoding=text.encoding,
        sheet=text.sheet,
        usable=True,
        reason=None,
        rows_read=reading.rows_read,
        format_id=reading.format_id,
        format_title=title,
        table=reading.table,
        seen_on=reading.seen_on,
        columns_used=reading.columns_used,
        columns_ignored=reading.columns_ignored,
        columns_missing=reading.columns_missing,
        counts=reading.counts,
        problems=reading.problems,
        out_of_scope=reading.out_of_scope,
        duplicates=duplicates,
        filled=_filled(reading),
        value_counts=_value_counts(frame),
        dates=_dates(frame),
        places_missing=frame["longitude"].null_count() if placed else None,
        places_outside=outside if placed else None,
        warnings=_warnings(reading, duplicates, outside),
    )


def _duplicates(frame: pl.DataFrame, urns: pl.Series | None) -> pl.DataFrame:
    """Numbers that stand more than once in the file, and used schools that share name and postcode."""
    found = []
    if urns is not None:
        found.append(pl.DataFrame({"kind": "urn", "value": urns.drop_nulls()}))
    if {"name", "postcode"} <= set(frame.columns):
        address = frame.filter(pl.col("name").is_not_null() & pl.col("postcode").is_not_null())
        key = pl.concat_str(
            normalise_name(pl.col("name")), pl.col("postcode").str.to_uppercase(), separator=", "
        )
        found.append(address.select(kind=pl.lit("name and postcode"), value=key))
    schema = {"kind": pl.String, "value": pl.String}
    counted = (
        pl.concat([pl.DataFrame(schema=schema), *found])
        .group_by("kind", "value")
        .agg(rows=pl.len().cast(pl.Int64))
    )
    return counted.filter(pl.col("rows") > 1).sort("kind", "rows", "value", descending=[True, True, False])


def _filled(reading: Reading) -> pl.DataFrame:
    names = [
        n
        for n in TABLES[reading.table].column_names()
        if not (n.endswith("_status") and n[:-7] in reading.frame)
    ]
    return pl.DataFrame(
        {
            "column": names,
            "filled_share": [reported_share(reading.frame, name) for name in names],
            "status": ["missing" if name in reading.columns_missing else "present" for name in names],
        }
    )


def _value_counts(frame: pl.DataFrame) -> pl.DataFrame:
    parts = [
        frame.group_by(value=pl.col(name).cast(pl.String))
        .agg(rows=pl.len().cast(pl.Int64))
        .sort("rows", "value", descending=[True, False], nulls_last=True)
        .select(pl.lit(name).alias("column"), "value", "rows")
        for name in COUNTED
        if name in frame.columns and frame[name].is_not_null().any()
    ]
    schema = {"column": pl.String, "value": pl.String, "rows": pl.Int64}
    return pl.concat([pl.DataFrame(schema=schema), *parts])


def _dates(frame: pl.DataFrame) -> pl.DataFrame:
    names = [name for name, dtype in frame.schema.items() if dtype == pl.Date and name != "seen_on"]
    return pl.DataFrame(
        {
            "column": names,
            "earliest": [frame[name].min() for name in names],
            "latest": [frame[name].max() for name in names],
            "missing": [frame[name].null_count() for name in names],
        },
        schema={"column": pl.String, "earliest": pl.Date, "latest": pl.Date, "missing": pl.Int64},
    )


def _warnings(reading: Reading, duplicates: pl.DataFrame, outside: int) -> tuple[str, ...]:
    found: list[str] = []
    lost = reading.counts.filter(pl.col("outcome") == "problem")["rows"].sum()
    if lost:
        found.append(f"{lost:,} of {reading.rows_read:,} rows are kept out because they break the table.")
    repeated = duplicates.filter(pl.col("kind") == "urn").height
    if repeated:
        found.append(f"{repeated:,} school numbers stand more than once.")
    if outside:
        found.append(
            f"{outside:,} schools lie outside the country by their coordinates; their place is left missing."
        )
    found += reading.notes
    sparse = [
        f"{name} ({share:.0%})"
        for name, share, status in _filled(reading).iter_rows()
        if status == "present" and share < LOW_FILL_SHARE and name not in ("closed_on", "left_on")
    ]
    if sparse:
        found.append(f"Filled in fewer than half of the rows: {', '.join(sparse)}.")
    return tuple(found)
