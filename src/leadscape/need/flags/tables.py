"""Tables of flags: a verdict for each school, what it saw, and the schools that a rule could not judge."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from leadscape.core.missing import STATUSES
from leadscape.core.tables import Table
from leadscape.need.adjusted.tables import VERDICTS
from leadscape.register.tables import urn_column


class Flags(Table):
    """One row is one school judged by one rule on a day. ``yes`` means that it may need help.

    A missing row means that the school was not asked about or is of a phase that the rule is not about. A school of
    which too little is known is here and is *cannot tell*: it is not fine.
    """

    urn = urn_column(primary_key=True)
    rule = dy.String(primary_key=True, description="Id of the rule in its codebook")
    as_of = dy.Date(primary_key=True, description="Day asked about")
    verdict = dy.Enum(VERDICTS)
    reason = dy.String(nullable=True, description="Why it cannot be told; null where it can")
    kind = dy.String(nullable=True, description="The same by kind of reason, to count by")
    seen = dy.String(nullable=True, description="What was known: statement, value, period, publication")
    published_on = dy.Date(nullable=True, description="Latest publication among what was known, where stated")

    @dy.rule()
    def cannot_tell_has_a_reason(cls) -> pl.Expr:
        """A school is *cannot tell* exactly where a reason is given."""
        return (pl.col("verdict") == "cannot tell") == pl.col("reason").is_not_null()


class FlagFacts(Table):
    """One row is one statement of one rule about one school: what it saw and how it was answered.

    No statement is missing for a school that was judged.
    """

    urn = urn_column(primary_key=True)
    rule = dy.String(primary_key=True)
    fact = dy.Int64(primary_key=True, min=1, description="Place of the statement in the rule")
    statement = dy.String(description="In words")
    holds = dy.Enum(VERDICTS)
    value = dy.Float64(nullable=True, description="The figure compared, in its unit")
    judgement = dy.String(nullable=True, description="The grades seen, by area")
    period = dy.String(nullable=True, description="Period of the figure, or framework of the inspection")
    dated = dy.Date(nullable=True, description="End of the period, or day of the inspection")
    published_on = dy.Date(nullable=True, description="Where stated")
    source = dy.String(nullable=True, description="File name")
    status = dy.Enum(STATUSES, nullable=True, description="Why there is no figure, where a file says so")
    why = dy.String(nullable=True, description="Why it cannot be told")
    kind = dy.String(nullable=True, description="The same by kind of reason")

    @dy.rule()
    def cannot_tell_has_a_reason(cls) -> pl.Expr:
        """A statement is *cannot tell* exactly where it says why."""
        return (pl.col("holds") == "cannot tell") == pl.col("why").is_not_null()


class CannotTell(Table):
    """One row is one kind of reason, or several together, why one rule could not judge schools, with how many.

    A missing row means that no school fell under it. The schools themselves are rows of :class:`Flags`.
    """

    rule = dy.String(primary_key=True)
    kind = dy.String(primary_key=True, description="Kinds of reasons, by what is missing")
    example = dy.String(description="The reason of one of the schools, in full")
    schools = dy.Int64(min=1)
    of = dy.Int64(min=1, description="Schools that the rule was asked about")
