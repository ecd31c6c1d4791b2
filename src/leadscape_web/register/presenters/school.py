"""What a school's page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.urls import reverse

from leadscape_web.govuk.wording import NOT_KNOWN, written_date, written_number
from leadscape_web.register.models import Membership, School, Source
from leadscape_web.register.presenters.facts import Fact, Link, Row, cell, measure, others, stated_by
from leadscape_web.register.records.lineage import Relative
from leadscape_web.register.records.neighbours import SHOWN, WITHIN_KM
from leadscape_web.register.records.school import KnownHead, SchoolRecord
from leadscape_web.register.wording import (
    LINK_KINDS,
    NOT_CLOSED,
    STATUS_COLOURS,
    group_words,
    phase_words,
    status_words,
)

COLUMNS = {
    "Status": {"status": "status"},
    "Phase": {"phase": "phase"},
    "Type": {"type": "type", "type_group": "group of types"},
    "Authority": {"authority_id": "authority"},
    "Region": {"region": "region"},
    "Opened": {"opened_on": "opened"},
    "Closed": {"closed_on": "closed"},
    "Pupils": {"pupils": "pupils"},
    "Places": {"capacity": "places"},
    "Pupils eligible for free school meals, %": {"fsm_pct": "share"},
    "Ages": {"low_age": "lowest", "high_age": "highest"},
    "Gender": {"gender": "gender"},
    "Religious character": {"religious_character": "character"},
    "Where it is": {
        "town": "town",
        "postcode": "postcode",
        "district": "district",
        "latitude": "coordinates",
    },
}
"""Label of a fact to the columns it is made of, each with the words for it."""
FEW_STEPS = {1: "directly", 2: "two steps", 3: "three steps"}
NOBODY_SHOWN = (
    "No head that you may see: no file names one, or the school lies outside the area whose people you see."
)
NO_PEOPLE = "Your rights do not show people by name."


@dataclass(frozen=True)
class SchoolPage:
    """A school as its page shows it.

    Attributes
    ----------
    standing
        For a school that is not open: what became of it, as sentences with links.
    facts, source
        Facts, and the file that those come from which name no other; ``source_of`` says of how many.
    names, before, after, kin, groups, heads, nearby
        Rows of tables; empty where there is nothing to show.
    no_heads, no_nearby
        Why there is nothing.
    """

    urn: str
    name: str
    status: str
    status_colour: str
    standing: tuple[str, tuple[Link, ...]] | None
    authority: Link | None
    facts: tuple[Fact, ...]
    source: str
    source_of: str
    names: tuple[Row, ...]
    before: tuple[Row, ...]
    after: tuple[Row, ...]
    kin: tuple[Row, ...]
    groups: tuple[Row, ...]
    heads: tuple[Fact, ...]
    no_heads: str
    nearby: tuple[Row, ...]
    no_nearby: str


def present_school(record: SchoolRecord, *, sees_people: bool) -> SchoolPage:
    """The page of one school."""
    school = record.school
    authority = school.authority
    facts = tuple(_sourced(fact, record) for fact in _facts(school))
    return SchoolPage(
        urn=school.urn,
        name=school.name or f"School {school.urn}",
        status=status_words(school.status),
        status_colour=STATUS_COLOURS.get(school.status, "grey"),
        standing=_standing(school, record.relatives),
        authority=Link(authority.name, reverse("register:authority", args=[authority.code]))
        if authority
        else None,
        facts=facts,
        source=stated_by(school.source),
        source_of="of every fact below, where none is named with it"
        if any(fact.source for fact in facts)
        else "of every fact below",
        names=tuple(
            (name.name, *_seen(name.first_seen, name.last_seen), ", ".join(name.sources))
            for name in record.names
            if name.name != school.name
        ),
        before=_relatives(record, "predecessor"),
        after=_relatives(record, "successor"),
        kin=_relatives(record, "kin"),
        groups=_groups(record),
        heads=tuple(_head(known, record.files) for known in record.heads) if sees_people else (),
        no_heads=NOBODY_SHOWN if sees_people else NO_PEOPLE,
        nearby=_nearby(record),
        no_nearby=_no_nearby(school),
    )


def _standing(school: School, relatives: tuple[Relative, ...]) -> tuple[str, tuple[Link, ...]] | None:
    if school.status not in ("closed", "proposed_to_open"):
        return None
    if school.status == "proposed_to_open":
        day = f" on {written_date(school.opened_on)}" if school.opened_on else ""
        return f"This school is proposed to open{day}.", ()
    day = f" on {written_date(school.closed_on)}" if school.closed_on else ", on a date that is not known"
    followed = tuple(_link(one) for one in relatives if one.relation == "successor" and one.steps == 1)
    return f"This school closed{day}.", followed


def _facts(school: School) -> tuple[Fact, ...]:
    authority = school.authority
    ages = None
    if school.low_age is not None or school.high_age is not None:
        ages = f"{NOT_KNOWN.lower() if school.low_age is None else school.low_age} to "
        ages += f"{NOT_KNOWN.lower() if school.high_age is None else school.high_age} years"
    return (
        Fact("URN", school.urn),
        Fact("Status", status_words(school.status)),
        Fact("Phase", phase_words(school.phase), "Not given by the register"),
        Fact("Type", school.type, note=school.type_group or ""),
        Fact(
            "Authority",
            authority.name if authority else None,
            href=reverse("register:authority", args=[authority.code]) if authority else None,
        ),
        Fact("Region", school.region),
        Fact("Opened", school.opened_on),
        Fact("Closed", school.closed_on, "Not closed" if school.status in NOT_CLOSED else NOT_KNOWN),
        Fact("Pupils", *_number(school.pupils, school.pupils_status)),
        Fact("Places", *_number(school.capacity, school.capacity_status)),
        measure(
            "Pupils eligible for free school meals, %",
            school.fsm_pct,
            school.fsm_pct_status,
            f"Of {written_number(school.pupils)} pupils"
            if school.pupils is not None and school.fsm_pct is not None
            else "",
        ),
        Fact("Ages", ages),
        Fact("Gender", school.gender),
        Fact("Religious character", school.religious_character),
        Fact(
            "Where it is",
            _place(school),
            "No address and no coordinates in the register",
            note=_coordinates(school),
        ),
    )


def _sourced(fact: Fact, record: SchoolRecord) -> Fact:
    """The fact with its file, where the school's own does not state it."""
    school, columns = record.school, COLUMNS.get(fact.label, {})
    # Why a measure is missing is stated like the measure.
    named = {
        f"{name}_status" if hasattr(school, f"{name}_status") else name: columns[name] for name in columns
    }
    return replace(fact, source=others(school, named, record.files))


def _number(value: float | None, status: str) -> tuple[float | None, str]:
    fact = measure("", value, status)
    return value, fact.missing


def _place(school: School) -> str | None:
    """The address in words, each part once."""
    parts = dict.fromkeys(part for part in (school.town, school.postcode) if part)
    if school.district and school.district not in parts:
        parts[f"district of {school.district}"] = None
    return ", ".join(parts) or None


def _coordinates(school: School) -> str:
    if school.latitude is None or school.longitude is None:
        return "No coordinates in the register, so it is on no map"
    north, east = school.latitude, school.longitude
    return f"{abs(north):.4f}° {'north' if north >= 0 else 'south'}, {abs(east):.4f}° {'east' if east >= 0 else 'west'}"


def _seen(first: object, last: object) -> tuple[object, object]:
    undated = "In files without a date"
    return cell(first, missing=undated), cell(last, missing=undated)


def _relatives(record: SchoolRecord, relation: str) -> tuple[Row, ...]:
    return tuple(
        (
            cell(_name(one), _link(one).href),
            one.urn,
            _how(one),
            cell(one.taken_on, missing="Date not known"),
            _became(one),
        )
        for one in record.relatives
        if one.relation == relation
    )


def _how(one: Relative) -> str:
    kind = LINK_KINDS.get(one.kind or "", "related")
    if one.steps is None:
        return kind
    return f"{kind}, {FEW_STEPS.get(one.steps, f'{one.steps} steps')}" if one.steps > 1 else kind


def _became(one: Relative) -> str:
    if one.status is None:
        return "Not in the register"
    closed = f" {written_date(one.closed_on)}" if one.status == "closed" and one.closed_on else ""
    return f"{status_words(one.status)}{closed}"


def _name(one: Relative) -> str:
    return one.name or f"School {one.urn}"


def _link(one: Relative) -> Link:
    """To the school's page where the register lists it."""
    return Link(_name(one), reverse("register:school", args=[one.urn]) if one.status is not None else None)


def _groups(record: SchoolRecord) -> tuple[Row, ...]:
    return tuple(
        (
            cell(one.group.name, reverse("register:trust", args=[one.group_id])),
            group_words(one.group.group_type),
            cell(one.joined_on),
            cell(one.left_on, missing="Still a member"),
            member_by(one, record.files),
        )
        for one in record.memberships
    )


def member_by(one: Membership, files: Mapping[str, Source]) -> str:
    """The file that states a membership, and the one that says when it began where that is another."""
    joined = others(one, {"joined_on": "joined"}, files)
    return stated_by(one.source) + (f"; joined: {joined}" if joined else "")


def _head(known: KnownHead, files: Mapping[str, Source]) -> Fact:
    headship = known.headship
    source = headship.source
    newer = files.get((headship.stated_by or {}).get("ended_on", ""))
    ended = written_date(headship.ended_on) if headship.ended_on else ""
    return Fact(
        headship.job_title or "Head",
        known.name,
        "Name erased",
        source=source.file_name if source else None,
        on=headship.seen_on,
        note=f"No longer named by {f'{newer.file_name}, ' if newer else ''}{ended}" if ended else "",
    )


def _nearby(record: SchoolRecord) -> tuple[Row, ...]:
    return tuple(
        (
            cell(one.school.name or one.school.urn, reverse("register:school", args=[one.school.urn])),
            f"{one.distance_km:.1f}",
            cell(one.school.type),
            cell(
                None if one.school.pupils is None else written_number(one.school.pupils),
                missing=_number(one.school.pupils, one.school.pupils_status)[1],
            ),
            cell(
                one.school.authority.name if one.school.authority else None,
                reverse("register:authority", args=[one.school.authority.code])
                if one.school.authority
                else None,
            ),
        )
        for one in record.neighbours
    )


def _no_nearby(school: School) -> str:
    if school.latitude is None or school.longitude is None:
        return "The register gives no coordinates for this school, so what is near it is not known."
    if school.phase is None:
        return "The register gives no phase for this school, so schools of the same phase are not known."
    return f"No other open school of this phase within {WITHIN_KM:.0f} km, straight line."


NEARBY_CAPTION = f"Up to {SHOWN} open schools of the same phase within {WITHIN_KM:.0f} km, straight line"
