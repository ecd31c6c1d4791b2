"""Asking a provider who somebody is: the code flow with PKCE, and every check of what comes back.

Django-allauth's own client trusts a token that came by TLS without looking at its signature, sends no nonce, and knows
a person by the provider's name. Here the signature, issuer, audience, time and nonce are all checked, and a person is
known by issuer and subject.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import jwt

from leadscape_web.accounts.openid.claims import Claims, claims_in
from leadscape_web.accounts.openid.fetching import NotReached, NotTrusted, describe, fetch, key_of
from leadscape_web.accounts.openid.providers import Provider

__all__ = ["Asked", "Claims", "NotReached", "NotTrusted", "address_to_ask", "ask", "claims_for"]
CLOCK_SECONDS: Final = 60
"""How far the clocks of the provider and of this machine may differ."""
ALGORITHMS: Final = ("RS256", "PS256", "ES256")


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
    where = describe(provider)["authorization_endpoint"]
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
    described = describe(provider)
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
    tokens = fetch("POST", described["token_endpoint"], refused="code", data=given, auth=auth)
    proved = _checked(provider, described, str(tokens.get("id_token", "")), asked.nonce)
    return claims_in(provider, proved, _told(described, proved, str(tokens.get("access_token", ""))))


def _checked(provider: Provider, described: Mapping[str, Any], token: str, nonce: str) -> dict[str, Any]:
    """The claims of a token that holds."""
    try:
        key = key_of(described["jwks_uri"], jwt.get_unverified_header(token).get("kid"))
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
    told = fetch("GET", where, refused="userinfo", headers={"Authorization": f"Bearer {access_token}"})
    if told.get("sub") != proved["sub"]:
        raise NotTrusted("userinfo")
    return told
