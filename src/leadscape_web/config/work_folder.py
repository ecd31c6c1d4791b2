"""Where the worker writes files for a while: a folder of its own, so that one that was killed leaves nothing for long.

Files of a study name people. A process that is killed cannot take them away; the next one does.
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
    for left in place.glob(f"{PREFIX}*"):
        if _is_left(left):
            shutil.rmtree(left, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    former, tempfile.tempdir = tempfile.tempdir, str(made)
    try:
        yield made
    finally:
        tempfile.tempdir = former
        shutil.rmtree(made, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Whether it is ours and whoever made it is gone."""
    number = folder.name.removeprefix(PREFIX).split("-")[0]
    return number.isdecimal() and folder.stat().st_uid == os.getuid() and not Path(f"/proc/{number}").exists()
