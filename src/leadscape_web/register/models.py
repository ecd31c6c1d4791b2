"""Schools, authorities, groups and headships as the service holds them. Columns mean what the library's tables say."""

from __future__ import annotations

import uuid
from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from leadscape_web.accounts.models import Person

STATED_BY: Final = (
    "Columns that another file than source states, each with that file's id, or 'missing from' and the id of a file"
    " that does not list it, where somebody answered so; null: none"
)


class Source(models.Model):
    """One row is one file that facts were taken from. Every fact on a page names one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.TextField(help_text="schools, links, groups, returns, ...")
    file_name = models.TextField()
    sha256 = models.CharField(max_length=64)
    rows = models.IntegerField(null=True)
    as_of = models.DateField(null=True, help_text="Date the file describes")
    loaded_at = models.DateTimeField(default=timezone.now)


class Authority(models.Model):
    """One row is one authority that answers for schools. See ``leadscape.register.tables.Authorities``."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    region = models.TextField(null=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    stated_by = models.JSONField(null=True, help_text=STATED_BY)
    source_id: uuid.UUID | None


class School(models.Model):
    """One row is one school as the latest register describes it. See ``leadscape.register.tables.Schools``."""

    urn = models.TextField(primary_key=True)
    name = models.TextField(null=True)
    status = models.TextField()
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    phase = models.TextField(null=True)
    type = models.TextField(null=True)
    type_group = models.TextField(null=True)
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="schools")
    district = models.TextField(null=True)
    region = models.TextField(null=True)
    town = models.TextField(null=True)
    postcode = models.TextField(null=True)
    easting = models.FloatField(null=True)
    northing = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    low_age = models.IntegerField(null=True)
    high_age = models.IntegerField(null=True)
    gender = models.TextField(null=True)
    religious_character = models.TextField(null=True)
    capacity = models.FloatField(null=True)
    capacity_status = models.TextField(default="unknown")
    pupils = models.FloatField(null=True)
    pupils_status = models.TextField(default="unknown")
    fsm_pct = models.FloatField(null=True)
    fsm_pct_status = models.TextField(default="unknown")
    source = models.ForeignKey(Source, models.PROTECT)
    stated_by = models.JSONField(null=True, help_text=STATED_BY)
    authority_id: str | None
    source_id: uuid.UUID

    class Meta:
        indexes: ClassVar = [models.Index(fields=["status", "phase"], name="school_status_phase")]


class SchoolName(models.Model):
    """One row is one name that a file gives a school. See ``leadscape.register.names.SchoolNames``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="other_names")
    name = models.TextField()
    first_seen = models.DateField(null=True, help_text="First dated file that gives it")
    last_seen = models.DateField(null=True, help_text="Last dated file that gives it")
    sources = ArrayField(models.TextField(), default=list, help_text="Files that give it")
    school_id: str


class Group(models.Model):
    """One row is one trust, federation or sponsor. See ``leadscape.register.tables.Groups``."""

    uid = models.TextField(primary_key=True)
    group_id = models.TextField(null=True)
    name = models.TextField()
    group_type = models.TextField()
    status = models.TextField(default="unknown")
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    companies_house_number = models.TextField(null=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    stated_by = models.JSONField(null=True, help_text=STATED_BY)
    source_id: uuid.UUID | None


class Membership(models.Model):
    """One row is one school's membership of one group. See ``leadscape.register.tables.Memberships``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="memberships")
    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships")
    joined_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    stated_by = models.JSONField(null=True, help_text=STATED_BY)
    school_id: str
    group_id: str
    source_id: uuid.UUID | None


class Link(models.Model):
    """One row is one statement that a school follows or precedes another. See ``leadscape.register.tables.Links``.

    The other school need not be in the register.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    urn = models.TextField(db_index=True)
    link_urn = models.TextField(db_index=True)
    relation = models.TextField()
    link_name = models.TextField(null=True)
    link_type = models.TextField()
    established_on = models.DateField(null=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    source_id: uuid.UUID | None


class Headship(models.Model):
    """One row is one person leading one school, from when to when. Personal data.

    A headship is not a role-holding. A missing row means that no register names a head.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="headships")
    person = models.ForeignKey(Person, models.PROTECT, related_name="headships")
    job_title = models.TextField(null=True)
    seen_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    stated_by = models.JSONField(null=True, help_text=STATED_BY)
    school_id: str
    person_id: uuid.UUID
    source_id: uuid.UUID | None


class SearchEntry(models.Model):
    """One row is one thing that can be found by one text: a school by a name, postcode or number; a trust, authority.

    Derived from the other tables and made anew with them; people are found through their names table instead.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField(help_text="school, authority, trust")
    key = models.TextField()
    label = models.TextField(help_text="Its name today")
    detail = models.TextField(help_text="Where it is, and what")
    text = models.TextField(help_text="What is searched: lower case, without accents and punctuation")
    because = models.TextField(help_text="name, former name, number, postcode")
    named = models.TextField(help_text="The text as written")
    weight = models.FloatField(
        default=1.0, help_text="0-1: how much goes before others found as well: open, large"
    )
    rarity = models.FloatField(default=0.0, help_text="Sum of the rarity of the words of its name")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["text"], name="search_text", opclasses=["text_pattern_ops"]),
        ]


class SearchWord(models.Model):
    """One row is one word by which something can be found, in one use. Derived with the entries.

    Public names only: a word of a person's name is in no row.
    """

    class Use(models.TextChoices):
        """What the word is to the entries that have it."""

        NAME = "name", "A word of their name"
        PLACE = "place", "A word of where they are"
        JOINED = "joined", "Two words of their name, written as one"

    id = models.IntegerField(primary_key=True)
    word = models.TextField()
    letters = models.TextField(
        default="", help_text="Its letters in order, the same for two that were swapped"
    )
    use = models.CharField(max_length=8, choices=Use.choices)
    entries = models.IntegerField(help_text="Entries that have it")
    rarity = models.FloatField(help_text="Natural logarithm of all entries over those that have it")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["word"], name="search_word", opclasses=["text_pattern_ops"]),
        ]


class SearchOccurrence(models.Model):
    """One row is one word that one entry has."""

    pk = models.CompositePrimaryKey("word", "entry")
    word = models.ForeignKey(
        SearchWord, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    entry = models.ForeignKey(SearchEntry, models.DO_NOTHING, db_constraint=False, related_name="+")
