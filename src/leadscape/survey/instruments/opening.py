"""One form that came back, taken apart: which instrument it is, how sure that is, and what stands where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import CodebookProblem, FileProblem, NotFound
from leadscape.core.tabular import NO_ROW, TextTable, read_text_table, workbook_sheets
from leadscape.core.writing import unguard_formulas
from leadscape.survey.instruments.instrument import CONSENT, Instrument
from leadscape.survey.instruments.library import instrument_versions, load_instrument
from leadscape.survey.instruments.stamp import ANSWERS, STAMP_SHEET, Stamp, read_stamp
from leadscape.survey.instruments.taking_apart import Given, Notes, answers_columns, take_answers, take_lines
from leadscape.survey.instruments.wordings import Wordings
from leadscape.survey.nomination_lines import sender_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadscape.core.workbook import Sheet

LEAST_QUESTIONS: Final = 3
LEAST_SHARE: Final = 0.5
"""A form without a stamp is recognised by at least so many questions, or so large a share of an instrument's."""


@dataclass(frozen=True)
class OpenedForm:
    """One form as it stands, nothing typed yet.

    Attributes
    ----------
    stamp
        As on the hidden sheet; for a form without one what was assumed.
    recognised_by
        ``hidden_sheet`` or ``headings``.
    certainty_share
        Questions found, out of those the form should hold.
    given
        ``question``, ``item``, ``sheet``, ``row``, ``written``: every answer that is not blank.
    asked
        Ids of the questions that the form holds.
    lines
        For each repeating section the rows that say anything: ``row`` and one text column a question found.
    notes
        As :class:`~leadscape.survey.instruments.tables.FormProblems`, without ``file``.
    """

    path: Path
    instrument: Instrument
    stamp: Stamp
    recognised_by: str
    certainty_share: float
    given: pl.DataFrame
    asked: frozenset[str]
    lines: dict[str, pl.DataFrame]
    notes: pl.DataFrame

    @property
    def sheet_of_lines(self) -> str | None:
        """The sheet on which people are named; null for a form that names nobody."""
        rule = self.instrument.nominations
        mine = [name for name, part in self.instrument.section_of.items() if rule and part.id == rule.section]
        sheets = self.given.filter(pl.col("question").is_in(mine))["sheet"].drop_nulls()
        return sheets[0] if sheets.len() else None


def is_stamped(sheets: tuple[Sheet, ...]) -> bool:
    """Whether a workbook has the hidden sheet of a form."""
    return any(sheet.name == STAMP_SHEET for sheet in sheets)


def open_form(path: Path, instrument: Instrument | None = None) -> OpenedForm:
    """Take one form apart.

    Parameters
    ----------
    instrument
        The instrument it is, where the form does not say or the instrument is not shipped with leadscape.

    Raises
    ------
    FileProblem
        When the file is no table, or no instrument is recognised in it.
    NotFound
        When the form was made from an instrument or version that is not at hand.
    """
    sheets = workbook_sheets(path)
    if is_stamped(sheets) and (stamp := read_stamp(path)) is not None:
        return _by_stamp(path, sheets, stamp, instrument)
    return _by_headings(path, sheets, instrument)


def lines_of_form(path: Path) -> TextTable | None:
    """The sheet of a form on which people are named, as the list it would be; null for what is no such form.

    The respondent, who is known from the hidden sheet, stands in a column ``respondent_id``, so that the sheet alone
    reads as the form did.
    """
    if not is_stamped(workbook_sheets(path)):
        return None
    form = open_form(path)
    rule = form.instrument.nominations
    if rule is None or not form.lines.get(rule.section, pl.DataFrame()).height:
        return None
    table = read_text_table(path, sheet=form.sheet_of_lines)
    respondent = form.stamp.respondent_id or sender_of(path)
    return replace(table, frame=table.frame.with_columns(respondent_id=pl.lit(respondent)))


def _by_stamp(path: Path, sheets: tuple[Sheet, ...], stamp: Stamp, given: Instrument | None) -> OpenedForm:
    notes = Notes()
    instrument = _instrument_of(path, stamp, given)
    if (instrument.version, instrument.content_hash) != (stamp.version, stamp.content_hash):
        notes.add(
            f"{stamp.instrument} version {stamp.version} ({stamp.content_hash[:12]})",
            f"The form was made from another wording than the one it is read by: version {instrument.version} "
            f"({instrument.content_hash[:12]}). Compare the two before answers are put together.",
        )
    visible = {sheet.name: sheet for sheet in sheets if sheet.visible}
    wordings = Wordings(instrument)
    tables: dict[str, Sheet] = {}
    for section, name in stamp.sheets.items():
        if name in visible:
            tables[section] = visible[name]
    for sheet in visible.values():
        section = _section_of(sheet, wordings)
        if section is None or sheet in tables.values():
            if (
                section is None
                and sheet.rows > 1
                and sheet not in tables.values()
                and len(sheet.headings) > 1
            ):
                notes.add(
                    sheet.name, "This sheet is not part of the form; it was not read.", sheet=sheet.name
                )
        elif section not in tables:
            tables[section] = sheet
        elif sheet.rows:
            notes.problem(
                sheet.name,
                f"Holds lines like the sheet {tables[section].name!r}. Put all of them on one sheet.",
                sheet=sheet.name,
            )
    parts: list[Given] = []
    for section, sheet in tables.items():
        table = _read_sheet(path, sheet)
        if section == ANSWERS:
            parts.append(take_answers(table, instrument, wordings, stamp.part, notes))
        elif section in {one.id for one in instrument.sections_for(stamp.part) if one.rows is not None}:
            parts.append(take_lines(table, sheet, section, wordings, notes))
    return _put_together(path, instrument, stamp, "hidden_sheet", parts, notes)


def _instrument_of(path: Path, stamp: Stamp, given: Instrument | None) -> Instrument:
    if given is not None:
        if given.id != stamp.instrument:
            raise FileProblem(
                f"{path.name} is a form of {stamp.instrument}, not of {given.id}.",
                "Its answers belong to other questions.",
                "Leave the instrument out, or name that of the form.",
            )
        if given.version == stamp.version:
            return given
    try:
        return load_instrument(stamp.instrument, stamp.version)
    except (NotFound, CodebookProblem) as error:
        if given is not None:
            return given
        raise NotFound(
            f"{path.name} was made from {stamp.instrument} version {stamp.version}, which is not at hand.",
            "Answers are read by the wording that was asked.",
            "Give the instrument's file (--instrument FILE.toml).",
        ) from error


def _by_headings(path: Path, sheets: tuple[Sheet, ...], given: Instrument | None) -> OpenedForm:
    visible = [sheet for sheet in sheets if sheet.visible]
    tables = (
        [(sheet, _read_sheet(path, sheet)) for sheet in visible]
        if sheets
        else [(None, read_text_table(path))]
    )
    candidates = [given] if given is not None else _all_instruments()
    tried = [_assume(path, instrument, tables) for instrument in candidates]
    ranked = sorted(
        tried, key=lambda form: (-len(form.asked), -form.certainty_share, -form.instrument.version)
    )
    best = ranked[0]
    enough = len(best.asked) >= LEAST_QUESTIONS or best.certainty_share >= LEAST_SHARE
    if not enough and not (given is not None and best.asked):
        raise FileProblem(
            f"No instrument is recognised in {path.name}: it has no hidden sheet, and its headings and questions are "
            "those of none.",
            "Answers are read by the wording that was asked.",
            "Read the form itself, or keep its questions word for word. "
            f"Known: {', '.join(instrument_versions())}.",
        )
    others = [form for form in ranked if form.instrument.id != best.instrument.id]
    if others and len(others[0].asked) == len(best.asked):
        raise FileProblem(
            f"{path.name} could be {best.instrument.id} or {others[0].instrument.id}.",
            "Both ask the questions that it holds.",
            "Say which with --instrument.",
        )
    best_notes = Notes()
    best_notes.add(
        None,
        f"There is no hidden sheet. Assumed to be {best.instrument.id} version {best.instrument.version}: "
        f"{len(best.asked)} of its {_expected(best.instrument, None)} questions are here "
        f"({best.certainty_share:.0%}).",
    )
    if CONSENT not in best.asked:
        best_notes.add(
            None, "The consent question is not here; that consent was given must be known from elsewhere."
        )
    return OpenedForm(
        best.path,
        best.instrument,
        best.stamp,
        best.recognised_by,
        best.certainty_share,
        best.given,
        best.asked,
        best.lines,
        pl.concat([best_notes.frame(), best.notes]),
    )


def _all_instruments() -> list[Instrument]:
    return [
        load_instrument(name, version)
        for name, versions in instrument_versions().items()
        for version in versions
    ]


def _assume(
    path: Path, instrument: Instrument, tables: Sequence[tuple[Sheet | None, TextTable | None]]
) -> OpenedForm:
    """The file read as if it were a form of one instrument."""
    notes, wordings = Notes(), Wordings(instrument)
    parts: list[Given] = []
    taken: dict[str, str] = {}
    for sheet, table in tables:
        headings = (
            tuple(table.columns) if table is not None else (sheet.headings if sheet is not None else ())
        )
        section = _section_with(headings, wordings)
        if section is None or (table is None and sheet is None):
            continue
        name = sheet.name if sheet is not None else path.name
        if section in taken:
            if table is not None:
                notes.problem(
                    name, f"Holds lines like {taken[section]!r}. Put all of them on one sheet.", sheet=name
                )
            continue
        taken[section] = name
        if section == ANSWERS:
            parts.append(take_answers(table, instrument, wordings, None, notes))
        else:
            parts.append(take_lines(table, sheet, section, wordings, notes))
    language = _language_of(instrument, parts)
    sender = sender_of(path)
    stamp = Stamp(
        instrument.id, instrument.version, instrument.content_hash, language, instrument.codebook, sender
    )
    return _put_together(path, instrument, stamp, "headings", parts, notes)


def _put_together(
    path: Path, instrument: Instrument, stamp: Stamp, recognised_by: str, parts: list[Given], notes: Notes
) -> OpenedForm:
    asked = frozenset(name for part in parts for name in part.asked)
    expected = _expected(instrument, stamp.part)
    return OpenedForm(
        path=path,
        instrument=instrument,
        stamp=stamp,
        recognised_by=recognised_by,
        certainty_share=min(len(asked) / expected, 1.0),
        given=pl.concat([Given.nothing(), *(part.frame for part in parts)]),
        asked=asked,
        lines={part.section: part.lines for part in parts if part.lines is not None},
        notes=notes.frame(),
    )


def _expected(instrument: Instrument, part: str | None) -> int:
    return 1 + sum(len(section.questions) for section in instrument.sections_for(part))


def _read_sheet(path: Path, sheet: Sheet) -> TextTable | None:
    """The sheet as text; null where it has headings and no row, or nothing."""
    if not sheet.rows:
        return None
    try:
        table = read_text_table(path, sheet=sheet.name)
    except FileProblem as error:
        if NO_ROW in error.what:
            return None
        raise
    return TextTable(
        unguard_formulas(table.frame),
        table.name,
        table.encoding,
        table.sheet,
        table.problems,
        table.rows_read,
    )


def _section_of(sheet: Sheet, wordings: Wordings) -> str | None:
    return _section_with(tuple(heading or "" for heading in sheet.headings), wordings)


def _section_with(headings: tuple[str | None, ...], wordings: Wordings) -> str | None:
    """The part of a form that columns with these headings are: the answers, a repeating section, or neither."""
    instrument = wordings.instrument
    if answers_columns(headings, instrument) is not None:
        return ANSWERS
    found = [wordings.exactly(heading) for heading in headings]
    repeating = [section for section in instrument.sections if section.rows is not None]
    counts = {
        section.id: sum(name in {q.id for q in section.questions} for name in found) for section in repeating
    }
    best = max(counts, key=counts.__getitem__, default=None)
    needed = {q.id for s in repeating if s.id == best for q in s.questions if q.required}
    return best if best is not None and counts[best] >= 2 and needed & set(found) else None


def _language_of(instrument: Instrument, parts: list[Given]) -> str:
    """The language most of whose wordings the form has."""
    texts = [text for part in parts for text in part.texts]
    counts = {
        language: sum(
            any(q.wording.get(language) == text for q in instrument.questions.values()) for text in texts
        )
        for language in instrument.languages
    }
    return max(instrument.languages, key=counts.__getitem__)
