"""Erase a person: their names from every table and every stored file, in one transaction, with a line in the ledger.

What stays is an id without a name, the history of that id, and keyed hashes by which the person is recognised when a
new register or return names them. The roles they held no longer count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import connections
from django.db.models import F
from django.utils import timezone

from leadscape.core.errors import LeadscapeError
from leadscape.core.progress import Progress
from leadscape_web.accounts.context import set_context
from leadscape_web.accounts.models import ApiToken, Identity, Invitation, PersonName, User
from leadscape_web.accounts.second_factor import forget_factors
from leadscape_web.accounts.sessions import delete_sessions
from leadscape_web.landscape.loading.load import lock_loads
from leadscape_web.privacy.models import Address, Erasure, Exclusion, Notice, PersonRequest
from leadscape_web.privacy.work.recognising import keep_keys, keep_lines, names_of_person, schools_of_person
from leadscape_web.privacy.work.rewriting import rewrite_studies
from leadscape_web.studies.personal import ErasedSubject, erase_everywhere
from leadscape_web.survey.models import Leader, RoleHolding, Support

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running

WHY: Final = "A person was erased"
NOT_RUN: Final = "studies that cannot be run, looked through file by file"
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
    # No run, load or import stores meanwhile what it read before.
    lock_loads(connections[using].cursor().cursor)
    # Nor does anybody who answers for the person let them in meanwhile.
    Exclusion.objects.using(using).select_for_update().filter(person_id=person).first()
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
    files = rewrite_studies(subject, progress)
    rooms = erase_everywhere(subject)
    still, doubtful = files.told(using)
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
        "files in which the name still stands": ", ".join(still) or "none",
        "what may name the person, to be looked at": "; ".join([*doubtful, *subject.told]) or "none",
        **({NOT_RUN: ", ".join(files.by_keys_alone)} if files.by_keys_alone else {}),
    }


def _blank_own_tables(person: UUID, using: str) -> None:
    now = timezone.now()
    Address.objects.using(using).filter(person_id=person).delete()
    PersonRequest.objects.using(using).filter(person_id=person).exclude(text="", answer="").update(
        text="", answer="", blanked_at=now
    )
    waiting = PersonRequest.objects.using(using).filter(person_id=person, state=PersonRequest.State.OPEN)
    waiting.filter(kind=PersonRequest.Kind.CORRECTION).update(
        state=PersonRequest.State.ENDED, decided_at=now, version=F("version") + 1
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
    delete_sessions(user, using)
    User.objects.using(using).filter(pk=user.pk).update(
        email=f"{user.pk}@erased.invalid", password="", sessions_ended_at=timezone.now()
    )
    set_context(using=using, user=acting)


def _end_roles(person: UUID, using: str) -> None:
    for model in (Support, RoleHolding):
        rows = model.objects.using(using).filter(person_id=person, withdrawn_at=None)
        rows.update(withdrawn_at=timezone.now(), version=F("version") + 1)


def _setting(name: str, using: str) -> str:
    with connections[using].cursor() as cursor:
        cursor.execute("select coalesce(current_setting(%s, true), '')", [f"leadscape.{name}"])
        return str((cursor.fetchone() or ("",))[0])
