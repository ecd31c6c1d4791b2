"""Rows of lists: leaders and role-holdings as the database shows them to the user, in frames, in few queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import polars as pl
from django.db.models import Q, QuerySet

from leadscape.core.missing import SUPPRESSED
from leadscape_web.register.models import Membership
from leadscape_web.survey.codebooks import KnownWaves
from leadscape_web.survey.models import AnonymousHolding, Leader, RoleHolding
from leadscape_web.survey.names import all_names
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN, ROUTES

_TEXTS: Final = pl.List(pl.String)
LEADERS: Final = {
    "leader": pl.String, "name": pl.String, "urn": pl.String, "school": pl.String, "authority_code": pl.String,
    "authority": pl.String, "region": pl.String, "phase": pl.String, "trusts": _TEXTS, "roles": _TEXTS,
    "origins": _TEXTS, "kinds": _TEXTS, "holdings": pl.Int64,
}  # fmt: skip
HOLDINGS: Final = {
    "leader": pl.String, "name": pl.String, "role": pl.String, "origin": pl.String, "kinds": _TEXTS,
    "started_on": pl.Date, "ended_on": pl.Date, "urn": pl.String, "school": pl.String, "authority_code": pl.String,
    "authority": pl.String, "region": pl.String, "phase": pl.String, "trusts": _TEXTS, "routes": _TEXTS,
}  # fmt: skip
ANONYMOUS: Final = {
    "leader": pl.String, "role": pl.String, "role_status": pl.String, "origin": pl.String, "kinds": _TEXTS,
    "started_year": pl.String, "started_year_status": pl.String, "ended_year": pl.String,
    "authority_code": pl.String, "authority": pl.String, "region": pl.String, "phase": pl.String, "place": pl.String,
    "routes": _TEXTS, "wave": pl.String,
}  # fmt: skip
SHOWN_HASH: Final = 12
WITHHELD: Final = "Withheld"


def held_on(day: date | None) -> QuerySet[RoleHolding]:
    """Holdings that count; on a day, those in force then. A holding whose start is not known may be in force."""
    counted = RoleHolding.objects.filter(withdrawn_at=None)
    if day is None:
        return counted
    return counted.filter(Q(started_on=None) | Q(started_on__lte=day), Q(ended_on=None) | Q(ended_on__gt=day))


def leader_rows(waves: KnownWaves, day: date | None = None) -> pl.DataFrame:
    """One row a leader; with a day, only those with a role-holding in force then. Columns: :data:`LEADERS`."""
    held: dict[uuid.UUID, list[tuple[str, str, uuid.UUID | None]]] = defaultdict(list)
    for leader, role, origin, wave in held_on(day).values_list("leader_id", "role", "origin", "wave_id"):
        held[leader].append((role, origin, wave))
    names, trusts = all_names(), trusts_by_school()
    found = Leader.objects.order_by("authority__name", "home_school__name", "key").values_list(
        "pk", "person_id", "home_school_id", "home_school__name", "authority_id", "authority__name", "region",
        "phase", "wave_id",
    )  # fmt: skip
    rows: list[dict[str, Any]] = []
    for key, person, urn, school, code, authority, region, phase, wave in found:
        roles = held.get(key, [])
        if day is not None and not roles:
            continue
        rows.append(
            {
                "leader": str(key),
                "name": names.get(person, NAME_NOT_KNOWN),
                "urn": urn,
                "school": school or urn,
                "authority_code": code,
                "authority": authority,
                "region": region,
                "phase": waves.words(wave).phase(phase) if phase else None,
                "trusts": trusts.get(urn, []),
                "roles": _once(waves.words(w).role(role) for role, _, w in roles),
                "origins": _once(waves.words(w).origin(origin) for _, origin, w in roles),
                "kinds": _once(kind for role, _, w in roles for kind in waves.words(w).kinds_of(role)),
                "holdings": len(roles),
            }
        )
    return pl.DataFrame(rows, schema=LEADERS)


def holding_rows(waves: KnownWaves, day: date | None = None) -> pl.DataFrame:
    """One row a role-holding that counts; with a day, only those in force then. Columns: :data:`HOLDINGS`."""
    names, trusts = all_names(), trusts_by_school()
    found = held_on(day).order_by("authority__name", "home_school__name", "leader__key", "role")
    columns = found.values_list(
        "leader_id", "person_id", "role", "origin", "started_on", "ended_on", "home_school_id", "home_school__name",
        "authority_id", "authority__name", "authority__region", "home_school__phase", "routes", "wave_id",
    )  # fmt: skip
    rows: list[dict[str, Any]] = []
    for (
        leader,
        person,
        role,
        origin,
        start,
        end,
        urn,
        school,
        code,
        authority,
        region,
        phase,
        routes,
        wave,
    ) in columns:
        book = waves.words(wave)
        rows.append(
            {
                "leader": str(leader),
                "name": names.get(person, NAME_NOT_KNOWN),
                "role": book.role(role),
                "origin": book.origin(origin),
                "kinds": list(book.kinds_of(role)),
                "started_on": start,
                "ended_on": end,
                "urn": urn,
                "school": school or urn,
                "authority_code": code,
                "authority": authority,
                "region": region,
                "phase": book.phase(phase) if phase else None,
                "trusts": trusts.get(urn, []),
                "routes": [ROUTES.get(route, route) for route in routes],
            }
        )
    return pl.DataFrame(rows, schema=HOLDINGS)


def anonymous_rows(waves: KnownWaves) -> pl.DataFrame:
    """One row a role-holding without name or school. Columns: :data:`ANONYMOUS`."""
    columns = AnonymousHolding.objects.order_by("authority__name", "region", "role", "holding").values_list(
        "leader", "role", "role_status", "origin", "started_year", "ended_year", "years_status", "authority_id",
        "authority__name", "region", "phase", "place", "routes", "wave_id",
    )  # fmt: skip
    rows: list[dict[str, Any]] = []
    for (
        leader,
        role,
        said,
        origin,
        start,
        end,
        years,
        code,
        authority,
        region,
        phase,
        place,
        routes,
        wave,
    ) in columns:
        book, known = waves.words(wave), waves.get(wave)
        rows.append(
            {
                "leader": leader[:SHOWN_HASH],
                "role": book.role(role) if role else None,
                "role_status": said,
                "origin": book.origin(origin),
                "kinds": list(book.kinds_of(role)) if role else [],
                "started_year": None if start is None else str(start),
                "started_year_status": years,
                "ended_year": _ended(end, years),
                "authority_code": code,
                "authority": authority,
                "region": region,
                "phase": book.phase(phase) if phase else None,
                "place": place,
                "routes": [ROUTES.get(route, route) for route in routes],
                "wave": known.title if known else None,
            }
        )
    return pl.DataFrame(rows, schema=ANONYMOUS)


def _ended(year: int | None, status: str) -> str | None:
    """An end that nobody reported is told as that, and one that is withheld as that."""
    if year is not None:
        return str(year)
    return WITHHELD if status == SUPPRESSED else None


def trusts_by_school() -> dict[str, list[str]]:
    """URN to names of the trusts and federations that the school is in now."""
    found: dict[str, list[str]] = defaultdict(list)
    schools = Q(school__in=Leader.objects.values("home_school")) | Q(
        school__in=RoleHolding.objects.values("home_school")
    )
    joined = Membership.objects.filter(schools, left_on=None)
    for urn, name in joined.values_list("school_id", "group__name"):
        found[urn].append(name)
    return found


def _once(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts))
