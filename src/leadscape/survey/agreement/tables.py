"""Tables of agreement: what each coder said of each unit, and how far the coders agree beyond chance."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from leadscape.core.missing import REPORTED
from leadscape.core.tables import Table, status_column

LEVELS = ("nominal", "ordinal", "interval", "ratio")
COEFFICIENTS = (
    "percent_agreement",
    "cohen_kappa",
    "weighted_kappa_linear",
    "weighted_kappa_quadratic",
    "fleiss_kappa",
    "gwet_ac1",
    "krippendorff_alpha",
    "krippendorff_alpha_jaccard",
    "krippendorff_alpha_masi",
)


class Ratings(Table):
    """One row is one unit as one coder rated it.

    A missing row, like a null value, means that this coder did not rate the unit; it is not a disagreement and not a
    category. A unit that was read and given no code must say so with a category of its own.
    """

    unit = dy.String(primary_key=True, description="What was rated: a nomination, an answer, a segment")
    coder = dy.String(primary_key=True, description="Who rated it")
    value = dy.String(nullable=True, description="The category or number given; null where not rated")


class LabelSets(Table):
    """One row is one unit with all the labels that one coder gave it.

    A missing row, like a null list, means that the coder did not read the unit. An empty list means: read, and no label
    applies.
    """

    unit = dy.String(primary_key=True)
    coder = dy.String(primary_key=True)
    labels = dy.List(dy.String(), nullable=True, description="Null where not read, empty where none applies")


class TextsRead(Table):
    """One row is one text that one coder has read to its end.

    A missing row means that the coder did not read the text. One who read it and marked nothing has a row here and none
    in :class:`Spans`: unmarked text is part of the comparison.
    """

    text = dy.String(primary_key=True)
    coder = dy.String(primary_key=True)
    characters = dy.Int64(min=1, description="Length of the text, the same for every coder")


class Spans(Table):
    """One row is one stretch of a text that one coder gave one code.

    A missing row means that no such code was given there. Stretches of one code by one coder may overlap; they count
    once.
    """

    text = dy.String()
    coder = dy.String()
    code = dy.String()
    start = dy.Int64(min=0, description="First character, counted from 0")
    end = dy.Int64(min=1, description="The character after the last one")

    @dy.rule()
    def end_after_start(cls) -> pl.Expr:
        return pl.col("end") > pl.col("start")


def coefficient_column(description: str) -> dy.Float64:
    """A coefficient or an end of its interval: 1 is complete agreement, 0 what chance alone gives."""
    return dy.Float64(nullable=True, max=1, description=description)


def _value_with_interval() -> pl.Expr:
    known = pl.col("value_status").cast(pl.String) == REPORTED
    parts = pl.col("value", "low", "high")
    return (
        pl.when(known)
        .then(pl.all_horizontal(parts.is_not_null()))
        .otherwise(pl.all_horizontal(parts.is_null()))
    )


class AgreementCoefficients(Table):
    """One row is one coefficient of agreement among all coders.

    A missing row means that the coefficient does not fit the design: Cohen's kappa needs two coders, weighted kappa an
    order, Fleiss' kappa and AC1 categories. Percent agreement never stands alone.
    """

    coefficient = dy.Enum(COEFFICIENTS, primary_key=True)
    level = dy.Enum([*LEVELS, "sets"], description="Which differences between values count, and how much")
    value = coefficient_column("1 is complete agreement, 0 what chance alone gives")
    value_status = status_column("value")
    low = coefficient_column("Low end of the interval; null only where value is")
    high = coefficient_column("High end of the interval; null only where value is")
    confidence = dy.Float64(min=0, max=1)
    replications = dy.Int64(min=0, description="Draws of the units in which the value exists")
    observed = coefficient_column(
        "Agreement seen: 1 less the mean disagreement as a share of the largest possible"
    )
    expected = coefficient_column("Agreement expected by chance, likewise; null for percent agreement")
    interval = dy.String(description="How the interval was made")
    reason = dy.String(nullable=True, description="Why there is no value, or what to know about the interval")

    @dy.rule()
    def interval_with_every_value(cls) -> pl.Expr:
        return _value_with_interval()


class CategoryAgreement(Table):
    """One row is one category, or one code where several may apply: is it the one that coders cannot tell apart?

    A missing row means that the category is not among those rated. Units with fewer than two ratings take no part.
    """

    category = dy.String(primary_key=True)
    units = dy.Int64(min=0, description="Units that at least one coder put here")
    ratings = dy.Int64(min=0, description="Ratings that say so")
    specific_agreement = dy.Float64(
        nullable=True, min=0, max=1, description="Chance that another coder says so too, where one says so"
    )
    specific_low = dy.Float64(nullable=True, min=0, max=1)
    specific_high = dy.Float64(nullable=True, min=0, max=1)
    alpha = dy.Float64(
        nullable=True, max=1, description="Krippendorff's alpha of this category against the rest"
    )
    alpha_low = dy.Float64(nullable=True, max=1)
    alpha_high = dy.Float64(nullable=True, max=1)
    alpha_status = status_column("alpha")
    reason = dy.String(nullable=True, description="Why there is no value")


class CoderPairs(Table):
    """One row is one pair of coders: do two of them stand apart from the rest?

    No pair is missing; one without a unit in common has no value.
    """

    coder = dy.String(primary_key=True)
    other_coder = dy.String(primary_key=True)
    units = dy.Int64(min=0, description="Units that both rated")
    agreeing = dy.Int64(min=0, description="Of these, units with the same value")
    agreement_share = dy.Float64(nullable=True, min=0, max=1, description="agreeing over units")
    coefficient = dy.Enum(
        COEFFICIENTS, description="What value is: kappa, or alpha where values have an order"
    )
    value = coefficient_column("1 is complete agreement, 0 what chance alone gives")
    value_status = status_column("value")
    low = coefficient_column("Low end of the interval; null only where value is")
    high = coefficient_column("High end of the interval; null only where value is")
    confidence = dy.Float64(min=0, max=1)
    replications = dy.Int64(min=0, description="Draws of the units in which the value exists")
    reason = dy.String(nullable=True, description="Why there is no value, or what to know about the interval")

    @dy.rule()
    def interval_with_every_value(cls) -> pl.Expr:
        return _value_with_interval()


class Confusions(Table):
    """One row is one pair of categories that coders gave to the same unit.

    A missing row means that no two coders parted that way.
    """

    category = dy.String(primary_key=True)
    other_category = dy.String(primary_key=True)
    units = dy.Int64(min=1, description="Units on which some coders said one and some the other")
    pairs = dy.Int64(min=1, description="Pairs of coders who did, over all units")
    disagreements = dy.Int64(min=1, description="All pairs of coders who disagree, over all units")
    pairs_share = dy.Float64(min=0, max=1, description="pairs over disagreements")


class CrossTable(Table):
    """One row is one cell of the table of two coders: the first said ``value``, the second ``other_value``.

    A missing row means that no unit is in the cell.
    """

    coder = dy.String(primary_key=True)
    other_coder = dy.String(primary_key=True)
    value = dy.String(primary_key=True)
    other_value = dy.String(primary_key=True)
    units = dy.Int64(min=1)


class CoderCounts(Table):
    """One row is one coder: how much of the material the coder rated. No coder is missing."""

    coder = dy.String(primary_key=True)
    rated = dy.Int64(min=0, description="Units rated")
    not_rated = dy.Int64(min=0, description="Units rated by others and not by this coder")


class SpanCoefficients(AgreementCoefficients):
    """One row is one coefficient of agreement on the characters of one code, over all texts that two coders read.

    A code that nobody gave has rows without a value: that all left the text unmarked is no agreement about the code.
    """

    code = dy.String(primary_key=True)
    texts = dy.Int64(min=0, description="Texts that two coders or more read")
    characters = dy.Int64(min=0, description="Characters of these texts, marked or not")


class SpanTables(Table):
    """One row is the character table of one code in one text for two coders who both read it.

    No pair is missing: where neither gave the code, all characters are in ``neither``. The four counts add up to the
    length of the text.
    """

    code = dy.String(primary_key=True)
    text = dy.String(primary_key=True)
    coder = dy.String(primary_key=True)
    other_coder = dy.String(primary_key=True)
    both = dy.Int64(min=0, description="Characters that both gave the code")
    first_only = dy.Int64(min=0, description="Characters that only coder gave the code")
    second_only = dy.Int64(min=0, description="Characters that only other_coder gave the code")
    neither = dy.Int64(min=0, description="Characters that neither gave the code")
