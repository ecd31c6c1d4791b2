"""Everything that is held about one person, put into words: for My data, and for files that can be taken away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from leadscape.actions.tell_rights import ToldRights, tell_rights
from leadscape_web.govuk.wording import written_date
from leadscape_web.privacy.bases import bases_now, filled
from leadscape_web.privacy.models import Address, Basis, Notice, PersonRequest
from leadscape_web.privacy.models.told import state_in_words
from leadscape_web.privacy.owed import named_waves
from leadscape_web.privacy.periods import current_periods
from leadscape_web.register.models import Headship, School, Source
from leadscape_web.survey.codebooks import known_waves
from leadscape_web.survey.models import Response, Wave

Rows = list[dict[str, Any]]
OWN_NAME: Final = "accounts_personname"


@dataclass(frozen=True)
class Told:
    """Who answers for it, why it is held, and what can be done."""

    controller: str
    purpose: str
    recipients: str
    explained: str
    rights: ToldRights
    kept: tuple[str, ...]
    contact: str


@dataclass(frozen=True)
class HeldAbout:
    """One person as the database holds them.

    Attributes
    ----------
    tables
        Every table to its rows.
    """

    person: UUID
    tables: Mapping[str, Rows]

    def rows(self, table: str) -> Rows:
        """Rows of one table; none where it has none."""
        return self.tables.get(table, [])

    @property
    def name(self) -> str | None:
        """The current name."""
        return next((one["full_name"] for one in self.own_names() if one["superseded_at"] is None), None)

    def own_names(self) -> Rows:
        """Names of the person, without those that a respondent wrote for them."""
        return [one for one in self.rows(OWN_NAME) if one["person_id"] == str(self.person)]


def held_about(person: UUID) -> HeldAbout | None:
    """Everything held about a person; null where the database does not show it to whoever asks."""
    with connection.cursor() as cursor:
        cursor.execute("select leadscape_held_about(%s)", [person])
        found = (cursor.fetchone() or (None,))[0]
    if found is None:
        return None
    return HeldAbout(person, json.loads(found) if isinstance(found, str) else found)


def told_by(basis: Basis | None) -> Told:
    """What a person is told beside what is held."""
    return Told(
        controller=basis.controller if basis else "",
        purpose=basis.purpose if basis else "",
        recipients=basis.recipients if basis else "",
        explained=basis.explained if basis else "",
        rights=tell_rights(basis.basis if basis else None),
        kept=tuple(
            f"{one.period.what}: {one.days} days from {one.period.since}." for one in current_periods()
        ),
        contact=settings.ENVIRONMENT.contact,
    )


def why_held(waves: Sequence[Wave], *, head: bool) -> str:
    """Why somebody is held, in the sentence that every notice and My data begin with.

    Parameters
    ----------
    waves
        Those that count and name the person.
    head
        Whether a register names the person as a head.
    """
    about = "of who leads improvement beyond their own school"
    if waves:
        studies = "studies" if len(waves) > 1 else "a study"
        return f"You have been named in {named_waves(waves)}, {studies} {about}."
    named = ": a public register names you as a head" if head else ""
    return f"Your name is held by a study {about}{named}."


def is_head(person: UUID, using: str = "default") -> bool:
    """Whether a register names a person as a head, now or before."""
    return Headship.objects.using(using).filter(person=person).exists()


def linked_basis() -> Basis | None:
    """The basis that holds for the person of the link: their own, else the wave's."""
    found = list(Basis.objects.raw("select * from leadscape_linked_basis()"))
    own = next((one for one in found if one.person_id is not None), None)
    return filled(own, next((one for one in found if one.person_id is None), None))


def basis_for(person: UUID, waves: Sequence[Wave]) -> Basis | None:
    """The basis that holds for a person whom waves name, the latest first, as far as the user sees it.

    Their own, else that of the first of the waves that has one.
    """
    return bases_now(person).of(person, waves)


@dataclass(frozen=True)
class Readable:
    """What is held, in words; rows for tables of a page."""

    why: str
    name: str | None
    former_names: tuple[str, ...]
    home: str | None
    roles: Rows
    supports: Rows
    headships: Rows
    lines: Rows
    addresses: Rows
    notices: Rows
    requests: Rows


def readable(held: HeldAbout) -> Readable:
    """What is held about somebody, with schools, roles, organisations and files by name instead of number."""
    waves, schools = known_waves(), _schools(held)
    answered = _respondents(held)
    leader = next(iter(held.rows("survey_leader")), None)
    return Readable(
        why=why_held(_naming(held), head=bool(held.rows("register_headship"))),
        name=held.name,
        former_names=tuple(
            one["full_name"] for one in held.own_names() if one["superseded_at"] is not None
        ),
        home=schools.get(leader["home_school_id"]) if leader else None,
        roles=[
            {
                "id": one["id"],
                "role": waves.words(UUID(one["wave_id"]) if one["wave_id"] else None).role(one["role"]),
                "school": schools.get(one["home_school_id"]),
                "from": _day(one["started_on"]),
                "to": _day(one["ended_on"]),
                "said_by": ", ".join(
                    answered.get(f"{one['wave_id']} {who}", str(who)) for who in one["respondents"]
                ) or "An editor of this service",
                "state": "Counts" if one["withdrawn_at"] is None else "Counts no longer",
                "counts": one["withdrawn_at"] is None,
            }
            for one in held.rows("survey_roleholding")
        ],
        supports=[
            {
                "id": one["id"],
                "school": schools.get(one["partner_school_id"]),
                "role": waves.words(UUID(one["wave_id"]) if one["wave_id"] else None).role(one["role"]),
                "from": _day(one["started_on"]),
                "to": _day(one["ended_on"]),
                "state": "Counts" if one["withdrawn_at"] is None else "Counts no longer",
                "counts": one["withdrawn_at"] is None,
            }
            for one in held.rows("survey_support")
        ],
        headships=_headships(held, schools),
        lines=_lines(held, schools),
        addresses=[
            {
                "email": one["email"],
                "source": Address.Source(one["source"]).label,
                "on": _day(one["recorded_at"]),
                "state": "Used" if one["ended_at"] is None else "Used no more",
            }
            for one in _by_time(held.rows("privacy_address"), "recorded_at")
        ],
        notices=[
            {
                "on": _day(one["sent_at"]) or _day(one["made_at"]),
                "how": Notice.Channel(one["channel"]).label,
                "state": _state_of(one),
                "until": _day(one["expires_at"]) if one["ended_at"] is None else None,
            }
            for one in _by_time(held.rows("privacy_notice"), "made_at")
        ],
        requests=[
            {
                "on": _day(one["asked_at"]),
                "kind": PersonRequest.Kind(one["kind"]).label,
                "text": one["text"] or None,
                "state": state_in_words(one["kind"], one["state"]),
                "no_answer": "Not answered yet"
                if one["kind"] == PersonRequest.Kind.CORRECTION
                else "None was needed",
                "answer": one["answer"] or None,
            }
            for one in _by_time(held.rows("privacy_personrequest"), "asked_at")
        ],
    )  # fmt: skip


def _naming(held: HeldAbout) -> list[Wave]:
    """Waves that count and name the person in a role that counts, the latest first."""
    roles = [one for one in held.rows("survey_roleholding") if one["withdrawn_at"] is None]
    found = Wave.objects.filter(
        pk__in={one["wave_id"] for one in roles if one["wave_id"]}, superseded_at=None
    )
    return list(found.defer("codebook_text", "provenance").order_by("-as_of", "-loaded_at"))


def _lines(held: HeldAbout, schools: Mapping[str | None, str]) -> Rows:
    """What respondents of survey rounds wrote about the person, and which of them did."""
    waves = known_waves()
    names = {
        one["person_id"]: one["full_name"] for one in held.rows(OWN_NAME) if one["superseded_at"] is None
    }
    found = [(one, "Sent") for one in held.rows("rounds_sentline")]
    found += [(one, "Not sent yet") for one in held.rows("rounds_line") if one["removed_at"] is None]
    return [
        {
            "name": names.get(one["person_id"]),
            "school": schools.get(one["home_school_id"]) or one["home_text"] or None,
            "role": one["role_text"] or (waves.words(None).role(one["role"]) if one["role"] else None),
            "from": _day(one["started_on"]),
            "to": _day(one["ended_on"]),
            "partners": "; ".join(one["partner_schools"].split("\n")) or None,
            "email": one.get("nominee_email") or None,
            "said_by": one.get("respondent"),
            "state": "Erased" if one["erased_at"] else state,
        }
        for one, state in found
    ]


def _state_of(notice: Mapping[str, Any]) -> str:
    """Where a notice stands for whom it is about."""
    if notice["bounced_at"]:
        return "Came back"
    if notice["sent_at"] is None:
        return "Not sent"
    if notice["ended_at"]:
        return "Ended: its link works no more"
    expires = datetime.fromisoformat(notice["expires_at"]) if notice["expires_at"] else None
    return "Expired" if expires and expires <= timezone.now() else "Its link works"


def _by_time(rows: Rows, column: str) -> Rows:
    return sorted(rows, key=lambda one: datetime.fromisoformat(one[column]))


def _headships(held: HeldAbout, schools: Mapping[str | None, str]) -> Rows:
    rows = held.rows("register_headship")
    sources = {
        str(one.pk): f"{one.file_name}, {written_date(one.as_of) if one.as_of else 'date not known'}"
        for one in Source.objects.filter(pk__in=[one["source_id"] for one in rows if one["source_id"]])
    }
    return [
        {
            "school": schools.get(one["school_id"]),
            "title": one["job_title"],
            "seen": _day(one["seen_on"]),
            "ended": _day(one["ended_on"]),
            "source": sources.get(str(one["source_id"])),
        }
        for one in rows
    ]


def _schools(held: HeldAbout) -> dict[str | None, str]:
    urns = {
        row[column]
        for table, column in (
            ("survey_leader", "home_school_id"), ("survey_roleholding", "home_school_id"),
            ("survey_support", "partner_school_id"), ("register_headship", "school_id"),
            ("rounds_line", "home_school_id"), ("rounds_sentline", "home_school_id"),
        )
        for row in held.rows(table)
        if row[column]
    }  # fmt: skip
    return {
        urn: f"{name} ({urn})" for urn, name in School.objects.filter(pk__in=urns).values_list("urn", "name")
    }


def _respondents(held: HeldAbout) -> dict[str, str]:
    waves = {row["wave_id"] for row in held.rows("survey_roleholding") if row["wave_id"]}
    asked = {name for row in held.rows("survey_roleholding") for name in row["respondents"]}
    found = Response.objects.filter(wave__in=waves, respondent__in=asked)
    return {f"{one.wave_id} {one.respondent}": one.respondent_name for one in found}


def _day(value: str | None) -> date | None:
    """The day here of a date or a moment as the database writes them."""
    if not value:
        return None
    found = datetime.fromisoformat(value)
    return timezone.localtime(found).date() if found.tzinfo else found.date()
