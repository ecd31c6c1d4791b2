"""Erase a person: their names from every table and every stored file, in one transaction, with a line in the ledger.

What stays is an id without a name, the history of that id, and keyed hashes by which the person is recognised when a
new register or return names them. The roles they held no longer count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import polars as pl
from django.db import connections
from django.utils import timezone

from leadscape.actions.redact_file import PURPOSES
from leadscape.actions.redact_study import may_name, redact_study
from leadscape.core.errors import LeadscapeError, OutputBlocked
from leadscape.core.identifiers import normalise_name
from leadscape.core.progress import Progress
from leadscape_web.accounts.context import set_context
from leadscape_web.accounts.models import ApiToken, Identity, Invitation, PersonName, User
from leadscape_web.accounts.second_factor import forget_factors
from leadscape_web.privacy.models import Address, Erasure, Exclusion, Notice, PersonRequest
from leadscape_web.privacy.work.recognising import keep_keys, keep_lines, names_of_person, schools_of_person
from leadscape_web.privacy.work.sifting import look
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.studies.personal import ErasedSubject, erase_everywhere
from leadscape_web.studies.running import written
from leadscape_web.survey.models import Leader, RoleHolding, Support

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running

WHY: Final = "A person was erased"
NOT_RUN: Final = "studies that cannot be run, looked through file by file"
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
    files = _rewrite_studies(subject, progress)
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
        "files": files.files,
        "lines": lines,
        "records of other rooms": sum(rooms.values()),
        "files in which the name still stands": ", ".join(sorted(files.still)) or "none",
        "what may name the person, to be looked at": "; ".join([*files.doubtful, *subject.told]) or "none",
        **({NOT_RUN: ", ".join(files.by_keys_alone)} if files.by_keys_alone else {}),
    }


@dataclass
class _Rewritten:
    """What an erasure did to stored files."""

    files: int = 0
    still: set[str] = field(default_factory=set)
    doubtful: list[str] = field(default_factory=list)
    by_keys_alone: list[str] = field(default_factory=list)


def _rewrite_studies(subject: ErasedSubject, progress: Progress | None) -> _Rewritten:
    """Take the person from every file that a run reads; empty replaced files that may name them."""
    done = _Rewritten()
    for study in Study.objects.using(subject.using).order_by("made_at"):
        current = _inputs(subject, study).filter(removed_at=None)
        if current.exists() and (subject.names or subject.leader_keys):
            _rewrite(study, subject, done, progress)
        for one in current:
            _sift(one, subject, done)
        for former in _inputs(subject, study).filter(removed_at__isnull=False, blanked_at=None):
            if _may_name(former, subject):
                _store(former, b"", subject.using, blanked_at=timezone.now())
                done.files += 1
    done.files += _rename_files(subject)
    return done


def _inputs(subject: ErasedSubject, study: Study) -> Any:
    return (
        StudyInput.objects.using(subject.using)
        .filter(study=study, key__in=PURPOSES)
        .order_by("key", "position")
    )


def _may_name(former: StudyInput, subject: ErasedSubject) -> bool:
    """Whether a file that was replaced may name the person; one that cannot be read counts as one."""
    content = bytes(former.content)
    if may_name(content, former.file_name, subject.names):
        return True
    try:
        found = look(former.key, former.file_name, content, subject.using, subject.person)
    except LeadscapeError:
        return True
    return found is not None and bool(found.taken_out or found.doubtful)


def _rewrite(study: Study, subject: ErasedSubject, done: _Rewritten, progress: Progress | None) -> None:
    """As the library understands the study: lines that it takes for the person, and what follows from them."""
    with written(study, subject.using) as path:
        own = [
            path.parent / one.key / one.file_name
            for one in _inputs(subject, study).filter(key="decisions", removed_at=None)
        ]
        try:
            told = redact_study(
                path,
                leaders=subject.leader_keys,
                names=subject.names,
                urns=subject.schools,
                decisions=own,
                progress=progress,
            )
        except OutputBlocked:
            raise
        except LeadscapeError:
            # A study that cannot be run is no reason to keep anybody in it.
            done.by_keys_alone.append(study.title)
            return
        for one in _inputs(subject, study).filter(removed_at=None):
            content = (path.parent / one.key / one.file_name).read_bytes()
            if content != bytes(one.content):
                _store(one, content, subject.using)
                done.files += 1
        done.still |= {name for name in told.still if not name.startswith("rooms/")}


def _sift(one: StudyInput, subject: ErasedSubject, done: _Rewritten) -> None:
    """As a new file would be looked at: what only the keys tell, and rows that a person should look at."""
    found = look(one.key, one.file_name, bytes(one.content), subject.using, subject.person)
    if found is None:
        return
    if found.content is not None:
        _store(one, found.content, subject.using, taken_out=one.taken_out + found.taken_out)
        done.files += 1
    if set(found.doubtful) - set(one.doubtful):
        rows = sorted({*one.doubtful, *found.doubtful})
        StudyInput.objects.using(subject.using).filter(pk=one.pk).update(doubtful=rows)
    if found.doubtful:
        done.doubtful.append(f"{one.file_name}: {', '.join(map(str, found.doubtful))}")


def _rename_files(subject: ErasedSubject) -> int:
    """Files that are called after the person are called by their number."""
    renamed = 0
    for key, name in StudyInput.objects.using(subject.using).values_list("pk", "file_name"):
        words = _words(name)
        if any({whole[0], whole[-1]} <= set(words) for one in subject.names if len(whole := _words(one)) > 1):
            _, dot, ending = name.rpartition(".")
            StudyInput.objects.using(subject.using).filter(pk=key).update(
                file_name=f"file-{key}{dot}{ending[:8]}"
            )
            renamed += 1
    return renamed


def _words(text: str) -> list[str]:
    return str(pl.select(normalise_name(pl.lit(text))).item()).split()


def _store(one: StudyInput, content: bytes, using: str, **more: Any) -> None:
    StudyInput.objects.using(using).filter(pk=one.pk).update(
        content=content, sha256=hashlib.sha256(content).hexdigest(), size=len(content), **more
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
