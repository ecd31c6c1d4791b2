"""Rounds, respondents and lines in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import polars as pl
from django.utils import timezone

from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.govuk.wording import local_day, written, written_date, written_number
from leadscape_web.rounds.answers import NamedLine
from leadscape_web.rounds.models import Asked, Letter, Link, Round
from leadscape_web.rounds.progress import STATES, Progress, state_of
from leadscape_web.rounds.roles import role_labels
from leadscape_web.rounds.wanting import day_of

MUCH_OLDER_DAYS: Final = 366


@dataclass(frozen=True)
class ShownLine:
    """One line of an answer: who, and rows of label and value."""

    id: UUID
    name: str
    facts: tuple[dict[str, Any], ...]


def present_line(named: NamedLine, codebook: str) -> ShownLine:
    """A line for its respondent."""
    line = named.line
    email = getattr(line, "nominee_email", "")
    facts = [
        {"label": "Home school", "value": named.home,
         "note": f"URN {named.school.urn}" if named.school else "As written: no school of the register was chosen"},
        {"label": "Role", "value": role_labels(codebook).get(line.role, line.role) or line.role_text},
        {"label": "Began", "value": line.started_on, "missing": "Not said"},
        {"label": "Ended", "value": line.ended_on, "missing": "Not said"},
        {"label": "Schools supported", "value": line.partner_schools.splitlines(), "missing": "Not said"},
        *([{"label": "E-mail address of the person", "value": email}] if email else []),
    ]  # fmt: skip
    return ShownLine(named.id, named.name or "Name not known", tuple(facts))


def rounds_listing(found: Iterable[Round]) -> Listing:
    """All rounds, latest first."""
    rows = [
        {
            "key": str(one.pk),
            "title": one.title,
            "as_of": one.as_of,
            "state": state_of_round(one),
            "opens": one.opens_on,
            "closes": one.closes_on,
        }
        for one in found
    ]
    return Listing(
        name="rounds",
        title="Survey rounds",
        about="Rounds in which respondents are asked by personal link whom they know to lead beyond their own school.",
        columns=(
            Column("title", "Round", href="/rounds/{key}/"),
            Column("as_of", "Answers are for", kind="date"),
            Column("state", "State"),
            Column("opens", "Opens", kind="date"),
            Column("closes", "Closes", kind="date"),
        ),
        rows=pl.DataFrame(
            rows,
            schema={"key": pl.String, "title": pl.String, "as_of": pl.Date, "state": pl.String,
                    "opens": pl.Date, "closes": pl.Date},
        ),
        source="This service’s own rounds",
        filters=(Filter("state", "State"),),
        empty="No round was made yet. Make one to ask authorities, agencies and networks.",
    )  # fmt: skip


def state_of_round(found: Round) -> str:
    """Where a round stands, in words."""
    today = timezone.localdate()
    if found.closed_at:
        return "Closed"
    if not found.started_at:
        return "Being made"
    if today < found.opens_on:
        return "Waits for its opening date"
    return "Open" if today <= found.closes_on else "Past its closing date"


def round_facts(found: Round, base: str) -> tuple[dict[str, Any], ...]:
    """What a round is, row by row."""
    return (
        {"label": "State", "value": state_of_round(found)},
        {"label": "Answers are for", "value": found.as_of},
        {"label": "Codebook", "value": found.codebook},
        {"label": "Register", "value": f"That of the study {base}, as of {written_date(found.base.register_as_of)}"},
        {"label": "Opening date", "value": found.opens_on},
        {"label": "Closing date", "value": found.closes_on,
         "note": f"Late answers until {written_date(found.links_end)}" if found.late_days else "No late answers"},
        {"label": "Reminders", "value": [written_date(day) for day in found.reminders_on], "missing": "None"},
        {"label": "Subject of the letter", "value": found.subject},
        {"label": "Words of the letter", "value": found.letter.splitlines()},
        {"label": "What it is for", "value": found.purpose},
        {"label": "Whom respondents may ask", "value": found.contact},
    )  # fmt: skip


def progress_figures(progress: Progress, found: Round) -> tuple[dict[str, Any], ...]:
    """The response rate with its denominator, late answers beside it, and what is unknown."""
    rate, asked = progress.rate_pct, written_number(progress.asked)
    late = progress.with_late - progress.in_time
    return (
        {"label": "Response rate", "value": f"{rate:.1f} %" if rate is not None else None,
         "basis": f"{written_number(progress.in_time)} answered in time, out of {asked} asked"},
        {"label": "Answered late", "value": written_number(late),
         "basis": f"After {written_date(found.closes_on)}; counted, and not part of the rate"},
        {"label": "Unknown", "value": written_number(progress.unknown),
         "basis": f"Of {asked} asked: whom they would name is not known, and is not zero"},
    )  # fmt: skip


def old_register_words(found: Round) -> str:
    """That the register is much older than the answers, as a sentence; empty where it is not, or nothing can change."""
    on = found.base.register_as_of
    if found.closed_at or (found.as_of - on).days <= MUCH_OLDER_DAYS:
        return ""
    return (
        f"The register of this round is as of {written_date(on)}, and the answers are for {written_date(found.as_of)}. "
        "Schools that opened or closed in between stand there as they were. Bring a newer register in under Imports, "
        "and choose it for the round before you start it."
    )


def early_words(progress: Progress, found: Round) -> str:
    """That a round is closed while answers may still come, as a sentence; empty once that is over."""
    if found.closed_at or timezone.localdate() > found.links_end:
        return ""
    still, until = progress.unknown, written_date(found.closes_on)
    if timezone.localdate() > found.closes_on:
        until = f"{written_date(found.links_end)}, as late answers"
    who = "Nobody is still to answer" if not still else (
        f"{written_number(still)} of {written_number(progress.asked)} asked {'has' if still == 1 else 'have'} not "
        "answered, and cannot any more once it is closed"
    )  # fmt: skip
    return f"The round takes answers until {until}. {who}."


def state_rows(progress: Progress) -> list[list[Any]]:
    """State, respondents, and what it means."""
    return [[state, n, STATES[state]] for state, n in progress.counts.items()]


def respondents_listing(
    found: Round, everybody: Iterable[Asked], addressed: frozenset[UUID], named: Mapping[UUID, int]
) -> Listing:
    """Every respondent with what became of them."""
    rows = [
        {
            "key": str(asked.pk),
            "respondent": asked.respondent,
            "name": asked.name,
            "kind": asked.kind.capitalize(),
            "region": asked.region or None,
            "state": state_of(asked, found),
            "address": "Yes" if asked.pk in addressed else "No",
            "asked": local_day(asked.asked_at),
            "opened": local_day(asked.opened_at),
            "saved": local_day(asked.saved_at),
            "answered": local_day(asked.answered_at),
            "named": named.get(asked.pk) if asked.answered_at else None,
            "reminders": asked.reminders,
            "reminded": local_day(asked.reminded_at),
        }
        for asked in everybody
    ]
    days = dict.fromkeys(("asked", "opened", "saved", "answered", "reminded"), pl.Date())
    texts = dict.fromkeys(("key", "respondent", "name", "kind", "region", "state", "address"), pl.String())
    return Listing(
        name="respondents",
        title="Respondents",
        about="Who is asked, and what became of it. A blank answer is unknown, never zero.",
        columns=(
            Column("name", "Respondent", href=f"/rounds/{found.pk}/respondent/{{key}}/"),
            Column("respondent", "Id"),
            Column("kind", "Kind"),
            Column("region", "Region"),
            Column("state", "State"),
            Column("address", "Address"),
            Column("asked", "Asked", kind="date", missing="Not yet"),
            Column("opened", "Opened", kind="date", missing="Not yet"),
            Column("saved", "Saved", kind="date", missing="Not yet"),
            Column("answered", "Answered", kind="date", missing="Not yet"),
            Column("named", "Lines", kind="number", missing="No answer"),
            Column("reminders", "Reminders", kind="number"),
            Column("reminded", "Last reminded", kind="date", missing="Not yet"),
        ),
        rows=pl.DataFrame(
            rows, schema={**texts, **days, "named": pl.Int64(), "reminders": pl.Int64()}, orient="row"
        ),
        source=f"The survey round “{found.title}”",
        filters=(Filter("state", "State"), Filter("region", "Region"), Filter("kind", "Kind"),
                 Filter("address", "Address")),
        sort="name",
        empty="Nobody is asked yet. Say who is asked.",
    )  # fmt: skip


def respondent_facts(asked: Asked, found: Round, email: str) -> tuple[dict[str, Any], ...]:
    """What is known of one respondent."""
    moments = (
        ("First asked", asked.asked_at),
        ("Opened", asked.opened_at),
        ("Last saved", asked.saved_at),
        ("First sent", asked.answered_at),
        ("Corrected", asked.corrected_at),
        ("Last reminded", asked.reminded_at),
        ("Asked for no more letters", asked.stopped_at),
        ("Taken out", asked.withdrawn_at),
    )
    return (
        {"label": "State", "value": state_of(asked, found)},
        {"label": "Id in the frame", "value": asked.respondent},
        {"label": "Kind", "value": asked.kind.capitalize()},
        {"label": "Region", "value": asked.region or None},
        {"label": "Asked by", "value": asked.channel.replace("email", "e-mail").capitalize()},
        {"label": "E-mail address", "value": email or None, "missing": "None is given"},
        *({"label": label, "value": at} for label, at in moments if at),
        {"label": "Reminders", "value": asked.reminders},
        *([{"label": "Bounced", "value": asked.bounced_at, "note": f"The mail server said {asked.bounce}"
            if asked.bounce.isdigit() else "Noted by hand"}] if asked.bounced_at else []),
        *([{"label": "Came otherwise", "value": asked.get_heard_display()}] if asked.heard else []),  # type: ignore[attr-defined]
    )  # fmt: skip


def _title_of(letter: Letter) -> str:
    """What a letter was: reminders by their day, others by their number."""
    title = letter.get_kind_display()  # type: ignore[attr-defined]
    if letter.kind == Letter.Kind.REMINDER:
        return f"{title} of {written_date(day_of(letter.number))}"
    return f"{title} {letter.number}"


def letter_rows(letters: Iterable[Letter]) -> list[list[Any]]:
    """Letters of a respondent: what, wanted when, and what became of it."""
    return [[_title_of(letter), letter.wanted_at, _fate(letter)] for letter in letters]


def link_rows(links: Iterable[Link]) -> list[list[Any]]:
    """Links of a respondent: made when, and whether they work."""
    now = timezone.now()
    return [
        [link.made_at, "Ended" if link.ended_at else "Ran out" if link.expires_at <= now else "Works",
         link.ended_at or link.expires_at]
        for link in links
    ]  # fmt: skip


def _fate(letter: Letter) -> str:
    if letter.sent_at:
        return f"Handed over, {written(letter.sent_at)}"
    if letter.refused_at:
        return f"Refused by the mail server ({letter.answer})"
    if letter.dropped_at and letter.answer:
        return f"Given up: the mail server did not take it for days ({letter.answer})"
    if letter.dropped_at:
        return "Not sent: it was wanted no more"
    return f"Waits: the mail server did not take it ({letter.answer})" if letter.tried_at else "Waits"
