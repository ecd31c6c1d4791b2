"""Every wording of a role in a study's returns: how it was coded, or what it could mean and how probable that is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.actions.gather_inputs import gather_inputs
from leadscape.actions.study import read_study
from leadscape.survey.coding import code_roles, suggest_role_shares
from leadscape.survey.questions import role_question_id, wording
from leadscape.survey.review import NONE

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
        As :class:`~leadscape.survey.coding.tables.RoleSuggestions`, of the uncoded wordings.
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
            "Probabilities are of words alone and code nothing: decide in the review file.",
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
    decided = inputs.decisions.select("question_id", decided="decision")
    routes = inputs.responses.select("respondent_id", route=pl.col("kind").cast(pl.String))
    lines = (
        inputs.nominations.select(
            "nomination_id",
            "respondent_id",
            wording=wording(pl.col("role_text")),
            question_id=role_question_id(pl.col("role_text")),
        )
        .join(code_roles(inputs.nominations, study.codebook), on="nomination_id", maintain_order="left")
        .join(routes, on="respondent_id", how="left", maintain_order="left")
        .join(decided, on="question_id", how="left", maintain_order="left")
    )
    by_person = (pl.col("method").cast(pl.String) == "uncoded") & pl.col("decided").is_not_null()
    lines = lines.with_columns(
        role=pl.when(by_person).then("decided").otherwise("role"),
        method=pl.when(by_person).then(pl.lit("review")).otherwise(pl.col("method").cast(pl.String)),
    )
    waiting = lines.filter(pl.col("method") == "uncoded").select("route", role_text="wording")
    coded = lines.filter(pl.col("method") != "uncoded").select(
        "route", role_text="wording", role=pl.col("role").fill_null(NONE)
    )
    shares = suggest_role_shares(waiting, study.codebook, coded)
    # What is not certain is never rounded up to it.
    probability = pl.col("probability")
    pct = (
        pl.when(probability < 1)
        .then((100 * probability).round(0).clip(1, 99))
        .otherwise(100.0)
        .cast(pl.Int64)
    )
    could = (
        shares.filter(
            pl.col("rank") <= SHOWN_ROLES, (pl.col("rank") == 1) | (pl.col("probability") >= SHOWN_FROM)
        )
        .sort("role_text", "rank")
        .group_by(wording="role_text", maintain_order=True)
        .agg(could_mean=pl.format("{} {} %", "role", pct).str.join("; "))
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
