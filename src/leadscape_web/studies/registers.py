"""A study that is a register and nothing else: what a survey round, or an import of returns, begins with.

An import keeps its files as such a study, without the names of heads: a count of a round needs none. It has nobody to
count, so it is not run until somebody was asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import polars as pl
from django.db import DEFAULT_DB_ALIAS, transaction

from leadscape.actions.leave_out_heads import leave_out_heads
from leadscape.actions.read_codebooks import describe_codebooks
from leadscape.core.errors import LeadscapeError
from leadscape_web.govuk.wording import written_date
from leadscape_web.studies.inputs import add_input, current_inputs, remove_input
from leadscape_web.studies.models import Study, StudyInput

OF_REGISTER: Final = ("schools", "links", "groups")


def keep_register(
    files: Iterable[tuple[str, str, bytes]], as_of: date, system: str, *, added_by: Any, using: str = "owner"
) -> Study | None:
    """Keep the files of a register as a study, as the owner role and with a reason set; null where they are of no use.

    A register of the same date takes the place of the one that is kept. The caller holds the lock of loads.

    Parameters
    ----------
    files
        Key of the study file, name, and content.
    """
    kept = _named_apart(one for one in files if one[0] in OF_REGISTER)
    if not any(key == "schools" for key, _, _ in kept):
        return None
    try:
        with transaction.atomic(using=using):
            study, _ = Study.objects.using(using).get_or_create(
                system=system,
                as_of=as_of,
                title=_title_of(as_of),
                defaults={"codebook": codebook_of(system, as_of), "settings": {}},
            )
            added = {
                add_input(study, key, name, _nameless(key, name, content), added_by=added_by, using=using).pk
                for key, name, content in kept
            }
            for former in current_inputs(study, using).filter(key__in=OF_REGISTER).exclude(pk__in=added):
                remove_input(former, using)
            return study
    except LeadscapeError:
        # It names heads and cannot be written again without them.
        return None


def _nameless(key: str, name: str, content: bytes) -> bytes:
    return leave_out_heads(content, name) if key == "schools" else content


def _named_apart(files: Iterable[tuple[str, str, bytes]]) -> list[tuple[str, str, bytes]]:
    """Files of one key whose names differ: a study tells them by their names."""
    found: list[tuple[str, str, bytes]] = []
    for key, name, content in files:
        taken = sum(one[:2] == (key, name) for one in found)
        found.append((key, f"{taken + 1}-{name}" if taken else name, content))
    return found


def codebook_of(system: str, as_of: date) -> str:
    """Id of the codebook of a school system that holds on a date; of another where there is none."""
    books = describe_codebooks().sort("valid_from")
    own = books.filter(pl.col("id").str.starts_with(f"{system}-"))
    found = own if own.height else books
    valid = found.filter(pl.col("valid_from").cast(pl.String) <= as_of.isoformat())
    return str(valid["id"][-1] if valid.height else found["id"][0])


def is_register_only(study: Study, using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether it is what an import of a register kept, and nobody was asked in it yet: there is nothing to run."""
    if study.wave_id is not None or study.title != _title_of(study.as_of):
        return False
    held = StudyInput.objects.using(using).filter(study=study, removed_at=None)
    return not held.exclude(key__in=OF_REGISTER).exists()


def _title_of(as_of: date) -> str:
    return f"Register of {written_date(as_of)}"
