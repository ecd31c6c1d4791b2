"""What was answered in a round as files of a study: who was asked and how it ended, and one return of all lines.

Names leave the database here and nowhere else, into the folder of one run.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from leadscape_web.accounts.models import PersonName
from leadscape_web.govuk.wording import local_day
from leadscape_web.rounds.models import Asked, Round, Sending, SentLine
from leadscape_web.rounds.progress import was_asked
from leadscape_web.rounds.roles import role_labels
from leadscape_web.studies.models import Study

FRAME: Final = ("respondent_id", "respondent_name", "kind", "authority_code", "region", "response", "channel",
                "asked_on", "answered_on", "reminders")  # fmt: skip
RETURN: Final = (
    "respondent_id",
    "leader_name",
    "home_urn",
    "home_school",
    "role",
    "partner_schools",
    "from",
    "to",
)
"""Headings that the library reads (``leadscape.survey.nomination_lines.HEADINGS``)."""


def provide(study: Study, folder: Path, using: str) -> Mapping[str, Sequence[str]]:
    """Write frame and return of the round that the study counts; nothing for any other study."""
    found = Round.objects.using(using).filter(study=study, closed_at__isnull=False).first()
    if found is None:
        return {}
    everybody = list(Asked.objects.using(using).filter(round=found).order_by("respondent"))
    lines = counted_lines(found, using)
    with_lines = {line.asked_id for line in lines}
    write_rows(
        folder / "frame.csv",
        FRAME,
        [_of_frame(asked, found, asked.pk in with_lines) for asked in everybody if was_asked(asked)],
    )
    files = {"frame": ["frame.csv"]}
    if lines:
        name = file_name(found)
        write_rows(folder / name, RETURN, return_rows(found, lines, using))
        files["returns"] = [name]
    return files


def file_name(found: Round) -> str:
    """Name of the return of a round: of no respondent, because a column says whose each line is."""
    return f"round-{found.pk.hex[:8]}.csv"


def counted_lines(found: Round, using: str) -> list[SentLine]:
    """Lines of the last answer of everybody who was not taken out, in a fixed order."""
    sent = (
        Sending.objects.using(using).filter(asked__round=found, asked__withdrawn_at=None).order_by("number")
    )
    last = {asked: sending for sending, asked in sent.values_list("pk", "asked_id")}
    rows = SentLine.objects.using(using).filter(
        sending__in=last.values(),
        erased_at=None,
        # Whose name is gone cannot be counted.
        person__names__isnull=False,
        person__names__superseded_at=None,
    )
    return list(
        rows.select_related("asked", "home_school").order_by("asked__respondent", "position", "line_id")
    )


def return_rows(found: Round, lines: Sequence[SentLine], using: str) -> list[tuple[Any, ...]]:
    """The lines as the library reads them; a role of the codebook by its label, as a form would have it."""
    names = dict(
        PersonName.objects.using(using)
        .filter(person__in=[line.person_id for line in lines], superseded_at=None)
        .values_list("person_id", "full_name")
    )
    labels = role_labels(found.codebook)
    return [
        (
            line.asked.respondent,
            names.get(line.person_id, ""),
            line.home_school_id or "",
            (line.home_school.name if line.home_school else None) or line.home_text,
            labels.get(line.role, line.role) if line.role else line.role_text,
            "; ".join(part.strip() for part in line.partner_schools.splitlines() if part.strip()),
            line.started_on or "",
            line.ended_on or "",
        )
        for line in lines
    ]


def _of_frame(asked: Asked, found: Round, has_lines: bool) -> tuple[Any, ...]:
    return (
        asked.respondent,
        asked.name,
        asked.kind,
        asked.authority_code,
        asked.region,
        _response(asked, found, has_lines),
        asked.channel,
        local_day(asked.asked_at) or "",
        (local_day(asked.answered_at) if not asked.withdrawn_at else None) or "",
        asked.reminders,
    )


def _response(asked: Asked, found: Round, has_lines: bool) -> str:
    """The word of the library's frame.

    Who named only people who were erased since left nobody to count, and did not say *none*: it is unknown.
    """
    if asked.withdrawn_at:
        return ""
    if asked.answered_at:
        late = found.is_late(asked.answered_at)
        if has_lines:
            return "late" if late else "yes"
        return ("late none" if late else "none") if asked.has_none else ""
    if asked.heard == Asked.Heard.LISTED:
        # The file says so itself once it is among the returns; until then nobody can count what it holds.
        return ""
    if asked.heard:
        return asked.heard
    if asked.bounced_at:
        return "undeliverable"
    return "refused" if asked.stopped_at else ""


def write_rows(path: Path, head: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """A table as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
