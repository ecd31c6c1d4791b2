"""Tables of identity: which nominations mean one person, which pairs were weighed, and what spoke for and against."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from leadscape.core.tables import Table

OUTCOMES = ("same", "review", "different")
MERGED_BY = ("exact", "probable", "review")
DECISIONS = ("same", "different")


class Identities(Table):
    """One row is one nomination and the person it means. Personal data.

    Every nomination has a row. All earlier ids are kept, so that a merge can be undone and followed.
    """

    nomination_id = dy.String(primary_key=True)
    person = dy.String(description="Smallest nomination id of the person")
    merged_by = dy.Enum(
        MERGED_BY,
        description="What ties the line to the person: the same name and school, evidence, a decision",
    )
    leader_id = dy.String(description="Id of the person among leaders: L and the person without its letter")
    group = dy.String(description="Smallest nomination id among lines of the same name and school")
    probable_person = dy.String(description="The person that evidence alone would give, without any decision")
    leader_id_before = dy.String(description="Id among leaders that the group had before it was merged")


class PersonPairs(Table):
    """One row is two groups of nominations (same name and school) that were weighed against each other.

    A missing row means that the pair was not found by any search key, or is so unlikely that nobody is asked: both are
    taken for different people. Pairs that became one person through a third group have a row as well. Of several pairs
    between the same two persons only the likeliest is asked about.
    """

    person = dy.String(primary_key=True, description="Smallest nomination id of one group; before `other`")
    other = dy.String(primary_key=True, description="Smallest nomination id of the other group")
    nominations = dy.Int64(min=1, description="Nominations in the group of `person`")
    nominations_other = dy.Int64(min=1, description="Nominations in the group of `other`")
    probability = dy.Float64(min=0, max=1, description="That both mean one person, by evidence and rivals")
    rivals = dy.Int64(
        min=0,
        description="Third groups that one of the two agrees with and the other cannot be; they take probability",
    )
    outcome = dy.Enum(OUTCOMES, description="Merged unasked, asked about, or taken for different people")
    decision = dy.Enum(
        DECISIONS, nullable=True, description="What a person decided; it stands over the outcome"
    )
    asked_because = dy.String(nullable=True, description="Why a probable pair is asked about and not merged")
    why = dy.String(description="The evidence in words, the weightiest first")
    bits = dy.Float64(description="Sum of the weights, log2 of the likelihood ratio")

    @dy.rule()
    def person_comes_before_other(cls) -> pl.Expr:
        return pl.col("person") < pl.col("other")


class PersonEvidence(Table):
    """One row is what one field says about one pair. A missing row means that the field is not known of both."""

    person = dy.String(primary_key=True)
    other = dy.String(primary_key=True)
    field = dy.String(
        primary_key=True, description="surname, given, gender, school, role, start, move, returns, partners"
    )
    level = dy.String(description="How the two compare")
    bits = dy.Float64(description="Weight, log2 of m / u: above 0 for one person, below 0 for two")


class IdentityParameters(Table):
    """One row is one level of one field, with the probabilities that its weight is made of."""

    field = dy.String(primary_key=True)
    level = dy.String(primary_key=True)
    m = dy.Float64(
        min=0, max=1, description="Share of pairs of one person that stand at this level, of those known"
    )
    u = dy.Float64(
        min=0,
        max=1,
        description="Share of pairs of two persons; of equal names and days, before their rarity",
    )
    shipped_m = dy.Float64(
        min=0, max=1, description="The shipped value that the study's own lines were weighed against"
    )
    shipped_u = dy.Float64(min=0, max=1, description="The shipped value")


class ListOverlap(Table):
    """One row is one person and the lists that named them. A missing row means that no list named the person."""

    person = dy.String(primary_key=True)
    respondents = dy.List(dy.String(), description="Every respondent that named the person, sorted")
    routes = dy.List(dy.String(), description="Kinds of those respondents, sorted; empty where not known")
    nominations = dy.Int64(min=1)


class OverlapBounds(Table):
    """One row is two lists and the people that both named. A missing row means that one of them named nobody.

    Every count is given three times: at least (lines of one name and school, and decided pairs, are one person), as
    taken (the probable too), and at most (every pair that is asked about too). A list's people are most where overlap
    is least.
    """

    list = dy.String(primary_key=True, description="Respondent or route; before `other_list`")
    other_list = dy.String(primary_key=True)
    people_least = dy.Int64(min=0, description="People of `list` where only certain lines are joined")
    people_taken = dy.Int64(min=0)
    people_most = dy.Int64(min=0, description="People of `list` where every doubtful pair is joined")
    people_other_least = dy.Int64(min=0, description="People of `other_list`, likewise")
    people_other_taken = dy.Int64(min=0)
    people_other_most = dy.Int64(min=0)
    shared_least = dy.Int64(min=0, description="People on both lists where only certain lines are joined")
    shared_taken = dy.Int64(min=0)
    shared_most = dy.Int64(min=0, description="People on both lists where every doubtful pair is joined")


class SharedPosts(Table):
    """One row is two posts under one full name in one register on its date. Personal data.

    A missing row means that the name stands at one school only, or at more schools than are compared pair by pair.
    """

    head = dy.String(primary_key=True, description="Full name, or the id that stands for it")
    urn = dy.String(primary_key=True, description="One school; before `other_urn`")
    other_urn = dy.String(primary_key=True)
    tie = dy.String(description="What ties the two schools: trust, site, neighbours, authority, region, none")
    executive = dy.Bool(description="Whether a job title of either post says executive")
    probability = dy.Float64(
        min=0, max=1, description="That one person holds both, from how many such pairs chance would give"
    )
    verdict = dy.Enum(("shared_head", "namesakes", "cannot_tell"))
    why = dy.String(description="The evidence in words")


class SharedTies(Table):
    """One row is a kind of tie between two schools, with how many pairs of posts share a name there.

    ``expected`` is what chance gives: pairs of schools with the tie, times the share of far and untied pairs whose
    heads share a name. What is observed beyond it are shared heads.
    """

    tie = dy.String(primary_key=True)
    executive = dy.Bool(primary_key=True)
    pairs = dy.Float64(min=0, description="Pairs of posts in the register with this tie")
    observed = dy.Int64(min=0, description="Of those, pairs under one full name")
    expected = dy.Float64(min=0, description="Of those, pairs of namesakes expected by chance")
    shared_share = dy.Float64(min=0, max=1, description="Share of the observed that are one person")


class SharedHeads(Table):
    """One row is a full name that stands at more than one school, and how many people it is. Personal data."""

    head = dy.String(primary_key=True)
    posts = dy.Int64(min=2)
    people_least = dy.Int64(min=1, description="People if every pair that cannot be told is one person")
    people_most = dy.Int64(min=1, description="People if none of them is")
    verdict = dy.Enum(("shared_head", "namesakes", "both", "cannot_tell"))
