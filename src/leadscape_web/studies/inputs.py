"""Files of a study: added and removed by jobs, and those that other rooms write from what they keep in tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.utils import timezone

from leadscape.actions.read_decisions_file import read_decisions_file
from leadscape.actions.write_review_file import write_decisions_file
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.studies.personal import Sifted, sift

Provide = Callable[[Study, Path, str], Mapping[str, Sequence[str]]]
Answer = Callable[[Study, str], Iterable[Mapping[str, Any]]]
LISTS: Final = frozenset({"schools", "links", "groups", "returns", "validation"})
"""Keys of which a study may have several files; of any other, one."""
ANSWERED: Final = "answered.csv"
TAKEN_OUT: Final = "lines about people who stay out, not kept"
TO_LOOK_AT: Final = "rows that may name one of them, to be looked at"
_PROVIDERS: dict[str, Provide] = {}
_ANSWERS: dict[str, Answer] = {}


def add_provider(name: str, provide: Provide) -> None:
    """Let a room write what it keeps as files of a study, each time the study is run.

    Parameters
    ----------
    provide
        Gets the study, a folder that exists, and the alias of the owner's connection; writes files into the folder and
        gives their names by key of the study file. Files of a key in :data:`LISTS` come on top of the study's own, one
        of any other key takes its place. No file: an empty mapping.

    Raises
    ------
    ValueError
        When the name is taken.
    """
    if _PROVIDERS.get(name, provide) is not provide:
        raise ValueError(f"two providers are called {name!r}")
    _PROVIDERS[name] = provide


def add_answers(name: str, give: Answer) -> None:
    """Let a room answer questions of a study beside those that are decided, each time the study is run.

    Parameters
    ----------
    give
        Gets the study and the alias of the owner's connection; gives rows of a file of decisions. What is decided
        elsewhere stands before them.
    """
    _ANSWERS[name] = give


def with_answers(study: Study, decisions: Path | None, folder: Path, using: str) -> Path | None:
    """The file of decisions with what rooms answer besides, in ``folder``; as it was where none does."""
    given = {row["question_id"]: row for name in sorted(_ANSWERS) for row in _ANSWERS[name](study, using)}
    if not given:
        return decisions
    if decisions is not None:
        given |= {row["question_id"]: row for row in read_decisions_file(decisions).drop("row").to_dicts()}
    path = folder / ANSWERED
    write_decisions_file(given.values(), path)
    return path


def provided(study: Study, folder: Path, using: str) -> dict[str, list[str]]:
    """What all rooms write for a study: names of files by key, in the order of the rooms' names."""
    found: dict[str, list[str]] = {}
    for name in sorted(_PROVIDERS):
        for key, names in _PROVIDERS[name](study, folder, using).items():
            found.setdefault(key, []).extend(names)
    return found


def is_provided_for(study: Study, using: str) -> bool:
    """Whether any room writes something for a study."""
    with TemporaryDirectory(prefix="leadscape-rooms-") as folder:
        return bool(provided(study, Path(folder), using))


def add_input(
    study: Study, key: str, file_name: str, content: bytes, *, added_by: Any = None, using: str = "owner"
) -> StudyInput:
    """Add a file, as the owner role and with a reason set; one of the same key and name takes the former's place.

    Of a key that has one file only, the former is removed whatever its name. What the file says about people who stay
    out is not kept; how much that was, and which rows a person should look at, stands in the row. The caller holds the
    lock of loads (:func:`leadscape_web.landscape.loading.load.lock_loads`), so that nobody is erased meanwhile.

    Raises
    ------
    LeadscapeError
        When it names somebody who stays out and cannot be written again without them.
    """
    return _add(study, key, file_name, sift(key, file_name, content, using), added_by, using)


def keep_input(study: Study, key: str, file_name: str, content: bytes, using: str = "owner") -> StudyInput:
    """As :func:`add_input`, but the file that is there stays where it says the same."""
    held = current_inputs(study, using).filter(key=key, file_name=file_name).first()
    if held is not None and held.sha256 == _hash(content):
        return held
    kept = sift(key, file_name, content, using)
    if held is not None and held.sha256 == _hash(kept.content):
        return held
    return _add(study, key, file_name, kept, None, using)


def told_of(added: Iterable[StudyInput]) -> dict[str, int]:
    """What was taken out of files and what should be looked at, in words; nothing where that is nothing."""
    files = list(added)
    counts = {
        TAKEN_OUT: sum(one.taken_out for one in files),
        TO_LOOK_AT: sum(len(one.doubtful) for one in files),
    }
    return {words: count for words, count in counts.items() if count}


def _add(study: Study, key: str, file_name: str, kept: Sifted, added_by: Any, using: str) -> StudyInput:
    former = current_inputs(study, using).filter(key=key)
    if key in LISTS:
        former = former.filter(file_name=file_name)
    place = former.values_list("position", flat=True).first()
    former.update(removed_at=timezone.now())
    last = (
        current_inputs(study, using).filter(key=key).order_by("-position").values_list("position", flat=True)
    )
    return StudyInput.objects.using(using).create(
        study=study,
        key=key,
        file_name=file_name,
        content=kept.content,
        sha256=_hash(kept.content),
        size=len(kept.content),
        position=place if place is not None else (last.first() or 0) + 1,
        added_by_id=added_by,
        taken_out=kept.taken_out,
        doubtful=list(kept.doubtful),
    )


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def remove_input(found: StudyInput, using: str = "owner") -> None:
    """Take a file out of its study; the record that it was there stays."""
    StudyInput.objects.using(using).filter(pk=found.pk, removed_at=None).update(removed_at=timezone.now())


def current_inputs(study: Study, using: str = "owner") -> Any:
    """The files that a run of the study reads, in order, without their content."""
    rows = StudyInput.objects.using(using).filter(study=study, removed_at=None)
    return rows.defer("content").order_by("key", "position")
