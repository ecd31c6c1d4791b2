"""Stored files of studies, written again."""

from __future__ import annotations

import hashlib
from typing import Any

from leadscape_web.studies.models import StudyInput


def store_file(one: StudyInput, content: bytes, using: str, **more: Any) -> None:
    """Keep other content of a file of a study, as the owner role with a reason set."""
    StudyInput.objects.using(using).filter(pk=one.pk).update(
        content=content, sha256=hashlib.sha256(content).hexdigest(), size=len(content), **more
    )
