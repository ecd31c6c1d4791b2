"""Erase a person: their names from every table and every stored file, in one transaction, with a line in the ledger.

What stays is an id without a name, the history of that id, and keyed hashes by which the person is recognised when a
new register or return names them. The roles they held no longer count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import connections
from django.utils import timezone

from leadscape.actions.redact_study import may_name, redact_study
from leadscape.core.errors import LeadscapeError
from leadscape.core.progress import Progress
from leadscape_web.accounts.context import set_context
from leadscape_web.accounts.models import ApiToken, Identity, Invitation, PersonName, User
from leadscape_web.accounts.second_factor import forget_factors
from leadscape_web.privacy.models import Address, Erasure, Exclusion, Notice, PersonRequest
from leadscape_web.privacy.work.recognising import keep_keys, keep_lines, names_of_person, schools_of_person
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.studies.personal import ErasedSubject, erase_everywhere
from leadscape_web.studies.running import written
from leadscape_web.survey.models import Leader, RoleHolding, Support

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running

WHY: Final = "A person was erased"
NAMING: Final = frozenset({"schools", "returns", "decisions", "validation", "validation_sample", "frame"})
"""Files of a study that may name people."""
LOCK: Final = "select pg_advisory_xact_lock(hashtext('leadscape load'))"
"""No run, load or import stores meanwhile what it read before."""
_ANSWERS: Final = "select leadscape_answers_for(%s)"


class StillUser(LeadscapeError):
    """Somebody who can still sign in is not erased."""

    def __init__(self) -> None:
        super().__init__(
            "This person has an account that is switched on.",
            "Its address and its sessions would stay, and they could not sign in any more.",
            "Let an administrator switch the account off first, then erase again.",
        )


class NobodyThere(LeadscapeError):
    """There is nobody to erase."""

    def __init__(self) -> None:
        super().__init__(
            "There is no such person.",
            "The database holds nothing about them, or you do not answer for them.",
            "Open the person’s page again and start from there.",
        )


def perform_erase(running: Running) -> Mapping[str, Any]:
    """The job ``privacy.erase``, for whoever answers for the person."""
    person = UUID(running.given["person"])
    with connections["owner"].cursor() as cursor:
        cursor.execute(_ANSWERS, [person])
        if cursor.fetchone() != (True,):
            raise NobodyThere
    running.because(WHY)
    running.step("Erasing the person from the stored files")
    return erase(person, Erasure.Why(running.given["why"]), by=running.asked_by)


def erase(
    person: UUID,
    why: Erasure.Why | str,
    *,
    by: UUID | None = None,
    using: str = "owner",
    progress: Progress | None = None,
    at: Any = None,
) -> dict[str, Any]:
    """Erase one person, in the caller's transaction as the owner role, in which a reason is set.

    Doing it again does what is left to do, so that it can be replayed over a restored backup.

    Raises
    ------
    StillUser
        When the person has an account that is switched on.
    OutputBlocked
        When a stored file that names the person cannot be written again; nothing is changed then.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(LOCK)
    user = User.objects.using(using).filter(person_id=person).first()
    if user is not None and user.is_active:
        raise StillUser
    subject = ErasedSubject(
        person=person,
        leader_keys=tuple(Leader.objects.using(using).filter(person_id=person).values_list("key", flat=True)),
        names=names_of_person(person, using),
        schools=tuple(urn for urn, _, _, known in schools_of_person(person, using) if known),
        using=using,
    )
    digests = keep_keys(person, "erasure", using)
    lines = keep_lines(person, using)
    files, still = _rewrite_studies(subject, progress)
    rooms = erase_everywhere(subject)
    _blank_own_tables(person, using)
    names = PersonName.objects.using(using).filter(person_id=person).delete()[0]
    if user is not None:
        _blank_user(user, using)
    _end_roles(person, using)
    Exclusion.objects.using(using).get_or_create(person_id=person, defaults={"kind": Exclusion.Kind.ERASURE})
    known, made = Erasure.objects.using(using).get_or_create(
        person_id=person,
        defaults={
            "why": why,
            "erased_by_id": by,
            "digests": list(digests),
            "erased_at": at or timezone.now(),
        },
    )
    if not made and set(digests) - set(known.digests):
        known.digests = sorted({*known.digests, *digests})
        known.save(using=using, update_fields=["digests"])
    return {
        "erasure": str(known.pk),
        "names": names,
        "files": files,
        "lines": lines,
        "records of other rooms": sum(rooms.values()),
        "files in which the name still stands": ", ".join(still) or "none",
    }


def _rewrite_studies(subject: ErasedSubject, progress: Progress | None) -> tuple[int, list[str]]:
    """Files written again or emptied, and names of files that a namesake still stands in."""
    changed, still = 0, []
    if not subject.names and not subject.leader_keys:
        return 0, []
    for study in Study.objects.using(subject.using).order_by("made_at"):
        current = StudyInput.objects.using(subject.using).filter(study=study, removed_at=None, key__in=NAMING)
        if current.exists():
            done, left = _rewrite(study, subject, progress)
            changed += done
            still += left
        for former in _former_inputs(subject, study):
            _store(former, b"", blank=True, using=subject.using)
            changed += 1
    return changed, sorted(set(still))


def _former_inputs(subject: ErasedSubject, study: Study) -> list[StudyInput]:
    """Files that were replaced and may name the person; one that cannot be read counts as one."""
    rows = StudyInput.objects.using(subject.using).filter(
        study=study, key__in=NAMING, removed_at__isnull=False, blanked_at=None
    )
    return [one for one in rows if may_name(bytes(one.content), one.file_name, subject.names)]


def _rewrite(study: Study, subject: ErasedSubject, progress: Progress | None) -> tuple[int, list[str]]:
    with written(study, subject.using) as path:
        done = redact_study(
            path,
            leader=subject.leader_keys[0] if subject.leader_keys else None,
            names=subject.names,
            urns=subject.schools,
            progress=progress,
        )
        changed = 0
        kept = StudyInput.objects.using(subject.using).filter(study=study, removed_at=None)
        for one in kept.filter(key__in=NAMING):
            content = (path.parent / one.key / one.file_name).read_bytes()
            if content != bytes(one.content):
                _store(one, content, blank=False, using=subject.using)
                changed += 1
        return changed, [name for name in done.still if not name.startswith("rooms/")]


def _store(one: StudyInput, content: bytes, *, blank: bool, using: str) -> None:
    StudyInput.objects.using(using).filter(pk=one.pk).update(
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        **({"blanked_at": timezone.now()} if blank else {}),
    )


def _blank_own_tables(person: UUID, using: str) -> None:
    now = timezone.now()
    Address.objects.using(using).filter(person_id=person).delete()
    PersonRequest.objects.using(using).filter(person_id=person).exclude(text="", answer="").update(
        text="", answer="", blanked_at=now
    )
    notices = Notice.objects.using(using).filter(person_id=person)
    notices.filter(ended_at=None).update(ended_at=now, token_hash=None)


def _blank_user(user: User, using: str) -> None:
    """An account that was switched off keeps its id for the history, and nothing by which anybody could be known."""
    acting = _setting("user", using)
    set_context(using=using, user="")
    Invitation.objects.using(using).filter(email=user.email).update(email=f"{user.pk}@erased.invalid")
    Identity.objects.using(using).filter(user=user).delete()
    ApiToken.objects.using(using).filter(user=user).update(label="erased", revoked_at=timezone.now())
    forget_factors(user.pk, using)
    User.objects.using(using).filter(pk=user.pk).update(
        email=f"{user.pk}@erased.invalid", password="", sessions_ended_at=timezone.now()
    )
    set_context(using=using, user=acting)


def _end_roles(person: UUID, using: str) -> None:
    from django.db.models import F

    for model in (Support, RoleHolding):
        rows = model.objects.using(using).filter(person_id=person, withdrawn_at=None)
        rows.update(withdrawn_at=timezone.now(), version=F("version") + 1)


def _setting(name: str, using: str) -> str:
    with connections[using].cursor() as cursor:
        cursor.execute("select coalesce(current_setting(%s, true), '')", [f"leadscape.{name}"])
        return str((cursor.fetchone() or ("",))[0])
