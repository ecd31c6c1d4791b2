"""Take people who stay out from one file before it is kept: by keyed hashes, without knowing their names.

What names somebody for certain is blanked; where a line may name somebody, its row is told and the line stays
(:mod:`leadscape.survey.privacy.recognition` says which is which). The row of a return goes whole; of a register only
what names the head; in free words the cell. Decisions stay, the words beside them go.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.actions.redact_look import Look
from leadscape.actions.redact_reading import KnownPerson, ReadFile
from leadscape.actions.redact_write import DOUBTS, rewritten
from leadscape.core.errors import FileProblem
from leadscape.core.tabular import NO_ROW

PURPOSES: Final = ("schools", "returns", "decisions", "validation", "validation_sample", "frame")
"""Files of a study that may name people, by the key of the study file."""


@dataclass(frozen=True)
class RedactedFile:
    """What became of a file.

    Attributes
    ----------
    content
        The file without what was taken out; null where nothing was.
    lines
        ``row``, ``nomination_id``, ``respondent_id``, ``person``: lines of a return that were taken out whole. The id
        and the respondent are null where the return cannot be read otherwise.
    taken_out
        Lines, heads and cells that were taken out.
    doubts
        ``row`` (the header being 1), ``column``, ``person``: what may name somebody who stays out and was left as it
        is. Column: null where the row is about one person; else the one whose words mention somebody. Person: null
        where the row cannot be read.
    """

    content: bytes | None
    lines: pl.DataFrame
    taken_out: int
    doubts: pl.DataFrame

    @property
    def doubtful(self) -> tuple[int, ...]:
        """Rows that may name somebody."""
        return tuple(sorted(set(self.doubts["row"])))


_LINES: Final = {"row": pl.Int64, "nomination_id": pl.String, "respondent_id": pl.String, "person": pl.String}


def redact_file(
    content: bytes,
    file_name: str,
    purpose: str,
    *,
    keys: pl.DataFrame,
    secret: bytes,
    schools: pl.DataFrame,
    withdrawn: frozenset[str] = frozenset(),
    known: KnownPerson | None = None,
) -> RedactedFile:
    """One file of a study without people who stay out.

    Parameters
    ----------
    purpose
        One of :data:`PURPOSES`; a file of another purpose names nobody and is left as it is.
    keys
        ``key``, ``person``: keyed hashes as :func:`leadscape.actions.recognise_objectors.key_objector` makes them, and
        whose they are, in any words.
    schools
        ``urn``, ``school``, ``authority_code``, ``authority_name`` of the register, by which lines are placed.
    withdrawn
        Ids of lines of returns that are known to be about somebody who stays out.
    known
        Where ``keys`` are one person's whose names are at hand: how they are known. A line of ``withdrawn`` that bears
        another name at another school is not looked for then.

    Raises
    ------
    OutputBlocked
        When a file that names somebody cannot be written again.
    FileProblem
        When it is no table. One with headings alone names nobody.
    """
    nothing = RedactedFile(None, pl.DataFrame(schema=_LINES), 0, pl.DataFrame(schema=DOUBTS))
    if purpose not in PURPOSES or (keys.is_empty() and not withdrawn) or not content.strip():
        return nothing
    with tempfile.TemporaryDirectory(prefix="leadscape-redact-") as folder:
        path = Path(folder) / file_name
        path.write_bytes(content)
        try:
            look = Look(ReadFile(path, purpose, schools, known), keys, secret, withdrawn, known)
        except FileProblem as error:
            if NO_ROW in error.what:
                return nothing
            raise
        found = look.find()
        if not found.taken_out:
            return RedactedFile(None, nothing.lines, 0, found.doubts)
        return RedactedFile(
            rewritten(path, purpose, found),
            found.lines.select(list(_LINES)),
            found.taken_out,
            found.doubts,
        )
