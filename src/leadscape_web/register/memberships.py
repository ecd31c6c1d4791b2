"""Who is a member of a trust or federation now, and is that known at all? One answer for every room.

A membership lasts until the day before the one it is left on, as the database has it where it decides who sees whom.
"""

from __future__ import annotations

from typing import Final

from django.db.models import DateField, Func, Q

from leadscape_web.register.models import Membership, Source

CURRENT: Final = "(m.left_on is null or m.left_on > current_date)"
"""The same as :func:`current_members`, in SQL, for a table that is called ``m``."""
COLLECTED: Final = (
    "(exists (select from register_membership)"
    " or exists (select from register_source where purpose = 'groups'))"
)
"""The same as :func:`memberships_collected`, in SQL."""


_TODAY: Final = Func(template="CURRENT_DATE", output_field=DateField())
"""The database's own today, which decides about access as well."""


def current_members(before: str = "") -> Q:
    """Memberships that last today.

    Parameters
    ----------
    before
        How memberships are reached from what is asked for: ``memberships__``; nothing where they are asked for.
    """
    return Q((f"{before}left_on", None)) | Q((f"{before}left_on__gt", _TODAY))


def memberships_collected() -> bool:
    """Whether any file says which school is in which trust. Without one, no school being in one is not a fact."""
    return Membership.objects.exists() or Source.objects.filter(purpose="groups").exists()
