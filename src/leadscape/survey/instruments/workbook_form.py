"""A form as a workbook to send by e-mail: lists to choose from, skip rules in words and in grey, a hidden stamp."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from leadscape.core.writing import guarded_text, whole_file
from leadscape.survey.instruments.choices import (
    Addressee,
    Lists,
    advice,
    answer_words,
    number_questions,
)
from leadscape.survey.instruments.instrument import NUMBER_TYPES, in_language
from leadscape.survey.instruments.stamp import ANSWERS, STAMP_SHEET, Stamp

if TYPE_CHECKING:
    from leadscape.survey.instruments.instrument import Instrument, Option, Question, Section

OPTION_MARK: Final = ":"
"""Between a question's id and an option's, where every option of a question has a row."""

LISTS_SHEET: Final = "Lists"
_FIXED_DATE: Final = datetime(2000, 1, 1)
_NOT_IN_A_NAME: Final = re.compile(r"[\[\]:*?/\\']")
_NAME_LENGTH: Final = 31
_TITLE_LENGTH: Final = 32
_MESSAGE_LENGTH: Final = 255
_ANSWER_COLUMN: Final = 3
_ID_COLUMN: Final = 4
_WIDTHS: Final = {"date": 13, "number": 10, "rating": 10, "long_text": 44, "person": 28, "school": 34}


def write_workbook_form(
    path: Path, instrument: Instrument, to: Addressee, lists: Lists, language: str
) -> None:
    """Write one form; the same instrument, addressee and lists give the same bytes."""
    with whole_file(path) as partial:
        book = xlsxwriter.Workbook(str(partial), {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"title": in_language(instrument.title, language), "created": _FIXED_DATE})
        _Form(book, instrument, to, lists, language).write()
        book.close()


class _Form:
    """One workbook while it is written: its formats, its lists, and where each question stands."""

    def __init__(
        self, book: xlsxwriter.Workbook, instrument: Instrument, to: Addressee, lists: Lists, language: str
    ) -> None:
        self.book, self.instrument, self.to, self.lists, self.language = book, instrument, to, lists, language
        self.words = instrument.words[language]
        self.numbers = number_questions(instrument, to.part)
        self.cells: dict[str, str] = {}
        self.option_cells: dict[str, dict[str, str]] = {}
        self.sources: dict[tuple[str, ...], str] = {}
        plain = {"text_wrap": True, "valign": "top"}
        self.text = book.add_format(plain)
        self.bold = book.add_format({**plain, "bold": True})
        self.head = book.add_format({**plain, "bold": True, "bg_color": "#E8EDF2", "bottom": 1})
        self.grey = book.add_format({"bg_color": "#D9D9D9", "font_color": "#595959"})
        box = {**plain, "locked": False, "border": 1, "border_color": "#7D8A94"}
        self.boxes = {
            "date": book.add_format({**box, "num_format": "yyyy-mm-dd"}),
            "number": book.add_format(box),
            "text": book.add_format({**box, "num_format": "@"}),
        }

    def write(self) -> None:
        sections = self.instrument.sections_for(self.to.part)
        repeating = [section for section in sections if section.rows is not None]
        taken = {STAMP_SHEET.casefold(), LISTS_SHEET.casefold()}
        start = self.book.add_worksheet(_sheet_name(self.words["start"], taken))
        answers = self.book.add_worksheet(_sheet_name(self.words["answers"], taken))
        pages = {
            section.id: self.book.add_worksheet(_sheet_name(in_language(section.title, self.language), taken))
            for section in repeating
        }
        self.answers_name = str(answers.get_name())
        self.lists_page = self.book.add_worksheet(LISTS_SHEET)
        self.lists_page.hide()
        self._write_answers(answers, [section for section in sections if section.rows is None])
        for section in repeating:
            self._write_lines(pages[section.id], section)
        self._write_start(start, repeating, pages)
        stamp = Stamp(
            self.instrument.id,
            self.instrument.version,
            self.instrument.content_hash,
            self.language,
            self.instrument.codebook,
            self.to.respondent_id,
            self.to.dyad_id,
            self.to.part,
            self.to.entry_id,
            {ANSWERS: self.answers_name, **{name: str(page.get_name()) for name, page in pages.items()}},
        )
        hidden = self.book.add_worksheet(STAMP_SHEET)
        for row, line in enumerate([("key", "value"), *stamp.lines()]):
            hidden.write_row(row, 0, [guarded_text(cell) for cell in line])
        hidden.very_hidden()
        for page in (start, answers, self.lists_page, hidden, *pages.values()):
            page.protect("", {"format_columns": True, "format_rows": True})

    def _write_start(self, page: Any, repeating: list[Section], pages: dict[str, Any]) -> None:
        instrument, language = self.instrument, self.language
        told: list[tuple[str, Any]] = [(in_language(instrument.title, language), self.bold)]
        if self.to.respondent_name:
            told.append((f"{self.words['for']}: {self.to.respondent_name}", self.text))
        told.append((in_language(instrument.introduction, language), self.text))
        for section in repeating:
            sheet = self.words["lines_workbook"].format(sheet=pages[section.id].get_name())
            told.append((f"{in_language(section.title, language)}: {sheet}", self.bold))
            if help_text := in_language(section.help, language):
                told.append((help_text, self.text))
            for q in section.questions:
                asked = in_language(q.wording, language)
                told.append((f"{asked}: {self._advice(q, in_a_cell=True)}", self.text))
                told += [
                    (f"• {in_language(o.label, language)}: {in_language(o.description, language)}", self.text)
                    for o in self.lists.options(q)
                    if o.description
                ]
        told += [(self.words["notice"], self.bold), (in_language(instrument.notice, language), self.text)]
        page.set_column(0, 0, 100, self.text)
        for row, (text, style) in enumerate(told):
            page.write_string(row, 0, guarded_text(text), style)
        page.hide_gridlines(2)

    def _write_answers(self, page: Any, sections: list[Section]) -> None:
        for column, (word, width) in enumerate(
            (("number", 6), ("question", 60), ("how", 42), ("answer", 48))
        ):
            page.set_column(column, column, width)
            page.write_string(0, column, self.words[word], self.head)
        page.set_column(_ID_COLUMN, _ID_COLUMN, 4, None, {"hidden": True})
        page.write_string(0, _ID_COLUMN, "question_id", self.head)
        page.freeze_panes(1, 0)
        row = self._write_question(page, 1, self.instrument.consent_question)
        for section in sections:
            page.write_string(row, 1, in_language(section.title, self.language), self.bold)
            row += 1
            for question in section.questions:
                row = self._write_question(page, row, question)

    def _write_question(self, page: Any, row: int, question: Question) -> int:
        """Write one question from ``row`` on and return the row below it."""
        first = row
        wording = in_language(question.wording, self.language)
        if question.shows is not None:
            held = self.to.shown.get(question.shows) or self.words["nothing_held"]
            wording = f"{wording} {self.words['shown'].format(value=held)}"
        page.write_number(row, 0, self.numbers[question.id], self.text)
        page.write_string(row, 1, guarded_text(wording), self.text)
        page.write_string(row, 2, self._advice(question), self.text)
        page.write_string(row, _ID_COLUMN, question.id)
        if question.type == "several_choices":
            chosen = {part.strip() for part in self.to.filled.get(question.id, "").split(";")}
            places = self.option_cells.setdefault(question.id, {})
            for option in self.lists.options(question):
                row += 1
                page.write_string(row, 1, f"• {in_language(option.label, self.language)}", self.text)
                page.write_string(row, _ID_COLUMN, f"{question.id}{OPTION_MARK}{option.id}")
                filled = self.words["yes"] if option.id in chosen else None
                self._write_box(page, row, _ANSWER_COLUMN, "text", filled)
                page.data_validation(
                    row, _ANSWER_COLUMN, row, _ANSWER_COLUMN, self._list_rule((self.words["yes"],))
                )
                places[option.id] = f"$D${row + 1}"
        else:
            self._write_box(page, row, _ANSWER_COLUMN, question.type, self._filled(question))
            page.data_validation(row, _ANSWER_COLUMN, row, _ANSWER_COLUMN, self._rule(question))
            self.cells[question.id] = f"$D${row + 1}"
        if grey := self._does_not_arise(question, ""):
            page.conditional_format(
                first, 0, row, _ANSWER_COLUMN, {"type": "formula", "criteria": grey, "format": self.grey}
            )
        return row + 1

    def _write_lines(self, page: Any, section: Section) -> None:
        rows = section.rows or 1
        for column, question in enumerate(section.questions):
            letter = xl_col_to_name(column)
            heading = in_language(question.wording, self.language)
            page.set_column(column, column, _WIDTHS.get(question.type, max(len(heading) + 2, 24)))
            page.write_string(0, column, heading, self.head)
            for row in range(1, rows + 1):
                self._write_box(page, row, column, question.type, None)
            page.data_validation(1, column, rows, column, self._rule(question, in_a_cell=True))
            self.cells[question.id] = f"${letter}2"
            if grey := self._does_not_arise(question, section.id):
                page.conditional_format(
                    1, column, rows, column, {"type": "formula", "criteria": grey, "format": self.grey}
                )
        page.freeze_panes(1, 1)

    def _write_box(self, page: Any, row: int, column: int, kind: str, filled: str | None) -> None:
        style = self.boxes.get("number" if kind in NUMBER_TYPES else kind, self.boxes["text"])
        if filled is None:
            page.write_blank(row, column, None, style)
        else:
            page.write_string(row, column, guarded_text(filled), style)

    def _filled(self, question: Question) -> str | None:
        answer = self.to.filled.get(question.id)
        if answer is None:
            return None
        return answer_words(self.instrument, question.id, (answer,), self.language, self.lists)[0]

    def _advice(self, question: Question, *, in_a_cell: bool = False) -> str:
        told = advice(self.instrument, question, self.language, self.lists, self.numbers)
        if in_a_cell and question.type == "several_choices":
            told = f"{told} {self.words['several_in_a_cell']}"
        return told

    def _rule(self, question: Question, *, in_a_cell: bool = False) -> dict[str, Any]:
        told = {
            "input_title": in_language(question.wording, self.language)[:_TITLE_LENGTH],
            "input_message": self._advice(question, in_a_cell=in_a_cell)[:_MESSAGE_LENGTH],
            "ignore_blank": True,
        }
        options = self.lists.options(question)
        if question.type == "yes_no":
            return {**self._list_rule((self.words["yes"], self.words["no"])), **told}
        if options:
            # Where more than one of the list is an answer, the list informs and does not forbid.
            loose = question.open_list or question.type == "several_choices"
            return {**self._list_rule(_labels(options, self.language), loose=loose), **told}
        if question.type == "date":
            return {
                "validate": "date",
                "criteria": "between",
                "minimum": date(1900, 3, 1),
                "maximum": date(2100, 1, 1),
                "error_message": self.words["as_date"],
                **told,
            }
        if question.type in NUMBER_TYPES:
            return {
                "validate": "integer" if question.type == "rating" else "decimal",
                "criteria": "between",
                "minimum": question.minimum if question.minimum is not None else -1e9,
                "maximum": question.maximum if question.maximum is not None else 1e9,
                "error_message": self._advice(question)[:_MESSAGE_LENGTH],
                **told,
            }
        return {"validate": "any", **told}

    def _list_rule(self, labels: tuple[str, ...], *, loose: bool = False) -> dict[str, Any]:
        if labels not in self.sources:
            column = len(self.sources)
            self.lists_page.write_column(0, column, [guarded_text(label) for label in labels])
            letter = xl_col_to_name(column, col_abs=True)
            self.sources[labels] = f"={LISTS_SHEET}!{letter}$1:{letter}${len(labels)}"
        rule = {"validate": "list", "source": self.sources[labels]}
        return {**rule, "error_type": "information"} if loose else rule

    def _does_not_arise(self, question: Question, section: str) -> str | None:
        """The formula by which a spreadsheet knows that an answer given so far rules the question out."""
        rule = question.ask_if
        if rule is None:
            return None
        asked = self.instrument.section_of.get(rule.question)
        elsewhere = bool(section) and (asked is None or asked.id != section)
        page = f"'{self.answers_name}'!" if elsewhere else ""
        if rule.question in self.option_cells:
            places = self.option_cells[rule.question]
            any_mark = "&".join(f"{page}{cell}" for cell in places.values())
            wanted = [f'{page}{places[answer]}=""' for answer in rule.answers if answer in places]
            return f'=AND({any_mark}<>"",{",".join(wanted)})'
        cell = f"{page}{self.cells[rule.question]}"
        labels = answer_words(self.instrument, rule.question, rule.answers, self.language, self.lists)
        differs = ",".join(f"{cell}<>{_quoted(label)}" for label in labels)
        return f'=AND({cell}<>"",{differs})'


def _labels(options: tuple[Option, ...], language: str) -> tuple[str, ...]:
    return tuple(in_language(option.label, language) for option in options)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that a spreadsheet allows and no other sheet has."""
    stem = _NOT_IN_A_NAME.sub(" ", title).strip()[:_NAME_LENGTH].strip() or "Sheet"
    name, number = stem, 2
    while name.casefold() in taken:
        name = f"{stem[: _NAME_LENGTH - len(str(number)) - 1]} {number}"
        number += 1
    taken.add(name.casefold())
    return name
