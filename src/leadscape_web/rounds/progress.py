"""How far is a round? What became of each respondent, the response rate with its denominator, and what is unknown.

The rate is counted as the library counts it (``leadscape survey response``): answered in time, none included, of all
who are in the frame. Late answers are told beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from leadscape_web.rounds.models import Asked, Round

ANSWERED, NONE, ON_PAPER = "Answered", "We have none", "Answered otherwise"
WITHDRAWN, REFUSED, STOPPED, BOUNCED = "Withdrawn", "Refused", "Opted out", "Bounced"
SAVED, OPENED, SILENT, NOT_ASKED = "Saved, not sent", "Opened", "Silent", "Not asked yet"
LATE: Final = ", late"
STATES: Final[dict[str, str]] = {
    ANSWERED: "Named somebody and sent it by the closing date",
    NONE: "Said by the closing date that there is nobody to name",
    ANSWERED + LATE: "Named somebody, and sent it after the closing date",
    NONE + LATE: "Said after the closing date that there is nobody to name",
    ON_PAPER: "An editor noted that a file of theirs is among the returns",
    SAVED: "Began an answer by the link and has not sent it",
    OPENED: "Opened the link and saved nothing",
    SILENT: "Was asked and has not opened the link",
    STOPPED: "Asked for no more letters and has not answered",
    BOUNCED: "Could not be reached at the address",
    REFUSED: "An editor noted that they do not want to answer",
    WITHDRAWN: "Taken out of the round by an editor after they were asked",
    NOT_ASKED: "No letter was handed over: not asked, so not part of the rate",
}
"""What may have become of a respondent, in the order in which it is told."""
IN_TIME: Final = (ANSWERED, NONE, ON_PAPER)
WITH_LATE: Final = (*IN_TIME, ANSWERED + LATE, NONE + LATE)


@dataclass(frozen=True)
class Progress:
    """Where a round stands.

    Attributes
    ----------
    counts
        State to respondents, in order, those with none too.
    asked
        The denominator: everybody who was asked, however it ended.
    in_time, with_late
        Answers, *none* included.
    """

    counts: dict[str, int]
    asked: int
    in_time: int
    with_late: int

    @property
    def rate_pct(self) -> float | None:
        """Answered in time of those asked; null while nobody is."""
        return 100 * self.in_time / self.asked if self.asked else None

    @property
    def unknown(self) -> int:
        """Of whom it is unknown whom they would name."""
        return self.asked - self.with_late


def state_of(asked: Asked, found: Round) -> str:
    """What became of one respondent; an answer goes before everything that happened besides."""
    if asked.withdrawn_at:
        return WITHDRAWN if was_asked(asked) else NOT_ASKED
    if asked.answered_at:
        return (NONE if asked.has_none else ANSWERED) + (LATE if found.is_late(asked.answered_at) else "")
    heard = {Asked.Heard.LISTED: ON_PAPER, Asked.Heard.NONE: NONE, Asked.Heard.REFUSED: REFUSED,
             Asked.Heard.UNDELIVERABLE: BOUNCED}  # fmt: skip
    if asked.heard:
        return heard[Asked.Heard(asked.heard)]
    if asked.stopped_at:
        return STOPPED
    if asked.bounced_at:
        return BOUNCED
    if asked.saved_at:
        return SAVED
    if asked.opened_at:
        return OPENED
    return SILENT if was_asked(asked) else NOT_ASKED


def was_asked(asked: Asked) -> bool:
    """Whether the respondent belongs to the frame: asked by a letter that was tried, or otherwise than by e-mail."""
    return (
        bool(asked.asked_at or asked.bounced_at or asked.answered_at or asked.heard)
        or asked.channel != "email"
    )


def progress_of(everybody: Iterable[Asked], found: Round) -> Progress:
    """Where a round stands."""
    counts = Counter(state_of(asked, found) for asked in everybody)
    ordered = {state: counts[state] for state in STATES}
    return Progress(
        counts=ordered,
        asked=sum(ordered.values()) - ordered[NOT_ASKED],
        in_time=sum(ordered[state] for state in IN_TIME),
        with_late=sum(ordered[state] for state in WITH_LATE),
    )
