"""Files that are brought in: how large they may be, how they are kept and emptied."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from leadscape_web.imports.models import Import, Upload

MOST_BYTES: Final = 100_000_000
"""One file, as it is brought. The register of England with every column has 70 MB."""
MOST_BYTES_TOGETHER: Final = 150_000_000
MOST_FILES: Final = 200
"""A nation has about 150 authorities, each with its own return."""
LONGEST_NAME: Final = 150
"""Bytes."""
LONGEST_ENDING: Final = 12


def size_sentence() -> str:
    """The limits in words."""
    return (
        f"At most {MOST_BYTES // 1_000_000} MB a file, {MOST_BYTES_TOGETHER // 1_000_000} MB and {MOST_FILES} files"
        " together. A larger table can be packed (.csv.gz)."
    )


def keep_files(owner: Import, files: Sequence[UploadedFile], key: str = "") -> None:
    """Keep files of an import as they were brought, in the user's own transaction."""
    for position, file in enumerate(files):
        content = file.read()
        Upload.objects.create(
            belongs_to=owner,
            key=key,
            file_name=safe_name(file.name or ""),
            content=gzip.compress(content, 1, mtime=0),
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            position=position,
        )


def safe_name(name: str) -> str:
    """The name of a file without any folder, and without what a file system or a page could stumble over."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter if letter.isprintable() and letter not in '<>:"|?*' else "_" for letter in bare)
    kept = kept.strip().lstrip(".~")
    stem, dot, ending = kept.rpartition(".")
    ending = f"{dot}{ending}" if dot and len(ending) <= LONGEST_ENDING else ""
    stem = kept[: len(kept) - len(ending)]
    # File systems count bytes.
    room = LONGEST_NAME - len(ending.encode())
    kept = stem.encode()[:room].decode("utf-8", "ignore") + ending
    return kept or "file"


def empty_files(owner: Import, using: str) -> None:
    """Forget what is in the files of an import; that they were brought stays."""
    Upload.objects.using(using).filter(belongs_to_id=owner.pk, emptied_at=None).update(
        content=b"", emptied_at=timezone.now()
    )
