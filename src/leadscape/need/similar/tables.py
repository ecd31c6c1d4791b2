"""Tables of similar schools: every pair with its distance, and every school with what can be said of its set."""

from __future__ import annotations

from typing import Final

import dataframely as dy

from leadscape.core.tables import Table
from leadscape.register.tables import urn_column

SET_STATUSES: Final = ("full", "fewer", "too_few", "none")


class SimilarSchools(Table):
    """One row is one school and one of its nearest schools by the metric.

    A missing row means that the school is not among the nearest, was filtered out, or could not be compared:
    :class:`ComparatorSets` says which. A school is never its own comparator and no pair stands twice.
    """

    urn = urn_column(primary_key=True)
    neighbour_urn = urn_column(primary_key=True)
    rank = dy.Int64(min=1, description="1 the nearest; equal distances in the order of neighbour_urn as text")
    distance = dy.Float64(min=0, description="By the metric; rescaled where a characteristic is missing")
    compared = dy.Int64(min=1, description="Characteristics known of both")
    compared_share = dy.Float64(
        min=0,
        max=1,
        description="Share of the expected squared distance that these make up; 1 where all are known",
    )
    missing = dy.String(
        nullable=True, description="Characteristics missing in either school, by id; null where none is"
    )
    distance_km = dy.Float64(nullable=True, min=0, description="Straight line, where both have a location")


class ComparatorSets(Table):
    """One row is one school asked about, with what can be said of its comparators. No school asked about is missing."""

    urn = urn_column(primary_key=True)
    comparators = dy.Int64(min=0)
    status = dy.Enum(
        SET_STATUSES, description="full as many as asked for; too_few fewer than a comparison needs"
    )
    missing = dy.String(nullable=True, description="The school's own missing characteristics, by id")
    partly_compared = dy.Int64(min=0, description="Comparators compared on some characteristics only")
    farthest = dy.Float64(nullable=True, min=0, description="Distance of the last comparator")
    reason = dy.String(nullable=True, description="Why there are fewer than asked for")
