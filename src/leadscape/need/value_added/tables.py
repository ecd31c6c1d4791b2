"""Tables of value added: a school in a cohort and subject, and the model of each cohort and subject."""

from __future__ import annotations

import dataframely as dy

from leadscape.core.tables import Table, status_column
from leadscape.register.tables import urn_column


class ValueAdded(Table):
    """One row is one school in one cohort and subject.

    A missing row means that the records hold no pupil of the school. With fewer pupils than may be shown figures are
    hidden; with no pupil whose start and result are known they are unknown. Neither is zero.
    """

    urn = urn_column(primary_key=True)
    cohort = dy.String(primary_key=True, description="all where records are not kept apart")
    subject = dy.String(primary_key=True, description="all where records are not kept apart")
    pupils = dy.Int64(nullable=True, min=0, description="Pupils with a start and a result; null where hidden")
    left_out = dy.Int64(nullable=True, min=0, description="Pupils without one of them; null where hidden")
    raw = dy.Float64(nullable=True, description="Mean difference from what pupils' starts lead one to expect")
    value_added = dy.Float64(
        nullable=True, description="The same, pooled: what is left when chance is taken out"
    )
    low = dy.Float64(nullable=True)
    high = dy.Float64(nullable=True)
    reliability = dy.Float64(nullable=True, min=0, max=1, description="Share of the raw figure that is kept")
    status = status_column("value_added")


class ValueAddedModels(Table):
    """One row is the model of one cohort and subject. A missing row means that the records hold no such pupils."""

    cohort = dy.String(primary_key=True)
    subject = dy.String(primary_key=True)
    pupils = dy.Int64(min=0)
    left_out = dy.Int64(min=0, description="Pupils without a start or a result")
    schools = dy.Int64(min=0)
    intercept = dy.Float64(description="Expected result of a pupil with the mean start of all records")
    slope = dy.Float64(description="Change of the result for one more of the start")
    slope_se = dy.Float64(min=0)
    between = dy.Float64(min=0, description="Variance between schools")
    within = dy.Float64(min=0, description="Variance between pupils of a school")
    minus_2_log_likelihood = dy.Float64()
