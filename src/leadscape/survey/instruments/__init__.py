"""Questionnaires as data: forms made from them, and forms read back by the wording that was asked.

Tables out: ``Answers``, ``Forms``, ``FormProblems``, ``InstrumentChanges``, ``Eligibility``.
"""

from leadscape.survey.instruments.choices import Addressee, Lists, lists_of
from leadscape.survey.instruments.comparison import InstrumentComparison, compare_instruments
from leadscape.survey.instruments.instrument import Instrument, Option, Question, Section
from leadscape.survey.instruments.library import (
    instrument_names,
    instrument_source,
    instrument_versions,
    load_instrument,
)
from leadscape.survey.instruments.page_form import render_page_form, write_page_form
from leadscape.survey.instruments.reading import FormsReading, read_form, read_forms
from leadscape.survey.instruments.workbook_form import write_workbook_form

__all__ = [
    "Addressee",
    "FormsReading",
    "Instrument",
    "InstrumentComparison",
    "Lists",
    "Option",
    "Question",
    "Section",
    "compare_instruments",
    "instrument_names",
    "instrument_source",
    "instrument_versions",
    "lists_of",
    "load_instrument",
    "read_form",
    "read_forms",
    "render_page_form",
    "write_page_form",
    "write_workbook_form",
]
