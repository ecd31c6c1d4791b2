"""What a provider answers at its addresses: what it says of itself, its keys, and what it is asked for."""

from __future__ import annotations

import time
from typing import Any, Final

import jwt
import requests

from leadscape_web.accounts.openid.providers import Provider, is_safe

TIMEOUT_SECONDS: Final = 5
KEPT_SECONDS: Final = 3600
"""How long addresses and keys of a provider are remembered."""
ASKED_AGAIN_SECONDS: Final = 60
"""Keys are asked for again at most this often when a token names one that is not known."""
LARGEST_BYTES: Final = 1_000_000
_remembered: dict[str, tuple[float, dict[str, Any]]] = {}


class NotTrusted(Exception):
    """What came back does not prove who somebody is. Says which check failed, and nothing about the person."""


class NotReached(Exception):
    """The provider does not answer, or not as the standard has it."""


def describe(provider: Provider) -> dict[str, Any]:
    """What the provider says of itself, from where the issuer is."""
    found = _fetch_kept(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise NotReached("issuer")
    for key in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not is_safe(str(found.get(key, ""))):
            raise NotReached(key)
    return found


def key_of(where: str, kid: str | None) -> Any:
    """The key of the provider that a token names; the only one where it names none."""
    for longest in (KEPT_SECONDS, ASKED_AGAIN_SECONDS):
        keys = jwt.PyJWKSet.from_dict(_fetch_kept(where, longest)).keys
        usable = [key for key in keys if key.public_key_use in (None, "sig")]
        named = [key for key in usable if key.key_id == kid] if kid else usable
        if len(named) == 1:
            return named[0]
    raise NotTrusted("kid")


def fetch(method: str, where: str, *, refused: str = "", **more: Any) -> dict[str, Any]:
    """What an address of the provider answers. ``refused``: what it may refuse; empty: it must answer."""
    if not is_safe(where):
        raise NotReached("address")
    try:
        # No redirects: a code or a secret goes where the provider said, and nowhere else.
        answer = requests.request(method, where, timeout=TIMEOUT_SECONDS, allow_redirects=False, **more)
        content = answer.content
        if refused and 400 <= answer.status_code < 500:
            raise NotTrusted(refused)
        if answer.status_code != 200 or len(content) > LARGEST_BYTES:
            raise NotReached(str(answer.status_code))
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise NotReached(type(error).__name__) from error
    if not isinstance(found, dict):
        raise NotReached("form")
    return found


def forget_providers() -> None:
    """Ask every provider anew what it says of itself. For tests, and after a change of its keys."""
    _remembered.clear()


def _fetch_kept(where: str, longest: float = KEPT_SECONDS) -> dict[str, Any]:
    kept = _remembered.get(where)
    if kept is None or time.monotonic() - kept[0] > longest:
        kept = _remembered[where] = (time.monotonic(), fetch("GET", where))
    return kept[1]
