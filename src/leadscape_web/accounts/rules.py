"""Who may call what: a rule a view, declared where the view is. A view without a rule is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from leadscape_web.accounts.models import Organisation, Right

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE: Final = "leadscape_rule"
NAMED: Final = frozenset({Right.READER, Right.EDITOR, Right.BROKER, Right.APPROVER})
"""Rights that show people by name, each within its organisation's area."""
ALL: Final = frozenset(Right)


@dataclass(frozen=True)
class Rule:
    """Who may call a view.

    Attributes
    ----------
    sentence
        The rule in words, for the reference and for the page that refuses.
    rights
        One of them is needed, on behalf of any organisation; the database narrows what is seen to its area. Empty:
        nobody needs one.
    signed_in
        Whether somebody must be signed in.
    national
        Whether the right must be held on behalf of the nation.
    """

    sentence: str
    rights: frozenset[Right] = frozenset()
    signed_in: bool = True
    national: bool = False

    def allows(self, accesses: frozenset[tuple[str, str]]) -> bool:
        """Whether somebody with these pairs of right and kind of organisation may."""
        if not self.rights:
            return True
        return any(
            right in self.rights and (not self.national or kind == Organisation.Kind.NATION)
            for right, kind in accesses
        )


ANYONE: Final = Rule("Anybody, signed in or not", signed_in=False)
SIGNED_IN: Final = Rule("Anybody who is signed in, with or without a right: their own account")
ANY_RIGHT: Final = Rule("Anybody with a right on behalf of any organisation", ALL)
SEES_PEOPLE: Final = Rule(
    "Readers, editors, brokers and approvers: people in their organisation's area only", NAMED
)
EDITS: Final = Rule("Editors: records in their organisation's area only", frozenset({Right.EDITOR}))
ADMINISTERS: Final = Rule(
    "Administrators: users and organisations in their own area only", frozenset({Right.ADMINISTRATOR})
)
ADMINISTERS_NATION: Final = Rule(
    "Administrators of the nation", frozenset({Right.ADMINISTRATOR}), national=True
)
SEES_ANONYMOUS: Final = Rule(
    "Researchers: role-holdings without names or schools, in their area only", frozenset({Right.RESEARCHER})
)


def allow(rule: Rule) -> Callable[[View], View]:
    """Declare the rule of a view."""

    def declare(view: View) -> View:
        setattr(view, ATTRIBUTE, rule)
        return view

    return declare
