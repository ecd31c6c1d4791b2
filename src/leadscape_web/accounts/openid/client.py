"""Asking a provider who somebody is: the code flow with PKCE, and every check of what comes back.

Django-allauth's own client trusts a token that came by TLS without looking at its signature, sends no nonce, and knows
a person by the provider's name. Here the signature, issuer, audience, time and nonce are all checked, and a person is
known by issuer and subject.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import jwt
import requests

from leadscape_web.accounts.openid.providers import Provider, is_safe

TIMEOUT_SECONDS: Final = 5
KEPT_SECONDS: Final = 3600
"""How long addresses and keys of a provider are remembered."""
ASKED_AGAIN_SECONDS: Final = 60
"""Keys are asked for again at most this often when a token names one that is not known."""
CLOCK_SECONDS: Final = 60
"""How far the clocks of the provider and of this machine may differ."""
ALGORITHMS: Final = ("RS256", "PS256", "ES256")
LARGEST_BYTES: Final = 1_000_000
_remembered: dict[str, tuple[float, dict[str, Any]]] = {}


class NotTrusted(Exception):
    """What came back does not prove who somebody is. Says which check failed, and nothing about the person."""


class NotReached(Exception):
    """The provider does not answer, or not as the standard has it."""


@dataclass(frozen=True)
class Asked:
    """What is kept, for one attempt, until the provider sends the person back.

    Attributes
    ----------
    state
        Ties the answer to the session that asked.
    nonce
        Ties the token to this attempt.
    verifier
        Whoever has only the code cannot use it (PKCE).
    """

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Claims:
    """Who somebody is, as the provider says and we have checked.

    Attributes
    ----------
    address
        E-mail address in small letters; empty unless it is verified.
    second_factor
        Whether the provider asked for a second factor, by what the provider's settings count as one.
    organisation
        The claim ``organisation``, as DfE Sign-in gives it; empty: none.
    """

    issuer: str
    subject: str
    address: str
    name: str
    second_factor: bool
    organisation: Mapping[str, Any]


def ask() -> Asked:
    """New secrets for one attempt."""
    return Asked(*(secrets.token_urlsafe(32) for _ in range(3)))


def address_to_ask(provider: Provider, asked: Asked, come_back: str) -> str:
    """Where the person is sent.

    Raises
    ------
    NotReached
        The provider does not say where.
    """
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=")
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": come_back,
        "scope": " ".join(provider.scopes),
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    where = _described(provider)["authorization_endpoint"]
    return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}"


def claims_for(provider: Provider, asked: Asked, code: str, come_back: str) -> Claims:
    """Who somebody is, for the code that they came back with.

    Raises
    ------
    NotReached
        The provider does not answer.
    NotTrusted
        It refuses the code, or its token does not hold.
    """
    described = _described(provider)
    given = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": come_back,
        "code_verifier": asked.verifier,
    }
    methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    auth = None
    if "client_secret_post" in methods:
        given |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    else:
        auth = (provider.client_id, provider.client_secret)
    tokens = _fetch("POST", described["token_endpoint"], refused="code", data=given, auth=auth)
    proved = _checked(provider, described, str(tokens.get("id_token", "")), asked.nonce)
    return _claims(provider, proved, _told(described, proved, str(tokens.get("access_token", ""))))


def _checked(provider: Provider, described: Mapping[str, Any], token: str, nonce: str) -> dict[str, Any]:
    """The claims of a token that holds."""
    try:
        key = _key(described["jwks_uri"], jwt.get_unverified_header(token).get("kid"))
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=list(ALGORITHMS),
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=CLOCK_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise NotTrusted(type(error).__name__) from error
    if not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
        raise NotTrusted("nonce")
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise NotTrusted("azp")
    if not str(claims["sub"]).strip() or len(str(claims["sub"])) > 255:
        raise NotTrusted("sub")
    return claims


def _told(described: Mapping[str, Any], proved: Mapping[str, Any], access_token: str) -> dict[str, Any]:
    """What the provider tells beside the token, where the token holds no address: about the same person only."""
    where = described.get("userinfo_endpoint")
    if "email" in proved or not where or not access_token:
        return {}
    told = _fetch("GET", where, refused="userinfo", headers={"Authorization": f"Bearer {access_token}"})
    if told.get("sub") != proved["sub"]:
        raise NotTrusted("userinfo")
    return told


def _claims(provider: Provider, proved: Mapping[str, Any], told: Mapping[str, Any]) -> Claims:
    said = {**told, **proved}
    verified = provider.vouches or str(said.get("email_verified")).lower() == "true"
    address = str(said.get("email") or "").strip()
    names = [said.get("name")] if said.get("name") else [said.get("given_name"), said.get("family_name")]
    # Only what the signed token says of how somebody proved who they are.
    ways = proved.get("amr") or []
    shown = {str(one) for one in (ways if isinstance(ways, list) else [ways])} | {
        str(proved.get("acr") or "")
    }
    organisation = said.get("organisation") or {}
    if isinstance(organisation, str):
        try:
            organisation = json.loads(organisation)
        except ValueError:
            organisation = {}
    return Claims(
        issuer=provider.issuer,
        subject=str(proved["sub"]),
        # Small letters of some signs are those of others, so that one address could be read as another's.
        address=address.lower() if verified and "@" in address and address.isascii() else "",
        name=_on_one_line(" ".join(str(one) for one in names if one)),
        second_factor=bool(provider.second_factor & shown),
        organisation=organisation if isinstance(organisation, Mapping) else {},
    )


def _on_one_line(name: str) -> str:
    """A name as our own form would take it; empty where it would not."""
    name = " ".join(name.replace("\x00", "").split())
    return name if "@" not in name and len(name) <= 200 else ""


def _described(provider: Provider) -> dict[str, Any]:
    """What the provider says of itself, from where the issuer is."""
    found = _fetch_kept(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise NotReached("issuer")
    for key in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not is_safe(str(found.get(key, ""))):
            raise NotReached(key)
    return found


def _key(where: str, kid: str | None) -> Any:
    """The key of the provider that a token names; the only one where it names none."""
    for longest in (KEPT_SECONDS, ASKED_AGAIN_SECONDS):
        keys = jwt.PyJWKSet.from_dict(_fetch_kept(where, longest)).keys
        usable = [key for key in keys if key.public_key_use in (None, "sig")]
        named = [key for key in usable if key.key_id == kid] if kid else usable
        if len(named) == 1:
            return named[0]
    raise NotTrusted("kid")


def _fetch_kept(where: str, longest: float = KEPT_SECONDS) -> dict[str, Any]:
    kept = _remembered.get(where)
    if kept is None or time.monotonic() - kept[0] > longest:
        kept = _remembered[where] = (time.monotonic(), _fetch("GET", where))
    return kept[1]


def _fetch(method: str, where: str, *, refused: str = "", **more: Any) -> dict[str, Any]:
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
