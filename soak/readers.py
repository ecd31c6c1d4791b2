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
from leadscape.core.tabular import workbook_sheets
from leadscape.register.boundaries import read_boundaries
from leadscape.register.formats import load_format
from leadscape.register.reading import read_register_file
from leadscape.survey.agreement.reading import read_labels, read_ratings
from leadscape.survey.coding.disagreements import read_queue
from leadscape.survey.coding.files import read_declared
from leadscape.survey.coding.quotes import read_names
from leadscape.survey.coding.recode import read_recodes
from leadscape.survey.coding.refi_qda import read_qdc
from leadscape.survey.coding.scheme import CodeScheme
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
    read
        Reads the file at a path.
    files
        Its right files, see :mod:`soak.reader_files`: name (the ending tells the format), what it is made of (see
        :func:`soak.mutation.mutate`), and how many of ten spoilt files are made from it.
    """

    name: str
    read: Callable[[Path], Any]
    files: tuple[tuple[str, str, float], ...]


def _table(name: str) -> tuple[tuple[str, str, float], ...]:
    return ((f"{name}.csv", "table", 10),)


def _table_and_workbook(name: str) -> tuple[tuple[str, str, float], ...]:
    return ((f"{name}.csv", "table", 6), (f"{name}.xlsx", "workbook", 4))


def _toml(name: str) -> tuple[tuple[str, str, float], ...]:
    return ((f"{name}.toml", "toml", 10),)


def _register(table: str) -> Callable[[Path], Any]:
    return lambda path: read_register_file(path, table=table)


def _segments() -> pl.DataFrame:
    return coded_texts()[1]


@cache
def _sample() -> pl.DataFrame:
    return read_sample(Path("sample.csv"))


def _scheme() -> CodeScheme:
    return load_scheme(SCHEME)


READERS: Final[tuple[Reader, ...]] = (
    Reader(
        "schools", _register("schools"),
        (("schools.csv", "table", 5), ("schools.xlsx", "workbook", 3), ("schools.csv.gz", "packed", 1),
         ("schools.parquet", "bytes", 0.7), ("schools.xls", "bytes", 0.3)),
    ),
    Reader("links", _register("links"), _table("links")),
    Reader("groups", _register("memberships"), _table("groups")),
    Reader(
        "boundaries", lambda path: read_boundaries(path, NATIONAL_GRID),
        (("areas.geojson", "json", 6), ("areas.topojson", "json", 4)),
    ),
    Reader("mapping of a register", load_format, _toml("mapping")),
    Reader("study file", read_study, _toml("demo/study")),
    Reader("codebook", lambda path: load_codebook(str(path)), _toml("codebook")),
    Reader("instrument", lambda path: load_instrument(str(path)), _toml("instrument")),
    Reader("coding scheme", read_scheme, _toml("scheme")),
    Reader("coding scheme, REFI-QDA", read_qdc, (("scheme.qdc", "xml", 10),)),
    Reader("settings of notices", read_notice_settings, _toml("notice")),
    Reader("frame", read_respondents, _table("frame")),
    Reader("contacts", lambda path: read_contacts(path, DAY), _table("contacts")),
    Reader(
        "returns", lambda path: read_returns((path,)),
        (("agencies.csv", "table", 4), ("agencies.xlsx", "workbook", 3), ("form.xlsx", "workbook", 3)),
    ),
    Reader("forms", lambda path: read_forms((path,)), (("form.xlsx", "workbook", 10),)),
    Reader("sheets of a workbook", workbook_sheets, (("form.xlsx", "workbook", 9.7), ("schools.xls", "bytes", 0.3))),
    Reader("decisions", read_decisions, _table_and_workbook("decisions")),
    Reader("withdrawals", read_withdrawals, _table_and_workbook("withdrawals")),
    Reader("objections", read_objections, _table_and_workbook("objections")),
    Reader("secret of objections", read_secret, (("secret", "bytes", 10),)),
    Reader("validation sample", read_sample, _table("sample")),
    Reader("validation forms", lambda path: read_answers((path,), _sample()), _table_and_workbook("answers")),
    Reader("answers to code", read_sources, _table("sources")),
    Reader("segments", lambda path: read_declared(path, Segments), _table("segments")),
    Reader("coding sheet", lambda path: read_sheet(path, _segments(), _scheme(), DAY), _table_and_workbook("sheet")),
    Reader("decisions between coders", lambda path: read_queue(path, _segments(), _scheme(), DAY, 1), _table("queue")),
    Reader("recodes", lambda path: read_recodes(path, _scheme()), _table("recodes")),
    Reader("names to take out", read_names, _table("names")),
    Reader("ratings", read_ratings, _table("ratings")),
    Reader("labels", read_labels, _table("labels")),
    Reader("list of people", read_people, _table("people")),
    Reader("list of schools", read_wordings, _table("wordings")),
    Reader("learnt wordings", read_aliases, _table("aliases")),
    Reader("any file, searched for names", read_words, (("schools.xlsx", "workbook", 6), ("schools.csv", "table", 4))),
)  # fmt: skip
"""Every reader of a file from outside. What only reads files that the library ships with is not here."""
