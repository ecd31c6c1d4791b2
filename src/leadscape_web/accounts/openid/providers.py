"""With whose accounts can people sign in? Read from the environment, one provider a name.

``LEADSCAPE_OIDC_PROVIDERS`` lists the names, such as ``entra,dfe``. For each there is ``LEADSCAPE_OIDC_ENTRA_…``:

* ``ISSUER``: address of the provider, exactly as its tokens name it.
* ``CLIENT_ID``, ``CLIENT_SECRET``: as registered with the provider.
* ``LABEL``: how the button calls it; the name when unset.
* ``SCOPES``: what is asked for; ``openid profile email`` when unset.
* ``ADDRESS``: ``claimed`` (default): an e-mail address counts where the provider says that it verified it; ``vouched``:
  every address that it gives counts, for a provider whose owner gives out the addresses.
* ``SECOND_FACTOR``: values of ``amr`` or ``acr`` that count as the second factor; when unset ours is asked for.
* ``ORGANISATION``: ``any`` (default), or ``own``: the claim ``organisation`` must name a body that the user acts for.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from leadscape.core.errors import ServiceBlocked

PREFIX: Final = "LEADSCAPE_OIDC_"
SCOPES: Final = "openid profile email"
VOUCHED, CLAIMED = "vouched", "claimed"
ANY, OWN = "any", "own"
_KNOWN: Final = (
    "ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL", "SCOPES", "ADDRESS", "SECOND_FACTOR", "ORGANISATION",
)  # fmt: skip


@dataclass(frozen=True)
class Provider:
    """One provider of accounts.

    Attributes
    ----------
    name
        As it stands in addresses.
    vouches
        Whether every e-mail address that it gives is taken as verified.
    second_factor
        Values of ``amr`` or ``acr`` that count as a second factor.
    own_organisation
        Whether the organisation that was chosen there must be one that the user acts for here.
    """

    name: str
    label: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = tuple(SCOPES.split())
    vouches: bool = False
    second_factor: frozenset[str] = frozenset()
    own_organisation: bool = False


def read_providers(names: tuple[str, ...], environ: Mapping[str, str]) -> tuple[Provider, ...]:
    """The providers of the names, as the environment describes them.

    Raises
    ------
    ServiceBlocked
        A variable is missing, not known, or has a value that it cannot have.
    """
    twice = {name for name in names if names.count(name) > 1}
    if twice or not all(re.fullmatch(r"[a-z][a-z0-9]{0,29}", name) for name in names):
        raise ServiceBlocked(
            f"LEADSCAPE_OIDC_PROVIDERS is {','.join(names)!r}.",
            "Each provider needs a name of its own, of small letters and digits, which stands in addresses.",
            "Name them like: entra,dfe.",
        )
    begun = tuple(f"{PREFIX}{name.upper()}_" for name in names)
    for variable in environ:
        if variable.startswith(PREFIX) and variable != f"{PREFIX}PROVIDERS":
            start = next((one for one in begun if variable.startswith(one)), "")
            if not start or variable.removeprefix(start) not in _KNOWN:
                raise ServiceBlocked(
                    f"{variable} is no variable of a provider that LEADSCAPE_OIDC_PROVIDERS lists.",
                    "A slip in a name could leave a check of signing in undone.",
                    f"Use LEADSCAPE_OIDC_NAME_ with one of: {', '.join(_KNOWN)}; and list NAME.",
                )
    return tuple(
        _read(name, {key: environ.get(f"{start}{key}", "").strip() for key in _KNOWN})
        for name, start in zip(names, begun, strict=True)
    )


def _read(name: str, given: Mapping[str, str]) -> Provider:
    start = f"{PREFIX}{name.upper()}_"
    missing = [f"{start}{key}" for key in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET") if not given[key]]
    if missing:
        raise ServiceBlocked(
            f"{', '.join(missing)} is not set.", f"Nobody could sign in with {name}.",
            "Set it as registered with the provider, or take the name out of LEADSCAPE_OIDC_PROVIDERS.",
        )  # fmt: skip
    address = _chosen(f"{start}ADDRESS", given["ADDRESS"] or CLAIMED, (CLAIMED, VOUCHED))
    organisation = _chosen(f"{start}ORGANISATION", given["ORGANISATION"] or ANY, (ANY, OWN))
    scopes = tuple((given["SCOPES"] or SCOPES).split())
    if "openid" not in scopes or (organisation == OWN and "organisation" not in scopes):
        raise ServiceBlocked(
            f"{start}SCOPES is {' '.join(scopes)!r}.",
            "Without openid there is no proof of who signed in, and without organisation none for whom.",
            "Add what is missing, such as: openid profile email organisation.",
        )
    issuer = given["ISSUER"].removesuffix("/.well-known/openid-configuration")
    if not is_safe(issuer) or "{" in issuer:
        raise ServiceBlocked(
            f"{start}ISSUER is {issuer!r}.",
            "Whoever stands between the service and an address without https could sign in as anybody.",
            "Give the https address of one tenant or service, as its discovery document names it under issuer.",
        )
    return Provider(
        name=name,
        label=given["LABEL"] or name,
        issuer=issuer,
        client_id=given["CLIENT_ID"],
        client_secret=given["CLIENT_SECRET"],
        scopes=scopes,
        vouches=address == VOUCHED,
        second_factor=frozenset(re.split(r"[\s,]+", given["SECOND_FACTOR"])) - {""},
        own_organisation=organisation == OWN,
    )


def is_safe(address: str) -> bool:
    """Whether nobody can listen on the way: https, or this machine itself."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _chosen(variable: str, value: str, among: tuple[str, ...]) -> str:
    if value not in among:
        raise ServiceBlocked(
            f"{variable} is {value!r}.", "A word that is not known could leave a check undone.",
            f"Set it to one of: {', '.join(among)}.",
        )  # fmt: skip
    return value
