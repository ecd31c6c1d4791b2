"""Read the decisions of a review file as they stand, for a store that keeps decisions itself."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from leadscape.survey.review import read_decisions


def read_decisions_file(path: Path) -> pl.DataFrame:
    """``row``, ``question_id``, ``decision``, ``decided_by``, ``note``, ``decided_in``; decided rows only.

    Raises
    ------
    TableProblem
        When columns are missing, or a question is decided twice differently.
    """
    return read_decisions(path)
