"""Who was named in rounds: told apart from others by the run, handed over to be told, and erased everywhere."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db.models import Q
from django.utils import timezone

from leadscape.actions.number_lines import number_lines
from leadscape_web.accounts.models import Person, PersonName
from leadscape_web.rounds.models import Line, Meant, Round, SentLine
from leadscape_web.rounds.provider import RETURN, counted_lines, file_name, return_rows, write_rows
from leadscape_web.studies.personal import ErasedSubject, hand_over_address
from leadscape_web.survey.models import Leader

BLANK = {"home_text": "", "role_text": "", "partner_schools": ""}


def hear_stored(sender: Any, *, study: Any, opened: Any, using: str, **_: Any) -> None:
    """Keep which leader each line was taken to mean, and hand over addresses at which they can be told."""
    found = Round.objects.using(using).filter(study=study).first()
    if found is None:
        return
    Meant.objects.using(using).filter(line__asked__round=found).delete()
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
    spelled = {" ".join(name.split()).casefold() for name in subject.names}
    nominees = Line.objects.using(using).filter(erased_at=None).values_list("person_id", "home_school_id")
    at = dict(nominees)
    written = PersonName.objects.using(using).filter(person__in=list(at))
    named = {
        person
        for person, name in written.values_list("person_id", "full_name")
        if " ".join(name.split()).casefold() in spelled and (at[person] is None or at[person] in subject.schools)
    }  # fmt: skip
    meant = set(
        Meant.objects.using(using).filter(person_id=subject.person).values_list("line__person_id", flat=True)
    )
    gone = named | meant | ({subject.person} & set(at))
    now = timezone.now()
    changed = 0
    for rows, blank in (
        (Line.objects.using(using), {**BLANK, "nominee_email": ""}),
        (SentLine.objects.using(using), BLANK),
    ):
        changed += rows.filter(Q(person_id__in=gone), erased_at=None).update(**blank, erased_at=now)
    PersonName.objects.using(using).filter(
        person__in=Person.objects.using(using).filter(pk__in=gone)
    ).delete()
    Meant.objects.using(using).filter(person_id=subject.person).delete()
    return changed
