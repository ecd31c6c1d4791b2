"""Sheets of a form as answers: which cell answers which question, and what was changed, added or removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.headings import fold_heading
from leadscape.survey.instruments.instrument import in_language
from leadscape.survey.instruments.tables import FormProblems
from leadscape.survey.instruments.words import ENGLISH_WORDS
from leadscape.survey.instruments.workbook_form import OPTION_MARK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadscape.core.tabular import TextTable
    from leadscape.core.workbook import Sheet
    from leadscape.survey.instruments.instrument import Instrument
    from leadscape.survey.instruments.wordings import Wordings

QUESTION_ID: Final = "question_id"
CHOSEN: Final = frozenset({"yes", "y", "x", "true", "1", "✓", "✔"})
NOT_CHOSEN: Final = frozenset({"no", "n", "false", "0"})
_CELL: Final = ("row", "column", "value", "rule")
_GIVEN: Final = {
    "question": pl.String,
    "item": pl.Int64,
    "sheet": pl.String,
    "row": pl.Int64,
    "written": pl.String,
}


class Notes:
    """What was assumed or found while a form is taken apart."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str | None, int | None, str | None, str | None, str]] = []

    def add(
        self,
        value: str | None,
        rule: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        severity: str = "notice",
    ) -> None:
        """Something that was assumed."""
        self._rows.append((severity, sheet, row, column, value, rule))

    def problem(
        self,
        value: str | None,
        rule: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        """Something that must be settled."""
        self.add(value, rule, sheet=sheet, row=row, column=column, severity="problem")

    def frame(self) -> pl.DataFrame:
        """As :class:`FormProblems` without ``file``."""
        schema = {name: kind for name, kind in polars_schema(FormProblems).items() if name != "file"}
        return pl.DataFrame(self._rows, schema=schema, orient="row")


@dataclass(frozen=True)
class Given:
    """What one sheet holds.

    Attributes
    ----------
    frame
        ``question``, ``item``, ``sheet``, ``row``, ``written``.
    asked
        Questions that the sheet asks, answered or not.
    texts
        Headings and questions as written.
    section, lines
        For a repeating section: its id, and ``row`` with one text column a question found.
    """

    frame: pl.DataFrame
    asked: frozenset[str]
    texts: tuple[str, ...] = ()
    section: str = ""
    lines: pl.DataFrame | None = field(default=None)

    @staticmethod
    def nothing() -> pl.DataFrame:
        """An empty frame of answers."""
        return pl.DataFrame(schema=_GIVEN)


def answers_columns(headings: Iterable[str | None], instrument: Instrument) -> dict[str, str] | None:
    """Names of the columns that hold question, answer and, where it is there, the question's id; null without both."""
    words = [ENGLISH_WORDS, *instrument.words.values()]
    known = {name: {fold_heading(one[name]) for one in words} for name in ("question", "answer")}
    known[QUESTION_ID] = {fold_heading(QUESTION_ID)}
    found: dict[str, str] = {}
    for heading in headings:
        for name, texts in known.items():
            if heading is not None and fold_heading(heading) in texts:
                found.setdefault(name, heading)
    return found if {"question", "answer"} <= set(found) else None


def take_answers(
    table: TextTable | None, instrument: Instrument, wordings: Wordings, part: str | None, notes: Notes
) -> Given:
    """Answers to questions asked once: one row a question, and one an option where several may be chosen."""
    columns = answers_columns(table.columns, instrument) if table is not None else None
    if table is None or columns is None:
        return Given(Given.nothing(), frozenset())
    sheet = table.sheet
    for name in table.columns:
        expected = {
            fold_heading(one[word]) for one in instrument.words.values() for word in ("number", "how")
        }
        if name not in columns.values() and fold_heading(name) not in expected:
            notes.add(name, "This column is not part of the form; it was not read.", sheet=sheet, column=name)
    once = [q for s in instrument.sections_for(part) if s.rows is None for q in s.questions]
    expected_ids = [instrument.consent_question.id, *(q.id for q in once)]
    titles = {fold_heading(text) for section in instrument.sections for text in section.title.values()}
    asked: dict[str, int] = {}
    written: list[tuple[str, int, str | None, int, str]] = []
    chosen: dict[str, list[str]] = {}
    places: dict[str, int] = {}
    current: str | None = None
    texts: list[str] = []
    about: dict[int, str] = {}
    for record in table.frame.iter_rows(named=True):
        row, text, answer = record["row"], record[columns["question"]], record[columns["answer"]]
        stated = record[columns[QUESTION_ID]] if QUESTION_ID in columns else None
        name, option = _meant(stated, text, current, wordings)
        if (
            name is None
            and text is not None
            and fold_heading(text) not in titles
            and (answer or stated is None)
        ):
            near = wordings.nearly(text, [one for one in expected_ids if one not in asked])
            name = near.question if near else None
            if near:
                _tell_changed(
                    notes, instrument, near.question, text, sheet, row, f"{near.likeness:.0%} alike"
                )
            elif answer is not None:
                notes.problem(
                    answer,
                    f"Is an answer to a question that the instrument does not ask: {text!r}.",
                    sheet=sheet,
                    row=row,
                )
        elif name is not None and option is None and stated and wordings.has_changed(name, text):
            _tell_changed(notes, instrument, name, text, sheet, row, "by its number")
        if name is None or name not in instrument.questions or instrument.repeats(name):
            continue
        about[row] = name
        if option is not None:
            places.setdefault(name, row)
            mark = (answer or "").strip().casefold()
            yes = {one["yes"].casefold() for one in instrument.words.values()}
            no = {one["no"].casefold() for one in instrument.words.values()}
            if mark in CHOSEN | yes:
                chosen.setdefault(name, []).append(option)
            elif mark and mark not in NOT_CHOSEN | no:
                notes.problem(
                    answer,
                    "Must be Yes or blank.",
                    sheet=sheet,
                    row=row,
                    column=f"{name}{OPTION_MARK}{option}",
                )
            continue
        if name in asked:
            notes.problem(
                answer,
                f"The question stands twice (also in row {asked[name]}).",
                sheet=sheet,
                row=row,
                column=name,
            )
            continue
        asked[name] = row
        current = name
        texts.append(text or "")
        if answer is not None:
            if instrument.questions[name].type == "several_choices":
                chosen.setdefault(name, []).append(answer)
                places.setdefault(name, row)
            else:
                written.append((name, 0, sheet, row, answer))
    written += [(name, 0, sheet, places[name], "; ".join(options)) for name, options in chosen.items()]
    for row, column, value, rule in table.problems.select(_CELL).iter_rows():
        if column is None or column in columns.values():
            notes.problem(value, rule, sheet=sheet, row=row, column=about.get(row or 0, column))
    for name in expected_ids:
        if name not in asked and part is not None:
            notes.add(
                None,
                "The question was taken out of the form, so nobody was asked it.",
                sheet=sheet,
                column=name,
            )
    return Given(pl.DataFrame(written, schema=_GIVEN, orient="row"), frozenset(asked), tuple(texts))


def _meant(
    stated: str | None, text: str | None, current: str | None, wordings: Wordings
) -> tuple[str | None, str | None]:
    """Question and option that a row is about: by the id that stands beside it, else by its words."""
    questions = wordings.instrument.questions
    if stated is not None:
        name, _, option = stated.partition(OPTION_MARK)
        return (name, option or None) if name in questions else (None, None)
    if (name := wordings.exactly(text)) is not None:
        return name, None
    if current is not None and text is not None:
        folded = fold_heading(text)
        for option in questions[current].options:
            if folded in {fold_heading(label) for label in option.label.values()}:
                return current, option.id
    return None, None


def _tell_changed(
    notes: Notes,
    instrument: Instrument,
    name: str,
    text: str | None,
    sheet: str | None,
    row: int | None,
    how: str,
) -> None:
    wording = in_language(instrument.questions[name].wording, instrument.languages[0])
    notes.add(
        text,
        f"The wording was changed; it was taken for the question {name} ({how}), which asks {wording!r}.",
        sheet=sheet,
        row=row,
        column=name,
    )


def take_lines(
    table: TextTable | None, sheet: Sheet | None, section: str, wordings: Wordings, notes: Notes
) -> Given:
    """Answers of a repeating section: one row a line, one column a question."""
    instrument = wordings.instrument
    questions = next(s.questions for s in instrument.sections if s.id == section)
    names = {q.id for q in questions}
    headings = table.columns if table is not None else [h for h in (sheet.headings if sheet else ()) if h]
    title = table.sheet if table is not None else (sheet.name if sheet else None)
    columns: dict[str, str] = {}
    for heading in headings:
        name = wordings.exactly(heading)
        if name not in names:
            near = wordings.nearly(heading, names - set(columns))
            name = near.question if near else None
            if near:
                _tell_changed(
                    notes, instrument, near.question, heading, title, 1, f"{near.likeness:.0%} alike"
                )
        if name is None or name in columns:
            filled = table is not None and table.frame[heading].null_count() < table.frame.height
            if filled:
                notes.add(
                    heading,
                    "This column is not part of the form; it was not read.",
                    sheet=title,
                    column=heading,
                )
            continue
        columns[name] = heading
    for name in [q.id for q in questions if q.id not in columns]:
        notes.add(
            None, "The column was taken out of the form, so nobody was asked it.", sheet=title, column=name
        )
    if table is None:
        empty = pl.DataFrame(schema={"row": pl.Int64, **dict.fromkeys(columns, pl.String)})
        return Given(Given.nothing(), frozenset(columns), tuple(headings), section, empty)
    asked_in = {heading: name for name, heading in columns.items()}
    for row, column, value, rule in table.problems.select(_CELL).iter_rows():
        if column is None or column in asked_in:
            notes.problem(value, rule, sheet=title, row=row, column=asked_in.get(column or ""))
    lines = table.frame.select("row", *(pl.col(heading).alias(name) for name, heading in columns.items()))
    told = [pl.col(name).is_not_null() for name in columns]
    lines = lines.filter(pl.any_horizontal(told)) if told else lines.clear()
    long = lines.unpivot(index="row", variable_name="question", value_name="written").drop_nulls("written")
    frame = long.select(
        "question", item=pl.col("row"), sheet=pl.lit(title, pl.String), row=pl.col("row"), written="written"
    )
    return Given(frame, frozenset(columns), tuple(headings), section, lines)
