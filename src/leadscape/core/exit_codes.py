"""The one map from a user's mistake to the exit code of the command line."""

from __future__ import annotations

from typing import Final

from leadscape.core import errors

OK: Final = 0
CRASH: Final = 1
USAGE: Final = 2
NO_MEMORY: Final = 14
STOPPED: Final = 130

EXIT_CODES: Final[dict[type[errors.LeadscapeError], int]] = {
    errors.FileProblem: 3,
    errors.TableProblem: 4,
    errors.StudyProblem: 5,
    errors.CodebookProblem: 6,
    errors.NotFound: 7,
    errors.StoreUnavailable: 8,
    errors.NotIdentified: 9,
    errors.NotComparable: 10,
    errors.Suppressed: 11,
    errors.OutputBlocked: 12,
    errors.LeadscapeError: 13,
    errors.MigrationNeeded: 15,
    errors.ServiceBlocked: 16,
}

MEANINGS: Final[dict[int, str]] = {
    OK: "done",
    CRASH: "a fault in leadscape itself; please report it",
    USAGE: "the command was given wrong options",
    3: "a file cannot be opened as a table",
    4: "a table has problems; all of them are listed",
    5: "the study file does not describe a run",
    6: "a codebook is missing or contradicts itself",
    7: "an identifier or key was not found",
    8: "the database cannot be started or does not answer",
    9: "the data cannot answer the question",
    10: "the figures cannot be compared",
    11: "the figure would reveal a small number of people",
    12: "results cannot be written there",
    13: "another mistake that can be put right; the message says how",
    NO_MEMORY: "the machine has not enough memory for this file",
    15: "the database was made by another release",
    16: "the service cannot start: something is not installed, its address or folder is taken, or a setting is unfit",
    STOPPED: "stopped before it was done; what was there before is still there",
}


def exit_code(error: BaseException) -> int:
    """The exit code of the nearest class of ``error`` in the map; ``CRASH`` for anything not a user's mistake."""
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), CRASH)
