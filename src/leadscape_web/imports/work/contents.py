"""The files of an import, for a job to read: as they were brought, in a folder that is gone afterwards."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from leadscape.core.errors import LeadscapeError
from leadscape_web.imports.models import Import, Upload


def uploads_of(found: Import) -> list[Upload]:
    """The files of an import, in order, without their content."""
    rows = Upload.objects.using("owner").filter(belongs_to=found)
    return list(rows.defer("content").order_by("position"))


def content_of(upload: Upload) -> bytes:
    """The file as it was brought.

    Raises
    ------
    LeadscapeError
        When it is not the file that was brought.
    """
    rows = Upload.objects.using("owner").filter(pk=upload.pk, emptied_at=None)
    content = gzip.decompress(bytes(rows.values_list("content", flat=True).get()))
    if hashlib.sha256(content).hexdigest() != upload.sha256:
        raise LeadscapeError(
            "One of the files is not the file that was brought in.",
            "What is kept of it differs from what was kept when it came.",
            "Give this import up, and bring the file in again.",
        )
    return content


@contextmanager
def written(uploads: Sequence[Upload]) -> Iterator[list[Path]]:
    """The files in a folder of this process alone, gone afterwards; each in a folder of its own, so that two may share
    a name.
    """
    with TemporaryDirectory(prefix="leadscape-import-") as folder:
        paths = []
        for number, upload in enumerate(uploads):
            place = Path(folder) / str(number)
            place.mkdir(mode=0o700)
            path = place / upload.file_name
            path.write_bytes(content_of(upload))
            paths.append(path)
        yield paths
