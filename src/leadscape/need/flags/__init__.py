"""Which schools does a rule flag, which not, and of which can it not tell?

Tables in: :class:`~leadscape.need.tables.Measures`, :class:`~leadscape.need.tables.Inspections`,
:class:`~leadscape.need.tables.Context`, and a rule of :mod:`leadscape.codebooks.rules`. Tables out:
:class:`~leadscape.need.flags.tables.Flags`, :class:`~leadscape.need.flags.tables.FlagFacts` and
:class:`~leadscape.need.flags.tables.CannotTell`.

A statement about a school is yes, no or *cannot tell*, and conditions are put together by Kleene's three-valued
logic: what is hidden stays open unless what is known decides. So a hidden figure can take a verdict away, never turn
*yes* into *no*.
"""

from leadscape.need.flags.config import FlagConfig
from leadscape.need.flags.evaluating import Flagged, flag_schools
from leadscape.need.flags.evidence import Evidence
from leadscape.need.flags.tables import CannotTell, FlagFacts, Flags

__all__ = ["CannotTell", "Evidence", "FlagConfig", "FlagFacts", "Flagged", "Flags", "flag_schools"]
