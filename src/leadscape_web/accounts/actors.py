"""Who did something, as the one who asks may know it: "you", a name they may see, or "a user of Northshire".

Whose name is shown is decided by the database: it gives no row of a user whom the asker does not administer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

Act = tuple[UUID | None, datetime]
"""Id of the user (null: the service itself), and when."""
SERVICE: Final = "the service"
_WHO: Final = """
select acted.actor, acted.moment, acted.actor = leadscape_user(), n.full_name,
       leadscape_acted_for(acted.actor, acted.moment)
from unnest(%s::uuid[], %s::timestamptz[]) as acted(actor, moment)
left join accounts_user u on u.id = acted.actor
left join accounts_personname n on n.person_id = u.person_id and n.superseded_at is null
"""


def who_acted(acts: Iterable[Act], using: str = DEFAULT_DB_ALIAS) -> dict[Act, str]:
    """A label for each act, in one query, for whoever the context says is asking."""
    asked = set(acts)
    known = [(actor, moment) for actor, moment in asked if actor is not None]
    labels: dict[Act, str] = {act: SERVICE for act in asked if act[0] is None}
    if known:
        with connections[using].cursor() as cursor:
            cursor.execute(_WHO, [[actor for actor, _ in known], [moment for _, moment in known]])
            for actor, moment, own, name, body in cursor.fetchall():
                labels[actor, moment] = _label(bool(own), name, body)
    return labels


def _label(own: bool, name: str | None, body: str | None) -> str:
    if own:
        return "you"
    if name:
        return f"{name} ({body})" if body else name
    return f"a user of {body}" if body else "a user"
