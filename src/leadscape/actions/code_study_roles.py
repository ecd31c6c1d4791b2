"""Every wording of a role in a study's returns: how it was coded, or what it could mean and how probable that is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.actions.gather_inputs import gather_inputs
from leadscape.actions.settle_study import settle_inputs
from leadscape.actions.study import read_study
from leadscape.survey.questions import role_question_id, told_pct, wording

if TYPE_CHECKING:
    from leadscape.core.progress import Progress

SHOWN_ROLES: Final = 3
SHOWN_FROM: Final = 0.01


@dataclass(frozen=True)
class StudyRoles:
    """Wordings of a study.

    Attributes
    ----------
    wordings
        One row a wording: ``wording``, ``lines``, ``method`` (label, alias, review, uncoded), ``role``; of an uncoded
        one ``could_mean``: the most probable roles with their probability.
    shares
        What uncoded wordings may mean: ``wording``, ``rank``, ``role`` (or ``none``), ``probability``, and on how many
        of its ``lines`` the person is named in that role by others (``co_named``).
    lines, uncoded_lines
        Nominations in all, and those whose wording is not coded.
    """

    title: str
    wordings: pl.DataFrame
    shares: pl.DataFrame
    lines: int
    uncoded_lines: int

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print."""
        uncoded = self.wordings.filter(pl.col("method") == "uncoded").height
        return (
            f"{self.lines} lines in {self.wordings.height} wordings; {uncoded} wordings on {self.uncoded_lines} lines "
            "are not coded.",
            "Probabilities heed the words and what other lists call the same people. They code nothing: decide in the "
            "review file.",
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "title": self.title,
            "lines": self.lines,
            "uncoded_lines": self.uncoded_lines,
            "wordings": self.wordings,
            "shares": self.shares,
        }


def code_study_roles(path: Path, progress: Progress | None = None) -> StudyRoles:
    """The wordings of a study's returns, coded by the codebook and by the decisions made so far.

    Raises
    ------
    StudyProblem, FileProblem, TableProblem
        When the study cannot be read.
    """
    study = read_study(path)
    inputs = gather_inputs(study, progress)
    if progress:
        progress.step("Coding roles")
    understood = settle_inputs(inputs, study).understood
    lines = understood.placed.select(
        "nomination_id",
        wording=wording(pl.col("role_text")),
        question_id=role_question_id(pl.col("role_text")),
    ).join(
        understood.codings.with_columns(pl.col("method").cast(pl.String)),
        on="nomination_id",
        maintain_order="left",
    )
    waiting = lines.filter(pl.col("method") == "uncoded").select("wording", "question_id").unique()
    shares = (
        waiting.join(understood.shares, on="question_id")
        .with_columns(
            rank=pl.col("probability").rank("ordinal", descending=True).over("wording").cast(pl.Int64)
        )
        .sort("wording", "rank")
        .select("wording", "rank", "role", "probability", "co_named", "lines")
    )
    likely = (pl.col("rank") == 1) | (pl.col("probability") >= SHOWN_FROM)
    could = (
        shares.filter(pl.col("rank") <= SHOWN_ROLES, likely)
        .group_by("wording", maintain_order=True)
        .agg(could_mean=pl.format("{} {} %", "role", told_pct(pl.col("probability"))).str.join("; "))
    )
    wordings = (
        lines.group_by("wording", "method", "role")
        .agg(lines=pl.len().cast(pl.Int64))
        .join(could, on="wording", how="left")
        .with_columns(could_mean=pl.when(pl.col("method") == "uncoded").then("could_mean"))
        .sort(pl.col("method") != "uncoded", "lines", "wording", descending=[False, True, False])
        .select("wording", "lines", "method", "role", "could_mean")
    )
    return StudyRoles(study.title, wordings, shares, lines.height, waiting.height)
