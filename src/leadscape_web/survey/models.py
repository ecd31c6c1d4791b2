"""Waves, leaders, the roles they hold, the schools they support. Leader, headship and role-holding are three things."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from leadscape_web.accounts.models import Person
from leadscape_web.register.models import Authority, School


class DateRange(Func):
    """``daterange(start, end)``: the start is in, the end is out, null is open."""

    function = "DATERANGE"
    output_field = DateRangeField()  # type: ignore[assignment]


class Wave(models.Model):
    """One row is one survey round as one study settled it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.TextField()
    system = models.TextField()
    as_of = models.DateField()
    codebook = models.TextField(help_text="Id of the codebook")
    codebook_sha256 = models.CharField(max_length=64)
    codebook_text = models.TextField(help_text="The codebook as used, as TOML")
    provenance = models.JSONField(help_text="What the library recorded about the run")
    inputs_sha256 = models.CharField(max_length=64, unique=True, help_text="Of all inputs and parameters")
    loaded_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(
        null=True, help_text="When the same study was run again; the later wave counts"
    )
    responses: models.Manager[Response]


class Response(models.Model):
    """One row is one respondent who was asked, and whether an answer came.

    See ``leadscape.survey.tables.Responses``, without the number of nominations: everybody signed in reads this table,
    and how many people one respondent named may single them out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="responses")
    respondent = models.TextField()
    respondent_name = models.TextField()
    kind = models.TextField()
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="responses")
    region = models.TextField(null=True)
    response = models.TextField()
    wave_id: uuid.UUID
    authority_id: str | None


class Leader(models.Model):
    """One row is one person who is said to lead. Personal data. See ``leadscape.survey.tables.Leaders``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.TextField(unique=True, help_text="leader_id of the library")
    person = models.OneToOneField(Person, models.PROTECT, related_name="leader")
    home_school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="leaders")
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, blank=True, related_name="leaders")
    region = models.TextField(null=True, blank=True)
    phase = models.TextField(null=True, blank=True)
    wave = models.ForeignKey(Wave, models.PROTECT, null=True, related_name="leaders")
    version = models.IntegerField(default=1, help_text="Grows with every change, so that two editors meet")
    person_id: uuid.UUID
    home_school_id: str | None
    authority_id: str | None
    wave_id: uuid.UUID | None
    role_holdings: models.Manager[RoleHolding]
    supports: models.Manager[Support]


class RoleHolding(models.Model):
    """One row is one person's holding of one role. Personal data. See ``leadscape.survey.tables.RoleHoldings``.

    Two holdings of one role by one leader never overlap in time. One that was entered by mistake is withdrawn: it stays
    for the history and counts nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.TextField(unique=True, help_text="holding_id of the library, or of the form that added it")
    leader = models.ForeignKey(Leader, models.PROTECT, related_name="role_holdings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="role_holdings")
    role = models.TextField(help_text="Role id of the wave's codebook")
    origin = models.TextField()
    home_school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="role_holdings"
    )
    authority = models.ForeignKey(
        Authority, models.PROTECT, null=True, blank=True, related_name="role_holdings"
    )
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    respondents = ArrayField(models.TextField(), default=list, help_text="Who reported it")
    routes = ArrayField(models.TextField(), default=list, help_text="authority, agency, network, editor")
    wave = models.ForeignKey(Wave, models.PROTECT, null=True, related_name="role_holdings")
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was found to be entered by mistake; it no longer counts"
    )
    version = models.IntegerField(default=1)
    leader_id: uuid.UUID
    person_id: uuid.UUID
    home_school_id: str | None
    authority_id: str | None
    wave_id: uuid.UUID | None
    supports: models.Manager[Support]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="holding_ends_after_it_starts",
            ),
            ExclusionConstraint(
                name="one_holding_of_a_role_at_a_time",
                expressions=[
                    ("leader", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (DateRange("started_on", "ended_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at=None),
            ),
        ]


class Support(models.Model):
    """One row is one leader supporting one partner school in one role. Personal data.

    A missing row means that no return named the partner school. See ``leadscape.survey.tables.Supports``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holding = models.ForeignKey(RoleHolding, models.PROTECT, related_name="supports")
    leader = models.ForeignKey(Leader, models.PROTECT, related_name="supports")
    person = models.ForeignKey(Person, models.PROTECT, related_name="supports")
    role = models.TextField()
    home_school = models.ForeignKey(School, models.PROTECT, null=True, related_name="supports_given")
    partner_school = models.ForeignKey(School, models.PROTECT, related_name="supports_received")
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    wave = models.ForeignKey(Wave, models.PROTECT, null=True, related_name="supports")
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="As for a holding")
    version = models.IntegerField(default=1)
    leader_id: uuid.UUID
    person_id: uuid.UUID
    home_school_id: str | None
    partner_school_id: str
    wave_id: uuid.UUID | None

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["holding", "partner_school"],
                condition=Q(withdrawn_at=None),
                name="one_support_a_partner_school",
            ),
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="support_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(home_school=None) | ~Q(partner_school=F("home_school")),
                name="partner_is_not_the_home_school",
            ),
        ]


class AnonymousHolding(models.Model):
    """One row is one role-holding without name or school, for research. A view of the database, never written.

    Nothing in it tells one leader from fewer than six, all roles of the leader taken together (see
    ``sql/anonymous.sql``). A missing row means that the holding
    is outside the researcher's area, is told only for a larger one, was withdrawn, or was never reported.
    """

    holding = models.TextField(primary_key=True, help_text="Stands for the holding")
    leader = models.TextField(
        null=True,
        help_text="Stands for the leader in one wave: rows of one leader share it; null where that would tell who",
    )
    wave = models.ForeignKey(Wave, models.DO_NOTHING, null=True, related_name="+")
    role = models.TextField(null=True)
    role_status = models.TextField()
    origin = models.TextField()
    authority = models.ForeignKey(Authority, models.DO_NOTHING, null=True, related_name="+")
    region = models.TextField(null=True)
    phase = models.TextField(null=True)
    place = models.TextField(help_text="How closely the place is told: authority, region, withheld")
    started_year = models.IntegerField(null=True)
    ended_year = models.IntegerField(null=True)
    years_status = models.TextField()
    routes = ArrayField(models.TextField())

    class Meta:
        managed = False
        db_table = "survey_anonymousholding"
