"""Who was asked, who answered and how: contact and status, rates with intervals, dyads, returns that repeat.

Tables out: ``Contacts``, ``ResponseRates``, ``SchoolCoverage``, ``Representativity``, ``Dyads``, ``DyadCounts``.
"""

from leadscape.survey.response.contacts import read_contacts
from leadscape.survey.response.dyads import count_dyads, pair_dyads
from leadscape.survey.response.rates import cover_schools, rate_response
from leadscape.survey.response.representativity import measure_representativity

__all__ = [
    "count_dyads",
    "cover_schools",
    "measure_representativity",
    "pair_dyads",
    "rate_response",
    "read_contacts",
]
