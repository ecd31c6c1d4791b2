"""Studies in rows for their pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.urls import reverse

from leadscape_web.govuk.wording import local_day, written_number
from leadscape_web.studies.models import Study, StudyInput

KEYS: Final = {
    "schools": "Register of schools", "links": "Links of schools", "groups": "Groups of schools",
    "mapping": "Mapping of columns", "boundaries": "Shapes of authorities", "frame": "Who was asked",
    "returns": "Return", "decisions": "Decisions of reviewers", "withdrawals": "Withdrawals",
    "objections": "Objections", "objections_secret": "Key of the objections", "validation": "Answers of the validation",
    "validation_sample": "Sample of the validation", "codebook": "Codebook",
}  # fmt: skip
"""Key of the study file to what the file is."""


def study_rows(studies: Iterable[Study], files: Iterable[tuple[UUID, str]]) -> list[list[Any]]:
    """Title with its page, date, codebook, files, returns."""
    counted: dict[UUID, Counter[str]] = {}
    for study, key in files:
        counted.setdefault(study, Counter())[key] += 1
    return [
        [
            {"text": study.title, "href": reverse("studies:study", args=[study.pk])},
            study.as_of,
            study.codebook,
            counted.get(study.pk, Counter()).total(),
            counted.get(study.pk, Counter())["returns"],
        ]
        for study in studies
    ]


def file_rows(files: Iterable[StudyInput], *, removed: bool) -> list[list[Any]]:
    """What it is, name, kilobytes, first characters of its fingerprint, added, and removed where it was."""
    rows: list[list[Any]] = []
    for found in files:
        if (found.removed_at is not None) is not removed:
            continue
        size = f"{written_number(max(1, round(found.size / 1000)))} kB"
        row = [
            KEYS.get(found.key, found.key),
            found.file_name,
            size,
            found.sha256[:12],
            local_day(found.added_at),
        ]
        rows.append([*row, local_day(found.removed_at)] if removed else row)
    return rows


def doubtful_rows(files: Iterable[StudyInput]) -> list[list[Any]]:
    """Name of each file that a run reads and that people who stay out were in, how much was not kept, rows in doubt."""
    return [
        [
            found.file_name,
            found.taken_out,
            {"text": ", ".join(map(str, found.doubtful)) or None, "missing": "None"},
        ]
        for found in files
        if found.removed_at is None and (found.taken_out or found.doubtful)
    ]


def settings_rows(study: Study) -> list[dict[str, Any]]:
    """Label and value of what the study file sets, section by section."""
    rows = [{"label": "Date", "value": study.as_of}, {"label": "Codebook", "value": study.codebook}]
    for section, values in study.settings.items():
        for key, value in values.items():
            named = key.replace("_", " ") if section == "study" else f"{section}: {key.replace('_', ' ')}"
            # A seed is a name, not a count.
            rows.append({"label": named.capitalize(), "value": str(value) if key == "seed" else _told(value)})
    return rows


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [_told(one) for one in value]
    if isinstance(value, dict):
        return "; ".join(f"{key}: {inner}" for key, inner in value.items())
    return value
