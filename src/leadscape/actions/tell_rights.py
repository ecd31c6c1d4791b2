"""What a person who is held in a study may be told of the law: bases, rights, and where to complain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leadscape.survey.privacy.notices import BASES

LAWFUL_BASES: Final = BASES
"""Key to words, to go on from "We may hold it because"."""
REGULATOR: Final = (
    "the Information Commissioner’s Office: ico.org.uk/make-a-complaint, telephone 0303 123 1113"
)


@dataclass(frozen=True)
class ToldRights:
    """What follows from one basis.

    Attributes
    ----------
    basis
        Why it may be held, in words.
    consent
        Whether there is a consent that can be taken back.
    complaints
        To whom.
    """

    basis: str
    consent: bool
    complaints: str


def tell_rights(basis: str | None) -> ToldRights:
    """The law in words for one basis; null: none is recorded."""
    return ToldRights(
        basis=LAWFUL_BASES.get(basis or "", "nobody has recorded yet on which basis"),
        consent=basis == "consent",
        complaints=REGULATOR,
    )
