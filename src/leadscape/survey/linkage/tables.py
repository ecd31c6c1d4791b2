"""Tables of linkage: the school meant by each mention, the schools it could mean, and what people decided."""

from __future__ import annotations

import dataframely as dy

from leadscape.core.tables import Table
from leadscape.register.tables import urn_column

OUTCOMES = ("accepted", "review", "not_in_register", "no_match")
METHODS = ("urn", "exact_name", "probable", "review", "unlinked")
ABSENCES = ("closed", "grouping", "early_years", "outside")


class SchoolLinks(Table):
    """One row is one mention of a school, and what became of it. No mention is left out.

    ``accepted`` means one school of the register, by the software or by a person. ``review`` waits for a person, with
    candidates. ``not_in_register`` is something else than a school open on the date. ``no_match`` says that nothing in
    the register is near enough to be worth offering.
    """

    mention_id = dy.String(primary_key=True)
    outcome = dy.Enum(OUTCOMES)
    urn = urn_column(nullable=True, description="The school meant; null unless accepted")
    probability = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        description="Calibrated probability of the first candidate; null where a person decided or none is",
    )
    method = dy.Enum(
        METHODS,
        description="By number, by a name that one school bears, by probability, by a person, or not at all",
    )
    absence = dy.Enum(
        ABSENCES,
        nullable=True,
        description="For not_in_register: a closed school, a grouping, an early-years setting, another country",
    )
    closed_urn = urn_column(nullable=True, description="For a school that closed: its number")
    reason = dy.String(description="Why, in words")


class SchoolCandidates(Table):
    """One row is one school that one mention could mean, best first. A mention without a row has none worth offering.

    The probabilities of a mention's schools and of *none of them* add up to 1; schools beyond the last rank hold the
    rest.
    """

    mention_id = dy.String(primary_key=True)
    rank = dy.Int64(
        primary_key=True, min=1, description="1 is the most probable; equal probabilities by number"
    )
    urn = urn_column()
    name = dy.String(nullable=True, description="As the register has it on the date")
    town = dy.String(nullable=True)
    probability = dy.Float64(min=0, max=1, description="Calibrated probability that this school is meant")
    reason = dy.String(description="What agrees and what does not, in words")


class SchoolAliases(Table):
    """One row is one wording that a person has decided on. A missing row means that nobody has.

    A wording decided differently in two places of one list is left out: it does not say which school is meant.
    """

    name_key = dy.String(primary_key=True, description="The wording without case, accents and punctuation")
    place_key = dy.String(
        primary_key=True, description="Authority or place beside it, folded; empty where none was written"
    )
    urn = urn_column(nullable=True, description="The school meant; null where none of the register is")
    decided_by = dy.String(nullable=True)
