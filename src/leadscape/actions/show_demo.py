"""Generate the demonstration system, then map it as its user would."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leadscape.actions.map_landscape import MappedLandscape, map_landscape
from leadscape.core.progress import Progress, Silent
from leadscape.demo import write_demo


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
    written = write_demo(folder, size=size, seed=seed, progress=progress)
    return ShownDemo(written.study, map_landscape(written.study, progress=progress))
