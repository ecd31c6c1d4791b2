"""Read a frame of who is asked, with the address at which each is, for whoever sends letters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from leadscape.actions.open_download import open_download
from leadscape.core.errors import TableProblem
from leadscape.core.identifiers import clean_identifier
from leadscape.core.tables import Problems, polars_schema, table_problem
from leadscape.core.tabular import ROW, read_text_table
from leadscape.core.writing import unguard_formulas
from leadscape.survey.headings import fold_heading, match_headings
from leadscape.survey.respondents import HEADINGS, read_respondents
from leadscape.survey.response import read_contacts

ADDRESS: Final = {"email": ("email", "e-mail", "e-mail address", "email address", "contact_email", "address")}
OF_A_LIST: Final = {
    "respondent": "respondent_name",
    "id": "respondent_id",
    "kind": "kind",
    "region": "region",
}
"""Headings of the list of respondents of a round, and what a frame calls them."""
ADDED: Final = (
    "email",
    "e-mail",
    "e-mail address",
    "email address",
    "contact_email",
    "channel",
    "authority_code",
)
"""Columns that somebody may have added to such a list."""
_LOOKS_LIKE_ONE: Final = r"^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>.]+$"


@dataclass(frozen=True)
class FrameReading:
    """A frame as read.

    Attributes
    ----------
    respondents
        One row a respondent: ``respondent_id``, ``respondent_name``, ``kind``, ``authority_code``, ``region``,
        ``channel`` (null where the frame does not say) and ``email`` (null: none is given).
    answered
        How many the frame says have answered already; a round that begins asks them all the same.
    """

    respondents: pl.DataFrame
    answered: int


def read_frame(path: Path) -> FrameReading:
    """The respondents of a frame file, with the column ``email`` that it may have besides.

    A list of respondents that was downloaded from a round is read as the frame that it is, with columns that were
    added.

    Raises
    ------
    TableProblem
        Listing every repeated respondent, every word that is not understood and every address that is none.
    FileProblem
        When it is no table, or lists nobody.
    """
    with TemporaryDirectory(prefix="leadscape-frame-") as folder:
        frame, rows = _list_as_frame(path, Path(folder))
        return _read(frame, rows, path.name)


def _read(path: Path, rows: list[int] | None, source: str) -> FrameReading:
    """The frame at ``path``; where it was written anew, ``rows`` are those of the file that it was made of."""
    problems: list[pl.DataFrame] = []
    for read in (read_respondents, read_contacts):
        try:
            read(path)
        except TableProblem as problem:
            if problem.problems["row"].null_count():
                raise
            problems.append(problem.problems)
    columns = {"respondent_id": HEADINGS["respondent_id"], **ADDRESS}
    addresses = match_headings(read_text_table(path), columns, ()).with_columns(
        respondent_id=clean_identifier(pl.col("respondent_id")),
        email=pl.col("email").str.strip_chars().str.to_lowercase(),
    )
    wrong = addresses.filter(pl.col("email").is_not_null() & ~pl.col("email").str.contains(_LOOKS_LIKE_ONE))
    if wrong.height:
        told = wrong.select(
            row=pl.col("row").cast(pl.Int64),
            column=pl.lit("email"),
            value="email",
            rule=pl.lit("Must be one e-mail address such as name@example.org, or blank."),
        ).cast(polars_schema(Problems))
        problems.append(told)
    if problems:
        found = pl.concat(problems).unique(["row", "column"], keep="first", maintain_order=True)
        if rows is not None:
            found = found.with_columns(row=pl.Series(rows, dtype=pl.Int64).gather(found["row"] - 2))
        raise table_problem(found.sort("row", maintain_order=True), source)
    contacts = read_contacts(path)
    respondents = contacts.join(
        addresses.select("respondent_id", "email"), on="respondent_id", how="left", maintain_order="left"
    ).select(
        "respondent_id", "respondent_name", pl.col("kind", "channel").cast(pl.String), "authority_code", "region",
        "email",
    )  # fmt: skip
    status = contacts["status"].cast(pl.String)
    return FrameReading(respondents, int(status.is_in(["answered", "answered_none", "late"]).sum()))


def _list_as_frame(path: Path, folder: Path) -> tuple[Path, list[int] | None]:
    """A list that was downloaded from a round, written as a frame into ``folder``; any other file as it is.

    Returns
    -------
    tuple
        The file to read, and the row of each of its rows in the file that was given; null where it is that file.
    """
    table = open_download(path)
    known = {fold_heading(name): name for name in table.columns}
    if not {"respondent", "id", "kind", "state"} <= set(known) or "respondentid" in known:
        return path, None
    frame = unguard_formulas(table.frame)
    added = {fold_heading(name): name for name in ADDED}
    kept = {known[old]: new for old, new in OF_A_LIST.items() if old in known}
    kept |= {known[name]: added[name] for name in known if name in added}
    written = folder / "list.csv"
    frame.select(pl.col(old).alias(new) for old, new in kept.items()).write_csv(written)
    return written, frame[ROW].to_list()
