"""Erase what was kept as long as was said: foreseen and announced first, then done by a job every day.

What the job erases is exactly what it foresees: both ask the same question, for today and for the days to come.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import connections, transaction
from django.utils import timezone

from leadscape.actions.redact_file import PURPOSES
from leadscape.actions.redact_study import may_name
from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.models import PersonName
from leadscape_web.privacy.models import Erasure, RetentionDone, RetentionPlan
from leadscape_web.privacy.periods import ANNOUNCED_DAYS, CurrentPeriod, current_periods
from leadscape_web.privacy.work.erasing import erase
from leadscape_web.studies.keeping import forget, held_since, is_of_a_room
from leadscape_web.studies.models import StudyInput

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running

FORESEEN_DAYS: Final = 30
_log = logging.getLogger(__name__)
WHY: Final = "Kept as long as was said"
_SINCE: Final[Mapping[str, str]] = {
    "links": "select id::text as key, sent_at::date as since from privacy_notice where token_hash is not null"
    " and sent_at is not null",
    "addresses": "select id::text, recorded_at::date from privacy_address",
    "requests": "select id::text, decided_at::date from privacy_personrequest"
    " where decided_at is not null and (text <> '' or answer <> '')",
    "former_names": "select id::text, superseded_at::date from accounts_personname where superseded_at is not null",
    "removed_files": "select id::text, removed_at::date from studies_studyinput where removed_at is not null"
    " and blanked_at is null",
    # A person who heads a school today stays named by the register; only whom no round has named again goes.
    "leaders": "select l.person_id::text, w.as_of from survey_leader l join survey_wave w on w.id = l.wave_id"
    " where exists (select 1 from accounts_personname n where n.person_id = l.person_id)"
    " and not exists (select 1 from register_headship h where h.person_id = l.person_id and h.ended_on is null)"
    " and not exists (select 1 from accounts_user u where u.person_id = l.person_id and u.is_active)",
}
"""What each period is about: key of the record, and the day from which the days count."""
_ERASE: Final[Mapping[str, str]] = {
    "links": "update privacy_notice set token_hash = null, ended_at = coalesce(ended_at, now())"
    " where id = any (%s::uuid[])",
    "addresses": "delete from privacy_address where id = any (%s::uuid[])",
    "requests": "update privacy_personrequest set text = '', answer = '', blanked_at = now()"
    " where id = any (%s::uuid[])",
    "former_names": "delete from accounts_personname where id = any (%s::uuid[])",
    "removed_files": "update studies_studyinput set content = '', size = 0, blanked_at = now()"
    " where id = any (%s::uuid[])",
}


def foreseen(using: str = "owner", today: date | None = None) -> dict[tuple[str, date], list[str]]:
    """Keys of what is due, by period and day, from today to :data:`FORESEEN_DAYS` on. What is overdue is due today."""
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
    _announce(plan)
    return {"foreseen": sum(map(len, plan.values()))}


def perform_retain(running: Running) -> Mapping[str, Any]:
    """The job ``privacy.retain``, every day: erase what is due today, and say what comes."""
    running.because(WHY)
    today = timezone.localdate()
    done: dict[str, int] = {}
    for (code, due), keys in foreseen(today=today).items():
        if due > today:
            continue
        running.step(f"Erasing what is due: {code.replace('_', ' ')}")
        done[code] = _erase(code, keys)
        RetentionDone.objects.using("owner").create(code=code, records=done[code])
    _announce(foreseen(today=today))
    return done


def _due(period: CurrentPeriod, today: date, using: str) -> list[tuple[str, date]]:
    code = period.period.code
    if is_of_a_room(code):
        rows = held_since(code, using)
    else:
        with connections[using].cursor() as cursor:
            cursor.execute(_SINCE[code])
            rows = cursor.fetchall()
    # A period that somebody has just made shorter erases nothing before it was announced.
    earliest = (period.changed_on + timedelta(days=ANNOUNCED_DAYS)) if period.changed_on else date.min
    return [(key, max(since + timedelta(days=period.days), earliest, today)) for key, since in rows]


def _announce(plan: Mapping[tuple[str, date], list[str]]) -> None:
    RetentionPlan.objects.using("owner").all().delete()
    RetentionPlan.objects.using("owner").bulk_create(
        [
            RetentionPlan(code=code, due_on=due, records=len(keys))
            for (code, due), keys in sorted(plan.items())
        ]
    )


def _erase(code: str, keys: list[str]) -> int:
    """Erase what is due; how much was."""
    if code == "leaders":
        return sum(_erase_leader(UUID(key)) for key in keys)
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


def _erase_leader(person: UUID) -> bool:
    """Whether a leader could be erased: one file that cannot be rewritten holds up nobody else."""
    try:
        with transaction.atomic(using="owner"):
            erase(person, Erasure.Why.RETENTION)
    except LeadscapeError as error:
        _log.warning("a leader was not erased: %s", type(error).__name__)
        return False
    return True
