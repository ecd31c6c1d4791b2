"""The ledger of erasures as a file, and everything in it done again after a restore."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from leadscape.core.errors import FileProblem
from leadscape_web.accounts.models import Person
from leadscape_web.privacy.models import Erasure, Exclusion, ObjectionKey, Secret
from leadscape_web.privacy.work.erasing import erase
from leadscape_web.privacy.work.recognising import SECRET

FORMAT: Final = "leadscape erasures 1"
COLUMNS: Final = ("person", "why", "erased_at", "digests")


def write_ledger(path: Path, using: str = "owner") -> int:
    """Write every erasure, with the keys that recognise those people, for its owner's eyes only; how many.

    The file holds no name. Whoever has it can test whether a given person was erased, so it is kept like a secret.
    """
    erasures = [
        {"person": str(one.person_id), "why": one.why, "erased_at": one.erased_at.isoformat(), "digests": one.digests}
        for one in Erasure.objects.using(using).order_by("erased_at", "pk")
    ]  # fmt: skip
    keys = [
        [str(k.person_id), k.objection, k.key, k.rule, k.kind, k.recorded_on.isoformat(), k.secret]
        for k in ObjectionKey.objects.using(using).order_by("pk")
    ]
    out = [
        [str(one.person_id), one.kind, one.recorded_at.isoformat()]
        for one in Exclusion.objects.using(using).exclude(kind=Exclusion.Kind.ERASURE).order_by("recorded_at")
    ]
    secret = Secret.objects.using(using).get(name=SECRET).value
    whole = {"format": FORMAT, "secret": secret, "erasures": erasures, "keys": keys, "stay_out": out}
    partial = path.with_name(path.name + ".part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(whole, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(partial, path)
    return len(erasures)


def replay_ledger(path: Path, using: str = "owner") -> Iterator[tuple[UUID, bool]]:
    """Erase again everybody in a ledger, in the caller's transaction as the owner role, in which a reason is set.

    Yields
    ------
    tuple
        Person, and whether the database knew of them.

    Raises
    ------
    FileProblem
        When the file is no ledger of this service.
    """
    whole = _read(path)
    _take_secret(path, whole["secret"], using)
    ObjectionKey.objects.using(using).bulk_create(
        [
            ObjectionKey(
                person_id=person, objection=objection, key=key, rule=rule, kind=kind, recorded_on=on, secret=secret
            )
            for person, objection, key, rule, kind, on, secret in whole["keys"]
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    for key, kind, at in whole["stay_out"]:
        if Person.objects.using(using).filter(pk=key).exists():
            Exclusion.objects.using(using).get_or_create(
                person_id=key, defaults={"kind": kind, "recorded_at": datetime.fromisoformat(at)}
            )
    for one in whole["erasures"]:
        person = UUID(one["person"])
        known = Person.objects.using(using).filter(pk=person).exists()
        if known:
            erase(person, one["why"], using=using, at=datetime.fromisoformat(one["erased_at"]))
        yield person, known


def _read(path: Path) -> dict[str, Any]:
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        sound = (
            whole["format"] == FORMAT
            and isinstance(whole["secret"], str)
            and all(set(COLUMNS) <= set(one) for one in whole["erasures"])
            and all(len(key) == 7 for key in whole["keys"])
            and all(len(one) == 3 for one in whole["stay_out"])
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _no_ledger(path) from error
    if not sound:
        raise _no_ledger(path)
    return whole


def _no_ledger(path: Path) -> FileProblem:
    return FileProblem(
        f"{path.name} is not a ledger of erasures.",
        "Somebody who was erased would come back with the backup.",
        "Give the file that `leadscape service export_erasures` wrote last.",
    )


def _take_secret(path: Path, secret: str, using: str) -> None:
    """A database older than its first erasure takes the ledger's secret, so that the keys go on telling."""
    held = Secret.objects.using(using).get(name=SECRET)
    if held.value == secret:
        return
    if ObjectionKey.objects.using(using).exists():
        raise FileProblem(
            f"{path.name} was made by another service.",
            "Its keys were made with another secret, so that nobody in it would be recognised.",
            "Give the ledger of this service.",
        )
    Secret.objects.using(using).filter(name=SECRET).update(value=secret)
