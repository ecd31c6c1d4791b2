"""May a reason be kept for good? It must say something, and must not name the person whose record is changed.

Reasons stay in the history when a name is erased, so a name in one would survive its own erasure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from django.core.exceptions import ValidationError

from leadscape_web.accounts.models import PersonName
from leadscape_web.accounts.named import names_person

__all__ = ["LONGEST", "SHORTEST", "check_reason", "names_person"]
SHORTEST: Final = 5
LONGEST: Final = 500
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def check_reason(text: str, person_ids: Iterable[Any] = (), *, addresses: bool = False) -> str:
    """The reason as it may be kept, spaces tidied.

    Parameters
    ----------
    person_ids
        Persons whom the change is about; every name they have or had, as far as the user may see it, is looked for.
    addresses
        Whether it may hold an e-mail address: that of an organisation.

    Raises
    ------
    ValidationError
        When it is too short or too long, holds an e-mail address, or names one of the persons.
    """
    reason = " ".join(text.split())
    if len(reason) < SHORTEST:
        raise ValidationError("Enter a reason that somebody else will understand", code="short")
    if len(reason) > LONGEST:
        raise ValidationError(f"The reason must be {LONGEST} characters or fewer", code="long")
    if not addresses and _EMAIL.search(reason):
        raise ValidationError(
            "Enter the reason without an e-mail address: the history keeps reasons for good", code="email"
        )
    persons = [person for person in person_ids if person is not None]
    names = (
        PersonName.objects.filter(person__in=persons).values_list("full_name", flat=True) if persons else ()
    )
    if any(names_person(reason, name) for name in names):
        raise ValidationError(
            "Enter the reason without the name of the person, for example “the leader”: the history keeps reasons for"
            " good, also after a name is erased",
            code="name",
        )
    return reason
