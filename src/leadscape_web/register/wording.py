"""How the register's codes read: status, phase, kind of group, relation of two schools."""

from __future__ import annotations

from typing import Final

OPEN_STATUSES: Final = ("open", "proposed_to_close")
NOT_CLOSED: Final = (*OPEN_STATUSES, "proposed_to_open")
"""Of what has one of these it is known that it has not closed."""
STATUSES: Final[dict[str, str]] = {
    "open": "Open",
    "proposed_to_close": "Open, proposed to close",
    "proposed_to_open": "Proposed to open",
    "closed": "Closed",
    "unknown": "Not known",
}
STATUS_COLOURS: Final[dict[str, str]] = {
    "open": "green",
    "proposed_to_close": "yellow",
    "proposed_to_open": "blue",
}
GROUP_TYPES: Final[dict[str, str]] = {
    "multi_academy_trust": "Multi-academy trust",
    "single_academy_trust": "Single-academy trust",
    "sponsor": "Sponsor",
    "federation": "Federation",
    "foundation_trust": "Foundation trust",
    "umbrella_trust": "Umbrella trust",
    "childrens_centres": "Group of children’s centres",
    "other": "Other group",
}
NO_GROUP: Final = "None in the register"
"""A school is in no trust or federation, by the files that were loaded."""
NO_GROUPS: Final = "No file of trusts and federations is loaded"
"""Why it is not known which school is in which."""
LINK_KINDS: Final[dict[str, str]] = {
    "succession": "one school followed the other",
    "merger": "schools merged",
    "amalgamation": "schools amalgamated",
    "split": "a school was split",
}
PURPOSES: Final[dict[str, str]] = {
    "schools": "Register of schools",
    "links": "Links between schools",
    "groups": "Trusts and federations",
    "frame": "Who was asked",
    "returns": "Return",
    "study": "Study file",
    "mapping": "How the register is read",
    "boundaries": "Boundaries of areas",
    "decisions": "Decisions of review",
    "withdrawals": "Withdrawals",
    "objections": "Objections",
    "objections secret": "Key of the objections",
    "validation": "Answers of schools to a sample of entries",
    "validation sample": "Sample of entries put to schools",
}


def status_words(status: str) -> str:
    """A status as people say it."""
    return STATUSES.get(status, status.replace("_", " ").capitalize())


def phase_words(phase: str | None) -> str | None:
    """A phase as people say it; null where the register gives none."""
    return phase.replace("_", " ").capitalize() if phase else None


def group_words(kind: str) -> str:
    """A kind of group as people say it."""
    return GROUP_TYPES.get(kind, kind.replace("_", " ").capitalize())


def purpose_words(purpose: str) -> str:
    """What a file was read as."""
    return PURPOSES.get(purpose, purpose.capitalize())
