"""Who somebody is, read from what a provider has signed and told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadscape_web.accounts.openid.providers import Provider


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


def claims_in(provider: Provider, proved: Mapping[str, Any], told: Mapping[str, Any]) -> Claims:
    """What counts of the claims of a token that holds, and of what the provider told beside it."""
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
