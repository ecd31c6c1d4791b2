"""Ratings as people keep them: one row a rating, or one row a unit with a column for each coder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.tables import Problems, find_problems, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas
from leadscape.survey.agreement.tables import LabelSets, Ratings
from leadscape.survey.headings import fold_heading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from leadscape.core.tabular import TextTable

UNIT: Final = ("unit", "unit id", "segment", "segment id", "item", "case", "text", "answer", "id",
               "nomination id", "subject")  # fmt: skip
CODER: Final = ("coder", "rater", "coded by", "annotator", "judge", "reader", "observer")
VALUE: Final = ("value", "code", "category", "rating", "label", "labels", "codes", "score", "role")
NONE: Final = "none"
SEPARATOR: Final = ";"


def read_ratings(
    path: Path, *, coders: Sequence[str] | None = None, missing: Sequence[str] = ()
) -> pl.DataFrame:
    """One category a unit and coder, as :class:`~leadscape.survey.agreement.tables.Ratings`, and the ``row`` of each.

    Parameters
    ----------
    path
        Any table. *Long*: columns headed unit, coder and value, or a word for them. *Wide*: a column headed unit, and
        one column a coder under the coder's name.
    coders
        Of a wide table: which columns hold ratings; without it all but the unit. Of a long one: whose rows to read.
    missing
        Words that mean "not rated", besides an empty cell.

    Raises
    ------
    FileProblem
        When the file is no table.
    TableProblem
        Listing every column that is lacking, every unit without a name, and every unit that one coder rated twice.
    """
    table = read_text_table(path)
    long = _as_long(table, coders).with_columns(
        value=pl.when(~pl.col("value").is_in(list(missing))).then(pl.col("value"))
    )
    problems = pl.concat([table.problems, find_problems(long, Ratings, "row")])
    if problems.height:
        raise table_problem(problems.sort("row", "column"), path.name)
    Ratings.validate(long.select(Ratings.column_names()))
    return long


def read_labels(
    path: Path, *, coders: Sequence[str] | None = None, missing: Sequence[str] = ()
) -> pl.DataFrame:
    """Several labels a unit and coder, as :class:`~leadscape.survey.agreement.tables.LabelSets`.

    A cell may hold several labels separated by a semicolon, and a long table several rows for one unit and coder. The
    word ``none`` means read and nothing applies; an empty cell, not read.

    Parameters
    ----------
    path, coders, missing
        As :func:`read_ratings`.

    Raises
    ------
    FileProblem, TableProblem
        As :func:`read_ratings`; and listing every cell that holds ``none`` beside a label.
    """
    table = read_text_table(path)
    long = _as_long(table, coders).with_columns(
        value=pl.when(~pl.col("value").is_in(list(missing))).then(pl.col("value"))
    )
    parts = (
        pl.col("value")
        .str.split(SEPARATOR)
        .list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    )
    grouped = (
        long.with_columns(parts=parts)
        .group_by("unit", "coder", maintain_order=True)
        .agg(
            row=pl.col("row").first(),
            read=pl.col("value").is_not_null().any(),
            labels=pl.col("parts").drop_nulls().list.explode().unique().sort(),
        )
    )
    nothing = pl.col("labels").list.eval(pl.element().str.to_lowercase() == NONE).list.any()
    mixed = grouped.filter(nothing & (pl.col("labels").list.len() > 1)).select(
        row="row",
        column=pl.format("{}, coder {}", "unit", "coder"),
        value=pl.col("labels").list.join("; "),
        rule=pl.lit(f"Must be {NONE!r} alone, or labels."),
    )
    sets = grouped.with_columns(
        labels=pl.when(nothing)
        .then(pl.lit([], pl.List(pl.String)))
        .when(pl.col("read"))
        .then(pl.col("labels"))
    )
    problems = pl.concat(
        [table.problems, mixed.cast(polars_schema(Problems)), find_problems(sets, LabelSets, "row")]
    )
    if problems.height:
        raise table_problem(problems.sort("row", "column"), path.name)
    return LabelSets.validate(sets.select(LabelSets.column_names()))


def _as_long(table: TextTable, coders: Sequence[str] | None) -> pl.DataFrame:
    """``row``, ``unit``, ``coder``, ``value`` of a long or a wide table."""
    frame = unguard_formulas(table.frame)
    headed = {fold_heading(name): name for name in reversed(table.columns)}
    unit, coder, value = (
        next((headed[fold_heading(word)] for word in known if fold_heading(word) in headed), None)
        for known in (UNIT, CODER, VALUE)
    )
    if unit is None:
        raise _lacking(table, ("unit",))
    if coder is not None:
        if value is None:
            raise _lacking(table, ("value",))
        long = frame.select("row", unit=unit, coder=coder, value=value)
        return long if coders is None else long.filter(pl.col("coder").is_in(list(coders)))
    columns = [name for name in table.columns if name != unit]
    if coders is not None:
        absent = [name for name in coders if name not in columns]
        if absent:
            raise _lacking(table, tuple(absent), ", ".join(columns))
        columns = list(coders)
    if value is not None and len(columns) < 2:
        raise _lacking(table, ("coder",))
    # A coder may be called as the columns here are, so these are numbered as no heading can be.
    names = {"\0row": "row", "\0unit": "unit", "\0coder": "coder", "\0value": "value"}
    bare = frame.select(pl.col("row").alias("\0row"), pl.col(unit).alias("\0unit"), *columns)
    long = bare.unpivot(columns, index=["\0row", "\0unit"], variable_name="\0coder", value_name="\0value")
    # Without a column for a coder there is nothing to tell the type by.
    return long.select(list(names)).rename(names).with_columns(pl.col("coder", "value").cast(pl.String))


def _lacking(table: TextTable, names: tuple[str, ...], there: str | None = None) -> TableProblem:
    known = {"unit": UNIT, "coder": CODER, "value": VALUE}
    rules = [
        f"A column headed one of: {', '.join(known[name])}."
        if there is None
        else f"A column; there are: {there}."
        for name in names
    ]
    problems = pl.DataFrame(
        {"row": [None] * len(names), "column": list(names), "value": [None] * len(names), "rule": rules},
        schema=polars_schema(Problems),
    )
    return TableProblem(
        f"{table.name} has no column for {', '.join(names)} (it has {', '.join(table.columns)}).",
        "Each rating needs what was rated, who rated it and what was said.",
        "Give one row a rating with the columns unit, coder and value, or one row a unit with the column unit and one "
        "column for each coder.",
        problems,
    )
