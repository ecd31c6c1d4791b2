"""Generate the demonstration system, then map it as its user would."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leadscape.actions.map_landscape import MappedLandscape, map_landscape
from leadscape.core.errors import OutputBlocked
from leadscape.core.progress import Progress, Silent
from leadscape.core.writing import write_text
from leadscape.demo import write_demo
from leadscape.demo.files import AGENCIES_FILE, README


@dataclass(frozen=True)
class ShownDemo:
    """The study file of the invented system, and its landscape."""

    study: Path
    mapped: MappedLandscape


def show_demo(
    folder: Path, *, size: Literal["small", "national"], seed: int = 2006, progress: Progress | None = None
) -> ShownDemo:
    """Write the files of an invented system into ``folder`` and map them.

    Raises
    ------
    OutputBlocked
        When the folder holds files that are not of an earlier demonstration.
    """
    progress = progress or Silent()
    _claim(folder)
    written = write_demo(folder, size=size, seed=seed, progress=progress)
    return ShownDemo(written.study, map_landscape(written.study, progress=progress))


def _claim(folder: Path) -> None:
    """Mark ``folder`` as a demonstration before anything else is written, so that one that was stopped can go on."""
    readme = folder / "README.txt"
    title = README.splitlines()[0]
    try:
        taken = not folder.is_dir() if folder.exists() else False
        ours = readme.is_file() and readme.read_text(encoding="utf-8", errors="replace").startswith(title)
        foreign = not taken and not ours and folder.is_dir() and any(folder.iterdir())
    except OSError as error:
        raise OutputBlocked(
            f"{str(folder)[:200]} cannot be written ({error.strerror or error}).",
            "The files of the demonstration go there.",
            "Name another folder.",
        ) from error
    if taken or foreign:
        raise OutputBlocked(
            f"{folder} {'is a file' if taken else 'holds files that are not of an earlier demonstration'}.",
            "A demonstration writes a register, returns and a study file, which must not replace yours.",
            "Name a new folder.",
        )
    write_text(README.format(agencies=AGENCIES_FILE), readme)
