"""Find the segments on which coders disagree, say how far they agree beyond chance, and take in what was decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadscape.actions.choose_scheme import choose_scheme
from leadscape.actions.measure_agreement import MeasuredAgreement
from leadscape.core.errors import NotIdentified, OutputBlocked
from leadscape.survey.agreement import Draws, measure_labels
from leadscape.survey.coding.disagreements import find_disagreements, read_queue, write_queue
from leadscape.survey.coding.files import read_coding_files, write_coding_files
from leadscape.survey.coding.history import add_decisions
from leadscape.survey.coding.independence import independent_label_sets

if TYPE_CHECKING:
    from leadscape.survey.coding.disagreements import Disagreements


@dataclass(frozen=True)
class DisagreementQueue:
    """What waits for a person between the coders.

    Attributes
    ----------
    path
        The queue; null when there is nothing to decide and nothing was written.
    agreement
        Of what each coder said alone, never percent alone; null where it cannot be measured, ``no_agreement`` says why.
    """

    path: Path | None
    found: Disagreements
    agreement: MeasuredAgreement | None
    no_agreement: str | None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print."""
        found = self.found
        told = [
            f"{found.compared} segments were decided on by two coders or more; their codes differ on "
            f"{found.queue.height}, of which {found.open} wait for a decision."
        ]
        if self.no_agreement:
            told.append(f"Agreement is not stated: {self.no_agreement}")
        return tuple(told)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "path": str(self.path) if self.path else None,
            "compared": self.found.compared,
            "differing": self.found.queue.height,
            "open": self.found.open,
            "agreement": self.agreement.as_dict() if self.agreement else None,
            "no_agreement": self.no_agreement,
        }


def queue_disagreements(
    folder: Path, *, scheme: str, queue: Path | None = None, seed: int = 2006
) -> DisagreementQueue:
    """Write the queue of disagreements of a coding folder and measure agreement on what each coder said alone.

    Parameters
    ----------
    queue
        Where to write; ``disagreements.xlsx`` in the folder without it.
    seed
        Of the draws behind the intervals of agreement.

    Raises
    ------
    NotFound, TableProblem, CodebookProblem, OutputBlocked
        When the folder cannot be used, or the queue is there already.
    """
    codes = choose_scheme(scheme)
    files = read_coding_files(folder)
    found = find_disagreements(files.codings, files.segments, codes)
    target = queue or folder / "disagreements.xlsx"
    agreement, reason = None, None
    try:
        sets = independent_label_sets(files.codings)
        agreement = MeasuredAgreement("What each coder said alone", measure_labels(sets, draws=Draws(seed)))
    except NotIdentified as error:
        reason = str(error)
    if found.queue.height:
        if target.exists():
            raise OutputBlocked(
                f"{target} is there already.",
                "It may hold decisions that somebody wrote.",
                "Read it with `leadscape survey code adjudicate`, then move it away, or name another with --queue.",
            )
        write_queue(found, codes, target)
    return DisagreementQueue(target if found.queue.height else None, found, agreement, reason)


def adjudicate_codes(
    queue: Path, folder: Path, *, scheme: str, decided_on: date, coding_round: int
) -> tuple[int, int]:
    """Add what a person decided between coders; returns decisions added, and disagreements still open.

    Raises
    ------
    NotFound, TableProblem, CodebookProblem
        With everything wrong in the queue; nothing is written then.
    """
    codes = choose_scheme(scheme)
    files = read_coding_files(folder)
    decided = read_queue(queue, files.segments, codes, decided_on, coding_round)
    history = add_decisions(files.codings, decided, "adjudication")
    write_coding_files(replace(files, codings=history))
    added = history["decision_id"].n_unique() - files.codings["decision_id"].n_unique()
    return added, find_disagreements(history, files.segments, codes).open
