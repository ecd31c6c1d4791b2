"""What do the returns mean: which role, which school, which person, and what of it is still open?

Tables in: ``Nominations``, ``Responses``, ``Schools``, a codebook, decisions by a person. Tables out: ``Codings``,
links of every mention, ``Identities``, ``Questions``, and for everything open its possible answers with probabilities.
A decision stands before anything that the software found; what the software accepts by itself has a stated precision;
everything else waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey import questions as asked
from leadscape.survey.coding import code_roles
from leadscape.survey.config import SurveyConfig
from leadscape.survey.doubts import Doubts, find_doubts, share_roles
from leadscape.survey.identity import merge_persons, resolve_persons, school_ties
from leadscape.survey.linkage import link_schools, prepare_register
from leadscape.survey.mentions import find_mentions, place_by_school, place_nominations
from leadscape.survey.review import NONE, SAME, check_decisions, set_aside_foreign
from leadscape.survey.tables import Codings, LinkedNominations, Questions

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook
    from leadscape.survey.identity import PersonResolution
    from leadscape.survey.linkage import Linkage


@dataclass(frozen=True)
class Understanding:
    """What the returns are taken to mean, given the decisions made so far.

    Attributes
    ----------
    placed
        Nominations with the authority in which they are read.
    mentions, uses
        Every way in which a school is written, and which nomination uses it as what.
    linkage
        The school meant by every mention, with candidates.
    codings, linked
        As :class:`Codings` and :class:`LinkedNominations`, one row a nomination.
    shares
        What wordings outside the codebook may mean: ``question_id``, ``role``, ``probability``, ``co_named``,
        ``lines``.
    located
        ``placed`` with the home school that is taken to be meant.
    resolution
        Who is one person.
    questions
        As :class:`Questions`: all doubts, decided or not.
    doubts
        What is open, with probabilities.
    certain_persons
        ``nomination_id``, ``person`` before any merge that is only probable: what doubts about persons refer to.
    unused_decisions
        Decisions of this study whose wording, mention or pair does not occur any more.
    set_aside
        ``question_id``, ``decision``, ``decided_in``, ``rule``: decisions of earlier studies on questions that arise,
        not carried out because they name a role or school that this study does not know.
    """

    placed: pl.DataFrame
    mentions: pl.DataFrame
    uses: pl.DataFrame
    linkage: Linkage
    codings: pl.DataFrame
    linked: pl.DataFrame
    shares: pl.DataFrame
    located: pl.DataFrame
    resolution: PersonResolution
    questions: pl.DataFrame
    doubts: Doubts
    certain_persons: pl.DataFrame
    unused_decisions: int
    set_aside: pl.DataFrame


def understand(
    nominations: pl.DataFrame,
    responses: pl.DataFrame,
    schools: pl.DataFrame,
    codebook: Codebook,
    decisions: pl.DataFrame,
    as_of: date,
    *,
    successors: pl.DataFrame | None = None,
    names: pl.DataFrame | None = None,
    memberships: pl.DataFrame | None = None,
    config: SurveyConfig | None = None,
) -> Understanding:
    """Code, link and group nominations.

    Parameters
    ----------
    nominations, responses
        As declared in :mod:`leadscape.survey.tables`.
    schools
        As :class:`~leadscape.register.tables.Schools`; schools open on ``as_of`` are linked to, any may be decided on.
    decisions
        As :func:`~leadscape.survey.review.read_decisions` returns them.
    as_of
        The study's date.
    successors
        ``urn``, ``successor_urn``: what schools became by the study's date.
    names
        As :class:`~leadscape.register.names.SchoolNames`: what schools were called in other files.
    memberships
        As :class:`~leadscape.register.tables.Memberships`: schools of one trust or federation may share a leader.

    Raises
    ------
    TableProblem
        When a decision names something that does not exist.
    """
    config = config or SurveyConfig()
    decisions, foreign = set_aside_foreign(decisions, schools, codebook)
    placed = place_nominations(nominations, responses, schools)
    mentions, uses = find_mentions(placed)
    by_mention = _decided_schools(mentions, decisions)
    linkage = link_schools(
        mentions, prepare_register(schools, as_of, names, successors), config.linkage, by_mention
    )
    school_questions = asked.ask_schools(mentions, uses, linkage.links, linkage.candidates, decisions)

    routes = responses.select("respondent_id", route=pl.col("kind").cast(pl.String))
    automatic = code_roles(nominations, codebook)
    located = _located(placed, uses, linkage.links).join(
        routes, on="respondent_id", how="left", maintain_order="left"
    )
    coded = _decide_roles(automatic, placed, decisions)
    lines = place_by_school(located, schools).join(
        coded.select("nomination_id", "role"), on="nomination_id", maintain_order="left"
    )
    ties = school_ties(lines["home_urn"], memberships, successors)
    resolution = resolve_persons(lines, config.identity, _decided_persons(decisions), ties=ties)
    shares = share_roles(coded, lines, resolution.identities, codebook)

    role_questions = asked.ask_roles(placed, automatic, shares, decisions)
    groups = resolution.identities.select("nomination_id", person="group")
    person_questions = asked.ask_persons(resolution.pairs, located, groups, decisions)
    arising = pl.concat([role_questions["question_id"], school_questions["question_id"]])
    check_decisions(decisions, arising, schools, codebook)
    questions = Questions.validate(pl.concat([role_questions, school_questions, person_questions]))
    return Understanding(
        placed=placed,
        mentions=mentions,
        uses=uses,
        linkage=linkage,
        codings=coded,
        linked=_linked_nominations(located, linkage.links, uses),
        shares=shares,
        located=located,
        resolution=resolution,
        questions=questions,
        doubts=find_doubts(shares, coded, placed, linkage, resolution),
        certain_persons=_certain(groups, resolution),
        unused_decisions=_unused(decisions, questions, mentions, nominations),
        set_aside=foreign.join(questions.select("question_id"), on="question_id", how="semi"),
    )


def _decided_schools(mentions: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """``mention_id``, ``decision`` (a URN or ``none``), whether or not the software would ask."""
    asked_as = mentions.select("mention_id", question_id=asked.school_question_id(pl.col("mention_id")))
    return asked_as.join(decisions.select("question_id", "decision"), on="question_id").select(
        "mention_id", "decision"
    )


def _decided_persons(decisions: pl.DataFrame) -> pl.DataFrame:
    """``person``, ``other``, ``decision`` of every decision on a pair."""
    numbers = pl.col("question_id").str.extract_groups(r"^person-([0-9a-f]+)-([0-9a-f]+)$")
    return (
        decisions.with_columns(numbers=numbers)
        .filter(pl.col("numbers").struct.field("1").is_not_null())
        .select(
            person=pl.concat_str(pl.lit("N"), pl.col("numbers").struct.field("1")),
            other=pl.concat_str(pl.lit("N"), pl.col("numbers").struct.field("2")),
            decision="decision",
        )
    )


def _decide_roles(codings: pl.DataFrame, placed: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    asked_of = placed.select("nomination_id", question_id=asked.role_question_id(pl.col("role_text")))
    answered = decisions.select("question_id", decided="decision")
    decided = pl.when(pl.col("decided") != NONE).then(pl.col("decided"))
    return Codings.validate(
        codings.join(asked_of, on="nomination_id", maintain_order="left")
        .join(answered, on="question_id", how="left", maintain_order="left")
        .select(
            "nomination_id",
            role=pl.when(pl.col("decided").is_not_null()).then(decided).otherwise(pl.col("role")),
            method=pl.when(pl.col("decided").is_not_null())
            .then(pl.lit("review"))
            .otherwise(pl.col("method").cast(pl.String))
            .cast(polars_schema(Codings)["method"]),
        )
    )


def _located(placed: pl.DataFrame, uses: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """``placed`` with the home school meant, the phase it has, and the partner schools meant."""
    meant = uses.join(links.select("mention_id", "urn"), on="mention_id", maintain_order="left")
    home = meant.filter(pl.col("use") == "home").select("nomination_id", home_urn="urn")
    partners = (
        meant.filter(pl.col("use") == "partner")
        .drop_nulls("urn")
        .group_by("nomination_id")
        .agg(partner_urns=pl.col("urn").unique().sort())
    )
    return (
        placed.drop("home_urn")
        .join(home, on="nomination_id", how="left", maintain_order="left")
        .join(partners, on="nomination_id", how="left", maintain_order="left")
    )


def _linked_nominations(located: pl.DataFrame, links: pl.DataFrame, uses: pl.DataFrame) -> pl.DataFrame:
    methods = (
        uses.filter(pl.col("use") == "home")
        .join(links.select("mention_id", "method"), on="mention_id")
        .select("nomination_id", pl.col("method").cast(pl.String))
    )
    return LinkedNominations.validate(
        located.select("nomination_id", "home_urn")
        .join(methods, on="nomination_id", how="left", maintain_order="left")
        .with_columns(pl.col("method").fill_null("unlinked").cast(polars_schema(LinkedNominations)["method"]))
    )


def _certain(groups: pl.DataFrame, resolution: PersonResolution) -> pl.DataFrame:
    """Groups of one name and school, joined where a person decided so."""
    same = resolution.pairs.filter(pl.col("decision").cast(pl.String) == SAME)
    return merge_persons(groups, same.select("person", "other"))


def _unused(
    decisions: pl.DataFrame, questions: pl.DataFrame, mentions: pl.DataFrame, nominations: pl.DataFrame
) -> int:
    """Decisions on what does not occur any more; one that agrees with the software is not unused.

    Those of earlier studies are offered whole and do not count: most of what was asked then is not asked now.
    """
    number = pl.col("question_id").str.extract(r"^person-([0-9a-f]+)-")
    known = pl.concat(
        [
            questions["question_id"],
            mentions.select(asked.school_question_id(pl.col("mention_id"))).to_series(),
            nominations.select(asked.role_question_id(pl.col("role_text"))).to_series(),
        ]
    )
    lines = pl.concat_str(pl.lit("N"), number).is_in(nominations["nomination_id"].implode())
    return decisions.filter(
        pl.col("decided_in").is_null(),
        ~pl.col("question_id").is_in(known.implode()),
        ~lines.fill_null(value=False),
    ).height
