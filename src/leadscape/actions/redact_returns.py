"""Returns written again without one person, all of them or none, with the originals set aside."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.study import read_study
from leadscape.core.errors import OutputBlocked
from leadscape.survey import read_returns
from leadscape.survey.privacy.ledger import REMOVED_MENTION
from leadscape.survey.privacy.redaction import blank_rows, can_rewrite, rewrite_table
from leadscape.survey.privacy.search import name_words, names_person

if TYPE_CHECKING:
    from leadscape.actions.find_person import StudyPeople

ORIGINALS: Final = "erased-originals"
ORIGINAL_ENDING: Final = ".original"


@dataclass(frozen=True)
class RedactedReturns:
    """Copies of returns without a person, in a hidden folder: original to copy. Call :meth:`discard` when done."""

    folder: Path | None
    files: dict[Path, Path]

    def discard(self) -> None:
        """Remove what was not put in place."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def redact_returns(people: StudyPeople, lines: pl.DataFrame) -> RedactedReturns:
    """Copies of the returns concerned, each read back and found to hold every other line as it was."""
    words = name_words(lines["leader_name"].unique())
    mentioning = people.inputs.nominations.filter(names_person(pl.col("notes"), words))
    concerned = pl.concat([lines, mentioning])["source_file"].unique()
    paths = [path for path in people.study.returns if path.name in set(concerned)]
    if barred := [path.name for path in paths if not can_rewrite(path)]:
        raise OutputBlocked(
            f"{', '.join(barred)} cannot be written again by leadscape.",
            "The person would stay in it, so nothing was changed.",
            "Save it as .xlsx or .csv under the same stem, or take the rows out by hand, and give the command again.",
        )
    folder = Path(tempfile.mkdtemp(prefix=".erasing-", dir=people.study.folder))
    copies: dict[Path, Path] = {}
    try:
        for number, path in enumerate(paths):
            copy = folder / str(number) / path.name
            of_file = _own_lines(path, lines)
            rewrite_table(path, copy, lambda frame, gone=of_file: _without(frame, gone, words))
            _check_copy(path, copy, lines)
            copies[path] = copy
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return RedactedReturns(folder, copies)


def _own_lines(path: Path, lines: pl.DataFrame) -> pl.Series:
    """Rows of one file; told by what they say, since files of one name may lie in two folders."""
    return read_returns((path,)).nominations.join(lines, on="nomination_id", how="semi")["source_row"]


def _without(frame: pl.DataFrame, gone: pl.Series, words: tuple[str, ...]) -> pl.DataFrame:
    """A return without some rows, and without notes on other rows that name the person."""
    blanked = blank_rows(frame, gone)
    notes = [name for name in blanked.columns if name.casefold() in ("notes", "note", "comments")]
    return blanked.with_columns(
        pl.when(names_person(pl.col(name), words)).then(pl.lit(REMOVED_MENTION)).otherwise(name).alias(name)
        for name in notes
    )


def _check_copy(path: Path, copy: Path, lines: pl.DataFrame) -> None:
    before = read_returns((path,)).nominations
    after = read_returns((copy,)).nominations
    columns = [name for name in before.columns if name != "notes"]
    expected = before.join(lines, on="nomination_id", how="anti", maintain_order="left").select(columns)
    if not after.select(columns).equals(expected):
        raise OutputBlocked(
            f"{path.name} written again would not say the same about everybody else.",
            "Two lines in it may be word for word the same, or its layout may be unusual; nothing was changed.",
            "Take the rows out by hand, and give the command again.",
        )


def put_in_place(people: StudyPeople, copies: RedactedReturns) -> tuple[Path, ...]:
    """Put every copy in its original's place, all or none; the originals are set aside."""
    if not copies.files:
        return ()
    aside = people.study.folder / ORIGINALS
    moved: dict[Path, Path] = {}
    try:
        aside.mkdir(exist_ok=True)
        for path, copy in copies.files.items():
            kept = _free_name(aside, path)
            shutil.copy2(path, kept)
            moved[path] = kept
            move_copy(copy, path)
        if set(read_study(people.study.path).returns) != set(people.study.returns):
            raise OutputBlocked(
                f"The study's returns would take in the originals set aside in {aside.name}.",
                "The person would come back with them; everything was put back.",
                "Name the returns in study.toml more narrowly, such as returns/*.xlsx.",
            )
    except BaseException as error:
        for path, kept in moved.items():
            os.replace(kept, path)
        if isinstance(error, OSError):
            raise OutputBlocked(
                f"{people.study.folder} cannot be written ({error.strerror or error}).",
                "Returns are replaced all together or not at all; everything was put back.",
                "Work in a folder you may write to, with enough room.",
            ) from error
        raise
    return tuple(moved.values())


def move_copy(copy: Path, path: Path) -> None:
    """Put one copy in its original's place."""
    os.replace(copy, path)


def _free_name(folder: Path, path: Path) -> Path:
    """A name that no pattern of returns takes for a table, and no earlier erasure took."""
    number, name = 1, f"{path.name}{ORIGINAL_ENDING}"
    while (folder / name).exists():
        number += 1
        name = f"{path.name}.{number}{ORIGINAL_ENDING}"
    return folder / name
