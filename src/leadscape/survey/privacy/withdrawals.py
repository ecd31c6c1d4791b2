"""Who asked not to be in the study: their answers, or what was said about them, go before anything is derived."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.errors import OutputBlocked, TableProblem
from leadscape.core.identifiers import clean_identifier
from leadscape.core.tables import Problems, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas, write_csv
from leadscape.register.dates import parse_date
from leadscape.survey.headings import fold_heading, match_headings
from leadscape.survey.privacy.tables import Withdrawals

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "respondent_id": ("respondent_id", "respondent"),
    "nomination_id": ("nomination_id", "nomination"),
    "leader_id": ("leader_id", "leader", "person"),
    "returned_by": ("returned_by",),
    "reason": ("reason", "why"),
    "withdrawn_on": ("withdrawn_on", "date"),
    "recorded_by": ("recorded_by", "by"),
}
WHO: Final = ("respondent_id", "nomination_id", "leader_id")


@dataclass(frozen=True)
class Withdrawn:
    """Nominations that remain, and what went.

    Attributes
    ----------
    nominations
        As :class:`~leadscape.survey.tables.Nominations`, without the withdrawn.
    respondents
        Ids of respondents who withdrew: they count as silent from now on.
    removed
        Nominations taken out.
    earlier
        Nominations about people who objected that no return holds any more.
    people
        People who objected.
    """

    nominations: pl.DataFrame
    respondents: tuple[str, ...]
    removed: int
    earlier: int = 0
    people: int = 0


def read_withdrawals(path: Path | None) -> pl.DataFrame:
    """The withdrawals file: ``row`` and the columns of :class:`Withdrawals`; none without a file.

    Raises
    ------
    TableProblem
        When a row names nobody, or a date is none.
    """
    if path is None:
        return Withdrawals.create_empty().with_columns(row=pl.lit(None, pl.Int64))
    table = read_text_table(path)
    named = unguard_formulas(match_headings(table, HEADINGS, ())).with_columns(
        clean_identifier(pl.col(name)) for name in (*WHO, "returned_by")
    )
    dated = named.with_columns(text=pl.col("withdrawn_on"), withdrawn_on=parse_date(pl.col("withdrawn_on")))
    nobody = dated.filter(pl.all_horizontal(pl.col(name).is_null() for name in WHO))
    no_date = dated.filter(pl.col("withdrawn_on").is_null(), pl.col("text").is_not_null())
    problems = pl.concat(
        [
            table.problems,
            _problems(nobody, None, "Must name a respondent_id, a nomination_id or a leader_id."),
            _problems(no_date, "withdrawn_on", "Must be a date such as 2026-11-24.", value="text"),
        ]
    )
    if problems.height:
        raise table_problem(problems.sort("row"), path.name)
    return dated.select("row", *Withdrawals.column_names())


def withdraw(
    nominations: pl.DataFrame, path: Path | None, find_leaders: Callable[[], pl.DataFrame] | None = None
) -> Withdrawn:
    """Take out what the withdrawals file names: a whole return, one line, or every line about a person.

    Parameters
    ----------
    find_leaders
        Gives ``nomination_id`` and ``leader_id``; asked only when a row names a leader and no nomination, since it
        needs the returns settled.

    Raises
    ------
    TableProblem
        When a row names nobody, a line that no return holds, or a leader whom the returns do not name.
    """
    recorded = read_withdrawals(path)
    if path is None:
        return Withdrawn(nominations, (), 0)
    of_nomination = pl.col("nomination_id").is_not_null()
    returned = pl.col("nomination_id").is_in(nominations["nomination_id"].implode())
    by_leader = recorded.filter(~of_nomination, pl.col("leader_id").is_not_null())
    leaders = find_leaders() if by_leader.height and find_leaders else None
    known = leaders["leader_id"] if leaders is not None else pl.Series([], dtype=pl.String)
    problems = pl.concat(
        [
            _problems(
                recorded.filter(of_nomination, ~returned, pl.col("leader_id").is_null()),
                "nomination_id",
                "Must be a nomination of the returns as restricted/nominations.csv names it; "
                "a line that is edited gets another name.",
            ),
            _problems(
                by_leader.filter(~pl.col("leader_id").is_in(known.implode())),
                "leader_id",
                "Must be a leader of the returns as restricted/leaders.csv names them; an id changes with the lines "
                "behind it, so let `leadscape survey withdraw` record the lines.",
            ),
        ]
    )
    if problems.height:
        raise table_problem(problems.sort("row"), path.name)
    respondents = recorded["respondent_id"].drop_nulls().unique().sort()
    lines = recorded["nomination_id"].drop_nulls()
    if leaders is not None:
        lines = pl.concat(
            [lines, leaders.join(by_leader, on="leader_id", how="semi")["nomination_id"]], rechunk=True
        )
    kept = nominations.filter(
        ~pl.col("respondent_id").is_in(respondents.implode()), ~pl.col("nomination_id").is_in(lines.implode())
    )
    return Withdrawn(
        nominations=kept,
        respondents=tuple(respondents),
        removed=nominations.height - kept.height,
        earlier=recorded.filter(of_nomination, ~returned)["nomination_id"].n_unique(),
        people=recorded["leader_id"].drop_nulls().n_unique(),
    )


def still_counted(nominations: pl.DataFrame, path: Path | None) -> pl.DataFrame:
    """``nominations`` and a line, of which only the sender is known, for each one that was erased from the returns.

    A respondent whose lines were erased has answered all the same; without this they would turn silent.
    """
    recorded = read_withdrawals(path)
    gone = (
        recorded.filter(
            pl.col("leader_id").is_not_null(),
            pl.col("returned_by").is_not_null(),
            ~pl.col("nomination_id").is_in(nominations["nomination_id"].implode()),
        )
        .unique("nomination_id", maintain_order=True)
        .select("nomination_id", respondent_id="returned_by")
    )
    return pl.concat([nominations, gone], how="diagonal")


def silence(responses: pl.DataFrame, withdrawn: Withdrawn, source: str) -> pl.DataFrame:
    """``responses`` with the withdrawn respondents silent: what they said is not known any more.

    Raises
    ------
    TableProblem
        When somebody withdrew who was never asked.
    """
    unknown = sorted(set(withdrawn.respondents) - set(responses["respondent_id"]))
    if unknown:
        problems = pl.DataFrame(
            {
                "row": [None] * len(unknown),
                "column": ["respondent_id"] * len(unknown),
                "value": unknown,
                "rule": ["Must be a respondent of the frame."] * len(unknown),
            },
            schema=polars_schema(Problems),
        )
        raise TableProblem(
            f"{source} names {len(unknown)} respondents who were not asked ({', '.join(unknown[:5])}).",
            "A withdrawal that matches nobody would be lost in silence.",
            "Correct the ids; they are those of the respondent frame.",
            problems,
        )
    gone = pl.col("respondent_id").is_in(list(withdrawn.respondents))
    return responses.with_columns(
        response=pl.when(gone)
        .then(pl.lit("silent"))
        .otherwise(pl.col("response").cast(pl.String))
        .cast(responses.schema["response"])
    )


def add_withdrawals(path: Path, added: pl.DataFrame) -> int:
    """Write ``added`` behind the rows of a withdrawals file, whole or not at all; what stands there already is left.

    Parameters
    ----------
    path
        A ``.csv`` file, which need not exist.
    added
        As :class:`Withdrawals`.

    Returns
    -------
    int
        Rows that were new.

    Raises
    ------
    OutputBlocked
        When it is a workbook or cannot be written.
    """
    if path.suffix.lower() != ".csv":
        raise OutputBlocked(
            f"{path.name} is not a .csv file.",
            "Rows are added to lists only, so that nothing else in a workbook is lost.",
            "Save it as .csv, and name that file under [survey] withdrawals.",
        )
    before = read_withdrawals(path if path.exists() else None)
    new = added.join(before, on=list(WHO), how="anti", nulls_equal=True)
    if new.height:
        Withdrawals.validate(new)
        kept = before.join(_other_columns(path), on="row", how="left", maintain_order="left").drop("row")
        write_csv(pl.concat([kept, new], how="diagonal"), path)
    return new.height


def _other_columns(path: Path) -> pl.DataFrame:
    """Columns of somebody's own in the file, which are kept as they are."""
    if not path.exists():
        return pl.DataFrame(schema={"row": pl.Int64})
    frame = read_text_table(path).frame
    ours = {fold_heading(heading) for headings in HEADINGS.values() for heading in headings}
    return frame.select(
        "row", *(name for name in frame.columns if name != "row" and fold_heading(name) not in ours)
    )


def _problems(rows: pl.DataFrame, column: str | None, rule: str, value: str | None = None) -> pl.DataFrame:
    shown = pl.col(value or column) if column else pl.lit(None, pl.String)
    return rows.select(row="row", column=pl.lit(column, pl.String), value=shown, rule=pl.lit(rule)).cast(
        polars_schema(Problems)
    )
