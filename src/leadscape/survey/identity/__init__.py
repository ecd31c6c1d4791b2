"""Which nominations mean one person?

Tables in: nominations with their home school. Tables out: ``Identities``, ``PersonPairs``, ``PersonEvidence``,
``ListOverlap``; for a register's heads ``SharedPosts`` and ``SharedHeads``.
"""

from leadscape.survey.identity.config import IdentityConfig
from leadscape.survey.identity.exact import fold_person_name, group_exact, merge_persons
from leadscape.survey.identity.headships import HeadTelling, tell_shared_heads
from leadscape.survey.identity.overlap import Overlap, list_overlap
from leadscape.survey.identity.resolve import PersonResolution, resolve_persons
from leadscape.survey.identity.tables import (
    Identities,
    IdentityParameters,
    ListOverlap,
    OverlapBounds,
    PersonEvidence,
    PersonPairs,
    SharedHeads,
    SharedPosts,
    SharedTies,
)
from leadscape.survey.identity.ties import school_ties

__all__ = [
    "HeadTelling",
    "Identities",
    "IdentityConfig",
    "IdentityParameters",
    "ListOverlap",
    "Overlap",
    "OverlapBounds",
    "PersonEvidence",
    "PersonPairs",
    "PersonResolution",
    "SharedHeads",
    "SharedPosts",
    "SharedTies",
    "fold_person_name",
    "group_exact",
    "list_overlap",
    "merge_persons",
    "resolve_persons",
    "school_ties",
    "tell_shared_heads",
]
