"""Who is said to lead beyond their own school, by whom, and which person and school is meant?

Tables in: returns as people send them, the frame of who was asked, ``Schools``, a codebook, decisions by a person.
Tables out: ``Responses``, ``Nominations``, ``Codings``, ``LinkedNominations``, ``Leaders``, ``RoleHoldings``,
``Supports``, ``Questions`` (:mod:`leadscape.survey.tables`).
"""

from leadscape.survey.respondents import count_response, read_respondents
from leadscape.survey.returns import ReturnsReading, read_returns
from leadscape.survey.review import no_decisions, read_decisions, write_review
from leadscape.survey.settle import Settlement, settle

__all__ = [
    "ReturnsReading",
    "Settlement",
    "count_response",
    "no_decisions",
    "read_decisions",
    "read_respondents",
    "read_returns",
    "settle",
    "write_review",
]
