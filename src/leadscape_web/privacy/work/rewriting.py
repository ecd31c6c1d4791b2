"""Stored files of studies written again without a person who is erased, and what of them names that person still."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from leadscape.actions.redact_file import PURPOSES
from leadscape.actions.redact_names import may_name
from leadscape.actions.redact_reading import KnownPerson
from leadscape.actions.redact_study import redact_study
from leadscape.core.errors import LeadscapeError, OutputBlocked
from leadscape.core.progress import Progress
from leadscape_web.privacy.work.doubts import keep_doubts, settle_after_erasure
from leadscape_web.privacy.work.files import store_file
from leadscape_web.privacy.work.recognising import schools_of_person
from leadscape_web.privacy.work.sifting import look
from leadscape_web.studies.inputs import current_inputs
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.studies.personal import ErasedSubject, is_called_after, plain_name
from leadscape_web.studies.registers import is_register_only
from leadscape_web.studies.running import written


@dataclass
class Rewritten:
    """What an erasure did to stored files.

    Attributes
    ----------
    still
        Files in which the name still stands, by id: what one is called may be the name.
    doubtful
        Rows of files that may name the person, by id of the file.
    """

    files: int = 0
    still: set[UUID] = field(default_factory=set)
    doubtful: dict[UUID, tuple[int, ...]] = field(default_factory=dict)
    by_keys_alone: list[str] = field(default_factory=list)

    def told(self, using: str) -> tuple[list[str], list[str]]:
        """The names of files in which the name still stands, and rows to be looked at: as files are called now."""
        rows = StudyInput.objects.using(using).filter(pk__in={*self.still, *self.doubtful})
        files = {key: (purpose, name) for key, purpose, name in rows.values_list("pk", "key", "file_name")}
        still = sorted("/".join(files[key]) for key in self.still)
        doubtful = [f"{files[key][1]}: {', '.join(map(str, rows))}" for key, rows in self.doubtful.items()]
        return still, doubtful


def rewrite_studies(subject: ErasedSubject, progress: Progress | None) -> Rewritten:
    """Take the person from every file that a run reads; empty replaced files that may name them."""
    done = Rewritten()
    for study in Study.objects.using(subject.using).order_by("made_at"):
        current = _inputs(subject, study).filter(removed_at=None)
        runs = current.exists() and not is_register_only(study, subject.using)
        if runs and (subject.names or subject.leader_keys):
            _rewrite(study, subject, done, progress)
        # What the run takes for the person whatever it says is out by now; the rest is told by names and places.
        known = _known(subject) if study.title not in done.by_keys_alone else None
        for one in current:
            _sift(one, subject, done, known)
        for former in _inputs(subject, study).filter(removed_at__isnull=False, blanked_at=None):
            if _may_name(former, subject):
                store_file(former, b"", subject.using, blanked_at=timezone.now())
                done.files += 1
    settle_after_erasure(subject)
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


def _rewrite(study: Study, subject: ErasedSubject, done: Rewritten, progress: Progress | None) -> None:
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
                store_file(one, content, subject.using)
                done.files += 1
        held = current_inputs(study, subject.using).values_list("key", "file_name", "pk")
        kept = {f"{key}/{name}": number for key, name, number in held}
        # Others are written by rooms from what they keep, and are gone with the folder.
        done.still |= {kept[name] for name in told.still if name in kept}


def _known(subject: ErasedSubject) -> KnownPerson | None:
    """How the person is known; null where no name is."""
    places = schools_of_person(subject.person, subject.using)
    told = tuple({text for urn, name, _, _ in places for text in (urn, name) if text})
    return KnownPerson(subject.names, told) if subject.names else None


def _sift(one: StudyInput, subject: ErasedSubject, done: Rewritten, known: KnownPerson | None) -> None:
    """As a new file would be looked at: what only the keys tell, and rows that a person should look at."""
    found = look(one.key, one.file_name, bytes(one.content), subject.using, subject.person, known)
    if found is None:
        return
    if found.content is not None:
        store_file(one, found.content, subject.using, taken_out=one.taken_out + found.taken_out)
        done.files += 1
    if found.doubtful:
        content = found.content if found.content is not None else bytes(one.content)
        keep_doubts(one, content, found.doubts, subject.using)
        done.doubtful[one.pk] = found.doubtful


def _rename_files(subject: ErasedSubject) -> int:
    """Files that are called after the person are called by their number."""
    renamed = 0
    for key, name in StudyInput.objects.using(subject.using).values_list("pk", "file_name"):
        if is_called_after(name, subject.names):
            StudyInput.objects.using(subject.using).filter(pk=key).update(file_name=plain_name(key, name))
            renamed += 1
    return renamed
