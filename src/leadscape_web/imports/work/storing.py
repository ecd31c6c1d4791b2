"""The jobs that store what was confirmed, and that undo it: each in one transaction, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import psycopg.errors
from django.db import connections, transaction
from django.utils import timezone

from leadscape.actions.compare_held import compare_held
from leadscape.core.errors import LeadscapeError, TableProblem
from leadscape_web.accounts.models import Person
from leadscape_web.audit.models import Event
from leadscape_web.audit.undoing import UndoRefused, undo
from leadscape_web.imports.files import empty_files
from leadscape_web.imports.models import Absence, Import, Problem
from leadscape_web.imports.work.checking import read_and_open, take
from leadscape_web.imports.work.contents import content_of, uploads_of
from leadscape_web.imports.work.held import OWNER, basis_of_held, read_held
from leadscape_web.imports.work.refusing import told_refusal
from leadscape_web.imports.work.returns import add_files, basis_of_study, cannot_be_used, take_out
from leadscape_web.jobs.performing import Running
from leadscape_web.landscape.loading.kept_out import leave_out_heads
from leadscape_web.landscape.loading.load import lock_loads
from leadscape_web.landscape.loading.people import load_people
from leadscape_web.landscape.loading.published_rows import load_organisations
from leadscape_web.landscape.loading.register_rows import load_register
from leadscape_web.register.models import Source
from leadscape_web.register.search_index import rebuild
from leadscape_web.studies.inputs import told_of
from leadscape_web.studies.models import Study
from leadscape_web.studies.registers import keep_register
from leadscape_web.studies.running import run_again

FILLED: Final = (
    "accounts_person", "accounts_personname", "accounts_organisation", "register_source", "register_authority",
    "register_school", "register_schoolname", "register_group", "register_membership", "register_link",
    "register_headship", "audit_event",
)  # fmt: skip


def perform_store(running: Running) -> Mapping[str, Any]:
    """The job ``imports.store``."""
    lock_loads(connections[OWNER].cursor().cursor)
    found = take(running, Import.State.STORING)
    told = (
        _store_returns(found, running)
        if found.kind == Import.Kind.RETURNS
        else _store_register(found, running)
    )
    Import.objects.using(OWNER).filter(pk=found.pk).update(
        state=Import.State.STORED, stored_at=timezone.now(), stored_by_job=running.job.pk
    )
    empty_files(found, OWNER)
    return told


def perform_undo(running: Running) -> Mapping[str, Any]:
    """The job ``imports.undo``."""
    lock_loads(connections[OWNER].cursor().cursor)
    found = take(running, Import.State.UNDOING)
    why = f"Undid an import: {found.undo_why}"
    try:
        with transaction.atomic(using=OWNER):
            told = _take_back(found, running, why)
    except UndoRefused as refused:
        running.because("Left an import stored that could not be undone")
        Import.objects.using(OWNER).filter(pk=found.pk).update(
            state=Import.State.STORED, undo_refused=told_refusal(found, refused)
        )
        return {"refused": len(refused.records)}
    running.because(why)
    Import.objects.using(OWNER).filter(pk=found.pk).update(
        state=Import.State.UNDONE, undone_at=timezone.now(), undo_refused=None
    )
    return told


def _take_back(found: Import, running: Running, why: str) -> dict[str, Any]:
    """Undo it, in a savepoint of its own.

    Raises
    ------
    UndoRefused
        When something stands in the way.
    """
    if found.kind == Import.Kind.RETURNS:
        study = _locked_study(found)
        running.because(why)
        take_out(study, str(found.stored_by_job))
        run_again(study, running, why)
        return {}
    running.step("Setting back what was changed")
    persons = _named_by(str(found.stored_by_job))
    undone = undo(str(found.stored_by_job), why)
    _forget_persons(persons)
    running.step("Preparing search")
    rebuild(OWNER)
    return {"removed": undone.removed, "set_back": undone.set_back, "restored": undone.restored}


def _store_register(found: Import, running: Running) -> dict[str, Any]:
    if found.basis != basis_of_held():
        raise _changed_since("The register was changed since these files were checked.")
    held = read_held()
    # What is wrong in them was kept when they were checked.
    Problem.objects.using(OWNER).filter(belongs_to=found).delete()
    opened = read_and_open(found, held, running)
    newest = compare_held(held, opened).newest
    running.because(f"Brought in the register of {opened.as_of.isoformat()}")
    cursor: Any = connections[OWNER].cursor().cursor
    heads = leave_out_heads(cursor, opened.headships, opened.schools)
    opened = replace(opened, headships=heads)
    at = timezone.now()
    running.step("Storing the register")
    speaks_of = opened.schools["urn"].to_list() or held.schools["urn"].to_list()
    merged = load_register(
        cursor, opened, newest=newest, loaded_at=at, unstated=opened.unstated, listed=speaks_of
    )
    running.step("Storing heads")
    merged |= load_people(cursor, opened, newest=newest, loaded_at=at).merged
    merged["organisations"] = load_organisations(cursor, opened, at)
    closed, unknown = _record_absences(found)
    # A survey round is counted with the files of a register, and these are emptied here.
    files = ((one.key, one.file_name, content_of(one)) for one in uploads_of(found))
    kept = keep_register(files, opened.as_of, opened.system, added_by=found.created_by_id)
    told = {"kept for survey rounds": "yes" if kept else "no"} if opened.schools.height else {}
    running.step("Preparing search")
    rebuild(OWNER)
    for table in FILLED:
        cursor.execute(f'analyze "{table}"')
    counts = {f"{name} {way}": n for name, one in merged.items() for way, n in vars(one).items() if n}
    return {**counts, "marked closed": closed, "marked not known": unknown, **told}


def _record_absences(found: Import) -> tuple[int, int]:
    """What was answered about schools that the extract does not list: how many closed, how many not known."""
    source = Source.objects.using(OWNER).filter(purpose="schools").order_by("-loaded_at", "-as_of").first()
    answered = Absence.objects.using(OWNER).filter(belongs_to=found)
    cursor: Any = connections[OWNER].cursor().cursor
    counts = []
    for answer, columns in (
        (Absence.Answer.CLOSED, ("status", "closed_on")),
        (Absence.Answer.UNKNOWN, ("status",)),
    ):
        rows = answered.filter(answer=answer).values_list("urn", "closed_on")
        # What else is known of the school, the file that it is missing from does not say.
        told = dict.fromkeys(columns, f"missing from {source.pk}" if source else "")
        cursor.execute(
            "update register_school s set status = %s, closed_on = coalesce(a.closed_on, s.closed_on),"
            " stated_by = coalesce(s.stated_by, '{}') || %s::jsonb"
            " from unnest(%s::text[], %s::date[]) a(urn, closed_on) where s.urn = a.urn",
            [answer.value, json.dumps(told), [urn for urn, _ in rows], [on for _, on in rows]],
        )
        counts.append(cursor.rowcount)
    return counts[0], counts[1]


def _store_returns(found: Import, running: Running) -> dict[str, Any]:
    study = _locked_study(found)
    if found.basis != basis_of_study(study):
        raise _changed_since("The study was run or got other files since these were checked.")
    why = f"Brought in files of the study “{study.title}”"
    running.because(why)
    added = add_files(study, found)
    try:
        loaded = run_again(study, running, why)
    except TableProblem:
        raise cannot_be_used() from None
    counts = {f"{name} {way}": n for name, one in loaded.merged.items() for way, n in vars(one).items() if n}
    return {"wave": loaded.wave, **counts, **told_of(added)}


def _locked_study(found: Import) -> Study:
    return Study.objects.using(OWNER).select_for_update().get(pk=found.study_id)


def _changed_since(what: str) -> LeadscapeError:
    return LeadscapeError(
        what,
        "What you confirmed is no longer what would be changed.",
        "Check the files again on the page of the import, and confirm what it shows then.",
    )


def _named_by(job: str) -> list[str]:
    """Persons who got a name in a job."""
    names = Event.objects.using(OWNER).filter(request=job, table="accounts_personname", action="insert")
    return [str(person) for person in names.values_list("person", flat=True) if person]


def _forget_persons(persons: list[str]) -> None:
    """Take away the records of persons that nothing is left of; the history holds none of them.

    Raises
    ------
    LeadscapeError
        When something was recorded of one of them at the same moment.
    """
    cursor: Any = connections[OWNER].cursor().cursor
    used = " or ".join(
        f'exists (select 1 from "{table}" r where r."{column}" = p.id)'
        for table, column in _columns_naming_persons()
    )
    try:
        cursor.execute(
            f"delete from accounts_person p where p.id = any (%s::uuid[]) and not ({used or 'false'})",
            [persons],
        )
        # Here, and not when the job commits: then nobody could be told any more.
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
    except psycopg.errors.IntegrityError:
        raise LeadscapeError(
            "Something was recorded of somebody whom only this import knew, while it was being undone.",
            "What was recorded would be about nobody.",
            "Nothing was undone. Undo it again: whoever something is recorded of is kept then.",
        ) from None


def _columns_naming_persons() -> list[tuple[str, str]]:
    """Tables with a key to persons, each with the column; also where no name leads back from the person."""
    fields: list[Any] = list(Person._meta.get_fields(include_hidden=True))
    keys = [one for one in fields if one.auto_created and not one.concrete]
    return [(key.related_model._meta.db_table, key.field.column) for key in keys]
