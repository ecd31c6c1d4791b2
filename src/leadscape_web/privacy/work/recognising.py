"""Who stays out: the keyed hashes of their names, the lines of returns about them, and both for loads and runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import polars as pl
from django.db import connections
from django.utils import timezone

from leadscape.actions.recognise_objectors import (
    key_objector,
    recognise_objectors,
    secret_digest,
    write_objectors,
    write_withdrawn,
)
from leadscape_web.landscape.loading.load import lock_loads
from leadscape_web.privacy.models import Exclusion, ObjectionKey, ReportedLine, Secret, WithdrawnLine
from leadscape_web.studies.inputs import current_inputs
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.survey.models import Leader

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running

SECRET: Final = "objections"
WITHDRAWALS, OBJECTIONS, OBJECTIONS_SECRET = "withdrawals", "objections", "objections_secret"
_PLACES: Final = """
with recursive known(urn) as (
  select home_school_id from survey_leader where person_id = %(person)s and home_school_id is not null
  union select school_id from register_headship where person_id = %(person)s
  union select home_school_id from survey_roleholding where person_id = %(person)s and home_school_id is not null
  union select home_school_id from rounds_line where person_id = %(person)s and home_school_id is not null
), related(urn) as (
  select urn from known
  union select case when l.urn = r.urn then l.link_urn else l.urn end
        from related r join register_link l on r.urn in (l.urn, l.link_urn)
)
select s.urn, s.name, s.authority_id, s.urn in (select urn from known)
from related r join register_school s on s.urn = r.urn order by s.urn
"""


def names_of_person(person: UUID, using: str = "owner") -> tuple[str, ...]:
    """Every name a person has or had."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "select distinct full_name from accounts_personname where person_id = %s order by 1", [person]
        )
        return tuple(name for (name,) in cursor.fetchall())


def schools_of_person(person: UUID, using: str = "owner") -> list[tuple[str, str, str | None, bool]]:
    """Schools a person is known at, what those were before and became: URN, name, authority, whether known there."""
    with connections[using].cursor() as cursor:
        cursor.execute(_PLACES, {"person": person})
        return cursor.fetchall()


def keep_keys(person: UUID, kind: str, using: str = "owner", on: date | None = None) -> tuple[str, ...]:
    """Keep the keys of a person's names under every secret in use; the objections' ids. None where no name is known."""
    on = on or timezone.localdate()
    names, schools = names_of_person(person, using), schools_of_person(person, using)
    rows = [(name, urn, school, code) for name in names for urn, school, code, _ in schools] or [
        (name, None, None, None) for name in names
    ]
    people = pl.DataFrame(
        rows,
        schema={"name": pl.String, "urn": pl.String, "school": pl.String, "authority_code": pl.String},
        orient="row",
    )
    made = []
    for secret in secrets_in_use(using):
        keyed = key_objector(people, secret, kind=kind, recorded_on=on, recorded_by="the service")
        if keyed is None:
            continue
        made.append(keyed.objection)
        ObjectionKey.objects.using(using).bulk_create(
            [
                ObjectionKey(
                    person_id=person,
                    objection=keyed.objection,
                    key=key,
                    rule=rule,
                    kind=kind,
                    recorded_on=on,
                    secret=secret_digest(secret),
                )
                for key, rule in keyed.keys.iter_rows()
            ],
            ignore_conflicts=True,
        )
    return tuple(made)


def keep_lines(person: UUID, using: str = "owner") -> int:
    """Keep which lines of returns the latest runs took to be about a person, so that they stay out of later runs."""
    keys = list(Leader.objects.using(using).filter(person_id=person).values_list("key", flat=True))
    lines = ReportedLine.objects.using(using).filter(leader_key__in=keys)
    kept = WithdrawnLine.objects.using(using).bulk_create(
        [
            WithdrawnLine(
                person_id=person,
                nomination=line.nomination,
                leader_key=line.leader_key,
                respondent=line.respondent,
                withdrawn_on=timezone.localdate(),
            )
            for line in lines
        ],
        ignore_conflicts=True,
    )
    return len(kept)


def perform_keep_out(running: Running) -> Mapping[str, Any]:
    """The job ``privacy.keep_out``: what staying out needs beyond what the database did at once."""
    person = UUID(running.given["person"])
    lock_loads(connections["owner"].cursor().cursor)
    running.because("A person stays out")
    # Held until the keys are kept, so that whoever is let in meanwhile loses these too.
    out = Exclusion.objects.using("owner").select_for_update().filter(person_id=person).first()
    if out is None:
        return {"lines": 0, "why": "The person came back meanwhile"}
    lines = keep_lines(person)
    return {"lines": lines, "recognised": bool(keep_keys(person, "objection"))}


def find_kept_out(cursor: Any, people: pl.DataFrame) -> frozenset[str]:
    """Who of ``people`` stays out, for a load. ``cursor`` is the driver's, as the owner role."""
    cursor.execute("select secret, array_agg(key) from privacy_objectionkey group by secret")
    keys = dict(cursor.fetchall())
    if not keys:
        return frozenset()
    cursor.execute("select value from privacy_secret where name = %s", [SECRET])
    secret = bytes.fromhex(cursor.fetchone()[0])
    return recognise_objectors(people, frozenset(keys.get(secret_digest(secret), ())), secret)


def service_secret(using: str = "owner") -> bytes:
    """The secret of this service's own keys."""
    return bytes.fromhex(Secret.objects.using(using).get(name=SECRET).value)


def secrets_in_use(using: str = "owner") -> tuple[bytes, ...]:
    """The service's own, and those that studies brought along with ledgers of their own."""
    brought = StudyInput.objects.using(using).filter(key=OBJECTIONS_SECRET, removed_at=None)
    found = [service_secret(using), *(_as_secret(bytes(one.content)) for one in brought.order_by("added_at"))]
    return tuple(dict.fromkeys(found))


def provide(study: Study, folder: Path, using: str) -> dict[str, Sequence[str]]:
    """Withdrawn lines, and the ledger with its secret, as files of a study; with what the study brought itself."""
    own = {
        one.key: bytes(one.content)
        for one in current_inputs(study, using).filter(key__in=[WITHDRAWALS, OBJECTIONS, OBJECTIONS_SECRET]).defer(None)
    }  # fmt: skip
    files: dict[str, Sequence[str]] = {}
    gone = list(WithdrawnLine.objects.using(using).order_by("nomination"))
    if gone:
        rows = [(one.nomination, one.leader_key, one.respondent, one.withdrawn_on) for one in gone]
        frame = pl.DataFrame(
            rows,
            schema=dict.fromkeys(("nomination_id", "leader_id", "returned_by"), pl.String)
            | {"withdrawn_on": pl.Date},
            orient="row",
        )
        write_withdrawn(frame, folder / "withdrawn.csv")
        _join(folder / "withdrawn.csv", own.get(WITHDRAWALS))
        files[WITHDRAWALS] = ["withdrawn.csv"]
    secret = _as_secret(own[OBJECTIONS_SECRET]) if OBJECTIONS_SECRET in own else service_secret(using)
    keys = list(ObjectionKey.objects.using(using).filter(secret=secret_digest(secret)))
    if keys:
        rows = [(k.objection, k.key, k.rule, k.kind, k.recorded_on) for k in keys]
        ledger = pl.DataFrame(
            rows,
            schema=dict.fromkeys(("objection_id", "key", "rule", "kind"), pl.String)
            | {"recorded_on": pl.Date},
            orient="row",
        )
        write_objectors(
            ledger.with_columns(recorded_by=pl.lit("the service")).unique(["objection_id", "key"]),
            folder / "objections.csv",
        )
        _join(folder / "objections.csv", own.get(OBJECTIONS))
        (folder / "objections.secret").write_text(secret.hex() + "\n", encoding="ascii")
        files |= {OBJECTIONS: ["objections.csv"], OBJECTIONS_SECRET: ["objections.secret"]}
    return files


def keep_run(*, study: Study, opened: Any, using: str, **_: Any) -> None:
    """Keep which lines mean which leader: heard when a run is stored."""
    ReportedLine.objects.using(using).filter(study_id=study.pk).delete()
    ReportedLine.objects.using(using).bulk_create(
        [
            ReportedLine(study_id=study.pk, nomination=nomination, leader_key=leader, respondent=respondent)
            for nomination, leader, respondent in opened.lines.drop_nulls("leader_id")
            .select("nomination_id", "leader_id", "respondent_id")
            .unique("nomination_id", maintain_order=True)
            .iter_rows()
        ],
        batch_size=2000,
    )


def _join(path: Path, brought: bytes | None) -> None:
    """Write what a study brought behind what the service wrote; the headings of both are the library's."""
    if not brought:
        return
    with TemporaryDirectory() as folder:
        own = Path(folder) / "own.csv"
        own.write_bytes(brought)
        both = pl.concat(
            [pl.read_csv(path, infer_schema=False), pl.read_csv(own, infer_schema=False)], how="diagonal"
        )
    both.unique(maintain_order=True).write_csv(path)


def _as_secret(content: bytes) -> bytes:
    return bytes.fromhex(content.decode("ascii").strip())
