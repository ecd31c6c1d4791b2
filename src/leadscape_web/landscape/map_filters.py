"""What of the map is asked for: read from the address, so that a map can be sent as a link."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, datetime
from urllib.parse import urlencode

import polars as pl
from django.db.models import Q, QuerySet

from leadscape_web.survey.models import RoleHolding


@dataclass(frozen=True)
class MapFilters:
    """Everything that narrows the map; empty means all.

    Attributes
    ----------
    role, origin, kind, phase
        Ids of the codebook. The first three are about role-holdings, the phase about schools.
    trust
        Unique id of a trust or federation.
    on
        The date the map shows: schools open and roles held on it. Null: schools as the register has them, roles held on
        the date of the latest wave.
    """

    role: str = ""
    origin: str = ""
    kind: str = ""
    phase: str = ""
    trust: str = ""
    on: date | None = None

    @property
    def about_roles(self) -> bool:
        """Whether only schools with certain role-holdings are asked for."""
        return bool(self.role or self.origin or self.kind)

    @property
    def query(self) -> str:
        """As it stands in an address; empty where nothing is asked for."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return urlencode({name: str(value) for name, value in given.items() if value})

    def schools(self, schools: pl.DataFrame) -> pl.DataFrame:
        """Those of ``schools`` (see :func:`~leadscape_web.landscape.map_ground.schools_of`) that are asked for."""
        if self.on is None:
            kept = schools.filter(pl.col("status").is_in(["open", "proposed_to_close"]))
        else:
            began = pl.col("opened_on").is_null() | (pl.col("opened_on") <= self.on)
            going = pl.col("closed_on").is_null() | (pl.col("closed_on") > self.on)
            # A closed school without a date of closing may have stood on the day; nobody knows, so it is left out.
            dated = (pl.col("status") != "closed") | pl.col("closed_on").is_not_null()
            kept = schools.filter(began & going & dated & (pl.col("status") != "proposed_to_open"))
        if self.phase:
            kept = kept.filter(pl.col("phase") == self.phase)
        if self.trust:
            kept = kept.filter(pl.col("trusts").list.contains(self.trust))
        return kept

    def holdings(self, kinds: Mapping[str, tuple[str, ...]], day: date) -> QuerySet[RoleHolding]:
        """Role-holdings that are asked for, of those the database shows to whoever looks.

        Parameters
        ----------
        kinds
            Role id to the ids of its kinds.
        day
            On which they must be held.
        """
        held = RoleHolding.objects.filter(withdrawn_at=None)
        if self.role:
            held = held.filter(role=self.role)
        if self.origin:
            held = held.filter(origin=self.origin)
        if self.kind:
            held = held.filter(role__in=[role for role, of in kinds.items() if self.kind in of])
        return held.filter(in_force(day))


def in_force(day: date) -> Q:
    """Role-holdings and supports that have begun by a day and not ended; what has no date may have."""
    begun = Q(started_on=None) | Q(started_on__lte=day)
    return begun & (Q(ended_on=None) | Q(ended_on__gt=day))


def read_filters(
    asked: Mapping[str, str], choices: Mapping[str, frozenset[str]]
) -> tuple[MapFilters, dict[str, str]]:
    """Filters from an address, and by name a sentence for each that could not be understood and is left out.

    Parameters
    ----------
    asked
        Names and values of the address.
    choices
        ``role``, ``origin``, ``kind``, ``phase``, ``trust`` to the ids that exist.
    """
    found: dict[str, str] = {}
    problems: dict[str, str] = {}
    for name, allowed in choices.items():
        value = asked.get(name, "").strip()
        if value and value not in allowed:
            problems[name] = (
                f"“{value[:40]}” is not a {name} of this register, so all are shown. Choose one from the list"
            )
        elif value:
            found[name] = value
    on, problem = _read_date(asked.get("on", "").strip())
    if problem:
        problems["on"] = problem
    return MapFilters(**found, on=on), problems


def _read_date(text: str) -> tuple[date | None, str]:
    """A date as people and programs write it: 30 June 2006, 30/6/2006, 2006-06-30."""
    if not text:
        return None, ""
    for written in ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"):
        with suppress(ValueError):
            return datetime.strptime(text, written).date(), ""
    return None, f"“{text[:40]}” is not a date, so the latest is shown. Enter one such as 30 June 2006"
