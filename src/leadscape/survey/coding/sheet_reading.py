"""What did a coder write into a coding sheet? Every cell that cannot be taken as meant is reported, all at once.

Table in: a sheet as :mod:`leadscape.survey.coding.sheets` lays it out, filled in. Out: decisions for
:func:`~leadscape.survey.coding.history.add_decisions`, and what became of the suggestions. A suggestion that was not
written into ``codes`` is no coding.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.tables import Problems, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas
from leadscape.survey.coding.sheet_codes import code_parts, code_problems, name_codes, words_only
from leadscape.survey.coding.sheets import SHEET_COLUMNS, SUGGESTED
from leadscape.survey.headings import match_headings

if TYPE_CHECKING:
    from datetime import date

    from leadscape.survey.coding.scheme import CodeScheme

_NOT_THERE: Final = "Must be a segment of the coding folder; take the row out where somebody withdrew."
_NEEDED: Final = ("segment_id", "text", "codes", "coder", "round")


@dataclass(frozen=True)
class SheetReading:
    """A filled-in sheet.

    Attributes
    ----------
    decided
        One row a segment: ``segment_id``, ``coder``, ``coded_on``, ``round``, ``memo``, ``codes`` (a sorted list).
    suggested
        ``segment_id``, ``coder``, ``round``, ``suggested`` (a list, best first), ``method`` of the first (null where
        the sheet does not say any more), ``codes``: decided rows that had any.
    undecided
        Rows without a code: nobody has decided, whatever was suggested.
    """

    decided: pl.DataFrame
    suggested: pl.DataFrame
    undecided: int


def read_sheet(path: Path, segments: pl.DataFrame, scheme: CodeScheme, coded_on: date) -> SheetReading:
    """The decisions in a coding sheet.

    Parameters
    ----------
    segments
        As :class:`~leadscape.survey.coding.tables.Segments`, those that the sheet was made from.
    scheme
        A code may be written as its id or as its label.
    coded_on
        The day on which the coder finished, as the coder states it.

    Raises
    ------
    TableProblem
        For a segment that is not there or stands twice, a text that was changed, a code that is not in the scheme or is
        a heading, ``none`` beside a code, a decision without a coder or round; lists every one.
    """
    table = read_text_table(path)
    named = unguard_formulas(match_headings(table, {name: (name,) for name in SHEET_COLUMNS}, _NEEDED))
    known = segments.select("segment_id", as_cut=words_only(pl.col("text")))
    rows = named.join(known, on="segment_id", how="left", maintain_order="left").with_columns(
        parts=code_parts(pl.col("codes")),
        round_number=pl.col("round").str.replace(r"\.0+$", "").cast(pl.Int64, strict=False),
    )
    written = rows.filter(pl.col("parts").list.len() > 0)
    named_codes = name_codes(written, scheme)
    problems = pl.concat([table.problems, *_problems(rows, written, named_codes, scheme)])
    if problems.height:
        raise table_problem(problems.unique().sort("row", "column", "rule"), path.name)
    codes = named_codes.group_by("row").agg(decided_codes=pl.col("code").unique().sort())
    decided = written.join(codes, on="row", maintain_order="left").select(
        "segment_id",
        "coder",
        coded_on=pl.lit(coded_on),
        round="round_number",
        memo="memo",
        codes="decided_codes",
    )
    offered = pl.concat_list(pl.col(f"suggestion_{number}") for number in range(1, SUGGESTED + 1))
    suggested = (
        written.select("segment_id", suggested=offered.list.drop_nulls(), method=_method())
        .join(decided.select("segment_id", "coder", "round", "codes"), on="segment_id", maintain_order="left")
        .filter(pl.col("suggested").list.len() > 0)
        .select("segment_id", "coder", "round", "suggested", "method", "codes")
    )
    return SheetReading(decided, suggested, rows.height - written.height)


def _problems(
    rows: pl.DataFrame, written: pl.DataFrame, named: pl.DataFrame, scheme: CodeScheme
) -> list[pl.DataFrame]:
    known = pl.col("as_cut").is_not_null()
    changed = known & (words_only(pl.col("text")) != pl.col("as_cut")).fill_null(value=True)
    number = pl.col("round_number")
    checks = [
        ("segment_id", rows.filter(~known), _NOT_THERE),
        ("segment_id", rows.filter(known, pl.len().over("segment_id") > 1), "A segment may stand in one row."),
        ("text", rows.filter(changed), "Differs from the segment; restore it from a new sheet."),
        ("coder", written.filter(pl.col("coder").is_null()), "Must say who decided."),
        ("round", written.filter(number.is_null() | (number < 1)), "Must be the number of the round, 1 or more."),
    ]  # fmt: skip
    found = [
        wrong.select(
            pl.col("row").cast(pl.Int64), column=pl.lit(column), value=pl.col(column), rule=pl.lit(rule)
        ).cast(polars_schema(Problems))
        for column, wrong, rule in checks
    ]
    return [*found, *code_problems(named, scheme, "codes")]


def _method() -> pl.Expr:
    """How the first suggestion was found, by the words of its reason."""
    word = pl.col("reason_1").str.extract(r"^(?:the )?(label|alias|example|same words|nearest)\b")
    return word.str.replace(" ", "_", literal=True)
