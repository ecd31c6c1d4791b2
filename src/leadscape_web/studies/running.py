"""Run a study of the service: from its files and what the rooms keep, to a stored wave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connections
from django.urls import reverse

from leadscape.actions.open_study import OpenedStudy, open_study
from leadscape.actions.study import Study as DeclaredStudy
from leadscape.actions.study import read_study
from leadscape.core.errors import NotFound
from leadscape.core.progress import Progress, Silent
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.reasons import check_reason
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.performing import Running
from leadscape_web.landscape.loading.kept_out import leave_out
from leadscape_web.landscape.loading.load import LoadedStudy, lock_loads, store_opened, why_loaded
from leadscape_web.studies.inputs import is_provided_for
from leadscape_web.studies.models import Study
from leadscape_web.studies.signals import study_stored
from leadscape_web.studies.study_folder import keep_study, write_folder


def load_study(path: Path, *, using: str = "owner", progress: Progress | None = None) -> LoadedStudy:
    """Run the study file at ``path``, store everything of it, and keep the study with its files to be run again.

    A study that is new here is run with what rooms keep for it: decisions of earlier studies, objections.

    Raises
    ------
    StudyProblem, FileProblem, TableProblem, CodebookProblem
        When an input cannot be used; the database stays as it was.
    NotComparable
        When the database holds another school system.
    """
    declared = read_study(path)
    why = why_loaded(declared)
    with acting(using=using, why=why):
        alone = _is_known(declared, using) or not is_provided_for(_named(declared), using)
    opened = open_study(path, progress=progress) if alone else None
    with acting(using=using, why=why):
        lock_loads(connections[using].cursor().cursor)
        study = keep_study(declared, using)
        if opened is None:
            opened = check(study, using=using, progress=progress)
        return store(study, opened, using=using, progress=progress)


def _is_known(declared: DeclaredStudy, using: str) -> bool:
    found = Study.objects.using(using).filter(
        system=declared.system, as_of=declared.as_of, title=declared.title
    )
    return found.exists()


def _named(declared: DeclaredStudy) -> Study:
    """The study as rooms know it before it is here."""
    return Study(title=declared.title, system=declared.system, as_of=declared.as_of, settings={})


def store(
    study: Study, opened: OpenedStudy, *, using: str = "owner", progress: Progress | None = None
) -> LoadedStudy:
    """Store a run of a study in the caller's transaction, in which a reason is set.

    The wave of the study's former run is superseded: it stays, and what it alone stated is withdrawn.
    """
    cursor = connections[using].cursor().cursor
    # Whoever was erased while the library ran is known from here on, and nobody is until this is stored.
    lock_loads(cursor)
    opened = leave_out(cursor, opened)
    loaded = store_opened(opened, using=using, progress=progress or Silent(), supersedes=study.wave_id)
    Study.objects.using(using).filter(pk=study.pk).exclude(wave=loaded.wave).update(wave=loaded.wave)
    study_stored.send(
        sender=Study,
        study=study,
        opened=opened,
        wave_id=loaded.wave,
        using=using,
        cursor=cursor,
    )
    return loaded


def check(study: Study, *, using: str = "owner", progress: Progress | None = None) -> OpenedStudy:
    """Run the study as it stands and store nothing.

    Raises
    ------
    StudyProblem, FileProblem, TableProblem, CodebookProblem
        When an input cannot be used.
    """
    with written(study, using) as path:
        return open_study(path, progress=progress)


@contextmanager
def written(study: Study, using: str = "owner") -> Iterator[Path]:
    """The study as a folder of this process alone, gone afterwards; the path of its study file."""
    with TemporaryDirectory(prefix="leadscape-study-") as folder:
        yield write_folder(study, Path(folder), using)


def run_again(study: Study, running: Running, why: str) -> LoadedStudy:
    """Run the study inside a job, and store what comes of it.

    Raises
    ------
    StudyProblem, FileProblem, TableProblem, CodebookProblem
        When an input cannot be used; nothing is changed.
    """
    with written(study) as path:
        read = _content_of(path.parent)
        opened = open_study(path, progress=_Steps(running))
    # Nothing is locked while the library runs. Whoever locks takes the lock of loads first, then records.
    lock_loads(connections["owner"].cursor().cursor)
    study = Study.objects.using("owner").select_for_update().get(pk=study.pk)
    # Two runs of one study end in either order; what is stored last must be of the latest files and decisions.
    with written(study) as path:
        if _content_of(path.parent) != read:
            opened = open_study(path, progress=_Steps(running))
    running.because(why)
    return store(study, opened, progress=_Steps(running))


def _content_of(folder: Path) -> str:
    """Hash of everything in a folder: files that are kept, and what the rooms write for a run."""
    found = sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder)} {len(content)}\n".encode() + content)
    return found.hexdigest()


def perform_run(running: Running) -> Mapping[str, Any]:
    """The job ``studies.run``."""
    study = Study.objects.using("owner").filter(pk=running.given["study"]).first()
    if study is None:
        raise NotFound("There is no such study.", "It cannot be run.", "Choose one on the page of studies.")
    why = check_reason(running.given.get("why") or f"Ran the study “{study.title}” again")
    loaded = run_again(study, running, why)
    return {
        "wave": loaded.wave,
        "already": loaded.already,
        **{
            f"{name} {way}": n
            for name, merged in loaded.merged.items()
            for way, n in vars(merged).items()
            if n
        },
    }


def wave_of(job: Job) -> str:
    """Where the job's wave is read."""
    return reverse("survey:wave", args=[(job.result or {})["wave"]])


class _Steps:
    """Steps of the library as steps of a job."""

    def __init__(self, running: Running) -> None:
        self._running = running

    def step(self, label: str) -> None:
        """One step; stops when the job was cancelled."""
        self._running.step(label)
