"""What people are told, what they ask for, on which basis they are held, who stays out, and what is kept how long."""

from __future__ import annotations

from leadscape_web.privacy.models.kept import (
    Erasure,
    RetentionDone,
    RetentionDue,
    RetentionPeriod,
    RetentionPlan,
)
from leadscape_web.privacy.models.staying_out import (
    DoubtfulRow,
    Exclusion,
    ObjectionKey,
    ReportedLine,
    Secret,
    WithdrawnLine,
)
from leadscape_web.privacy.models.told import Address, Basis, Notice, PersonRequest, RecordGiven

__all__ = [
    "Address",
    "Basis",
    "DoubtfulRow",
    "Erasure",
    "Exclusion",
    "Notice",
    "ObjectionKey",
    "PersonRequest",
    "RecordGiven",
    "ReportedLine",
    "RetentionDone",
    "RetentionDue",
    "RetentionPeriod",
    "RetentionPlan",
    "Secret",
    "WithdrawnLine",
]
