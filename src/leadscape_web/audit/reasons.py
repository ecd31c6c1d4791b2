"""May a reason be kept for good? See :mod:`leadscape_web.accounts.reasons`, which forms of accounts ask as well."""

from __future__ import annotations

from leadscape_web.accounts.reasons import LONGEST, SHORTEST, check_reason, names_person

__all__ = ["LONGEST", "SHORTEST", "check_reason", "names_person"]
