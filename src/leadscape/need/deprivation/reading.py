"""A file of indices of deprivation as one row a figure, every row of the file accounted for.

The look-up by postcode repeats a small area for each of its postcodes: the area's figures are kept once, the postcodes
beside them. Postcodes that it could not match stay in, without an area.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.missing import typed_measure
from leadscape.core.tables import no_problems, polars_schema
from leadscape.core.tabular import ROW, TextTable, read_text_table
from leadscape.need.tables import Deprivation
from leadscape.register.reading import COUNTS
from leadscape.register.recognition import Headers

_FOLDER: Final = files("leadscape.need.deprivation") / "format_files"
_AREA: Final = r"^[EW]\d{8}$"
_EDITION: Final = re.compile(r"(?i)(?:imd|iod|deprivation)[-_ ]?(20\d{2})(?!\d)")


@dataclass(frozen=True)
class DeprivationReading:
    """One file of indices as read.

    Attributes
    ----------
    deprivation
        As :class:`~leadscape.need.tables.Deprivation`.
    postcodes
        ``postcode`` (capitals, one space), ``small_area``, ``vintage``; empty where the file has none.
    problems, counts, rows_read, columns_used, columns_ignored, notes
        As in :class:`~leadscape.need.measures.reading.MeasuresReading`.
    """

    format_id: str
    format_title: str
    name: str
    edition: str
    deprivation: pl.DataFrame
    postcodes: pl.DataFrame
    problems: pl.DataFrame
    rows_read: int
    counts: pl.DataFrame
    columns_used: tuple[str, ...]
    columns_ignored: tuple[str, ...]
    notes: tuple[str, ...]


@cache
def shipped_deprivation_formats() -> tuple[dict[str, Any], ...]:
    """The formats of indices of deprivation that come with leadscape, as their files hold them."""
    entries = sorted((e for e in _FOLDER.iterdir() if e.name.endswith(".toml")), key=lambda entry: entry.name)
    return tuple(tomllib.loads(entry.read_text(encoding="utf-8")) for entry in entries)


def matching_deprivation_formats(text: TextTable) -> list[dict[str, Any]]:
    """Formats that a file fits: a column of small areas and one of the needed figures."""
    headers = Headers(text.columns)
    return [
        known
        for known in shipped_deprivation_formats()
        if any(headers.find(*names) for names in known["small_area"].values())
        and any(headers.find(*known["measures"][name]) for name in known["format"]["any_of"])
    ]


def read_deprivation_file(path: Path, *, edition: str | None = None) -> DeprivationReading:
    """Read one file of indices of deprivation.

    Parameters
    ----------
    edition
        Year of the indices, where the file's name does not give it (``imd2019``).

    Raises
    ------
    TableProblem
        When no format fits, or nothing says of which edition it is.
    """
    text = read_text_table(Path(path))
    fitting = matching_deprivation_formats(text)
    if not fitting:
        raise TableProblem(
            f"{text.name} is no file of indices of deprivation that is known.",
            "Nobody can say which column is which index.",
            "Check that it is the file you mean.",
            no_problems(),
        )
    return read_matched_deprivation(text, fitting[0], edition)


def read_matched_deprivation(
    text: TextTable, known: dict[str, Any], edition: str | None = None
) -> DeprivationReading:
    """Read a file whose format is known."""
    headers = Headers(text.columns)
    year, told = _edition_of(text.name, edition)
    vintage, area_header = next(
        (v, h) for v, names in known["small_area"].items() if (h := headers.find(*names))
    )
    area = pl.when(pl.col(area_header).str.contains(_AREA)).then(pl.col(area_header))
    rows = text.frame.with_columns(_area=area)
    columns = {m: header for m, names in known["measures"].items() if (header := headers.find(*names))}
    first = rows.filter(pl.col("_area").is_not_null()).unique("_area", keep="first", maintain_order=True)
    parts = []
    for measure, header in columns.items():
        value, status = typed_measure(pl.col(header), "value")
        parts.append(
            first.select(
                small_area="_area",
                vintage=pl.lit(vintage),
                edition=pl.lit(year),
                measure=pl.lit(measure),
                value=value,
                status=status,
                code=pl.when(value.is_null()).then(pl.col(header)),
                source=pl.lit(text.name),
                source_row=pl.col(ROW),
            )
        )
    deprivation = Deprivation.validate(pl.concat(parts).cast(polars_schema(Deprivation)))
    postcode = known.get("postcode")
    lookup = headers.find(*postcode["headers"]) if postcode else None
    postcodes = pl.DataFrame(schema={"postcode": pl.String, "small_area": pl.String, "vintage": pl.String})
    if lookup is not None:
        postcodes = (
            rows.filter(pl.col("_area").is_not_null())
            .select(postcode=plain_postcode(pl.col(lookup)), small_area="_area", vintage=pl.lit(vintage))
            .unique("postcode", keep="first", maintain_order=True)
        )
    used = {area_header, *columns.values(), *([lookup] if lookup else [])}
    kept = int(rows["_area"].is_not_null().sum())
    return DeprivationReading(
        format_id=known["format"]["id"],
        format_title=known["format"]["title"],
        name=text.name,
        edition=year,
        deprivation=deprivation,
        postcodes=postcodes,
        problems=text.problems,
        rows_read=text.rows_read,
        counts=_counts(text, rows, first.height, kept),
        columns_used=tuple(name for name in text.columns if name in used),
        columns_ignored=tuple(name for name in text.columns if name not in used),
        notes=told,
    )


def plain_postcode(text: pl.Expr) -> pl.Expr:
    """A postcode in capitals with one space before its last three characters; null where it is none."""
    bare = text.str.replace_all(r"\s+", "").str.to_uppercase()
    whole = bare.str.contains(r"^[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}$")
    return pl.when(whole).then(bare.str.replace(r"^(.+)(.{3})$", "$1 $2"))


def names_edition(name: str) -> bool:
    """Whether a file's name gives the edition."""
    return _EDITION.search(name) is not None


def _edition_of(name: str, stated: str | None) -> tuple[str, tuple[str, ...]]:
    named = _EDITION.search(name)
    if named is not None and stated not in (None, named.group(1)):
        raise TableProblem(
            f"{name} contradicts what was stated (its name: {named.group(1)}; stated: {stated}).",
            "Ranks of two editions are of other places and other years.",
            "State the edition of files only that do not say theirs.",
            no_problems(),
        )
    if stated is not None:
        return stated, (f"The edition {stated} was stated.",)
    if named is None:
        raise TableProblem(
            f"Nothing says of which edition the indices in {name} are.",
            "Ranks of two editions are of other places and other years.",
            "State it (--edition 2019).",
            no_problems(),
        )
    return named.group(1), (f"The edition {named.group(1)} is from the file's name.",)


def _counts(text: TextTable, rows: pl.DataFrame, areas: int, kept: int) -> pl.DataFrame:
    outcomes = [
        (
            "used",
            "small_area",
            areas,
            "First row of a small area: its figures are in the table of deprivation.",
        ),
        ("duplicate", "same_area", kept - areas, "Another postcode of a small area that has a row."),
        ("out_of_scope", "unmatched", rows.height - kept, "Has no small area: the postcode was not matched."),
        ("problem", "unreadable", text.unreadable_rows, "Cannot be split into the fields of the header."),
        ("blank", "blank", text.blank_rows, "Has no text."),
    ]
    return pl.DataFrame([o for o in outcomes if o[2] or o[0] == "used"], schema=COUNTS, orient="row")
