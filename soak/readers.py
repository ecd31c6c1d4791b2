"""Which readers does the library have for a file that somebody else made?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.actions.study import read_study
from leadscape.codebooks import load_codebook
from leadscape.core.tabular import read_text_table, workbook_sheets
from leadscape.register.boundaries import read_boundaries
from leadscape.register.formats import load_format
from leadscape.register.reading import read_register_file
from leadscape.survey.agreement.reading import read_labels, read_ratings
from leadscape.survey.coding.disagreements import read_queue
from leadscape.survey.coding.files import read_declared
from leadscape.survey.coding.quotes import read_names
from leadscape.survey.coding.recode import read_recodes
from leadscape.survey.coding.refi_qda import read_qdc
from leadscape.survey.coding.scheme_files import load_scheme, read_scheme
from leadscape.survey.coding.sheet_reading import read_sheet
from leadscape.survey.coding.sources import read_sources
from leadscape.survey.coding.tables import Segments
from leadscape.survey.identity.listing import read_list as read_people
from leadscape.survey.instruments import load_instrument, read_forms
from leadscape.survey.linkage.aliases import read_aliases
from leadscape.survey.linkage.listing import read_list as read_wordings
from leadscape.survey.privacy.ledger import read_objections, read_secret
from leadscape.survey.privacy.notices import read_notice_settings
from leadscape.survey.privacy.search import read_words
from leadscape.survey.privacy.withdrawals import read_withdrawals
from leadscape.survey.respondents import read_respondents
from leadscape.survey.response.contacts import read_contacts
from leadscape.survey.returns import read_returns
from leadscape.survey.review import read_decisions
from leadscape.survey.validation.answers import read_answers, read_sample
from soak.reader_files import SCHEME, coded_texts

DAY: Final = date(2006, 10, 1)
NATIONAL_GRID: Final = "EPSG:27700"


@dataclass(frozen=True)
class Reader:
    """One reader of the library.

    Attributes
    ----------
    name
        What it reads, in words.
    file
        Its right file, see :mod:`soak.reader_files`; the ending tells the format.
    kind
        What the file is made of; see :func:`soak.mutation.mutate`.
    read
        Reads the file at a path.
    """

    name: str
    file: str
    kind: str
    read: Callable[[Path], Any]


def _register(table: str) -> Callable[[Path], Any]:
    return lambda path: read_register_file(path, table=table)


def _segments() -> pl.DataFrame:
    return coded_texts()[1]


@cache
def _sample() -> pl.DataFrame:
    return read_sample(Path("sample.csv"))


READERS: Final[tuple[Reader, ...]] = (
    Reader("schools", "schools.csv", "table", _register("schools")),
    Reader("schools, packed", "schools.csv.gz", "packed", _register("schools")),
    Reader("schools, workbook", "schools.xlsx", "workbook", _register("schools")),
    Reader("schools, older workbook", "schools.xls", "bytes", _register("schools")),
    Reader("schools, Parquet", "schools.parquet", "bytes", _register("schools")),
    Reader("links", "links.csv", "table", _register("links")),
    Reader("groups", "groups.csv", "table", _register("memberships")),
    Reader("boundaries, GeoJSON", "areas.geojson", "json", lambda path: read_boundaries(path, NATIONAL_GRID)),
    Reader("boundaries, TopoJSON", "areas.topojson", "json", lambda path: read_boundaries(path, NATIONAL_GRID)),
    Reader("mapping of a register", "mapping.toml", "toml", load_format),
    Reader("study file", "demo/study.toml", "toml", read_study),
    Reader("codebook", "codebook.toml", "toml", lambda path: load_codebook(str(path))),
    Reader("instrument", "instrument.toml", "toml", lambda path: load_instrument(str(path))),
    Reader("coding scheme", "scheme.toml", "toml", read_scheme),
    Reader("coding scheme, REFI-QDA", "scheme.qdc", "xml", read_qdc),
    Reader("settings of notices", "notice.toml", "toml", read_notice_settings),
    Reader("frame", "frame.csv", "table", read_respondents),
    Reader("contacts", "contacts.csv", "table", lambda path: read_contacts(path, DAY)),
    Reader("returns", "agencies.csv", "table", lambda path: read_returns((path,))),
    Reader("returns, workbook", "agencies.xlsx", "workbook", lambda path: read_returns((path,))),
    Reader("returns, form", "form.xlsx", "workbook", lambda path: read_returns((path,))),
    Reader("forms", "form.xlsx", "workbook", lambda path: read_forms((path,))),
    Reader("sheets of a workbook", "form.xlsx", "workbook", workbook_sheets),
    Reader("decisions", "decisions.csv", "table", read_decisions),
    Reader("decisions, workbook", "decisions.xlsx", "workbook", read_decisions),
    Reader("withdrawals", "withdrawals.csv", "table", read_withdrawals),
    Reader("withdrawals, workbook", "withdrawals.xlsx", "workbook", read_withdrawals),
    Reader("objections", "objections.csv", "table", read_objections),
    Reader("objections, workbook", "objections.xlsx", "workbook", read_objections),
    Reader("secret of objections", "secret", "bytes", read_secret),
    Reader("validation sample", "sample.csv", "table", read_sample),
    Reader("validation forms", "answers.csv", "table", lambda path: read_answers((path,), _sample())),
    Reader("validation forms, workbook", "answers.xlsx", "workbook", lambda path: read_answers((path,), _sample())),
    Reader("answers to code", "sources.csv", "table", read_sources),
    Reader("segments", "segments.csv", "table", lambda path: read_declared(path, Segments)),
    Reader("coding sheet", "sheet.csv", "table", lambda path: read_sheet(path, _segments(), load_scheme(SCHEME), DAY)),
    Reader(
        "coding sheet, workbook", "sheet.xlsx", "workbook",
        lambda path: read_sheet(path, _segments(), load_scheme(SCHEME), DAY),
    ),
    Reader(
        "decisions between coders", "queue.csv", "table",
        lambda path: read_queue(path, _segments(), load_scheme(SCHEME), DAY, 1),
    ),
    Reader("recodes", "recodes.csv", "table", lambda path: read_recodes(path, load_scheme(SCHEME))),
    Reader("names to take out", "names.csv", "table", read_names),
    Reader("ratings", "ratings.csv", "table", read_ratings),
    Reader("labels", "labels.csv", "table", read_labels),
    Reader("list of people", "people.csv", "table", read_people),
    Reader("list of schools", "wordings.csv", "table", read_wordings),
    Reader("learnt wordings", "aliases.csv", "table", read_aliases),
    Reader("any table", "schools.csv", "table", read_text_table),
    Reader("any file, searched for names", "schools.xlsx", "workbook", read_words),
)  # fmt: skip
"""Every reader of a file from outside. What only reads files that the library ships with is not here."""
