"""Where a process writes files for a while: a folder of its own, so that one that was killed leaves nothing for long.

Files of a study name people: those that a worker works on, and those that somebody sends to a page. A process that is
killed cannot take them away; the next one does.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PREFIX: Final = "leadscape-work-"
IN_MEMORY: Final = Path("/dev/shm")


@contextmanager
def work_folder(within: Path | None = None) -> Iterator[Path]:
    """A folder for everything temporary of this process, in memory where there is such a place; gone at the end.

    Folders of processes that do not live any more are taken away first.
    """
    place = within or (IN_MEMORY if IN_MEMORY.is_dir() else Path(tempfile.gettempdir()))
    former = tempfile.tempdir
    made = begin_folder(place)
    try:
        yield made
    finally:
        tempfile.tempdir = former
        shutil.rmtree(made, ignore_errors=True)


def begin_folder(place: Path) -> Path:
    """The same for a process that ends without a word, whose folder others take away."""
    take_away_left(place)
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    tempfile.tempdir = str(made)
    return made


def take_away_left(place: Path) -> None:
    """Take away the folders of processes that do not live any more."""
    for left in place.glob(f"{PREFIX}*"):
        if _is_left(left):
            shutil.rmtree(left, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Whether it is ours and whoever made it is gone."""
    number = folder.name.removeprefix(PREFIX).split("-")[0]
    try:
        return number.isdecimal() and folder.stat().st_uid == os.getuid() and not _lives(int(number))
    except FileNotFoundError:
        return False  # another process has just taken it away


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
