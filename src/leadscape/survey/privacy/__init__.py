"""Who asked not to be in the study, who must be told that they are, and what is held about one person?

Tables in: ``Nominations``, ``Responses``, what a person asked. Tables out: ``Withdrawals``, ``Objections``,
``Notices``, the record of one person; and nominations without those who are to stay out.
"""

from leadscape.survey.privacy.ledger import (
    HeldBack,
    blank_mentions,
    hold_back,
    make_objection,
    read_objections,
)
from leadscape.survey.privacy.tables import Notices, Objections, Withdrawals
from leadscape.survey.privacy.traces import trace_nominations
from leadscape.survey.privacy.withdrawals import (
    Withdrawn,
    add_withdrawals,
    read_withdrawals,
    silence,
    still_counted,
    withdraw,
)

__all__ = [
    "HeldBack",
    "Notices",
    "Objections",
    "Withdrawals",
    "Withdrawn",
    "add_withdrawals",
    "blank_mentions",
    "hold_back",
    "make_objection",
    "read_objections",
    "read_withdrawals",
    "silence",
    "still_counted",
    "trace_nominations",
    "withdraw",
]
