"""Programs that use the interface in tests: with a key, or with somebody's session."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.test import Client

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.tokens import SCOPES, make_token

API = "/api/v1"


def key_for(user: Any, scopes: Iterable[str] = tuple(SCOPES), days: int = 30) -> tuple[Any, str]:
    """A key of a user, made as the user makes it, and its text."""
    with acting(user):
        return make_token(user, "A program of the tests", list(scopes), days)


def client_with(raw: str) -> Client:
    """A client that sends a key with every request."""
    return Client(headers={"Authorization": f"Bearer {raw}"})


def program(raw: str) -> Callable[..., Any]:
    """``ask("/schools", limit=5)`` with a key; an answer of the test client."""
    client = client_with(raw)

    def ask(path: str, **parameters: Any) -> Any:
        address = path if path.startswith(API) else f"{API}{path}"
        return client.get(address, parameters)

    return ask


def every_row(ask: Callable[..., Any], path: str, **parameters: Any) -> list[dict[str, Any]]:
    """All rows of a list, page after page, as a program follows ``next``."""
    rows: list[dict[str, Any]] = []
    answer = ask(path, **parameters)
    while True:
        assert answer.status_code == 200, answer.content
        page = answer.json()
        rows += page["items"]
        if page["next"] is None:
            return rows
        answer = ask(page["next"])
