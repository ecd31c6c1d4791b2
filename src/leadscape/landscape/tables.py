"""Tables of the landscape: how many leaders, in which roles, where, how sure.

Counts of people carry a status. ``unknown`` is an authority that was asked and did not answer; ``not_collected`` a role
or an authority nobody asked about; ``suppressed`` a count hidden before publication. None of them is zero.
"""

from __future__ import annotations

import dataframely as dy

from leadscape.core.tables import Table, status_column
from leadscape.register.tables import urn_column

ANSWERS = ("answered", "answered_none", "silent", "not_asked")
BANDS = ("none", "1-9", "10-30", "31-70", "over 70", "unknown", "not collected", "suppressed")


def count_column(description: str) -> dy.Int64:
    """A count of people or holdings; null exactly where its status is not ``reported``."""
    return dy.Int64(nullable=True, min=0, description=description)


class Extent(Table):
    """One row is one role of the codebook, in its order: the layout of HH2007, Table 1.

    No role is missing: one that the instrument had no place for has the status ``not_collected``.
    """

    role = dy.String(primary_key=True)
    role_label = dy.String()
    origin = dy.String()
    own_school = dy.Bool(description="Whether the role is about the leader's own school")
    holdings = count_column("Role-holdings reported, duplicates between lists resolved")
    holdings_status = status_column("holdings")
    leaders = count_column("Distinct persons who hold the role")
    pct = dy.Float64(nullable=True, min=0, max=100, description="Holdings as % of denominator, derived")
    denominator = dy.Int64(
        nullable=True, min=0, description="All role-holdings reported; null where every count is suppressed"
    )


class BaselineExtent(Extent):
    """One row is one role of a published table, its derived percentage beside the one that was printed.

    No role of the codebook is missing: one that the published table had no row for is ``not_collected``.
    """

    derived_pct = dy.Float64(nullable=True, description="pct rounded half up, exactly, to the digits printed")
    printed_pct = dy.Float64(nullable=True, description="The percentage as printed: a quotation")
    follows = dy.Bool(nullable=True, description="Whether the printed percentage follows from the count")


class ExtentTotals(Table):
    """One row is one total: ``all``, ``without_own_school``, then one an origin (``origin:local``, …).

    No total is missing. Persons with several roles count once a row, so the rows of origins need not add up to all.
    """

    total = dy.String(primary_key=True)
    label = dy.String()
    holdings = count_column("Role-holdings")
    holdings_status = status_column("holdings")
    leaders = count_column("Distinct persons")
    pct = dy.Float64(nullable=True, min=0, max=100, description="Holdings as % of denominator")
    denominator = dy.Int64(
        nullable=True, min=0, description="All role-holdings reported; null where every count is suppressed"
    )


class KindExtent(Table):
    """One row is one kind of the taxonomy, through the crosswalk from roles.

    Kinds overlap: the rows do not add up to the number of leaders. A kind without any collected role has the status
    ``not_collected``. Holdings of roles outside the taxonomy are in no row.
    """

    kind = dy.String(primary_key=True)
    kind_label = dy.String()
    holdings = count_column("Role-holdings whose role belongs to the kind")
    holdings_status = status_column("holdings")
    leaders = count_column("Distinct persons with such a holding")


class AuthorityDistribution(Table):
    """One row is one authority of the register or the frame.

    No authority is missing. Where it was asked and did not answer, local holdings and the total are ``unknown``;
    national holdings come from agency lists and are known all the same.
    """

    authority_code = dy.String(primary_key=True)
    authority_name = dy.String()
    region = dy.String(nullable=True)
    response = dy.Enum(ANSWERS)
    schools = dy.Int64(min=0, description="Open schools in the register")
    holdings = count_column("Role-holdings of all origins")
    holdings_status = status_column("holdings")
    leaders = count_column("Distinct persons")
    local_holdings = count_column("Role-holdings of local origin")
    local_holdings_status = status_column("local_holdings")
    national_holdings = count_column("Role-holdings of national origin")
    national_holdings_status = status_column("national_holdings")
    reported_at_least = count_column("Role-holdings reported by anybody: a floor where the total is unknown")
    per_100_schools = dy.Float64(nullable=True, min=0, description="Holdings per 100 open schools")
    band = dy.Enum(BANDS, description="Band of holdings")


class ColdSpots(Table):
    """One row is one authority with far fewer holdings than its number of schools would lead one to expect.

    A missing row means that the authority is not far below, or that its holdings are not known: an authority that did
    not answer is never a cold spot.
    """

    authority_code = dy.String(primary_key=True)
    authority_name = dy.String()
    region = dy.String(nullable=True)
    schools = dy.Int64(min=1, description="Open schools in the register")
    holdings = count_column("Role-holdings of all origins")
    holdings_status = status_column("holdings")
    per_100_schools = dy.Float64(nullable=True, min=0, description="Holdings per 100 open schools")
    expected = dy.Float64(min=0, description="Holdings if all authorities tested had as many a school")
    ratio = dy.Float64(min=0, description="Holdings over expected")
    p_value = dy.Float64(min=0, max=1, description="Exact binomial chance of so few or fewer")
    q_value = dy.Float64(min=0, max=1, description="p_value adjusted for the number of authorities tested")
    tested = dy.Int64(min=1, description="Authorities tested")


class RegionDistribution(Table):
    """One row is one region; ``unknown`` holds what no region is known for, where there is any.

    ``holdings`` is what anybody reported there, so the rows add up to all holdings of the study; it is a floor where
    fewer authorities answered than there are. Local holdings are those of authorities that answered.
    """

    region = dy.String(primary_key=True)
    authorities = dy.Int64(min=0, description="Authorities in the register")
    authorities_answered = dy.Int64(min=0)
    schools = dy.Int64(min=0)
    schools_answered = dy.Int64(min=0, description="Open schools of authorities that answered")
    holdings = count_column("Role-holdings reported")
    holdings_status = status_column("holdings")
    leaders = count_column("Distinct persons")
    local_holdings = count_column("Role-holdings of local origin, from authorities that answered")
    local_holdings_status = status_column("local_holdings")
    national_holdings = count_column("Role-holdings of national origin")
    national_holdings_status = status_column("national_holdings")
    national_per_100_schools = dy.Float64(
        nullable=True, min=0, description="National holdings per 100 schools"
    )
    local_per_100_schools = dy.Float64(
        nullable=True, min=0, description="Local holdings per 100 schools of authorities that answered"
    )


class PhaseDistribution(Table):
    """One row is one phase of the codebook; ``unknown`` holds leaders whose home school or its phase is not known.

    Counts are what anybody reported: a floor where authorities did not answer.
    """

    phase = dy.String(primary_key=True)
    phase_label = dy.String()
    schools = dy.Int64(min=0)
    holdings = count_column("Role-holdings whose home school is of the phase")
    holdings_status = status_column("holdings")
    leaders = count_column("Distinct persons")
    pct = dy.Float64(nullable=True, min=0, max=100, description="Holdings as % of denominator")
    denominator = dy.Int64(
        nullable=True, min=0, description="Role-holdings whose phase is known; null where it is suppressed"
    )
    per_100_schools = dy.Float64(
        nullable=True,
        min=0,
        description="Reported holdings per 100 open schools: a floor where some are silent",
    )


class Estimates(Table):
    """One row is one estimate with its interval: a number of leaders or holdings, or a prevalence.

    No estimate stands without its interval, and no prevalence without both numerator and denominator.
    """

    estimate_id = dy.String(primary_key=True)
    label = dy.String(description="What is estimated, as a sentence")
    origin = dy.String(description="Origin the estimate is for, or all")
    method = dy.String(description="How: as reported, scaled, post-stratified, Chapman, log-linear model …")
    value = dy.Float64()
    low = dy.Float64()
    high = dy.Float64()
    interval = dy.String(
        description="What the interval is: 95 % confidence, profile likelihood, sensitivity band …"
    )
    unit = dy.String(description="holdings, leaders or %")
    numerator = dy.Float64(nullable=True)
    numerator_source = dy.String(nullable=True)
    denominator = dy.Float64(nullable=True)
    denominator_source = dy.String(nullable=True)
    assumptions = dy.String(description="What must be true for it to hold")


class CountDoubt(Table):
    """One row is one role, or all together, and how many holdings were reported if doubt is carried through.

    A missing row means that every question about the returns is decided, or that the role's count is hidden. The counts
    of other tables are of what is decided or beyond doubt; here every open question is answered in many ways, by the
    probability of each answer.
    """

    role = dy.String(primary_key=True, description="Role id of the codebook, or all")
    role_label = dy.String()
    counted = dy.Int64(
        nullable=True, min=0, description="Holdings decided or beyond doubt, as other tables count"
    )
    expected = dy.Float64(min=0, description="Mean number of holdings over the ways the returns may be meant")
    low = dy.Float64(min=0, description="Lower end of the interval")
    high = dy.Float64(min=0, description="Upper end of the interval")
    draws = dy.Int64(min=2, description="Ways drawn")


class Sensitivity(Table):
    """One row is one assumption about the authorities that did not answer: their rate as a factor of the others' rate.

    No row is more likely than another: the table is a band, not a distribution.
    """

    factor = dy.Float64(
        primary_key=True, min=0, description="Rate of the silent over that of those that answered"
    )
    local_total = dy.Float64(min=0, description="Local holdings, reported and assumed")
    local_low = dy.Float64(min=0, description="Lower end of the design-based interval at this factor")
    local_high = dy.Float64(min=0, description="Upper end")
    total = dy.Float64(
        nullable=True,
        min=0,
        description="Holdings of all origins, national ones as listed; null without a list",
    )
    local_share_pct = dy.Float64(nullable=True, min=0, max=100, description="local_total as % of total")


class CaptureModels(Table):
    """One row is one model of who is on which list, with the number of people that it leads to.

    No model is left out because of its answer: those that the data rule out or cannot support stay in the
    table, and say so. Empty where fewer than two lists overlap.
    """

    population = dy.String(primary_key=True, description="Whom the lists were to name: a role id, or all")
    model = dy.String(primary_key=True)
    terms = dy.String(description="What it assumes, in words")
    df = dy.Int64(
        nullable=True, description="Degrees of freedom left; null where the model has no likelihood"
    )
    deviance = dy.Float64(nullable=True)
    aic = dy.Float64(
        nullable=True, description="Akaike's information criterion: lower fits better for its size"
    )
    estimate = dy.Float64(nullable=True, min=0, description="People on any list and on none")
    se = dy.Float64(nullable=True, min=0, description="Standard error of the estimate")
    low = dy.Float64(nullable=True, min=0)
    high = dy.Float64(nullable=True, min=0)
    in_range = dy.Bool(description="Whether it is one of the models that the stated range spans")
    note = dy.String(
        description="Why it is outside the range, or how to read it; empty where neither is needed"
    )


class Consistency(Table):
    """One row is one statement about a table that a careful reader would query: a flag or a note.

    A missing row means that the check found nothing to say.
    """

    check = dy.String()
    severity = dy.Enum(("flag", "note"))
    subject = dy.String(nullable=True, description="Role or other part concerned")
    finding = dy.String(description="The finding as a sentence, with its figures")
    source = dy.String()


class NetworkSchools(Table):
    """One row is one school in the support network: how it is tied to others.

    A missing row means that the school neither gives nor receives support in any return; see the count of isolates.
    """

    urn = urn_column(primary_key=True)
    partners_supported = dy.Int64(min=0, description="Distinct schools that its leaders support")
    supporters = dy.Int64(min=0, description="Distinct home schools that support it")
    leaders_in = dy.Int64(min=0, description="Distinct leaders who support it")
    hangs_on_one = dy.Bool(description="Receives support from exactly one leader")
    longest_chain = dy.Int64(min=0, description="Steps of support that can be followed from it")


class NetworkReach(Table):
    """One row is one leader, or one home school, that supports at least one other school.

    A missing row means that no return names a partner school of theirs. Leaders appear as ids.
    """

    unit = dy.Enum(("leader", "home school"), primary_key=True)
    id = dy.String(primary_key=True, description="Id of the leader, or URN of the home school")
    partner_schools = dy.Int64(min=1, description="Distinct partner schools")
    mean_km = dy.Float64(
        nullable=True, min=0, description="Mean distance to them; null where no place is known"
    )
    furthest_km = dy.Float64(nullable=True, min=0, description="Distance to the furthest, straight line")


class WaveComparison(Table):
    """One row is one role of the later study's codebook or one of the earlier that has no counterpart.

    ``change`` is null wherever the two do not count the same thing, and ``reason`` says why.
    """

    earlier_role = dy.String(nullable=True)
    later_role = dy.String(nullable=True)
    relation = dy.String()
    earlier_holdings = count_column("Role-holdings in the earlier study")
    earlier_holdings_status = status_column("earlier_holdings")
    later_holdings = count_column("Role-holdings in the later study")
    later_holdings_status = status_column("later_holdings")
    change = dy.Int64(nullable=True)
    comparable = dy.Bool()
    reason = dy.String(description="Why it is or is not comparable")
