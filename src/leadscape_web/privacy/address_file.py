"""Whose are the addresses in a file that an editor brings, and what is wrong with it?"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection

from leadscape.actions.read_addresses import ENDINGS, read_addresses
from leadscape.core.errors import LeadscapeError

MOST_BYTES: Final = 5_000_000
_EDITED: Final = """
select key, id, person_id from survey_leader where (select leadscape_everywhere(array['editor']))
or person_id in (select leadscape_edited_people())
"""


@dataclass(frozen=True)
class Problem:
    """What is wrong: in which row and column, null for the whole file."""

    row: int | None
    column: str | None
    rule: str


@dataclass
class AddressFile:
    """A file as it is meant: pairs of person and address, how many rows hold none, or every problem."""

    rows: list[tuple[UUID, str]] = field(default_factory=list)
    blank: int = 0
    problems: list[Problem] = field(default_factory=list)


def read_address_file(upload: Any) -> AddressFile:
    """Read what was brought. A row without an address is left out; any other mistake is told."""
    ending = Path(upload.name).suffix.lower() if upload is not None else ""
    if upload is None:
        return _refused("Select a file")
    if upload.size > MOST_BYTES:
        return _refused("The file is larger than 5 MB. Bring it in parts")
    if ending not in ENDINGS:
        return _refused(
            f"The file ends in {ending or 'nothing that says what it is'}. Save it as .csv or .xlsx"
        )
    with tempfile.TemporaryDirectory(prefix="leadscape-addresses-") as folder:
        path = Path(folder) / f"addresses{ending}"
        path.write_bytes(upload.read())
        try:
            read = read_addresses(path).rows
        except LeadscapeError as error:
            return _refused(f"{error.what} {error.next_step}".replace(path.name, "The file"))
    found, people = AddressFile(), _people()
    seen: dict[UUID, tuple[str, int]] = {}
    for number, key, email in read.select("row", "key", "email").iter_rows():
        if not email:
            found.blank += 1
            continue
        _add(found, seen, number, people.get((key or "").lower()), email)
    if not found.rows and not found.problems:
        return _refused(
            "No row of the file has an e-mail address. Fill in the column Email, and bring it again"
        )
    return found


def _add(
    found: AddressFile, seen: dict[UUID, tuple[str, int]], number: int, person: UUID | None, email: str
) -> None:
    if person is None:
        found.problems.append(Problem(number, "key", "No leader whom you edit has this key"))
    try:
        validate_email(email)
    except ValidationError:
        found.problems.append(Problem(number, "email", "This is no e-mail address"))
        return
    if person is None:
        return
    before, row = seen.setdefault(person, (email.lower(), number))
    if before != email.lower():
        found.problems.append(Problem(number, "email", f"Row {row} gives the same leader another address"))
    elif row == number:
        found.rows.append((person, email))


def _people() -> Mapping[str, UUID]:
    """Whom the user answers for, by the key of downloads and by the ids in addresses of their pages."""
    with connection.cursor() as cursor:
        cursor.execute(_EDITED)
        return {
            str(name).lower(): person
            for key, leader, person in cursor.fetchall()
            for name in (key, leader, person)
        }


def _refused(rule: str) -> AddressFile:
    return AddressFile(problems=[Problem(None, None, rule)])
