"""Read a review file that people filled in, and check it against what it may say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from leadscape.codebooks import parse_codebook
from leadscape.survey.review import check_decisions, read_decisions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path


def read_review_file(
    path: Path,
    codebook_text: str,
    known_schools: Callable[[list[str]], Collection[str]],
    asked: Collection[str] | None = None,
) -> pl.DataFrame:
    """Decisions of a review file, as :func:`~leadscape.actions.read_decisions_file.read_decisions_file` gives them.

    Parameters
    ----------
    codebook_text
        The codebook of the study, as it was used: which roles there are.
    known_schools
        Gives those of the numbers asked for that are in the register.
    asked
        Ids of the questions that arise; what is decided about others is not checked. Null: everything is.

    Raises
    ------
    TableProblem
        When columns are missing, a question is decided twice differently, or a decision names a role, school or answer
        that does not exist; lists every one.
    CodebookProblem
        When the text is no codebook.
    """
    decisions = read_decisions(path)
    said = decisions.filter(pl.col("question_id").str.starts_with("school-"))["decision"].unique().to_list()
    schools = pl.DataFrame({"urn": sorted(known_schools(said))}, schema={"urn": pl.String})
    arising = decisions["question_id"] if asked is None else pl.Series(list(asked), dtype=pl.String)
    check_decisions(
        decisions, arising, schools, parse_codebook(codebook_text.encode(), "the codebook of the study")
    )
    return decisions
