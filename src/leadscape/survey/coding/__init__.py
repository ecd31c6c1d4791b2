"""Which role or theme do written words mean, who says so, and do several readers agree?

Tables in: ``Nominations``, a codebook. Tables out: ``Codings``.
"""

from leadscape.survey.coding.roles import code_roles, suggest_roles

__all__ = ["code_roles", "suggest_roles"]
