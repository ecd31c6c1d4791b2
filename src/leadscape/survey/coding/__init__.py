"""Which role or theme do written words mean, who says so, and do several readers agree?

Tables in: ``Nominations`` and a codebook; answers in people's own words and a coding scheme. Tables out: ``Codings``,
``RoleSuggestions``; ``Segments``, ``SegmentCodings``, ``ThemeSummary``, ``Quotes``
(:mod:`leadscape.survey.coding.tables`).
"""

from leadscape.survey.coding.role_suggestions import suggest_role_shares
from leadscape.survey.coding.roles import code_roles

__all__ = ["code_roles", "suggest_role_shares"]
