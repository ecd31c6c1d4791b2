"""Do several people, coding the same material without seeing each other's codes, agree beyond what chance would give?

Tables in: ``Ratings`` (one category a unit), ``LabelSets`` (several labels a unit), ``Spans`` and ``TextsRead`` (marked
stretches of text). Tables out: ``AgreementCoefficients``, ``CategoryAgreement``, ``CoderPairs``, ``Confusions``,
``CrossTable``, ``SpanTables`` (:mod:`leadscape.survey.agreement.tables`).

Percent agreement never stands alone, and no coefficient is without an interval.
"""

from leadscape.survey.agreement.alpha import krippendorff_alpha
from leadscape.survey.agreement.chance import fleiss_kappa, gwet_ac1, percent_agreement
from leadscape.survey.agreement.labels import measure_labels
from leadscape.survey.agreement.measure import measure_ratings
from leadscape.survey.agreement.reading import read_labels, read_ratings
from leadscape.survey.agreement.resampling import Draws
from leadscape.survey.agreement.results import Agreement
from leadscape.survey.agreement.set_distance import set_distances
from leadscape.survey.agreement.spans import SpanAgreement, count_characters, measure_spans
from leadscape.survey.agreement.two_coders import cohen_kappa, weighted_kappa

__all__ = [
    "Agreement",
    "Draws",
    "SpanAgreement",
    "cohen_kappa",
    "count_characters",
    "fleiss_kappa",
    "gwet_ac1",
    "krippendorff_alpha",
    "measure_labels",
    "measure_ratings",
    "measure_spans",
    "percent_agreement",
    "read_labels",
    "read_ratings",
    "set_distances",
    "weighted_kappa",
]
