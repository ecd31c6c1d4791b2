"""Which schools have the most similar intake, by a stated distance on inputs and never on outcomes?

Tables in: one row a school with its characteristics. Tables out:
:class:`~leadscape.need.similar.tables.SimilarSchools` and :class:`~leadscape.need.similar.tables.ComparatorSets`.
"""

from leadscape.need.similar.config import SimilarConfig
from leadscape.need.similar.metrics import Mahalanobis, Metric, Weighted, named_metric
from leadscape.need.similar.neighbours import Comparators, distance_between, find_similar_schools
from leadscape.need.similar.tables import ComparatorSets, SimilarSchools

__all__ = [
    "ComparatorSets",
    "Comparators",
    "Mahalanobis",
    "Metric",
    "SimilarConfig",
    "SimilarSchools",
    "Weighted",
    "distance_between",
    "find_similar_schools",
    "named_metric",
]
