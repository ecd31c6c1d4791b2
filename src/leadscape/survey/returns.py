"""Nomination returns as people send them: forms, workbooks and lists, one line a person in a role."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from leadscape.core.errors import FileProblem, LeadscapeError, TableProblem
from leadscape.core.tables import Problems, check_table, polars_schema
from leadscape.core.tabular import NO_ROW, read_text_table, workbook_sheets
from leadscape.core.workbook import MUST_HOLD_A_VALUE, Sheet
from leadscape.survey.headings import fold_heading, match_headings
from leadscape.survey.instruments.nominating import MARK_NONE, nomination_texts
from leadscape.survey.instruments.opening import OpenedForm, is_stamped, open_form
from leadscape.survey.instruments.reading import read_opened
from leadscape.survey.nomination_lines import (
    CHOOSING,
    CONTENT,
    HEADINGS,
    REQUIRED,
    TEXT_SCHEMA,
    identify_lines,
    sender_of,
    type_lines,
    wrong_cells,
)
from leadscape.survey.response.repeats import settle_repeats
from leadscape.survey.tables import Nominations

__all__ = ["CONTENT", "HEADINGS", "REQUIRED", "ReturnsReading", "read_returns"]

NULL_RETURNS: Final = {"file": pl.String, "respondent_id": pl.String}
SET_ASIDE: Final = {"file": pl.String, "reason": pl.String, "rows": pl.Int64}


@dataclass(frozen=True)
class ReturnsReading:
    """Returns as read.

    Attributes
    ----------
    nominations
        As :class:`Nominations`, ordered by file and row.
    files
        One row a file: ``file``, ``rows`` in it, ``nominations`` made of them, ``blank`` rows passed over.
    null_returns
        ``file``, ``respondent_id``: forms that say that there is nobody to name.
    set_aside
        ``file``, ``reason``, ``rows``: lines that are not used because another return repeats or supersedes them, or
        because consent was not given.
    notes
        Sentences about what was assumed.
    """

    nominations: pl.DataFrame
    files: pl.DataFrame
    null_returns: pl.DataFrame
    set_aside: pl.DataFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Opened:
    """One file: its lines as text, what is wrong, and what it says besides."""

    texts: pl.DataFrame
    problems: pl.DataFrame
    rows_read: int
    null_return: str | None = None
    unused: int = 0
    notes: tuple[str, ...] = ()


def read_returns(paths: tuple[Path, ...]) -> ReturnsReading:
    """Every nomination in the files.

    A form says on its hidden sheet whose it is. A file without a respondent column is the return of the respondent
    whose id is the file's name without ending.

    Raises
    ------
    TableProblem
        Listing what is wrong in every file, so that one round of corrections is enough: also a blank form, one that
        names people and says that there are none, two sheets with lines, and two returns of one respondent that differ.
    FileProblem
        When one file is no table and nothing else is wrong with the files.
    """
    opened: dict[int, _Opened] = {}
    forms: dict[int, OpenedForm] = {}
    problems: list[pl.DataFrame] = []
    unopened: list[LeadscapeError] = []
    for at, path in enumerate(paths):
        try:
            sheets = workbook_sheets(path)
            if is_stamped(sheets):
                forms[at] = _open_form(path)
            else:
                opened[at] = _open_list(path, sheets, at)
        except TableProblem as error:
            problems.append(error.problems.with_columns(file_at=at))
        except LeadscapeError as error:
            unopened.append(error)
            problems.append(_no_table(error).with_columns(file_at=at))
    if len(unopened) == len(problems) == 1:
        raise unopened[0]
    opened = dict(sorted({**opened, **(_read_opened_forms(forms) if forms else {})}.items()))
    problems += [one.problems.with_columns(file_at=at) for at, one in opened.items() if one.problems.height]
    lines = type_lines(pl.concat([pl.DataFrame(schema=TEXT_SCHEMA), *(one.texts for one in opened.values())]))
    names = [path.name for path in paths]
    repeats = settle_repeats(lines, names)
    told = pl.concat(
        [_in_order(frame) for frame in (*problems, repeats.problems, wrong_cells(lines).clear())]
    )
    cells = _in_order(wrong_cells(lines)).join(told, on=["file_at", "row", "column"], how="anti")
    found = pl.concat([told, cells]).sort("file_at", "row", maintain_order=True)
    found = _with_sheets(found, forms)
    if found.height:
        raise _problems_of(found, paths)
    nominations = np.bincount(repeats.lines["file_at"], minlength=len(paths))
    rows = np.array([opened[at].rows_read for at in range(len(paths))], dtype=np.int64)
    unused = np.array([opened[at].unused for at in range(len(paths))], dtype=np.int64)
    repeated = repeats.set_aside.group_by("file_at").agg(pl.col("rows").sum())
    again = np.bincount(repeated["file_at"], weights=repeated["rows"], minlength=len(paths)).astype(np.int64)
    return ReturnsReading(
        nominations=check_table(identify_lines(repeats.lines), Nominations, "The returns", row="source_row"),
        files=pl.DataFrame(
            {
                "file": names,
                "rows": rows,
                "nominations": nominations,
                "blank": rows - nominations - unused - again,
            },
            schema={"file": pl.String, "rows": pl.Int64, "nominations": pl.Int64, "blank": pl.Int64},
        ),
        null_returns=pl.DataFrame(
            [(names[at], one.null_return) for at, one in opened.items() if one.null_return is not None],
            schema=NULL_RETURNS,
            orient="row",
        ),
        set_aside=pl.concat(
            [
                pl.DataFrame(
                    [
                        (names[at], "consent not given", one.unused)
                        for at, one in opened.items()
                        if one.unused
                    ],
                    schema=SET_ASIDE,
                    orient="row",
                ),
                repeats.set_aside.select(
                    file=pl.Series(names, dtype=pl.String).gather(repeats.set_aside["file_at"]),
                    reason="reason",
                    rows="rows",
                ),
            ]
        ),
        notes=(*(note for one in opened.values() for note in one.notes), *repeats.notes),
    )


def _open_list(path: Path, sheets: tuple[Sheet, ...], at: int) -> _Opened:
    """A list in its own format: the one sheet whose headings are those of a return, else the first."""
    holding = [sheet for sheet in sheets if sheet.visible and sheet.rows and _names_people(sheet.headings)]
    if len(holding) > 1:
        named_sheets = ", ".join(sheet.name for sheet in holding)
        told = f"{len(holding)} sheets with lines: {named_sheets}. "
        next_step = "Put all lines on one, or save each sheet as a file of its own."
        raise TableProblem(
            f"{path.name} has {told}",
            "Which of them is the return cannot be known, and lines must not be lost in silence.",
            next_step,
            _of_file("sheet", named_sheets, f"The workbook has {told}{next_step}"),
        )
    try:
        table = read_text_table(path, sheet=holding[0].name if holding else None)
    except FileProblem as error:
        if NO_ROW not in error.what:
            raise
        raise FileProblem(
            f"{path.name} {NO_ROW}.",
            "A blank return cannot be told from no answer.",
            f"Where they say that they have none, mark {MARK_NONE!r} in the form, or write none in the frame, and take "
            "the file away; otherwise ask again.",
        ) from error
    named = match_headings(table, {**HEADINGS, **CHOOSING}, REQUIRED)
    texts = named.with_columns(
        file_at=pl.lit(at, pl.Int32), source_file=pl.lit(path.name), sender=pl.lit(sender_of(path))
    )
    return _Opened(texts.select(list(TEXT_SCHEMA)), table.problems, table.rows_read)


def _open_form(path: Path) -> OpenedForm:
    """A form that names people.

    Raises
    ------
    FileProblem
        When its instrument names nobody.
    """
    form = open_form(path)
    if form.instrument.nominations is None:
        raise FileProblem(
            f"{path.name} is a form of {form.instrument.id}, which names nobody.",
            "It is no return.",
            "Read it with `leadscape survey read`, and leave it out of the returns.",
        )
    return form


def _read_opened_forms(forms: dict[int, OpenedForm]) -> dict[int, _Opened]:
    """All forms typed together: lines from their section, whose they are from their hidden sheet."""
    reading = read_opened([(str(at), form) for at, form in forms.items()])
    about = dict(
        reading.forms.select("file", pl.struct("respondent_id", pl.col("use").cast(pl.String))).iter_rows()
    )
    nulls = dict(reading.null_returns.iter_rows())
    # What a line says is judged with the lines of all files; what of a line cannot be read is known here only.
    of_lines = pl.col("column").is_in([*HEADINGS]) & pl.col("row").is_not_null()
    judged = of_lines.fill_null(value=False) & ~pl.col("rule").str.starts_with(MUST_HOLD_A_VALUE)
    told = reading.problems.filter(~judged).partition_by("file", as_dict=True)
    opened: dict[int, _Opened] = {}
    for at, form in forms.items():
        respondent, use = about[str(at)]["respondent_id"], about[str(at)]["use"]
        rule = form.instrument.nominations
        lines = form.lines.get(rule.section) if rule is not None else None
        rows = lines.height if lines is not None else 0
        mine = told.get((str(at),), reading.problems.clear())
        notices = mine.filter(pl.col("severity") == "notice")["rule"]
        opened[at] = _Opened(
            nomination_texts(form if use == "used" else None, at, form.path.name, respondent),
            mine.filter(pl.col("severity") == "problem").select(
                "row", "column", "value", rule=_on_sheet(pl.col("sheet"))
            ),
            rows,
            null_return=nulls.get(str(at)),
            unused=0 if use == "used" else rows,
            notes=tuple(f"{form.path.name}: {notice}" for notice in notices),
        )
    return opened


def _on_sheet(sheet: pl.Expr) -> pl.Expr:
    """The rule of a problem, and on which of a form's sheets it stands where that is known."""
    told = pl.format("{} It stands on the sheet '{}'.", pl.col("rule"), sheet)
    return pl.when(sheet.is_not_null()).then(told).otherwise("rule")


def _with_sheets(found: pl.DataFrame, forms: dict[int, OpenedForm]) -> pl.DataFrame:
    """Problems of lines of a form say on which sheet they stand; those that say so already are left as they are."""
    sheets = pl.DataFrame(
        [(at, sheet) for at, form in forms.items() if (sheet := form.sheet_of_lines) is not None],
        schema={"file_at": pl.Int64, "sheet": pl.String},
        orient="row",
    )
    placed = found.join(sheets, on="file_at", how="left", maintain_order="left")
    of_lines = pl.col("row").is_not_null() & pl.col("column").is_in([*HEADINGS])
    untold = of_lines.fill_null(value=False) & ~pl.col("rule").str.contains("on the sheet '", literal=True)
    return placed.with_columns(rule=pl.when(untold).then(_on_sheet(pl.col("sheet"))).otherwise("rule")).drop(
        "sheet"
    )


def _names_people(headings: tuple[str | None, ...]) -> bool:
    """Whether a sheet has the columns without which a return cannot be used."""
    present = {fold_heading(heading) for heading in headings if heading}
    return all(present & {fold_heading(known) for known in HEADINGS[name]} for name in REQUIRED)


def _no_table(error: LeadscapeError) -> pl.DataFrame:
    """A file that cannot be opened as one problem of the whole file."""
    return _of_file(None, None, f"{error.what} {error.next_step}")


def _of_file(column: str | None, value: str | None, rule: str) -> pl.DataFrame:
    return pl.DataFrame([(None, column, value, rule)], schema=polars_schema(Problems), orient="row")


def _in_order(problems: pl.DataFrame) -> pl.DataFrame:
    return problems.select(*Problems.column_names(), pl.col("file_at").cast(pl.Int64))


def _problems_of(found: pl.DataFrame, paths: tuple[Path, ...]) -> TableProblem:
    """The error that lists ``found``, which is ordered by file."""
    named = found.with_columns(file=pl.Series([path.name for path in paths]).gather(found["file_at"]))
    files = named["file"].unique(maintain_order=True).to_list()
    return TableProblem(
        f"{named.height} problem{'s' * (named.height != 1)} in {len(files)} of {len(paths)} returns "
        f"({', '.join(files[:5])}{', …' * (len(files) > 5)}): "
        + "; ".join(_in_file(problem) for problem in named.head(5).iter_rows(named=True))
        + f"{'; …' * (named.height > 5)}.",
        "A line that is read wrongly becomes a wrong leader.",
        "Correct the files; every problem is listed by file, row and column.",
        named.select("file", *Problems.column_names()),
    )


def _in_file(problem: dict[str, object]) -> str:
    place = f"row {problem['row']}, " if problem["row"] is not None else ""
    return f"{problem['file']}, {place}{problem['column'] or 'whole row'}: {problem['rule']}"
