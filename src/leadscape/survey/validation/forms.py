"""Forms on which a school confirms or corrects what was reported about its leaders, one for each school."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import xlsxwriter

from leadscape.core.errors import OutputBlocked
from leadscape.core.writing import guarded_text, whole_file, write_csv
from leadscape.survey.validation.tables import ValidationSample

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook

_FIXED_DATE: Final = datetime(2000, 1, 1)
NO_SCHOOL: Final = "no-school"
YES_NO: Final = ("yes", "no", "do not know")
RIGHT_WRONG: Final = ("right", "wrong", "do not know")


@dataclass(frozen=True)
class FieldColumns:
    """How one field stands on the form: what is shown, where it is judged, where it is corrected."""

    field: str
    judged: str
    corrected: str | None
    shown: str | None = None
    source: str | None = None
    words: tuple[str, ...] = RIGHT_WRONG


ENTRY: Final = "Entry"
FIELD_COLUMNS: Final = (
    FieldColumns("leads", "Leads beyond their own school?", None, words=YES_NO),
    FieldColumns("leader_name", "Name right?", "Name should be", "Name", "leader_name"),
    FieldColumns("role", "Role right?", "Role should be", "Role", "role_label"),
    FieldColumns("home_school", "Home school right?", "Home school should be", "Home school", "home_school"),
    FieldColumns(
        "partner_schools",
        "Schools supported right?",
        "Schools supported should be",
        "Schools supported",
        "partner_schools",
    ),
    FieldColumns("started_on", "From right?", "From should be", "From", "started_on"),
    FieldColumns("ended_on", "To right?", "To should be", "To", "ended_on"),
    FieldColumns("duplicate", "Same person as another entry?", "Which entry", words=YES_NO),
)
OBJECTS: Final = "This person objects"
POST: Final = "Post of who answers"
REMARKS: Final = "Remarks"
ADVICE: Final = (
    "Is what we hold right?",
    "One line for each entry: somebody of your school who was reported to lead improvement beyond it.",
    "Say for each fact whether it is right. Where it is wrong, write what is right beside it.",
    "If you do not know, choose that: it is an answer too. Do not guess.",
    "Leading means responsibility for improvement elsewhere; working together or networking alone is not enough.",
    "If the person does not lead beyond their own school, answer no and leave the rest of the line blank.",
    "The person named has a right to know what is held, to have it corrected and to object to being in the study.",
    "If they object, write yes under 'This person objects'. No reason is needed.",
    "Give your post, not your name.",
)


def shown_columns() -> list[str]:
    """Headings of the form from left to right."""
    shown = [field.shown for field in FIELD_COLUMNS if field.shown]
    asked = [name for field in FIELD_COLUMNS for name in (field.judged, field.corrected) if name]
    return [ENTRY, *shown, *asked, OBJECTS, POST, REMARKS]


def write_sample(sample: pl.DataFrame, path: Path) -> None:
    """The sample itself, which the analysis of the answers needs: who was drawn, from how many."""
    write_csv(ValidationSample.validate(sample), path)


def write_forms(
    sample: pl.DataFrame, folder: Path, codebook: Codebook, *, kind: str = "xlsx"
) -> tuple[Path, ...]:
    """One form a home school, named by the school's number; entries without a known school share one.

    Parameters
    ----------
    sample
        As :class:`ValidationSample`.
    folder
        A folder that holds nothing yet.
    kind
        ``xlsx`` (with lists to choose from) or ``csv``.

    Raises
    ------
    OutputBlocked
        When the folder holds something: forms that came back must not be written over.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputBlocked(
            f"{folder} exists and is not an empty folder.",
            "Forms that schools have filled in could be written over.",
            "Name a new folder.",
        )
    roles = [role.label for role in codebook.roles if role.collected]
    written: list[Path] = []
    schools = sample.with_columns(school=pl.col("home_urn").fill_null(NO_SCHOOL)).sort("school", "entry_id")
    for (school,), entries in schools.group_by("school", maintain_order=True):
        page = form_rows(entries)
        path = folder / f"{school}.{kind}"
        if kind == "csv":
            write_csv(page, path)
        else:
            _write_workbook(page, path, roles)
        written.append(path)
    return tuple(written)


def form_rows(entries: pl.DataFrame) -> pl.DataFrame:
    """The lines of a form, with blank columns for the answers."""
    shown = {
        field.shown: pl.col(field.source).cast(pl.String)
        for field in FIELD_COLUMNS
        if field.shown and field.source
    }
    blank = [name for name in shown_columns() if name != ENTRY and name not in shown]
    return entries.select(
        pl.col("entry_id").alias(ENTRY),
        *(cell.alias(name) for name, cell in shown.items()),
        *(pl.lit(None, pl.String).alias(name) for name in blank),
    ).select(shown_columns())


def _write_workbook(page: pl.DataFrame, path: Path, roles: list[str]) -> None:
    with whole_file(path) as partial:
        workbook = xlsxwriter.Workbook(str(partial), {"strings_to_formulas": False, "strings_to_urls": False})
        workbook.set_properties({"title": "Is what we hold right?", "created": _FIXED_DATE})
        form = workbook.add_worksheet("Entries")
        help_page = workbook.add_worksheet("How to answer")
        choices = workbook.add_worksheet("Lists")
        choices.hide()
        choices.write_column(0, 0, roles)
        header = workbook.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1, "text_wrap": True})
        text = workbook.add_format({"num_format": "@"})
        answer = workbook.add_format({"num_format": "@", "bg_color": "#FFF8DC"})
        shown = {field.shown for field in FIELD_COLUMNS} | {ENTRY}
        for number, name in enumerate(page.columns):
            cells = [guarded_text(cell) if cell is not None else None for cell in page[name]]
            form.set_column(number, number, 26 if name in shown else 18, text)
            form.write_string(0, number, name, header)
            for row, cell in enumerate(cells, 1):
                form.write(row, number, cell, text if name in shown else answer)
            _add_choices(form, number, name, page.height, len(roles))
        form.freeze_panes(1, 2)
        help_page.set_column(0, 0, 110, workbook.add_format({"text_wrap": True}))
        help_page.write_column(0, 0, ADVICE)
        workbook.close()


def _add_choices(form: Any, number: int, name: str, rows: int, roles: int) -> None:
    words = {field.judged: list(field.words) for field in FIELD_COLUMNS} | {OBJECTS: ["yes", "no"]}
    if name in words:
        form.data_validation(1, number, rows, number, {"validate": "list", "source": words[name]})
    elif name == "Role should be" and roles:
        # A warning, not a wall: a school may call the role something that nobody foresaw.
        rule = {"validate": "list", "source": f"=Lists!$A$1:$A${roles}", "error_type": "information"}
        form.data_validation(1, number, rows, number, rule)
