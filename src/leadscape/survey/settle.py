"""From nominations and decisions to leaders and role-holdings, with everything still open as questions.

Nominations are understood (coded, linked, grouped; each doubt a question, each decision an answer), then counted: two
lines that mean one person in one role are one holding, whoever reported it and how often.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from leadscape.survey import holdings as made
from leadscape.survey.config import SurveyConfig
from leadscape.survey.understanding import Understanding, understand

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook


@dataclass(frozen=True)
class Settlement:
    """What the returns amount to, given the decisions made so far.

    Attributes
    ----------
    understood
        What every line is taken to mean, and what is in doubt.
    codings, linked
        As :class:`~leadscape.survey.tables.Codings` and :class:`~leadscape.survey.tables.LinkedNominations`, one row a
        nomination.
    leaders, role_holdings, supports
        As declared; holdings in force on the study's date only.
    ended_holdings
        As :class:`~leadscape.survey.tables.RoleHoldings`: those that had ended or not yet begun on the study's date.
    questions
        As :class:`~leadscape.survey.tables.Questions`: all doubts, decided or not.
    uncoded
        Nominations in no holding because their role is not decided, or was decided to be none.
    unused_decisions
        Decisions whose question is not asked any more, because the returns or the register changed.
    set_aside
        As :class:`~leadscape.survey.understanding.Understanding`: decisions of earlier studies that were not used.
    """

    understood: Understanding
    codings: pl.DataFrame
    linked: pl.DataFrame
    leaders: pl.DataFrame
    role_holdings: pl.DataFrame
    ended_holdings: pl.DataFrame
    supports: pl.DataFrame
    questions: pl.DataFrame
    uncoded: int
    unused_decisions: int
    set_aside: pl.DataFrame


def settle(
    nominations: pl.DataFrame,
    responses: pl.DataFrame,
    schools: pl.DataFrame,
    codebook: Codebook,
    decisions: pl.DataFrame,
    as_of: date,
    successors: pl.DataFrame | None = None,
    *,
    names: pl.DataFrame | None = None,
    memberships: pl.DataFrame | None = None,
    config: SurveyConfig | None = None,
) -> Settlement:
    """Leaders and role-holdings from nominations; parameters as for :func:`~leadscape.survey.understanding.understand`.

    A holding counts when it is in force on ``as_of``; the others are kept apart.

    Raises
    ------
    TableProblem
        When a decision names something that does not exist.
    """
    understood = understand(
        nominations,
        responses,
        schools,
        codebook,
        decisions,
        as_of,
        successors=successors,
        names=names,
        memberships=memberships,
        config=config,
    )
    people = understood.resolution.identities.select("nomination_id", "person")
    lines = made.gather_lines(understood.located, understood.codings, people, schools, codebook)
    all_holdings = made.make_holdings(lines)
    in_force = made.in_force(as_of)
    current = all_holdings.filter(in_force)
    links = understood.linkage.links.select("mention_id", "urn")
    partners = understood.uses.filter(pl.col("use") == "partner").join(
        links, on="mention_id", maintain_order="left"
    )
    return Settlement(
        understood=understood,
        codings=understood.codings,
        linked=understood.linked,
        leaders=made.make_leaders(lines, current),
        role_holdings=current,
        ended_holdings=all_holdings.filter(~in_force),
        supports=made.make_supports(lines, current, partners),
        questions=understood.questions,
        uncoded=understood.codings["role"].null_count(),
        unused_decisions=understood.unused_decisions,
        set_aside=understood.set_aside,
    )
