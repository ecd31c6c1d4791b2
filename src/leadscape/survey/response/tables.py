"""Tables of response: contacts, rates, coverage of schools, representativity, dyads."""

from __future__ import annotations

import dataframely as dy

from leadscape.core.tables import Table
from leadscape.survey.tables import RESPONDENT_KINDS

CONTACT_KINDS = (*RESPONDENT_KINDS, "head", "second", "school")
CHANNELS = ("email", "post", "telephone", "other")
STATUSES = (
    "answered",
    "answered_none",
    "late",
    "refused",
    "undeliverable",
    "withdrawn",
    "silent",
    "reminded",
    "asked",
)
DYAD_OUTCOMES = ("complete", "head_only", "second_only", "neither")


class Contacts(Table):
    """One row is one respondent who was asked: by which channel, how often, and what became of it.

    A missing row means that nobody asked. While the survey is open (no closing date stated) somebody who has not
    answered is ``asked`` or ``reminded``; once it is closed they are ``silent``. ``late`` answered after the closing
    date. ``withdrawn`` answered and took it back, or asked not to be part. Only ``answered`` and ``answered_none`` are
    answers in time; none of the others is zero.
    """

    respondent_id = dy.String(primary_key=True)
    respondent_name = dy.String()
    kind = dy.Enum(CONTACT_KINDS)
    authority_code = dy.String(nullable=True)
    region = dy.String(nullable=True)
    channel = dy.Enum(CHANNELS, nullable=True, description="Null where the frame does not say")
    asked_on = dy.Date(nullable=True)
    answered_on = dy.Date(nullable=True)
    reminders = dy.Int64(
        nullable=True, min=0, description="Times reminded; null where the frame does not say"
    )
    status = dy.Enum(STATUSES)
    dyad_id = dy.String(nullable=True, description="The case that a head and a second respondent answer for")
    part = dy.String(nullable=True, description="Part of the dyad: head, second")


class ResponseRates(Table):
    """One row is one group of those asked, by one cut, and what became of them.

    A missing row means that nobody of the group was asked. Every share is out of ``asked``. Its interval is exact and
    treats those asked as independent draws from all who might be asked in the same way; where everybody was asked it
    says how far chance alone could move the share, not how far the answers may be from the truth.
    """

    cut = dy.String(primary_key=True, description="all, kind, region or channel")
    group = dy.String(primary_key=True, description="`not stated` where the frame does not say")
    asked = dy.Int64(min=1, description="Everybody in the frame, undeliverable and withdrawn included")
    answered = dy.Int64(min=0, description="In time, with somebody to name or facts to tell")
    answered_none = dy.Int64(min=0, description="In time, saying that there is nobody")
    late = dy.Int64(min=0)
    refused = dy.Int64(min=0)
    undeliverable = dy.Int64(min=0)
    withdrawn = dy.Int64(min=0)
    silent = dy.Int64(min=0, description="No answer so far; asked and reminded included")
    response_share = dy.Float64(min=0, max=1, description="Answered in time, none included, of those asked")
    low_share = dy.Float64(min=0, max=1, description="95 % exact interval")
    high_share = dy.Float64(min=0, max=1)
    with_late_share = dy.Float64(min=0, max=1, description="The same with late answers")
    with_late_low_share = dy.Float64(min=0, max=1)
    with_late_high_share = dy.Float64(min=0, max=1)


class SchoolCoverage(Table):
    """One row is one group of open schools, and how many of them lie in an authority that answered.

    A school without an authority, or in one that was not asked, is not covered. A covered school is one that somebody
    answered for, not one of which everything is known.
    """

    region = dy.String(
        primary_key=True, description="`all` for the whole system; `not stated` without a region"
    )
    schools = dy.Int64(min=1, description="Open schools of the register")
    authorities = dy.Int64(min=0)
    answering_authorities = dy.Int64(min=0, description="In time or late, none included")
    schools_covered = dy.Int64(min=0)
    schools_silent = dy.Int64(min=0, description="In an authority that was asked and did not answer")
    schools_not_asked = dy.Int64(min=0)
    coverage_share = dy.Float64(min=0, max=1, description="Of all open schools")


class Representativity(Table):
    """One row is one cut of those asked, and how evenly its groups answered.

    A missing row means that the cut has fewer than two groups. 1 is even. A low value says that answering depends on
    the group; a high one says nothing about what the frame does not hold.
    """

    cut = dy.String(primary_key=True)
    groups = dy.Int64(min=2)
    asked = dy.Int64(min=1)
    answered = dy.Int64(min=0, description="In time or late, none included")
    r_indicator = dy.Float64(
        max=1, description="1 - 2 S, the spread between groups less what chance alone makes"
    )
    low = dy.Float64(max=1, description="95 % interval from drawing answers again")
    high = dy.Float64(max=1)
    plain_r_indicator = dy.Float64(max=1, description="Without taking off what chance alone makes")
    lowest_group = dy.String()
    lowest_share = dy.Float64(min=0, max=1)
    highest_group = dy.String()
    highest_share = dy.Float64(min=0, max=1)


class Dyads(Table):
    """One row is one dyad that was asked: a head and a second respondent who answer for the same case.

    A missing row means that nobody of the dyad was asked. ``not_asked`` in a part: the frame has no such respondent.
    """

    dyad_id = dy.String(primary_key=True)
    head_status = dy.String(description="Status of the head, or not_asked")
    second_status = dy.String(description="Status of the second respondent, or not_asked")
    outcome = dy.Enum(DYAD_OUTCOMES)


class DyadCounts(Table):
    """One row is a summary of all dyads. ``responses`` are forms, ``complete`` are cases seen from both sides."""

    expected = dy.Int64(min=0)
    complete = dy.Int64(min=0)
    head_only = dy.Int64(min=0)
    second_only = dy.Int64(min=0)
    neither = dy.Int64(min=0)
    responses = dy.Int64(min=0, description="Heads plus second respondents who answered")
    complete_share = dy.Float64(nullable=True, min=0, max=1, description="Of the dyads expected")
    low_share = dy.Float64(nullable=True, min=0, max=1, description="95 % exact interval")
    high_share = dy.Float64(nullable=True, min=0, max=1)
