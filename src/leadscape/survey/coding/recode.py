"""What became of the codes of a scheme, and of what was coded with them?

Tables in: ``SegmentCodings``, ``Recodes``. Out: the history with new decisions at its end. A renamed or merged code is
carried through for every coder; a split or dropped one cannot be, because only a reader can say what now applies: those
segments are listed to be coded again, and stand with the old code until they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.tables import Problems, check_table, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas
from leadscape.register.dates import parse_date
from leadscape.survey.coding.history import append_decisions, standing_decisions
from leadscape.survey.coding.tables import Recodes
from leadscape.survey.headings import match_headings

if TYPE_CHECKING:
    from leadscape.survey.coding.scheme import CodeScheme

_HEADINGS: Final = {
    "code": ("code", "old code", "from"),
    "change": ("change",),
    "becomes": ("becomes", "new code", "to"),
    "why": ("why", "reason"),
    "decided_by": ("decided_by", "by"),
    "decided_on": ("decided_on", "on", "date"),
}
_CARRIED: Final = ("renamed", "merged")


@dataclass(frozen=True)
class Recoding:
    """A change of the scheme carried through as far as it can be.

    Attributes
    ----------
    history
        As :class:`~leadscape.survey.coding.tables.SegmentCodings`, new decisions at its end.
    carried
        Decisions that were replaced.
    to_code_again
        ``segment_id``, ``coder``, ``code``, ``becomes``: where a split or dropped code still stands.
    """

    history: pl.DataFrame
    carried: int
    to_code_again: pl.DataFrame


def read_recodes(path: Path, scheme: CodeScheme) -> pl.DataFrame:
    """The recode table of a file: ``code``, ``change``, ``becomes``, ``why``, ``decided_by``, ``decided_on``.

    Raises
    ------
    TableProblem
        For a change that is none, a code to become that the scheme does not have or that itself becomes another, a code
        that the scheme still has and that is renamed, merged or dropped; lists every one.
    """
    table = read_text_table(path)
    named = unguard_formulas(match_headings(table, _HEADINGS, tuple(_HEADINGS)))
    parts = pl.col("becomes").str.split(";").list.eval(pl.element().str.strip_chars()).list.drop_nulls()
    typed = named.with_columns(
        change=pl.col("change").str.to_lowercase(),
        becomes=pl.coalesce(parts.list.filter(pl.element() != ""), pl.lit([], pl.List(pl.String))),
        date=parse_date(pl.col("decided_on")),
    )
    change = polars_schema(Recodes)["change"]
    allowed = change.categories.to_list() if isinstance(change, pl.Enum) else []
    targets = typed.explode("becomes", empty_as_null=True).drop_nulls("becomes")
    problems = pl.concat(
        [
            table.problems,
            _problem(typed.filter(~pl.col("change").is_in(allowed)), "change", f"Must be one of {', '.join(allowed)}."),
            _problem(typed.filter(pl.col("date").is_null()), "decided_on", "Must be a date such as 2006-09-30."),
            _problem(targets.filter(~pl.col("becomes").is_in(list(scheme.codable))), "becomes",
                     f"Must be a code of {scheme.id} that segments may bear."),
            _problem(targets.filter(pl.col("becomes").is_in(typed["code"].drop_nulls().implode()),
                                    pl.col("change") != "split"), "becomes",
                     "Becomes another code itself: name the last one."),
            _problem(typed.filter(pl.col("code").is_in(list(scheme.codable)), pl.col("change") != "split"), "code",
                     f"Is still a code of {scheme.id}; give the scheme as it is after the change."),
        ]
    )  # fmt: skip
    if problems.height:
        raise table_problem(problems.sort("row", "rule"), path.name)
    return check_table(
        typed.with_columns(pl.col("change").cast(change), decided_on="date"), Recodes, path.name, row="row"
    )


def recode(history: pl.DataFrame, recodes: pl.DataFrame) -> Recoding:
    """Carry renamed and merged codes through all standing decisions, in a new round; list the rest.

    Parameters
    ----------
    history, recodes
        As :class:`~leadscape.survey.coding.tables.SegmentCodings` and
        :class:`~leadscape.survey.coding.tables.Recodes`.

    Notes
    -----
    The new decision keeps the coder, since the coder's judgement stands; it says who changed the scheme and why. The
    round is one more than any before, so that what stood earlier can still be seen.
    """
    change = pl.col("change").cast(pl.String)
    stood = standing_decisions(history)
    each = stood.explode("codes", empty_as_null=True).join(
        recodes.with_columns(change=change).rename({"code": "codes"}), on="codes", how="left", maintain_order="left"
    )  # fmt: skip
    carried = change.is_in(_CARRIED)
    said = pl.format(
        "{} {} to {} by {}: {}", "codes", "change", pl.col("becomes").list.first(), "decided_by", "why"
    )
    replaced = (
        each.filter(carried.any().over("decision_id"))
        .group_by("decision_id", maintain_order=True)
        .agg(
            pl.col("segment_id", "coder", "step").first(),
            coded_on=pl.col("decided_on").max(),
            before=pl.col("memo").first(),
            said=said.filter(carried).sort().str.join("; "),
            recoded_by=pl.col("decided_by").filter(carried).sort().first(),
            codes=pl.when(carried).then(pl.col("becomes").list.first()).otherwise(pl.col("codes")).unique().sort(),
        )
        .select(
            "segment_id",
            "coder",
            "step",
            "coded_on",
            "recoded_by",
            "codes",
            memo=pl.concat_str(pl.col("before"), pl.col("said"), separator=" | ", ignore_nulls=True),
            supersedes="decision_id",
            round=pl.lit(1 + int(history["round"].max() or 0), pl.Int64),  # pyright: ignore[reportArgumentType]
        )
    )  # fmt: skip
    again = each.filter(change.is_in(["split", "dropped"])).select(
        "segment_id", "coder", code="codes", becomes="becomes"
    )
    return Recoding(
        append_decisions(history, replaced), replaced.height, again.sort("segment_id", "coder", "code")
    )


def _problem(rows: pl.DataFrame, column: str, rule: str) -> pl.DataFrame:
    return rows.select(
        pl.col("row").cast(pl.Int64), column=pl.lit(column), value=pl.col(column).cast(pl.String), rule=pl.lit(rule)
    ).cast(polars_schema(Problems))  # fmt: skip
