"""Mistakes a user can make, each as a sentence in three parts: what happened, why it matters, what to do next.

A programmer's mistake is not here: it crashes. Every class has an exit code in :mod:`leadscape.core.exit_codes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


class LeadscapeError(Exception):
    """Something the user can put right.

    Parameters
    ----------
    what
        What happened, with the value that caused it.
    why
        Why it matters for the result.
    next_step
        What to do now, in the imperative.
    """

    def __init__(self, what: str, why: str, next_step: str) -> None:
        super().__init__(what, why, next_step)
        self.what = what
        self.why = why
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what} {self.why} {self.next_step}"


class FileProblem(LeadscapeError):
    """A file that cannot be opened as a table at all: missing, empty, another format, damaged or too large."""


class TableProblem(LeadscapeError):
    """A table that breaks its declaration. Carries every problem, not the first.

    Attributes
    ----------
    problems
        One row a problem: ``row``, ``column``, ``value``, ``rule`` (see :class:`leadscape.core.tables.Problems`).
    """

    def __init__(self, what: str, why: str, next_step: str, problems: pl.DataFrame) -> None:
        super().__init__(what, why, next_step)
        self.problems = problems


class StudyProblem(LeadscapeError):
    """A study file that does not describe a run. Carries every problem as a sentence."""

    def __init__(self, what: str, why: str, next_step: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(what, why, next_step)
        self.problems = problems


class CodebookProblem(LeadscapeError):
    """A codebook that does not exist, or whose entries contradict each other."""

    def __init__(self, what: str, why: str, next_step: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(what, why, next_step)
        self.problems = problems


class NotFound(LeadscapeError):
    """An identifier, name or file key that the data at hand does not hold."""


class NotIdentified(LeadscapeError):
    """A design or a set of lists that cannot answer the question asked of it."""


class NotComparable(LeadscapeError):
    """Two figures whose definitions differ, so that no difference between them may be shown."""


class Suppressed(LeadscapeError):
    """A figure that may not be shown because it would reveal a small number of people."""


class OutputBlocked(LeadscapeError):
    """Results that cannot be written where asked, or would overwrite something that is not ours."""


class StoreUnavailable(LeadscapeError):
    """A database that cannot be started or does not answer."""


class MigrationNeeded(LeadscapeError):
    """A database that was made by an older or a newer release than the one that runs."""


class ServiceBlocked(LeadscapeError):
    """A service that cannot start: a part is missing, its address or folder is taken, or a setting is unfit."""
