"""Tables of the validation: what was drawn, what schools said, how often entries are wrong."""

from __future__ import annotations

import dataframely as dy

from leadscape.core.tables import Table, status_column

FIELDS = (
    "leads",
    "leader_name",
    "role",
    "home_school",
    "partner_schools",
    "started_on",
    "ended_on",
    "duplicate",
)
ANSWERS = ("right", "wrong", "do_not_know")
OUTSIDE = ("other_words", "not_said", "not_a_leader")
"""What a confirmed role may be besides a role of the codebook."""


class ValidationSample(Table):
    """One row is one role-holding drawn to be checked with the leader's school. Personal data.

    A missing row means that the holding was not drawn. ``random_number`` belongs to the seed and the holding, whatever
    else is reported, so that holdings added later change the sample at its edge only.
    """

    entry_id = dy.String(primary_key=True, description="The holding's id")
    leader_id = dy.String()
    role = dy.String(description="Role id as reported")
    stratum = dy.String(description="What the draw kept apart: role, origin, route or linkage, joined")
    reported = dy.Int64(min=1, description="Holdings of the stratum when the sample was drawn")
    drawn = dy.Int64(min=1, description="Of those, how many were drawn")
    inclusion_share = dy.Float64(
        min_exclusive=0, max=1, description="Chance of being drawn: drawn / reported"
    )
    random_number = dy.Float64(min=0, max=1, description="Permanent random number, 0-1")
    leader_name = dy.String(description="As the form shows it, like the columns that follow")
    role_label = dy.String()
    home_urn = dy.String(nullable=True)
    home_school = dy.String(nullable=True)
    partner_schools = dy.String(nullable=True)
    started_on = dy.Date(nullable=True)
    ended_on = dy.Date(nullable=True)


class ValidationAnswers(Table):
    """One row is what a school said about one field of one entry. Personal data.

    A missing row means that the school left the field blank, or sent nothing back: neither is *right*.
    """

    entry_id = dy.String(primary_key=True)
    field = dy.Enum(FIELDS, primary_key=True, description="leads: whether the person leads at all")
    answer = dy.Enum(ANSWERS)
    correction = dy.String(nullable=True, description="What is right, as written")


class ErrorRates(Table):
    """One row is how often one field of the reported entries is wrong, of all or of one role.

    A missing row means that no drawn entry of the role states the field. ``rate`` is weighted by the chance of being
    drawn; the counts are not.
    """

    role = dy.String(primary_key=True, description="Role id as reported, or all")
    field = dy.Enum(FIELDS, primary_key=True)
    eligible = dy.Int64(min=0, description="Drawn entries that state the field")
    answered = dy.Int64(min=0, description="Of those: right or wrong was said")
    wrong = dy.Int64(min=0)
    do_not_know = dy.Int64(min=0)
    left_blank = dy.Int64(min=0, description="The form came back without it")
    not_returned = dy.Int64(min=0, description="Nothing came back about the entry")
    rate = dy.Float64(min=0, max=1, nullable=True, description="Share wrong of the reported entries")
    rate_status = status_column("rate")
    low = dy.Float64(min=0, max=1, nullable=True)
    high = dy.Float64(min=0, max=1, nullable=True)
    effective_n = dy.Float64(
        min=0, nullable=True, description="Simple draws that would be as sure as these answers"
    )
    if_missing_right = dy.Float64(
        min=0, max=1, nullable=True, description="Rate if all that was not said were right"
    )
    if_missing_wrong = dy.Float64(min=0, max=1, nullable=True, description="Rate if all of it were wrong")


class CorrectedTotals(Table):
    """One row is a total of reported role-holdings, less those that are none by the word of the schools.

    A missing row means that the role was not reported. It says nothing about holdings that nobody reported.
    """

    role = dy.String(primary_key=True, description="Role id as reported, or all")
    reported = dy.Int64(min=0)
    answered = dy.Int64(min=0, description="Entries of which a school said whether the person leads")
    corrected = dy.Float64(min=0, nullable=True)
    corrected_status = status_column("corrected")
    low = dy.Float64(min=0, nullable=True)
    high = dy.Float64(min=0, nullable=True)


class RoleConfusion(Table):
    """One row is a reported role and what the schools say that it is.

    A missing row means that no school said so. ``confirmed`` is a role id, or *other_words* (no role of the codebook),
    *not_said* (wrong, without a correction) or *not_a_leader*.
    """

    reported = dy.String(primary_key=True)
    confirmed = dy.String(primary_key=True)
    entries = dy.Int64(min=1)
    share = dy.Float64(min=0, max=1, description="Of the reported role, weighted")
    low = dy.Float64(min=0, max=1)
    high = dy.Float64(min=0, max=1)


class RoleShares(Table):
    """One row is a role's share of all holdings: as reported, and as the schools' answers would have it.

    A missing row means that the role was neither reported nor confirmed.
    """

    role = dy.String(primary_key=True, description="Role id, other_words or not_said")
    reported_share = dy.Float64(min=0, max=1)
    corrected_share = dy.Float64(min=0, max=1)
    low = dy.Float64(min=0, max=1)
    high = dy.Float64(min=0, max=1)
