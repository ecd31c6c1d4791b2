"""Erase what was kept as long as was said: foreseen and announced first, then done by a job every day.

What the job erases is exactly what it foresees: both ask the same question, for today and for the days to come. Nothing
is erased before it stood in the plan for :data:`~leadscape_web.privacy.periods.ANNOUNCED_DAYS` days. Leaders are erased
by a job each, since files of studies are rewritten for every one: what fails for one, or takes long, stops nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.db.models import F
from django.utils import timezone

from leadscape.actions.redact_file import PURPOSES
from leadscape.actions.redact_names import may_name
from leadscape_web.accounts.models import PersonName
from leadscape_web.jobs.asking import ask_for_each
from leadscape_web.jobs.models import Job
from leadscape_web.landscape.loading.load import lock_loads
from leadscape_web.privacy.models import Erasure, RetentionDone, RetentionDue
from leadscape_web.privacy.periods import ANNOUNCED_DAYS, CurrentPeriod, current_periods
from leadscape_web.privacy.work.announcing import announce, earliest_of
from leadscape_web.privacy.work.erasing import erase
from leadscape_web.studies.keeping import forget, held_since, is_of_a_room
from leadscape_web.studies.models import StudyInput

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running

FORESEEN_DAYS: Final = 30
LEADERS: Final = "leaders"
ERASE_DUE: Final = "privacy.erase_due"
WHY: Final = "Kept as long as was said"
_SINCE: Final[Mapping[str, str]] = {
    "links": "select id::text as key, sent_at as since from privacy_notice where token_hash is not null"
    " and sent_at is not null",
    "addresses": "select id::text, recorded_at from privacy_address",
    "requests": "select id::text, decided_at from privacy_personrequest"
    " where decided_at is not null and (text <> '' or answer <> '')",
    "former_names": "select id::text, superseded_at from accounts_personname where superseded_at is not null",
    "removed_files": "select id::text, removed_at from studies_studyinput where removed_at is not null"
    " and blanked_at is null",
    "rows": "select id::text, answered_at from privacy_doubtfulrow where answer = 'person' and cells is not null",
    # A person who heads a school today stays named by the register; only whom no round has named again goes. A round of
    # long ago that is loaded today is as new to the people whom it names as one of today.
    LEADERS: "select l.person_id::text, greatest(w.as_of::timestamptz, w.loaded_at)"
    " from survey_leader l join survey_wave w on w.id = l.wave_id"
    " where exists (select 1 from accounts_personname n where n.person_id = l.person_id)"
    " and not exists (select 1 from register_headship h where h.person_id = l.person_id and h.ended_on is null)"
    " and not exists (select 1 from accounts_user u where u.person_id = l.person_id and u.is_active)",
}
"""What each period is about: key of the record, and the day from which the days count."""
_ERASE: Final[Mapping[str, str]] = {
    # The notice was given, so that it is not owed again; its link works no more.
    "links": "update privacy_notice set token_hash = null, expires_at = least(expires_at, now())"
    " where id = any (%s::uuid[])",
    "addresses": "delete from privacy_address where id = any (%s::uuid[])",
    "requests": "update privacy_personrequest set text = '', answer = '', blanked_at = now()"
    " where id = any (%s::uuid[])",
    "rows": "update privacy_doubtfulrow set cells = null where id = any (%s::uuid[])",
    "former_names": "delete from accounts_personname where id = any (%s::uuid[])",
    "removed_files": "update studies_studyinput set content = '', size = 0, blanked_at = now()"
    " where id = any (%s::uuid[])",
}


def foreseen(using: str = "owner", today: date | None = None) -> dict[tuple[str, date], list[str]]:
    """Keys of what is due, by period and day, from today to :data:`FORESEEN_DAYS` on.

    What does not stand in the stored plan yet is due when it has stood there long enough, however old it is.
    """
    today = today or timezone.localdate()
    found: dict[tuple[str, date], list[str]] = {}
    for period in current_periods(using):
        for key, due in _due(period, today, using):
            if due <= today + timedelta(days=FORESEEN_DAYS):
                found.setdefault((period.period.code, due), []).append(key)
    return found


def perform_plan(running: Running) -> Mapping[str, Any]:
    """The job ``privacy.foresee``: say what will be erased, and erase nothing."""
    running.because(WHY)
    plan = foreseen()
    announce(plan)
    return {"foreseen": sum(map(len, plan.values()))}


def perform_retain(running: Running) -> Mapping[str, Any]:
    """The job ``privacy.retain``, every day: erase what is due today, and say what comes.

    Leaders who are due are asked for, one job each (:func:`perform_erase_due`).
    """
    running.because(WHY)
    today = timezone.localdate()
    done: dict[str, int] = {}
    for (code, due), keys in foreseen(today=today).items():
        if due > today:
            continue
        running.step(f"Erasing what is due: {code.replace('_', ' ')}")
        if code == LEADERS:
            done["leaders asked for"] = _ask_for_leaders(keys)
            continue
        done[code] = _erase(code, keys)
        _note_done(code, done[code])
    announce(foreseen(today=today))
    return done


def perform_erase_due(running: Running) -> Mapping[str, Any]:
    """The job ``privacy.erase_due``: erase one leader, if that is still due now that nothing is loaded meanwhile."""
    person = UUID(running.given["person"])
    lock_loads(connections["owner"].cursor().cursor)
    running.because(WHY)
    today = timezone.localdate()
    period = next(one for one in current_periods("owner") if one.period.code == LEADERS)
    if (str(person), today) not in _due(period, today, "owner"):
        return {"erased": 0, "why": "It is not due any more"}
    running.step("Erasing a leader from the stored files")
    told = erase(person, Erasure.Why.RETENTION)
    RetentionDue.objects.using("owner").filter(code=LEADERS, key=str(person)).delete()
    _note_done(LEADERS, 1)
    return told


def _due(period: CurrentPeriod, today: date, using: str) -> list[tuple[str, date]]:
    """Key of each record that a period is about, and the day on which it may be erased: today or later."""
    code = period.period.code
    if code == LEADERS and settings.ENVIRONMENT.demonstration:
        return []
    if is_of_a_room(code):
        rows = held_since(code, using)
    else:
        with connections[using].cursor() as cursor:
            cursor.execute(_SINCE[code])
            rows = cursor.fetchall()
    # A period that somebody has just made shorter erases nothing before it was announced.
    earliest = (period.changed_on + timedelta(days=ANNOUNCED_DAYS)) if period.changed_on else date.min
    announced = earliest_of(code, today, using)
    return [
        (key, max(_day(since) + timedelta(days=period.days), earliest, announced(key), today))
        for key, since in rows
    ]


def _day(since: date) -> date:
    return timezone.localdate(since) if isinstance(since, datetime) else since


def _ask_for_leaders(keys: list[str]) -> int:
    """Ask for every leader who is due and not asked for yet; how many."""
    waiting = Job.objects.using("owner").filter(kind=ERASE_DUE, state__in=Job.UNDER_WAY)
    at_work = set(waiting.values_list("given__person", flat=True))
    new = [key for key in keys if key not in at_work]
    return ask_for_each(
        ERASE_DUE, [{"person": key, "patient": True} for key in new], asked_by=None, using="owner"
    )


def _note_done(code: str, records: int) -> None:
    """Add to what was erased of a kind today."""
    today = RetentionDone.objects.using("owner").filter(code=code, done_at__date=timezone.localdate())
    if records and not today.update(records=F("records") + records):
        RetentionDone.objects.using("owner").create(code=code, records=records)


def _erase(code: str, keys: list[str]) -> int:
    """Erase what is due; how much was."""
    if is_of_a_room(code):
        return forget(code, keys, "owner")
    if code == "former_names":
        keys = _in_no_file(keys)
    with connections["owner"].cursor() as cursor:
        cursor.execute(_ERASE[code], [keys])
    return len(keys)


def _in_no_file(keys: list[str]) -> list[str]:
    """Those of former spellings that no stored file holds: by the others people are found when they are erased."""
    names = {
        str(key): name
        for key, name in PersonName.objects.using("owner").filter(pk__in=keys).values_list("pk", "full_name")
    }
    files = StudyInput.objects.using("owner").filter(key__in=PURPOSES, blanked_at=None)
    for one in files.iterator(chunk_size=1):
        if not names:
            break
        content = bytes(one.content)
        if may_name(content, one.file_name, list(names.values())):
            names = {key: name for key, name in names.items() if not may_name(content, one.file_name, [name])}
    return list(names)
