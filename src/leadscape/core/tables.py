"""Tables declared once: what one row is, who is left out, and for each column type, unit and allowed values.

Validation, reference pages and fake data all come from the declaration. A file that breaks it is reported whole:
every row, column, value and rule, not the first.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import dataframely as dy
import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.missing import STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS_SHOWN: Final = 5
_ROW: Final = "row_in_source_file"


class Table(dy.Schema):
    """Base of every declared table.

    The docstring of a table says: what one row is; what a missing row means; who is left out; source, licence, date.
    """


class Problems(Table):
    """One row is one thing wrong with one cell or one row of a file.

    A missing row means that nothing was found wrong. ``row`` counts as a spreadsheet does: the header is row 1.
    """

    row = dy.Int64(
        nullable=True, description="Row in the file, the header being row 1; null for the whole file"
    )
    column = dy.String(nullable=True, description="Column as the file names it; null for the whole row")
    value = dy.String(nullable=True, description="The value as written")
    rule = dy.String(description="What was expected, as a sentence")


@cache
def polars_schema(schema: type[dy.Schema]) -> pl.Schema:
    """Column names and polars types of a declared table."""
    return schema.create_empty().schema


def status_column(measure: str) -> dy.Enum:
    """The declaration of ``{measure}_status``, which says why a measure is missing."""
    return dy.Enum(STATUSES, description=f"Whether {measure} was reported, or why it is missing")


def no_problems() -> pl.DataFrame:
    """An empty table of problems."""
    return pl.DataFrame(schema=polars_schema(Problems))


def find_problems(frame: pl.DataFrame, schema: type[dy.Schema], row: str | None = None) -> pl.DataFrame:
    """Every way in which ``frame`` breaks ``schema``.

    Parameters
    ----------
    frame
        Rows to check. Columns that the schema does not declare are left alone.
    schema
        The declared table.
    row
        Column of ``frame`` that holds the row number in the source file; without it rows are counted from 2.

    Returns
    -------
    polars.DataFrame
        As :class:`Problems`, ordered by row and column.
    """
    missing = [name for name in schema.column_names() if name not in frame.columns]
    if missing:
        return Problems.validate(
            pl.DataFrame(
                {
                    "row": [None] * len(missing),
                    "column": missing,
                    "value": [None] * len(missing),
                    "rule": ["This column is needed."] * len(missing),
                },
                schema=polars_schema(Problems),
            )
        )
    declared = frame.select(schema.column_names())
    mistyped = _mistyped_columns(declared, schema)
    if mistyped.height:
        return mistyped
    numbers = frame[row].cast(pl.Int64) if row else pl.Series(range(2, frame.height + 2), dtype=pl.Int64)
    numbered = type(f"Numbered{schema.__name__}", (schema,), {_ROW: dy.Int64(nullable=True)})
    _, failure = numbered.filter(declared.with_columns(numbers.alias(_ROW)))
    rules = failure.counts()
    if not rules:
        return no_problems()
    details = failure.details()
    found = [
        details.filter(pl.col(rule) == "invalid").select(
            row=_ROW,
            column=pl.lit(column, pl.String),
            value=pl.col(column).cast(pl.String) if column else pl.lit(None, pl.String),
            rule=pl.lit(_sentence(schema, column, name)),
        )
        for rule in rules
        for column, name in [_split_rule(rule)]
    ]
    return Problems.validate(pl.concat(found).sort("row", "column", "rule"))


def check_table(
    frame: pl.DataFrame,
    schema: type[dy.Schema],
    source: str,
    row: str | None = None,
    found: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """``frame`` with exactly the declared columns, or a :class:`TableProblem` that carries everything wrong.

    Parameters
    ----------
    found
        What is known to be wrong already, as :class:`Problems`; a cell in it is not judged again.
    """
    problems = find_problems(frame, schema, row)
    if found is not None and found.height:
        problems = pl.concat([found, problems.join(found, on=["row", "column"], how="anti")])
        problems = problems.sort("row", maintain_order=True)
    if problems.height:
        raise table_problem(problems, source)
    return schema.validate(frame.select(schema.column_names()))


def table_problem(problems: pl.DataFrame, source: str) -> TableProblem:
    """The error that lists ``problems`` of ``source``; the first few are in the sentence, all are carried."""
    first = [_one_line(*problem) for problem in problems.head(PROBLEMS_SHOWN).iter_rows()]
    more = problems.height - len(first)
    listed = "; ".join(first) + (f"; and {more} more" if more > 0 else "")
    noun = "problem" if problems.height == 1 else "problems"
    return TableProblem(
        f"{source} has {problems.height} {noun} ({listed}).",
        "Rows that break their declaration would be counted wrongly.",
        "Correct them in the file, and have it read again.",
        problems,
    )


def frame_of(schema: type[dy.Schema], rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows typed and checked by ``schema``; columns not given are null. For tests, examples and small tables."""
    dtypes = polars_schema(schema)
    columns = {name: [entry.get(name) for entry in rows] for name in dtypes}
    return schema.validate(pl.DataFrame(columns, schema=dtypes))


def _one_line(row: int | None, column: str | None, value: str | None, rule: str) -> str:
    parts = [None if row is None else f"row {row}", column]
    place = ", ".join(part for part in parts if part is not None) or "whole file"
    return f"{place}: {rule}" if value is None else f"{place}: {value!r}: {rule}"


def _mistyped_columns(frame: pl.DataFrame, schema: type[dy.Schema]) -> pl.DataFrame:
    """Columns whose type is not the declared one: a fault of the reader, told as a problem of the whole column."""
    wrong = {name: dtype for name, dtype in polars_schema(schema).items() if frame.schema[name] != dtype}
    return pl.DataFrame(
        {
            "row": [None] * len(wrong),
            "column": list(wrong),
            "value": [str(frame.schema[name]) for name in wrong],
            "rule": [f"This column must hold {dtype}." for dtype in wrong.values()],
        },
        schema=polars_schema(Problems),
    )


def _split_rule(rule: str) -> tuple[str | None, str]:
    """``"urn|regex"`` is a rule on one column, ``"primary_key"`` or a rule's own name is one over the row."""
    column, separator, name = rule.partition("|")
    return (column, name) if separator else (None, rule)


def _sentence(schema: type[dy.Schema], column: str | None, rule: str) -> str:
    """What was expected, in words a person who keeps the file would use."""
    if column is None:
        if rule == "primary_key":
            return f"Must not repeat: one row for each {', '.join(schema.primary_key())}."
        return f"Must hold: {rule.replace('_', ' ')}."
    declared = schema.columns()[column]
    limits = {
        "nullability": "Must not be blank.",
        "unique": "Must not repeat.",
        "min": f"Must be at least {getattr(declared, 'min', None)}.",
        "max": f"Must be at most {getattr(declared, 'max', None)}.",
        "min_exclusive": f"Must be more than {getattr(declared, 'min_exclusive', None)}.",
        "max_exclusive": f"Must be less than {getattr(declared, 'max_exclusive', None)}.",
        "min_length": f"Must have at least {getattr(declared, 'min_length', None)} characters.",
        "max_length": f"Must have at most {getattr(declared, 'max_length', None)} characters.",
        "regex": f"Must look like {getattr(declared, 'regex', None)}.",
    }
    return limits.get(rule, f"Must hold: {rule.replace('_', ' ')}.")
