"""Tables of the survey: who was asked, what was said, which role, school and person is meant."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from leadscape.core.tables import Table
from leadscape.register.tables import urn_column

RESPONDENT_KINDS = ("authority", "agency", "network")
RESPONSES = ("answered", "answered_none", "silent")
CODING_METHODS = ("label", "alias", "review", "uncoded")
LINKAGE_METHODS = ("urn", "exact_name", "probable", "review", "unlinked")
QUESTIONS = ("role", "school", "person", "objection")


class Responses(Table):
    """One row is one respondent who was asked, and whether an answer came.

    A missing row means that nobody asked: an authority without a row is *not collected*, one that is ``silent`` is
    *unknown*. Neither is zero.
    """

    respondent_id = dy.String(
        primary_key=True, description="Authority code, or the id of an agency or network"
    )
    respondent_name = dy.String()
    kind = dy.Enum(RESPONDENT_KINDS)
    authority_code = dy.String(nullable=True, description="For an authority: its code in the register")
    region = dy.String(nullable=True)
    response = dy.Enum(RESPONSES)
    nominations = dy.Int64(min=0, description="Rows returned")


class Nominations(Table):
    """One row is one line of a return: somebody is said to lead in some role. Personal data.

    A missing row means that the respondent did not name the person, not that the person does not lead.
    """

    nomination_id = dy.String(
        primary_key=True, description="From the content of the line, so that it is stable"
    )
    respondent_id = dy.String()
    source_file = dy.String(description="File name of the return")
    source_row = dy.Int64(min=2, description="Row in that file, the header being row 1")
    leader_name = dy.String(description="As written")
    home_urn = dy.String(nullable=True, description="As written")
    home_school = dy.String(nullable=True, description="Name of the home school as written")
    authority = dy.String(nullable=True, description="Name or code of the authority as written")
    role_text = dy.String(nullable=True, description="As written")
    partner_schools = dy.String(nullable=True, description="As written, several separated by a semicolon")
    started_on = dy.Date(nullable=True)
    ended_on = dy.Date(nullable=True)
    notes = dy.String(nullable=True)


class Codings(Table):
    """One row is the role given to one nomination. An ``uncoded`` one waits in the review file."""

    nomination_id = dy.String(primary_key=True)
    role = dy.String(nullable=True, description="Role id of the codebook")
    method = dy.Enum(CODING_METHODS)


class LinkedNominations(Table):
    """One row is the home school meant by one nomination. An ``unlinked`` one waits in the review file."""

    nomination_id = dy.String(primary_key=True)
    home_urn = urn_column(nullable=True)
    method = dy.Enum(LINKAGE_METHODS)


class Leaders(Table):
    """One row is one person who is said to lead, after duplicates were resolved. Personal data.

    A missing row means that nobody who answered named the person.
    """

    leader_id = dy.String(primary_key=True)
    name = dy.String()
    home_urn = urn_column(nullable=True, description="Home school; null while it is not linked")
    authority_code = dy.String(nullable=True, description="Authority of the home school, or of the return")
    region = dy.String(nullable=True)
    phase = dy.String(nullable=True, description="Phase of the home school")


class RoleHoldings(Table):
    """One row is one person's holding of one role, after duplicates between lists were resolved.

    A missing row means that nobody who answered reported the holding. A person with two roles has two rows.
    """

    holding_id = dy.String(primary_key=True)
    leader_id = dy.String()
    role = dy.String(description="Role id of the codebook")
    origin = dy.String(description="Origin id of the codebook: where the role began")
    home_urn = urn_column(nullable=True)
    authority_code = dy.String(nullable=True)
    region = dy.String(nullable=True)
    phase = dy.String(nullable=True)
    started_on = dy.Date(nullable=True)
    ended_on = dy.Date(nullable=True)
    respondents = dy.List(dy.String(), description="Every respondent who reported it, sorted")
    routes = dy.List(
        dy.String(), description="Kinds of those respondents: authority, agency, network; sorted"
    )


class Supports(Table):
    """One row is one leader supporting one partner school in one role. Feeds the support network.

    A missing row means that no return named the partner school.
    """

    holding_id = dy.String(primary_key=True)
    leader_id = dy.String()
    role = dy.String()
    home_urn = urn_column(nullable=True)
    partner_urn = urn_column(primary_key=True)
    started_on = dy.Date(nullable=True)
    ended_on = dy.Date(nullable=True)

    @dy.rule()
    def partner_is_not_the_home_school(cls) -> pl.Expr:
        return pl.col("home_urn").is_null() | (pl.col("home_urn") != pl.col("partner_urn"))


class Questions(Table):
    """One row is one thing about the returns that a person must decide, with what they decided so far.

    A missing row means that the software had no doubt. The same file is written for review and read back: only
    ``decision``, ``decided_by`` and ``note`` are for the person to fill.
    """

    question_id = dy.String(
        primary_key=True, description="From what is asked, so that a decision survives a new wave"
    )
    question = dy.Enum(
        QUESTIONS,
        description="Which role is meant; which school; whether two are one person; whether an objector is named",
    )
    as_written = dy.String(nullable=True, description="What the return says")
    context = dy.String(nullable=True, description="What else it says that helps to decide")
    nominations = dy.Int64(min=1, description="Nominations that wait for the answer")
    candidates = dy.List(
        dy.String(), description="Possible answers as people read them, best first; suggestions only"
    )
    answers = dy.List(dy.String(), description="What each candidate answers: role id, URN, same, different")
    probabilities = dy.List(dy.Float64(min=0, max=1), description="How likely each candidate is")
    evidence = dy.List(dy.String(), description="What speaks for each candidate; empty where nothing does")
    decision = dy.String(
        nullable=True,
        description="role: role id or none; school: URN or none; person: same or different; blank: not decided",
    )
    decided_by = dy.String(nullable=True)
    note = dy.String(nullable=True)
    decided_in = dy.String(
        nullable=True, description="Earlier study that the decision was taken over from; null: decided here"
    )
