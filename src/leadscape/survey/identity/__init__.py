"""Which nominations mean one person?

Tables in: nominations with their home school. Tables out: ``Identities``, ``PersonPairs``, ``PersonEvidence``.
"""

from leadscape.survey.identity.config import IdentityConfig
from leadscape.survey.identity.exact import doubtful_pairs, fold_person_name, group_exact, merge_persons
from leadscape.survey.identity.resolve import PersonResolution, resolve_persons
from leadscape.survey.identity.tables import (
    Identities,
    IdentityParameters,
    ListOverlap,
    PersonEvidence,
    PersonPairs,
)

__all__ = [
    "Identities",
    "IdentityConfig",
    "IdentityParameters",
    "ListOverlap",
    "PersonEvidence",
    "PersonPairs",
    "PersonResolution",
    "doubtful_pairs",
    "fold_person_name",
    "group_exact",
    "merge_persons",
    "resolve_persons",
]
