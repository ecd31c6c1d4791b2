"""On which segments do coders disagree, and what did a person decide between them?

Tables in: ``SegmentCodings``, ``Segments``, a scheme. Out: the queue, for a spreadsheet; read back, decisions of an
adjudicator with who and why. The coders' own decisions stay: agreement is measured on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl
import xlsxwriter

from leadscape.core.tables import Problems, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas, whole_file, write_csv
from leadscape.survey.coding.history import settle_segments, standing_decisions
from leadscape.survey.coding.scheme import NO_CODE
from leadscape.survey.coding.sheet_codes import code_parts, code_problems, name_codes, words_only
from leadscape.survey.coding.sheets import FIXED_DATE, add_codes_page, offer_codes, write_answer_page
from leadscape.survey.headings import match_headings

if TYPE_CHECKING:
    from leadscape.survey.coding.scheme import CodeScheme

QUEUE_COLUMNS: Final = (
    *("segment_id", "text", "said", "in_common", "disputed", "definitions", "decided_before"),
    *("decision", "decided_by", "why"),
)
DECISION_COLUMNS: Final = ("decision", "decided_by", "why")
_WIDTHS: Final = {"text": 60, "said": 40, "definitions": 60, "decision": 32, "why": 40}


@dataclass(frozen=True)
class Disagreements:
    """The queue and what it is out of.

    Attributes
    ----------
    queue
        One row a segment, as text: ``segment_id``, ``text``, ``said`` (every coder's codes), ``in_common``,
        ``disputed``, ``definitions`` of the disputed codes, ``decided_before`` (an adjudication that stands), and blank
        columns for the decision. Open ones first.
    open
        Segments on which coders disagree and nobody has decided.
    compared
        Segments that at least two coders decided on.
    """

    queue: pl.DataFrame
    open: int
    compared: int


def find_disagreements(
    history: pl.DataFrame, segments: pl.DataFrame, scheme: CodeScheme, as_of_round: int | None = None
) -> Disagreements:
    """Segments on which the standing code sets of coders differ."""
    stood = standing_decisions(history, as_of_round).filter(pl.col("step").cast(pl.String) == "coding")
    labels = [(code.id, f"{code.id}: {code.definition or code.label}") for code in scheme.codes]
    defined = dict([*labels, (NO_CODE, f"{NO_CODE}: read, and no code applies")])
    apart = stood.group_by("segment_id").agg(
        coders=pl.col("coder").n_unique(),
        sets=pl.col("codes").n_unique(),
        said=pl.format("{}: {}", "coder", pl.col("codes").list.join("; ")).sort().str.join("\n"),
    )
    differing = apart.filter((pl.col("coders") >= 2) & (pl.col("sets") > 1))
    counted = (
        stood.select("segment_id", "codes")
        .join(differing.select("segment_id", "coders"), on="segment_id")
        .explode("codes", empty_as_null=True)
        .group_by("segment_id", "codes")
        .agg(count=pl.len(), coders=pl.col("coders").first())
        .with_columns(definition=pl.col("codes").replace_strict(defined, default=pl.col("codes")))
    )
    shared = pl.col("count") == pl.col("coders")
    split = counted.group_by("segment_id").agg(
        in_common=pl.col("codes").filter(shared).sort().str.join("; "),
        disputed=pl.col("codes").filter(~shared).sort().str.join("; "),
        definitions=pl.col("definition").filter(~shared).sort().str.join("\n"),
    )  # fmt: skip
    settled = settle_segments(history, as_of_round).filter(pl.col("settled_by") == "adjudication")
    queue = (
        segments.select("segment_id", "text")
        .join(differing.select("segment_id", "said"), on="segment_id", maintain_order="left")
        .join(split, on="segment_id", maintain_order="left")
        .join(settled.select("segment_id", decided_before=pl.col("codes").list.join("; ")), on="segment_id", how="left",
              maintain_order="left")
        .with_columns(pl.lit(None, pl.String).alias(name) for name in DECISION_COLUMNS)
        .select(QUEUE_COLUMNS)
        .sort(pl.col("decided_before").is_not_null(), maintain_order=True)
    )  # fmt: skip
    return Disagreements(
        queue=queue,
        open=queue.filter(pl.col("decided_before").is_null()).height,
        compared=apart.filter(pl.col("coders") >= 2).height,
    )


def write_queue(found: Disagreements, scheme: CodeScheme, path: Path) -> None:
    """The queue as ``.xlsx`` with the codes as a list, or ``.csv`` by the ending."""
    if path.suffix.lower() == ".csv":
        write_csv(found.queue, path)
        return
    with whole_file(path) as partial:
        book = xlsxwriter.Workbook(str(partial), {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"title": "Disagreements between coders", "created": FIXED_DATE})
        page = book.add_worksheet("Disagreements")
        write_answer_page(book, page, found.queue, DECISION_COLUMNS, _WIDTHS)
        add_codes_page(book, scheme)
        offer_codes(page, found.queue, "decision")
        book.close()


def read_queue(
    path: Path, segments: pl.DataFrame, scheme: CodeScheme, decided_on: date, coding_round: int
) -> pl.DataFrame:
    """Decisions between coders, for :func:`~leadscape.survey.coding.history.add_decisions` with step adjudication.

    Raises
    ------
    TableProblem
        For a segment that is not there or stands twice, a changed text, a code that is not in the scheme, a decision
        without who or why; lists every one.
    """
    table = read_text_table(path)
    named = unguard_formulas(
        match_headings(table, {name: (name,) for name in QUEUE_COLUMNS}, ("segment_id", *DECISION_COLUMNS))
    )
    known = segments.select("segment_id", as_cut=words_only(pl.col("text")))
    rows = named.join(known, on="segment_id", how="left", maintain_order="left")
    decided = rows.with_columns(parts=code_parts(pl.col("decision"))).filter(pl.col("parts").list.len() > 0)
    codes = name_codes(decided, scheme)
    changed = pl.col("text").is_not_null() & (words_only(pl.col("text")) != pl.col("as_cut"))
    checks = [
        ("segment_id", rows.filter(pl.col("as_cut").is_null()), "Must be a segment of the coding folder."),
        ("segment_id", rows.filter(pl.len().over("segment_id") > 1), "A segment may stand in one row."),
        ("text", rows.filter(changed), "Differs from the segment; write the queue again."),
        ("decided_by", decided.filter(pl.col("decided_by").is_null()), "Must say who decided."),
        (
            "why",
            decided.filter(pl.col("why").is_null()),
            "Must say why: the reason is kept with the decision.",
        ),
    ]
    problems = pl.concat(
        [
            table.problems,
            *(
                wrong.select(
                    pl.col("row").cast(pl.Int64), column=pl.lit(column), value=pl.col(column), rule=pl.lit(rule)
                ).cast(polars_schema(Problems))
                for column, wrong, rule in checks
            ),
            *code_problems(codes, scheme, "decision"),
        ]
    )  # fmt: skip
    if problems.height:
        raise table_problem(problems.unique().sort("row", "column", "rule"), path.name)
    given = codes.group_by("row").agg(codes=pl.col("code").unique().sort())
    return decided.join(given, on="row", maintain_order="left").select(
        "segment_id",
        coder="decided_by",
        coded_on=pl.lit(decided_on),
        round=pl.lit(coding_round, pl.Int64),
        memo="why",
        codes="codes",
    )
