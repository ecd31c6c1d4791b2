"""Every address of the service with its rules, and what each kind of user meets there. The whole truth table.

Nothing is listed by hand: addresses come from the resolver, rules from the views. The reference of permissions and the
test that asks every address as every kind of user are made from this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import URLPattern, URLResolver, get_resolver

from leadscape_web.accounts.rules import Rule, operations_of, rules_of

Outcome = Literal["allowed", "sign in", "refused", "no such method"]


@dataclass(frozen=True)
class Address:
    """One address.

    Attributes
    ----------
    route
        As it is read: ``register/school/<urn>/``.
    name
        As ``reverse`` takes it; empty where it has none.
    rules
        Method to rule; empty: nobody may.
    api
        Whether programs use it: whoever is signed out is refused and not sent to sign in.
    """

    route: str
    name: str
    rules: Mapping[str, Rule]
    api: bool

    @property
    def room(self) -> str:
        """The first word of the path."""
        return self.route.partition("/")[0] or "home"


def addresses() -> tuple[Address, ...]:
    """All addresses, in the order in which they are looked for; those of one path of the API together once."""
    found: dict[str, Address] = {}
    for route, name, view in _walk(get_resolver(), "", ()):
        found.setdefault(route, Address(route, name, rules_of(view), bool(operations_of(view))))
    return tuple(found.values())


def outcome(rules: Mapping[str, Rule], method: str, accesses: frozenset[tuple[str, str]] | None) -> Outcome:
    """What somebody meets who asks with a method.

    Parameters
    ----------
    accesses
        Pairs of right and kind of organisation; null: signed out.
    """
    rule = rules.get(method)
    if rule is None:
        return "no such method" if rules else "refused"
    if not rule.signed_in:
        return "allowed"
    if accesses is None:
        return "sign in"
    return "allowed" if rule.allows(accesses) else "refused"


def _walk(resolver: URLResolver, before: str, spaces: tuple[str, ...]) -> Iterator[tuple[str, str, Any]]:
    parts: list[URLPattern | URLResolver] = resolver.url_patterns  # type: ignore[assignment]
    for part in parts:
        route = before + _readable(str(part.pattern))
        if isinstance(part, URLPattern):
            yield route, ":".join((*spaces, part.name)) if part.name else "", part.callback
        else:
            yield from _walk(part, route, (*spaces, part.namespace) if part.namespace else spaces)


def _readable(pattern: str) -> str:
    """A part of a route without the grammar of patterns: what stands for a value by its name only."""
    text = re.sub(
        r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", pattern.removeprefix("^").removesuffix("$")
    )
    return re.sub(r"<\w+:(\w+)>", r"<\1>", text)
