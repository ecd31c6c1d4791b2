"""From the text of a file to the typed columns of a declared table, one expression a column.

Nothing is made up: a text that is no date or number leaves its cell missing and is reported with its row; a
wording that the format does not map is counted in a note; a measure that the file does not hold is *not
collected*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.identifiers import clean_identifier
from leadscape.core.missing import NOT_COLLECTED, REPORTED, UNKNOWN, Status, typed_measure
from leadscape.core.tables import find_problems, no_problems, polars_schema
from leadscape.core.tabular import ROW
from leadscape.register.dates import parse_date
from leadscape.register.formats import TABLES, Column, Format
from leadscape.register.recognition import Headers, Match

if TYPE_CHECKING:
    import dataframely as dy

IDENTIFIERS: Final = frozenset(
    ("urn", "link_urn", "group_uid", "group_id", "authority_code", "companies_house_number")
)
_BLANK: Final = "Must not be blank."
_LEFT_MISSING: Final = "the cell was left missing"


@dataclass(frozen=True)
class TypedRows:
    """Rows with the declared columns and ``row``, what was wrong with single cells, and what to know."""

    frame: pl.DataFrame
    problems: pl.DataFrame
    notes: tuple[str, ...]


def text_of(column: Column, headers: Headers, *, identifier: bool = False) -> pl.Expr | None:
    """The text that a column takes from a file, or None where the file has none of its headers."""
    found = headers.find_all(column)
    if not found:
        return None
    text = pl.col(found[0])
    if len(found) > 1 or (column.join and headers.find(*column.headers) is None):
        joined = pl.concat_str(found, separator=" ", ignore_nulls=True)
        text = pl.when(joined.str.len_chars() > 0).then(joined)
    if identifier:
        text = clean_identifier(text)
    if column.extract is not None:
        text = text.str.extract(column.extract)
    if column.matches is not None:
        text = pl.when(text.str.contains(column.matches)).then(text)
    if column.pad:
        text = text.str.zfill(column.pad)
    return pl.when(text != "nan").then(text)


def type_columns(frame: pl.DataFrame, match: Match, headers: Headers) -> TypedRows:
    """Every declared column of the match's table, from the text of ``frame`` (which has ``row``)."""
    known, schema = match.format, TABLES[match.format.table]
    columns: list[pl.Expr] = [pl.col(ROW)]
    checks: dict[str, tuple[pl.Expr, str]] = {}
    notes: list[str] = []
    measures = {name for name in schema.column_names() if f"{name}_status" in schema.column_names()}
    for name, dtype in polars_schema(schema).items():
        if name.removesuffix("_status") in measures and name not in measures:
            continue
        source = known.columns.get(name)
        text = text_of(source, headers, identifier=name in IDENTIFIERS) if source else None
        if name in measures:
            columns += _measure(name, text)
            continue
        if text is None:
            columns.append(_fallback(known, name, dtype, headers))
            continue
        if name in known.values or name in known.patterns:
            mapped = _map_wordings(known, name, text, dtype)
            columns.append(mapped.alias(name))
            notes += _unmapped(frame, known, name, text, match.columns[name], dtype)
            continue
        plain = None
        if dtype == pl.Date:
            value, plain = (
                parse_date(text, known.date_order, known.placeholders),
                parse_date(text, known.date_order),
            )
        elif dtype.is_numeric():
            number = text.str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False)
            # "NaN" and "inf" are numbers to a computer only; one beyond the column's type is none either.
            value = plain = pl.when(number.is_finite()).then(number).cast(dtype, strict=False)
        else:
            value = text.cast(dtype, strict=False)
        columns.append(value.alias(name))
        if plain is not None:
            columns.append((text.is_not_null() & plain.is_null()).alias(f"_wrong_{name}"))
            checks[name] = (text, f"Must be a {'date' if dtype == pl.Date else 'number'}; {_LEFT_MISSING}.")
    typed = frame.select(columns)
    problems = [
        frame.filter(typed[f"_wrong_{name}"]).select(
            row=pl.col(ROW), column=pl.lit(match.columns[name]), value=text, rule=pl.lit(rule)
        )
        for name, (text, rule) in checks.items()
        if typed[f"_wrong_{name}"].any()
    ]
    typed = typed.drop(f"_wrong_{name}" for name in checks)
    return TypedRows(typed, pl.concat([no_problems(), *problems]), tuple(notes))


def keep_declared(typed: TypedRows, match: Match) -> TypedRows:
    """Rows that keep the declaration. A wrong cell that may be missing is left missing; a wrong key costs the row."""
    schema = TABLES[match.format.table]
    found = find_problems(typed.frame, schema, ROW)
    if "name" in match.columns and match.format.table == "schools":
        nameless = typed.frame.filter(pl.col("name").is_null())
        found = pl.concat([found, _blank(nameless, "name")])
    blank_keys = found.filter((pl.col("rule") == _BLANK) & pl.col("column").is_in(schema.primary_key()))
    no_repeat = pl.col("column").is_null() & pl.col("row").is_in(blank_keys["row"].implode())
    found = found.filter(~no_repeat)  # blanks do not repeat each other
    if not found.height:
        return typed
    optional = {name for name, column in schema.columns().items() if column.nullable}
    curable = pl.col("column").is_in(optional) & (pl.col("rule") != _BLANK)
    cells, rows = found.filter(curable), found.filter(~curable.fill_null(value=False))
    frame = typed.frame.filter(~pl.col(ROW).is_in(rows["row"].implode()))
    for (column,), wrong in cells.group_by("column", maintain_order=True):
        frame = _without_cells(frame, str(column), wrong["row"], schema)
    said = cells.with_columns(rule=pl.col("rule").str.strip_chars_end(".") + f"; {_LEFT_MISSING}.")
    named = pl.concat([rows, said]).with_columns(pl.col("column").replace(match.columns))
    return TypedRows(
        frame, pl.concat([typed.problems, named]).sort("row", "column", nulls_last=True), typed.notes
    )


def _blank(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    return rows.select(
        row=pl.col(ROW),
        column=pl.lit(column),
        value=pl.lit(None, pl.String),
        rule=pl.lit(_BLANK),
    )


def _without_cells(
    frame: pl.DataFrame, column: str, rows: pl.Series, schema: type[dy.Schema]
) -> pl.DataFrame:
    wrong = pl.col(ROW).is_in(rows.implode())
    changed = [pl.when(~wrong).then(column).alias(column)]
    status = f"{column}_status"
    if status in schema.column_names():
        unknown = pl.lit(UNKNOWN).cast(Status)
        changed.append(pl.when(wrong).then(unknown).otherwise(status).alias(status))
    return frame.with_columns(changed)


def _measure(name: str, text: pl.Expr | None) -> list[pl.Expr]:
    if text is None:
        absent = pl.lit(None, pl.Float64).alias(name)
        return [absent, pl.lit(NOT_COLLECTED).cast(Status).alias(f"{name}_status")]
    return list(typed_measure(text, name))


def _fallback(known: Format, name: str, dtype: pl.DataType, headers: Headers) -> pl.Expr:
    """What a column without a header holds: the first derivation that applies, the constant, or nothing."""
    value = pl.lit(known.constants.get(name), pl.String)
    for rule in reversed([rule for rule in known.derived if rule.column == name]):
        found = {headers.find(header): values for header, values in rule.where.items()}
        if None in found:
            continue
        applies = pl.all_horizontal(
            pl.col(str(header)).str.to_lowercase().is_in([entry.casefold() for entry in values])
            for header, values in found.items()
        )
        value = pl.when(applies).then(pl.lit(rule.value)).otherwise(value)
    return value.cast(dtype).alias(name)


def _mapped(known: Format, name: str, text: pl.Expr) -> pl.Expr:
    folded = text.str.to_lowercase()
    mapped = folded.replace_strict(known.values.get(name, {}), default=None, return_dtype=pl.String)
    for pattern, value in known.patterns.get(name, {}).items():
        mapped = mapped.fill_null(pl.when(folded.str.contains(pattern)).then(pl.lit(value)))
    return mapped


def _rest(dtype: pl.DataType) -> str | None:
    """The id for a wording that the format does not map: ``unknown`` or ``other`` where the table has one."""
    categories = dtype.categories.to_list() if isinstance(dtype, pl.Enum) else []
    return next((category for category in ("unknown", "other") if category in categories), None)


def _map_wordings(known: Format, name: str, text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    mapped = _mapped(known, name, text)
    rest = _rest(dtype)
    return (mapped.fill_null(rest) if rest else mapped).cast(dtype)


def _unmapped(
    frame: pl.DataFrame, known: Format, name: str, text: pl.Expr, header: str, dtype: pl.DataType
) -> list[str]:
    found = (
        frame.select(text=text, mapped=_mapped(known, name, text))
        .filter(pl.col("text").is_not_null() & pl.col("mapped").is_null())
        .group_by("text")
        .len()
        .sort("len", "text", descending=[True, False])
    )
    ending = f"read as {_rest(dtype)}" if _rest(dtype) else "left missing"
    return [
        f"{header}: {text!r} ({rows:,} rows) is not mapped; {ending}." for text, rows in found.iter_rows()
    ]


def reported_share(frame: pl.DataFrame, name: str) -> float:
    """Share (0-1) of rows in which a column holds a value, for a measure by its status."""
    if not frame.height:
        return 0.0
    status = f"{name}_status"
    filled = frame[status] == REPORTED if status in frame.columns else frame[name].is_not_null()
    return int(filled.sum()) / frame.height
