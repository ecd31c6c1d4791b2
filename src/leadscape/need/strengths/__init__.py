"""In what is each school strong or weak, how sure are we, and who in a group could help whom?

Tables in: :class:`~leadscape.need.tables.Measures` with :class:`~leadscape.need.tables.AreaMeasures`,
:class:`~leadscape.need.tables.Inspections`, similar schools, and the themes of :mod:`leadscape.codebooks.themes`.
Tables out: :class:`~leadscape.need.strengths.tables.Strengths`; for a group of schools
:class:`~leadscape.need.strengths.tables.GroupThemes` and :class:`~leadscape.need.strengths.tables.SharingPairs`.

Strong and weak are said only where the interval of the difference clears the comparison. What is not known is
unknown, never typical, and for a group it may be the strength that nobody has.
"""

from leadscape.need.strengths.config import StrengthConfig
from leadscape.need.strengths.groups import GroupMatrix, group_matrix
from leadscape.need.strengths.judging import Judged, find_strengths
from leadscape.need.strengths.tables import GroupThemes, SharingPairs, Strengths

__all__ = [
    "GroupMatrix",
    "GroupThemes",
    "Judged",
    "SharingPairs",
    "StrengthConfig",
    "Strengths",
    "find_strengths",
    "group_matrix",
]
