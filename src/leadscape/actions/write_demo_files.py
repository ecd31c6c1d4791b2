"""Write the files of the demonstration system, as its user would have them, without mapping it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from leadscape.demo import write_demo

if TYPE_CHECKING:
    from pathlib import Path

    from leadscape.core.progress import Progress


def write_demo_files(
    folder: Path, *, size: Literal["small", "national"], seed: int = 2006, progress: Progress | None = None
) -> Path:
    """Write an invented school system into ``folder``; the path of its study file."""
    return write_demo(folder, size=size, seed=seed, progress=progress).study
