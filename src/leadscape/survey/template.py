"""Blank forms to send out: the respondent frame and the nomination return, as workbooks with lists to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import xlsxwriter

from leadscape.core.writing import guarded_text, whole_file
from leadscape.survey.response.tables import CHANNELS
from leadscape.survey.tables import RESPONDENT_KINDS

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook

FORM_ROWS: Final = 500
RESPONSE_LIST: Final = ("yes", "none", "refused", "undeliverable")
_FIXED_DATE: Final = datetime(2000, 1, 1)


@dataclass(frozen=True)
class FormColumn:
    """One column of a form: its heading, what to write there, its width, and what may be chosen."""

    heading: str
    help: str
    width: int
    choices: str | None = None
    is_date: bool = False


RETURN_COLUMNS: Final = (
    FormColumn("Name of leader", "The person's name as the school writes it.", 28),
    FormColumn("URN", "Six-digit number of their own school, if you know it.", 10),
    FormColumn("Home school", "Name of their own school.", 34),
    FormColumn("Local authority", "Authority of that school; leave blank if it is yours.", 24, "authorities"),
    FormColumn("Role", "Choose the nearest; or write it in your own words.", 44, "roles"),
    FormColumn("Schools supported", "Names or URNs, separated by a semicolon.", 40),
    FormColumn("From", "When the role began, for example 2005-09-01.", 12, is_date=True),
    FormColumn("To", "When it ended; leave blank if it goes on.", 12, is_date=True),
    FormColumn("Notes", "Anything that helps to understand the role.", 40),
)
FRAME_COLUMNS: Final = (
    FormColumn("respondent_id", "Authority code, or a short name you give; the return file bears it.", 16),
    FormColumn("respondent_name", "Authority, agency or network.", 36),
    FormColumn("kind", "What it is.", 12, "kinds"),
    FormColumn("authority_code", "For an authority: its code in the register.", 16),
    FormColumn("region", "Its region.", 26),
    FormColumn(
        "response",
        "yes, none (they have none), refused, undeliverable, or blank while silent.",
        14,
        "responses",
    ),
    FormColumn("channel", "How they were asked; may stay blank.", 12, "channels"),
    FormColumn("asked_on", "When they were asked; may stay blank.", 12, is_date=True),
    FormColumn("answered_on", "When the answer came; may stay blank.", 12, is_date=True),
    FormColumn("reminders", "How often they were reminded; may stay blank.", 12),
)


def write_return_form(path: Path, codebook: Codebook, authorities: pl.DataFrame) -> None:
    """A blank nomination return.

    Parameters
    ----------
    codebook
        Its collected roles become the list to choose from; other words are allowed.
    authorities
        As :class:`~leadscape.register.tables.Authorities`; may be empty.
    """
    lists = {
        "roles": [role.label for role in codebook.roles if role.collected],
        "authorities": authorities["authority_name"].sort().to_list(),
    }
    advice = [
        "Who leads improvement beyond their own school?",
        "One line for each person and role. A person with two roles has two lines.",
        "Leading means responsibility for improvement elsewhere; working together or networking alone is not enough.",
        "If there is nobody, do not return an empty form: say that you have none.",
        "People named here have a right to know it, to object and to have it corrected.",
        "",
        *(f"{column.heading}: {column.help}" for column in RETURN_COLUMNS),
        "",
        f"Roles ({codebook.title}):",
        *(f"{role.label}: {role.definition}" for role in codebook.roles if role.collected),
    ]
    _write_form(path, "Nominations", RETURN_COLUMNS, [], lists, advice)


def write_frame_form(path: Path, authorities: pl.DataFrame) -> None:
    """The frame of who is asked, with a line for each authority of the register to start from."""
    lines = [
        [
            row["authority_code"],
            row["authority_name"],
            "authority",
            row["authority_code"],
            row["region"],
            None,
        ]
        for row in authorities.sort("authority_code").iter_rows(named=True)
    ]
    lists = {"kinds": list(RESPONDENT_KINDS), "responses": list(RESPONSE_LIST), "channels": list(CHANNELS)}
    advice = [
        "Everybody who was asked, one line each: authorities, agencies and networks.",
        "A respondent without a line was not asked. One with a blank response has not answered: unknown, never zero.",
        "",
        *(f"{column.heading}: {column.help}" for column in FRAME_COLUMNS),
    ]
    _write_form(path, "Respondents", FRAME_COLUMNS, lines, lists, advice)


def _write_form(
    path: Path,
    title: str,
    columns: tuple[FormColumn, ...],
    lines: list[list[Any]],
    lists: dict[str, list[str]],
    advice: list[str],
) -> None:
    with whole_file(path) as partial:
        workbook = xlsxwriter.Workbook(str(partial), {"strings_to_formulas": False, "strings_to_urls": False})
        workbook.set_properties({"title": title, "created": _FIXED_DATE})
        form = workbook.add_worksheet(title)
        help_page = workbook.add_worksheet("How to fill in")
        choices = workbook.add_worksheet("Lists")
        choices.hide()
        for number, (name, entries) in enumerate(lists.items()):
            choices.write_column(0, number, entries)
            if entries:
                letter = chr(ord("A") + number)
                workbook.define_name(name, f"=Lists!${letter}$1:${letter}${len(entries)}")
        header = workbook.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1, "text_wrap": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        text = workbook.add_format({"num_format": "@"})
        for number, column in enumerate(columns):
            form.set_column(number, number, column.width, day if column.is_date else text)
            form.write_string(0, number, column.heading, header)
            _add_rule(form, number, column, bool(column.choices and lists.get(column.choices)))
        for row, line in enumerate(lines, 1):
            for number, cell in enumerate(line):
                if cell is not None:
                    form.write_string(row, number, guarded_text(cell))
        form.freeze_panes(1, 1)
        help_page.set_column(0, 0, 110, workbook.add_format({"text_wrap": True}))
        help_page.write_column(0, 0, advice)
        workbook.close()


def _add_rule(form: Any, number: int, column: FormColumn, has_choices: bool) -> None:
    told = {"input_title": column.heading[:32], "input_message": column.help[:255], "ignore_blank": True}
    if has_choices:
        # A warning, not a wall: people write roles that nobody foresaw, and those words are data.
        rule = {"validate": "list", "source": f"={column.choices}", "error_type": "information", **told}
    elif column.is_date:
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1950, 1, 1),
            "maximum": date(2100, 1, 1),
            "error_title": "Not a date",
            "error_message": "Write a date such as 2005-09-01.",
            **told,
        }
    else:
        rule = {"validate": "any", **told}
    form.data_validation(1, number, FORM_ROWS, number, rule)
