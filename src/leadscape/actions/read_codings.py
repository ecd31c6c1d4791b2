"""Read a filled-in coding sheet into the history of codings, and count what became of its suggestions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from leadscape.actions.choose_scheme import choose_scheme
from leadscape.survey.coding.acceptance import (
    add_outcomes,
    judge_suggestions,
    share_accepted,
    tell_acceptance,
)
from leadscape.survey.coding.files import read_coding_files, write_coding_files
from leadscape.survey.coding.history import add_decisions, outdated_codings
from leadscape.survey.coding.recode import read_recodes, recode
from leadscape.survey.coding.sheet_reading import read_sheet


@dataclass(frozen=True)
class ReadCodings:
    """What a sheet added to the history.

    Attributes
    ----------
    decided, undecided
        Rows of the sheet with codes, and rows without: those are decided by nobody, whatever was suggested.
    added
        Decisions that are new or changed.
    acceptance
        As :class:`~leadscape.survey.coding.tables.AcceptanceShares`, of all sheets read so far.
    outdated
        Codes that stand and are not in the scheme (any more).
    """

    decided: int
    undecided: int
    added: int
    acceptance: pl.DataFrame
    outdated: pl.DataFrame

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print."""
        told = [
            f"{self.decided} segments decided, {self.undecided} left open; {self.added} decisions are new or changed.",
            *tell_acceptance(self.acceptance),
        ]
        if self.outdated.height:
            listed = ", ".join(f"{code} ({n})" for code, n in self.outdated.iter_rows())
            told.append(
                f"Codes that the scheme does not have: {listed}. "
                "Say what became of them with `leadscape survey code recode`."
            )
        return tuple(told)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "decided": self.decided,
            "undecided": self.undecided,
            "added": self.added,
            "acceptance": self.acceptance,
            "outdated": self.outdated,
        }


@dataclass(frozen=True)
class Recoded:
    """A change of the scheme carried through: decisions replaced, and segments that a person must code again."""

    carried: int
    to_code_again: pl.DataFrame


def read_codings(sheet: Path, folder: Path, *, scheme: str, coded_on: date) -> ReadCodings:
    """Add the decisions of a sheet to the coding folder. Nothing is written when the sheet has a problem.

    Raises
    ------
    NotFound, TableProblem, CodebookProblem
        With everything wrong in the sheet.
    """
    codes = choose_scheme(scheme)
    files = read_coding_files(folder)
    read = read_sheet(sheet, files.segments, codes, coded_on)
    history = add_decisions(files.codings, read.decided, "coding")
    outcomes = add_outcomes(files.outcomes, judge_suggestions(read.suggested))
    write_coding_files(replace(files, codings=history, outcomes=outcomes))
    return ReadCodings(
        decided=read.decided.height,
        undecided=read.undecided,
        added=history["decision_id"].n_unique() - files.codings["decision_id"].n_unique(),
        acceptance=share_accepted(outcomes),
        outdated=outdated_codings(history, codes),
    )


def recode_answers(recodes: Path, folder: Path, *, scheme: str) -> Recoded:
    """Carry renamed and merged codes through the coding folder; split and dropped ones are listed.

    Parameters
    ----------
    scheme
        As it is after the change.

    Raises
    ------
    NotFound, TableProblem, CodebookProblem
        With everything wrong in the recode table.
    """
    codes = choose_scheme(scheme)
    files = read_coding_files(folder)
    done = recode(files.codings, read_recodes(recodes, codes))
    write_coding_files(replace(files, codings=done.history))
    return Recoded(done.carried, done.to_code_again)
