"""Which bodies can somebody act for? Those of the register, which adds its own way of finding them.

Accounts know nothing of schools: the register calls :func:`add_bodies` in its ``AppConfig.ready``. A body becomes an
organisation when somebody is first invited to act for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.postgres.search import TrigramWordSimilarity  # type: ignore[attr-defined]
from django.db import connection
from django.db.models import Q

from leadscape_web.accounts.context import because
from leadscape_web.accounts.models import Organisation

LIKE_ENOUGH: Final = 0.4
"""Share of a word's trigrams that a misspelt one must have."""
OFFERED: Final = 12


@dataclass(frozen=True)
class Body:
    """One body that somebody can act for.

    Attributes
    ----------
    kind, key
        As in :class:`Organisation`.
    label, detail
        Its name, and what tells it from others of that name.
    """

    kind: str
    key: str
    label: str
    detail: str = ""

    @property
    def code(self) -> str:
        """Kind and key as one text, as a form sends it."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True)
class Bodies:
    """How an app finds bodies.

    Attributes
    ----------
    find
        From a text, possibly misspelt, and how many at most.
    describe
        From kind and key; null where there is none.
    """

    find: Callable[[str, int], Sequence[Body]]
    describe: Callable[[str, str], Body | None]


_ADDED: Final[dict[str, Bodies]] = {}
# What leadscape_covers says of one body, asked for all of them at once; the table's own rule asks it again.
_COVERED: Final = """
select kind, key from unnest(%s::text[], %s::text[]) as b(kind, key)
where (select leadscape_everywhere(array['administrator']))
   or (kind, key) in (select h.kind, h.key from leadscape_holds(array['administrator']) h)
   or (kind = 'authority' and key = any ((select leadscape_authorities(array['administrator']))::text[]))
   or (kind = 'school' and leadscape_covers_school(array['administrator'], key))
"""


def add_bodies(name: str, bodies: Bodies) -> None:
    """Let an app answer which bodies there are; once a name."""
    _ADDED[name] = bodies


def find_bodies(text: str, limit: int = OFFERED) -> tuple[Body, ...]:
    """Bodies that the text may mean, in the area of the administrator who acts; organisations first."""
    found = [*_known(text, limit), *(body for one in _ADDED.values() for body in one.find(text, limit))]
    return _covered(tuple({body.code: body for body in reversed(found)}.values())[::-1])[:limit]


def own_bodies() -> tuple[Body, ...]:
    """Organisations in the area of the administrator who acts, largest kind first."""
    kinds = list(Organisation.Kind)
    known = [_body(one) for one in Organisation.objects.order_by("label")[:500]]
    return tuple(sorted(_covered(tuple(known)), key=lambda body: kinds.index(Organisation.Kind(body.kind))))


def body_of(code: str) -> Body | None:
    """The body of ``kind:key`` if it exists and the administrator's area covers it."""
    kind, _, key = code.partition(":")
    known = Organisation.objects.filter(kind=kind, key=key).first()
    body = _body(known) if known else None
    for one in _ADDED.values():
        body = body or one.describe(kind, key)
    return next(iter(_covered((body,))), None) if body else None


def organisation_for(body: Body) -> Organisation:
    """The organisation of a body, made when nobody acted for it before."""
    known = Organisation.objects.filter(kind=body.kind, key=body.key).first()
    if known:
        return known
    because("Added so that somebody can act for it")
    return Organisation.objects.create(kind=body.kind, key=body.key, label=body.label)


def _known(text: str, limit: int) -> list[Body]:
    near = Organisation.objects.annotate(likeness=TrigramWordSimilarity(text, "label")).filter(
        Q(likeness__gte=LIKE_ENOUGH) | Q(key__iexact=text)
    )
    return [_body(one) for one in near.order_by("-likeness", "label")[:limit]]


def _body(organisation: Organisation) -> Body:
    return Body(organisation.kind, organisation.key, organisation.label)


def _covered(bodies: tuple[Body, ...]) -> tuple[Body, ...]:
    """Those that the administrator's area covers, as the database says."""
    if not bodies:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, [[body.kind for body in bodies], [body.key for body in bodies]])
        covered = set(cursor.fetchall())
    return tuple(body for body in bodies if (body.kind, body.key) in covered)
