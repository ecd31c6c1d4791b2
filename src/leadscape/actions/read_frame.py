"""Read a frame of who is asked, with the address at which each is, for whoever sends letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.identifiers import clean_identifier
from leadscape.core.tables import Problems, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.survey.headings import match_headings
from leadscape.survey.respondents import HEADINGS, read_respondents
from leadscape.survey.response import read_contacts

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS: Final = {"email": ("email", "e-mail", "e-mail address", "email address", "contact_email", "address")}
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

    Raises
    ------
    TableProblem
        Listing every repeated respondent, every word that is not understood and every address that is none.
    FileProblem
        When it is no table, or lists nobody.
    """
    read_respondents(path)
    contacts = read_contacts(path)
    columns = {"respondent_id": HEADINGS["respondent_id"], **ADDRESS}
    addresses = match_headings(read_text_table(path), columns, ()).with_columns(
        respondent_id=clean_identifier(pl.col("respondent_id")),
        email=pl.col("email").str.strip_chars().str.to_lowercase(),
    )
    wrong = addresses.filter(pl.col("email").is_not_null() & ~pl.col("email").str.contains(_LOOKS_LIKE_ONE))
    if wrong.height:
        problems = wrong.select(
            row=pl.col("row").cast(pl.Int64),
            column=pl.lit("email"),
            value="email",
            rule=pl.lit("Must be one e-mail address such as name@example.org, or blank."),
        ).cast(polars_schema(Problems))
        raise table_problem(problems, path.name)
    respondents = contacts.join(
        addresses.select("respondent_id", "email"), on="respondent_id", how="left", maintain_order="left"
    ).select(
        "respondent_id", "respondent_name", pl.col("kind", "channel").cast(pl.String), "authority_code", "region",
        "email",
    )  # fmt: skip
    status = contacts["status"].cast(pl.String)
    return FrameReading(respondents, int(status.is_in(["answered", "answered_none", "late"]).sum()))
