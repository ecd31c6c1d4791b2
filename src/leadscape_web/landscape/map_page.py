"""What the map's page is made of: its form, its sentences and its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
from django.db.models import Count, Q

from leadscape_web.govuk.fields import SelectField, TextField
from leadscape_web.govuk.forms import GovukForm
from leadscape_web.govuk.listing import Column, Listing
from leadscape_web.landscape.map_filters import MapFilters
from leadscape_web.landscape.map_leaders import LeadersShown
from leadscape_web.register.models import Group
from leadscape_web.survey.codebooks import known_waves
from leadscape_web.survey.models import Wave

FEWEST_SCHOOLS: Final = 2
"""A trust or federation of one school is no filter worth a line in the list."""


@dataclass(frozen=True)
class MapChoices:
    """What may be asked of the map, as id and label.

    Attributes
    ----------
    about_people
        Whether roles may be asked for: only by those who see people.
    kinds_of_role, labels_of_role
        Role id to the ids of its kinds, and to its label.
    """

    roles: tuple[tuple[str, str], ...]
    origins: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    phases: tuple[tuple[str, str], ...]
    trusts: tuple[tuple[str, str], ...]
    about_people: bool
    kinds_of_role: dict[str, tuple[str, ...]]
    labels_of_role: dict[str, str]

    @property
    def ids(self) -> dict[str, frozenset[str]]:
        """Name of the filter to the ids that it takes."""
        about_schools = {"phase": self.phases, "trust": self.trusts}
        about_roles = {"role": self.roles, "origin": self.origins, "kind": self.kinds}
        asked = {**about_schools, **(about_roles if self.about_people else {})}
        return {name: frozenset(key for key, _ in pairs) for name, pairs in asked.items()}


def map_choices(about_people: bool) -> MapChoices:
    """Choices from the codebooks of all waves and from the register's trusts and federations."""
    waves = known_waves()
    kinds_of_role: dict[str, tuple[str, ...]] = {}
    for wave in waves.waves:
        for key, role in wave.words.roles.items():
            kinds_of_role.setdefault(key, tuple(role.kinds))
    trusts = (
        Group.objects.annotate(schools=Count("memberships", filter=Q(memberships__left_on=None)))
        .filter(schools__gte=FEWEST_SCHOOLS)
        .order_by("name")
        .values_list("uid", "name")
    )
    labels = waves.labels("roles")
    return MapChoices(
        roles=tuple(labels.items()),
        origins=tuple(waves.labels("origins").items()),
        kinds=tuple(waves.labels("kinds").items()),
        phases=tuple(waves.labels("phases").items()),
        trusts=tuple(trusts),
        about_people=about_people,
        kinds_of_role=kinds_of_role,
        labels_of_role=labels,
    )


class MapForm(GovukForm):
    """What the map shows. Nothing is chosen: all of it."""

    mark_optional = False

    role = SelectField(label="Role", required=False, empty="All roles")
    origin = SelectField(label="Origin of the role", required=False, empty="All origins")
    kind = SelectField(label="Kind of leadership", required=False, empty="All kinds")
    phase = SelectField(label="Phase of the school", required=False, empty="All phases")
    trust = SelectField(label="Trust or federation", required=False, empty="All schools")
    on = TextField(
        label="Date", required=False, width=20, help_text="For example, 30 June 2006. Empty: the latest"
    )


def map_form(asked: Mapping[str, str], choices: MapChoices, problems: Mapping[str, str]) -> MapForm:
    """The form as it was filled in; without questions about roles for those who see no people."""
    form = MapForm(asked) if problems else MapForm(initial=dict(asked.items()))
    offered = {
        "role": choices.roles,
        "origin": choices.origins,
        "kind": choices.kinds,
        "phase": choices.phases,
        "trust": choices.trusts,
    }
    for name, pairs in offered.items():
        if name in choices.ids:
            field = form.fields[name]
            assert isinstance(field, SelectField)
            field.choices = [*field.choices, *pairs]
        else:
            del form.fields[name]
    if problems:
        # What is wrong is said once, in the words of whoever read the address.
        form.full_clean()
        form.errors.clear()
        for name, problem in problems.items():
            form.add_error(name, problem)
    return form


def plural(number: int, noun: str) -> str:
    """``1 school``, ``1,234 schools``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def map_sentences(
    rows: pl.DataFrame, shown: LeadersShown | None, filters: MapFilters, wave: Wave | None
) -> tuple[str, ...]:
    """What the map shows, and what it cannot."""
    on = f"on {filters.on.day} {filters.on:%B %Y}" if filters.on else "by the latest register"
    placed = rows.drop_nulls(["longitude", "latitude"]).height
    unplaced = rows.height - placed
    what = (
        f"{plural(rows.height, 'school')}, open {on}, where such a role is held or that it supports"
        if filters.about_roles
        else f"{plural(rows.height, 'school')} open {on}"
    )
    said = [what
            + (f", {unplaced:,} of them without a place, in the table only." if unplaced else ".")]  # fmt: skip
    if shown is None:
        said.append(
            "Leaders are not shown: your rights do not show people. The rates of authorities are published."
        )
    else:
        homes = rows["leaders"].drop_nulls()
        leaders = shown.pairs.join(rows.select("urn"), on="urn", how="semi")["leader"].n_unique()
        day = filters.on or (wave.as_of if wave else None)
        held_on = f"on {day.day} {day:%B %Y}" if day else "now"
        said.append(
            f"{plural(leaders, 'leader')} in your sight with the home school on the map, at"
            f" {plural(len(homes), 'school')}, by roles held {held_on}."
            + (
                f" {shown.without_home:,} more have no home school in the register."
                if shown.without_home
                else ""
            )
        )
    if wave:
        said.append(
            f"Rates of authorities as published by “{wave.title}”, {wave.as_of.day} {wave.as_of:%B %Y}."
        )
    return tuple(said)


def filter_words(filters: MapFilters, choices: MapChoices) -> tuple[str, ...]:
    """What was asked for, a sentence each, for a file that leaves the service."""
    labels = {
        "role": ("Role", dict(choices.roles)),
        "origin": ("Origin", dict(choices.origins)),
        "kind": ("Kind", dict(choices.kinds)),
        "phase": ("Phase", dict(choices.phases)),
        "trust": ("Trust or federation", dict(choices.trusts)),
    }
    told = [
        f"{label}: {words[value]}."
        for name, (label, words) in labels.items()
        if (value := getattr(filters, name))
    ]
    return (*told, *([f"On {filters.on.isoformat()}."] if filters.on else []))


def map_listing(
    rows: pl.DataFrame, with_leaders: bool, filters: MapFilters, choices: MapChoices, source: str
) -> Listing:
    """The map as a table."""
    phases = dict(choices.phases)
    shown = rows.with_columns(pl.col("phase").replace(phases))
    columns = [
        Column("name", "School", href="/register/school/{urn}/"),
        Column("urn", "URN"),
        Column("phase", "Phase"),
        Column("authority_name", "Authority"),
    ]
    about = "One row is one school that the map shows. A school without a place is here and not on the map."
    if with_leaders:
        columns += [
            Column("leaders", "Leaders whose home school it is", kind="number", missing="None in sight"),
            Column("roles", "Their roles", missing="None in sight"),
            Column("supports", "Schools they support", missing="None in sight"),
            Column("supported_by", "Supported from", missing="None in sight"),
        ]
        about += " Leaders are those of your area: none in sight does not say that there is none."
    return Listing(
        name="map",
        title="Schools on the map",
        about=about,
        columns=columns,
        rows=shown.select(column.key for column in columns),
        source=source,
        notes=filter_words(filters, choices),
    )
