"""Where a figure comes from: input files with their hashes, codebook, parameters, seed and version of the code.

The same inputs and seed give the same bytes, so a provenance record holds nothing that changes by itself: no time of
day, no machine, no absolute path.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from leadscape import __version__
from leadscape.core.errors import FileProblem

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class InputFile:
    """One input as it was read.

    Attributes
    ----------
    name
        Path as the study names it, with forward slashes.
    purpose
        What it was read as: ``register``, ``links``, ``returns``, ``decisions``, ….
    sha256
        Hash of its bytes.
    size_bytes
        Size on disk.
    rows_read, rows_used
        Data rows in the file, and those that ended in a table; null where the file is not a table.
    withheld
        Whether size and rows are left out of this record, because they would tell how many people one respondent
        named. The hash stays, so that whoever has the file can check it.
    """

    name: str
    purpose: str
    sha256: str
    size_bytes: int | None
    rows_read: int | None = None
    rows_used: int | None = None
    withheld: bool = False

    def without_counts(self) -> InputFile:
        """The same file as it may be named in public."""
        return replace(self, size_bytes=None, rows_read=None, rows_used=None, withheld=True)


@dataclass(frozen=True)
class Provenance:
    """Everything needed to make the same figures again."""

    title: str
    as_of: str
    codebook: str
    codebook_sha256: str
    seed: int
    inputs: tuple[InputFile, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    software: str = f"leadscape {__version__}"

    def as_json(self) -> str:
        """The record as JSON with sorted keys: equal records give equal bytes."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that stand for the whole record."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()[:12]


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, read in pieces so that memory stays flat."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise FileProblem(
            f"{path} cannot be read ({error.strerror or error}).",
            "Every figure names the exact file it comes from.",
            "Check the path and that you may read it.",
        ) from error
    return digest.hexdigest()


def name_below(path: Path, base: Path) -> str:
    """``path`` as seen from ``base`` where it lies below it, else its file name: no absolute path is ever told."""
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.name


def input_file(
    path: Path, purpose: str, base: Path, rows_read: int | None = None, rows_used: int | None = None
) -> InputFile:
    """The provenance entry of ``path``, named relative to ``base`` where it lies below it, else by its file name."""
    name = name_below(path, base)
    return InputFile(name, purpose, hash_file(path), path.stat().st_size, rows_read, rows_used)
