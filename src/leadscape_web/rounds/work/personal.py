"""Who was named in rounds: told apart from others by the run, handed over to be told, and erased everywhere."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from leadscape.actions.number_lines import number_lines
from leadscape_web.accounts.models import PersonName
from leadscape_web.accounts.named import may_be_one_name
from leadscape_web.register.models import School
from leadscape_web.rounds.models import Line, Meant, Round, SentLine
from leadscape_web.rounds.work.blanking import blank_persons
from leadscape_web.rounds.work.provider import RETURN, counted_lines, file_name, return_rows, write_rows
from leadscape_web.rounds.work.retention import blank_kept_out
from leadscape_web.studies.personal import ErasedSubject, hand_over_address
from leadscape_web.survey.models import Leader


def hear_stored(sender: Any, *, study: Any, opened: Any, using: str, **_: Any) -> None:
    """Keep which leader each line was taken to mean, and hand over addresses at which they can be told."""
    found = Round.objects.using(using).filter(study=study).first()
    if found is None:
        return
    Meant.objects.using(using).filter(line__asked__round=found).delete()
    blank_kept_out(using)
    lines = counted_lines(found, using)
    if not lines:
        return
    with TemporaryDirectory(prefix="leadscape-round-") as folder:
        path = Path(folder) / file_name(found)
        write_rows(path, RETURN, return_rows(found, lines, using))
        numbers = dict(number_lines(path).select("source_row", "nomination_id").iter_rows())
    leaders = dict(opened.lines.select("nomination_id", "leader_id").iter_rows())
    persons = dict(
        Leader.objects.using(using).filter(key__in=set(leaders.values())).values_list("key", "person_id")
    )
    meant: list[tuple[SentLine, Any]] = []
    for row, line in enumerate(lines, 2):
        person = persons.get(leaders.get(numbers.get(row)))
        if person is not None:
            meant.append((line, person))
    Meant.objects.using(using).bulk_create(Meant(line=line, person_id=person) for line, person in meant)
    emails = dict(
        Line.objects.using(using)
        .filter(pk__in=[line.line_id for line, _ in meant])
        .exclude(nominee_email="")
        .values_list("pk", "nominee_email")
    )
    for person, email in {
        person: emails[line.line_id] for line, person in meant if line.line_id in emails
    }.items():
        hand_over_address(person, email, source="round", using=using)


def erase(subject: ErasedSubject) -> int:
    """Empty what rounds hold of a person: lines meant, and lines with the name at a school of theirs or at none."""
    using = subject.using
    held = list(Line.objects.using(using).filter(erased_at=None).select_related("home_school"))
    written = PersonName.objects.using(using).filter(person__in=[line.person_id for line in held])
    spelled: dict[Any, list[str]] = {}
    for person, name in written.values_list("person_id", "full_name"):
        spelled.setdefault(person, []).append(name)
    named = {line.person_id for line in held if _is_about(line, spelled.get(line.person_id, []), subject)}
    meant = set(
        Meant.objects.using(using).filter(person_id=subject.person).values_list("line__person_id", flat=True)
    )
    doubtful = sum(
        line.person_id not in named | meant
        and not line.home_school_id
        and any(may_be_one_name(a, b) for a in spelled.get(line.person_id, []) for b in subject.names)
        and not _known_elsewhere(line, subject)
        for line in held
    )
    if doubtful:
        plural = "s" * (doubtful != 1)
        subject.told.append(
            f"{doubtful} line{plural} of survey rounds may name the person: look at {'them' if plural else 'it'}"
        )
    gone = named | meant | ({subject.person} & {line.person_id for line in held})
    changed = blank_persons(gone, using)
    Meant.objects.using(using).filter(person_id=subject.person).delete()
    return changed


def _is_about(line: Line, names: list[str], subject: ErasedSubject) -> bool:
    """Whether a line is about the person: at a school of theirs in any spelling, at an unknown one by whole names."""
    pairs = [(name, theirs) for name in names for theirs in subject.names]
    if not any(may_be_one_name(*pair) for pair in pairs):
        return False
    if line.home_school_id:
        return line.home_school_id in subject.schools
    meant = _schools_meant(line, subject)
    if meant:
        return bool(meant & set(subject.schools))
    return any(may_be_one_name(*pair, initials=False) for pair in pairs)


def _schools_meant(line: Line, subject: ErasedSubject) -> set[str]:
    of_name = School.objects.using(subject.using).filter(name__iexact=line.home_text)
    return set(of_name.values_list("urn", flat=True))


def _known_elsewhere(line: Line, subject: ErasedSubject) -> bool:
    """Whether the school as written is one of the register, and none of the person's."""
    meant = _schools_meant(line, subject)
    return bool(meant) and not meant & set(subject.schools)
