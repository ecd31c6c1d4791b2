"""A file of a study written again without rows and cells that are about somebody."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.redact_study import PACKED, head_columns
from leadscape.core.errors import LeadscapeError, OutputBlocked
from leadscape.survey.privacy.ledger import REMOVED_MENTION
from leadscape.survey.privacy.redaction import blank_rows, can_rewrite, rewrite_table
from leadscape.survey.returns import read_returns

if TYPE_CHECKING:
    from pathlib import Path

ERASED: Final = "(erased)"
SAMPLED: Final = ("leader_name", "home_urn", "home_school", "partner_schools", "started_on", "ended_on")
DOUBTS: Final = {"row": pl.Int64, "column": pl.String, "person": pl.String}


@dataclass(frozen=True)
class Found:
    """What names somebody in one table.

    Attributes
    ----------
    lines
        ``row``, ``nomination_id``, ``respondent_id``, ``person``: rows that go whole.
    cells
        ``row``, ``column``: cells of other rows.
    elsewhere
        Rows of sheets that nothing reads; they go with the sheet.
    doubts
        ``row``, ``column``, ``person``: what only may name somebody. Column: null where the row is about one person.
        Person: null where the row cannot be read.
    """

    lines: pl.DataFrame
    cells: pl.DataFrame
    elsewhere: int
    doubts: pl.DataFrame

    @property
    def taken_out(self) -> int:
        """Lines, heads and cells that go."""
        return self.lines.height + self.cells["row"].n_unique() + self.elsewhere


def rewritten(path: Path, purpose: str, found: Found) -> bytes:
    """The file without what was found.

    Raises
    ------
    OutputBlocked
        When it cannot be written again, or would not say the same about everybody else.
    """
    plain = path
    if path.suffix.lower() == PACKED:
        plain = path.with_suffix("")
        plain.write_bytes(gzip.decompress(path.read_bytes()))
    if not can_rewrite(plain):
        raise OutputBlocked(
            f"{path.name} names somebody who stays out, and cannot be written again without them.",
            "It is of a kind that leadscape does not write, and it must not be kept as it is.",
            "Save it as .csv or .xlsx, and bring that in.",
        )
    copy = plain.with_name(f"copy-of-{plain.name}") if purpose != "returns" else _beside(plain)
    rewrite_table(plain, copy, lambda frame: _without(frame, purpose, found))
    if purpose == "returns":
        _check_others(plain, copy, found)
    content = copy.read_bytes()
    return gzip.compress(content, mtime=0) if path.suffix.lower() == PACKED else content


def _check_others(path: Path, copy: Path, found: Found) -> None:
    """Refuse a copy that does not say the same about everybody who was left in it."""
    try:
        before = read_returns((path,)).nominations
    except LeadscapeError:  # It says nothing that could be counted.
        return
    touched = pl.concat([found.lines["row"], found.cells["row"]]).unique().implode()
    columns = [name for name in before.columns if name != "notes"]
    one, other = (
        frame.filter(~pl.col("source_row").is_in(touched)).select(columns)
        for frame in (before, read_returns((copy,)).nominations)
    )
    if not one.equals(other):
        raise OutputBlocked(
            f"{path.name} written again would not say the same about everybody else.",
            "It names somebody who stays out, and its layout is unusual.",
            "Take the rows about them out by hand, and bring the file in again.",
        )


def _beside(path: Path) -> Path:
    """The copy of a return bears its name, which may say whose it is."""
    folder = path.parent / "copy"
    folder.mkdir()
    return folder / path.name


def _without(frame: pl.DataFrame, purpose: str, found: Found) -> pl.DataFrame:
    gone = pl.col("row").is_in(found.lines["row"].implode())
    if purpose == "validation_sample":
        # The row stays, since its chance of being drawn counts; nothing in it says whose it was.
        token = pl.format("erased-{}", pl.col("row"))
        words = {"entry_id": token, "leader_id": token, **dict.fromkeys(SAMPLED, pl.lit(None, pl.String))}
        words["leader_name"] = pl.lit(ERASED)
        blanked = frame.with_columns(
            pl.when(gone).then(word).otherwise(pl.col(name)).alias(name)
            for name, word in words.items()
            if name in frame.columns
        )
    else:
        blanked = blank_rows(frame, found.lines["row"]) if found.lines.height else frame
    heads = set(head_columns(frame)) if purpose == "schools" else set()
    by_column = found.cells.group_by("column").agg("row")

    def blank(so_far: pl.DataFrame, one: tuple[str, list[int]]) -> pl.DataFrame:
        name, rows = one
        word = pl.lit(None, pl.String) if name in heads or purpose == "schools" else pl.lit(REMOVED_MENTION)
        return so_far.with_columns(
            pl.when(pl.col("row").is_in(rows)).then(word).otherwise(pl.col(name)).alias(name)
        )

    return reduce(blank, by_column.iter_rows(), blanked)
