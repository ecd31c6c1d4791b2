"""Who may call what: a rule a view and method, declared where the view is. A view without a rule is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from ninja.operation import PathView

from leadscape_web.accounts.models import Organisation, Right

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE: Final = "leadscape_rules"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
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
    second_factor
        Whether a second factor must have been set up, where the service demands one.
    """

    sentence: str
    rights: frozenset[Right] = frozenset()
    signed_in: bool = True
    national: bool = False
    second_factor: bool = True

    def allows(self, accesses: frozenset[tuple[str, str]]) -> bool:
        """Whether somebody with these pairs of right and kind of organisation may."""
        if not self.rights:
            return True
        return any(
            right in self.rights and (not self.national or kind == Organisation.Kind.NATION)
            for right, kind in accesses
        )


ANYONE: Final = Rule("Anybody, signed in or not", signed_in=False, second_factor=False)
"""For pages that show the same to everybody."""
WELCOMES: Final = Rule("Anybody; whoever is signed in sees what is theirs", signed_in=False)
SIGNED_IN: Final = Rule("Anybody who is signed in, with or without a right: their own account")
SETS_UP: Final = Rule(
    "Anybody who is signed in, even before a second factor is set up: what setting one up takes",
    second_factor=False,
)
ANY_RIGHT: Final = Rule("Anybody with a right on behalf of any organisation", ALL)
SEES_PEOPLE: Final = Rule(
    "Readers, editors, brokers and approvers: people in their organisation's area only", NAMED
)
EDITS: Final = Rule("Editors: records in their organisation's area only", frozenset({Right.EDITOR}))
EDITS_NATION: Final = Rule(
    "Editors of the nation: files, runs and survey rounds", frozenset({Right.EDITOR}), national=True
)
ADMINISTERS: Final = Rule(
    "Administrators: users and organisations in their own area only", frozenset({Right.ADMINISTRATOR})
)
ADMINISTERS_NATION: Final = Rule(
    "Administrators of the nation", frozenset({Right.ADMINISTRATOR}), national=True
)
SEES_ANONYMOUS: Final = Rule(
    "Researchers: role-holdings without names or schools, in their area only", frozenset({Right.RESEARCHER})
)


def allow(rule: Rule, *, methods: Iterable[str] = ("GET",)) -> Callable[[View], View]:
    """Declare the rule of a view for ``methods``; any other method is refused. HEAD goes with GET.

    One rule: ``@allow(EDITS, methods=("GET", "POST"))``. Where reading and writing differ, both are declared:
    ``@allow(SEES_PEOPLE)`` above ``@allow(EDITS, methods=("POST",))``.

    Raises
    ------
    ValueError
        When a method is unknown, or has a rule already.
    """
    asked = tuple(methods)
    unknown = set(asked) - set(METHODS)
    if unknown or not asked:
        raise ValueError(f"no such method: {sorted(unknown)}" if unknown else "a rule is for some method")

    def declare(view: View) -> View:
        declared = dict(getattr(view, ATTRIBUTE, {}))
        twice = set(asked) & set(declared)
        if twice:
            raise ValueError(f"two rules for {sorted(twice)} of {view!r}")
        declared |= dict.fromkeys(asked, rule)
        if "GET" in declared:
            declared["HEAD"] = declared["GET"]
        setattr(view, ATTRIBUTE, declared)
        return view

    return declare


def rules_of(view: Any) -> Mapping[str, Rule]:
    """Method → rule of a view as the resolver found it; empty: none was declared.

    An operation of the API carries the rule on its own function, and a path of the API is one view for all of its
    operations: each declares ``@allow(…)`` below its ``@router.get(…)``, and the methods are the operation's.
    """
    declared = getattr(view, ATTRIBUTE, None)
    if declared is not None:
        return declared
    found: dict[str, Rule] = {}
    for operation in operations_of(view):
        rule = next(iter(getattr(operation.view_func, ATTRIBUTE, {}).values()), None)
        found |= {method: rule for method in operation.methods if rule is not None}
    return found


def operations_of(view: Any) -> tuple[Any, ...]:
    """Operations of the API behind a view as the resolver found it; none: it is a page."""
    cells = (cell.cell_contents for cell in getattr(view, "__closure__", None) or ())
    return tuple(operation for cell in cells if isinstance(cell, PathView) for operation in cell.operations)
