"""What the machine tells the service: the only place where environment variables are read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from leadscape.core.errors import ServiceBlocked
from leadscape_web.accounts.limit_numbers import A_MINUTE
from leadscape_web.accounts.openid.providers import Provider, read_providers

Network = IPv4Network | IPv6Network
DEVELOPMENT_KEY: Final = "only for a laptop; production refuses to start with it"
SECOND_FACTOR: Final = ("required", "offered")


@dataclass(frozen=True)
class Environment:
    """Everything that differs between a laptop, a test run and production.

    Attributes
    ----------
    database_url
        The plain role that serves; row-level security applies to it. ``DATABASE_URL``.
    owner_url
        The role that owns the tables: migrates and loads. ``LEADSCAPE_OWNER_URL``; the same as the other when unset,
        which production refuses for commands that need the owner. The processes that serve do without it.
    secret_key
        Signs sessions and links, and encrypts second factors. ``LEADSCAPE_SECRET_KEY``.
    former_secret_keys
        Keys that were used before, so that what they signed or encrypted still holds. ``LEADSCAPE_FORMER_SECRET_KEYS``,
        separated by commas.
    hosts
        Names under which the service is reached. ``LEADSCAPE_HOSTS``, separated by commas.
    production
        Secure cookies, HTTPS and a real secret are demanded. ``LEADSCAPE_PRODUCTION`` = 1.
    demonstration
        The data are invented, and the pages say so. ``LEADSCAPE_DEMONSTRATION`` = 1.
    second_factor
        Whether everybody must set up a second factor before anything else. ``LEADSCAPE_SECOND_FACTOR``: required
        (default) or offered.
    tile_url
        Template of an outside tile server for the map's background; none by default. ``LEADSCAPE_TILE_URL``.
    tile_attribution
        Whom the map names as the maker of its background, as the tile server demands. ``LEADSCAPE_TILE_ATTRIBUTION``.
    email_url
        Where messages go: ``smtp://user:password@host:port``, ``smtps://`` (TLS from the start), ``smtp+tls://``
        (STARTTLS) or ``file:///folder`` (a file a message). ``LEADSCAPE_EMAIL_URL``; to the terminal when unset.
    email_from
        Sender of messages. ``LEADSCAPE_EMAIL_FROM``; ``leadscape@`` the first of the hosts when unset.
    static_root
        Folder of the collected static files. ``LEADSCAPE_STATIC_ROOT``; inside the package when unset.
    bind
        Address and port to listen on. ``LEADSCAPE_BIND``; 127.0.0.1:8000 when unset.
    proxies
        Addresses or networks whose word is taken for where a request came from, and that it came by HTTPS.
        ``LEADSCAPE_PROXIES``, separated by commas; this machine when unset.
    workers, threads
        Processes that answer, and requests that each answers at a time. ``LEADSCAPE_WORKERS``, ``LEADSCAPE_THREADS``;
        2 and 4 when unset. Twice their product is the most database connections.
    openid_providers
        Providers with whose accounts people can sign in (OpenID Connect). Their names, separated by commas:
        ``LEADSCAPE_OIDC_PROVIDERS``; none by default. What describes each: ``accounts/openid/providers.py``.
    limits
        How much is answered within a minute: ``key``, ``user``, ``writes`` and ``place`` for programs, ``downloads``
        for pages (see ``accounts/limits.py``). ``LEADSCAPE_LIMITS``, such as ``key=300,downloads=20``; 0 for no limit.
    contact
        E-mail address of whoever runs the service, for the statements on accessibility and privacy.
        ``LEADSCAPE_CONTACT``.
    """

    database_url: str
    owner_url: str
    secret_key: str
    hosts: tuple[str, ...]
    production: bool
    demonstration: bool
    second_factor: str
    tile_url: str
    email_url: str
    former_secret_keys: tuple[str, ...] = ()
    contact: str = ""
    email_from: str = ""
    static_root: Path | None = None
    bind: str = "127.0.0.1:8000"
    proxies: tuple[Network, ...] = (ip_network("127.0.0.1"), ip_network("::1"))
    workers: int = 2
    threads: int = 4
    openid_providers: tuple[Provider, ...] = ()
    limits: Mapping[str, int] = field(default_factory=lambda: dict(A_MINUTE))
    tile_attribution: str = ""


def read_environment() -> Environment:
    """Read it once, when settings are loaded.

    Raises
    ------
    ServiceBlocked
        A variable holds what it must not, whatever the mode.
    """
    database_url = os.environ.get("DATABASE_URL", "")
    static_root = os.environ.get("LEADSCAPE_STATIC_ROOT", "")
    hosts = _listed(os.environ.get("LEADSCAPE_HOSTS", "127.0.0.1,localhost"))
    second_factor = os.environ.get("LEADSCAPE_SECOND_FACTOR") or "required"
    if second_factor not in SECOND_FACTOR:
        raise ServiceBlocked(
            f"LEADSCAPE_SECOND_FACTOR is {second_factor!r}.",
            "A word that is not known could leave everybody without a second factor.",
            f"Set it to one of: {', '.join(SECOND_FACTOR)}.",
        )
    return Environment(
        database_url=database_url,
        owner_url=os.environ.get("LEADSCAPE_OWNER_URL") or database_url,
        secret_key=os.environ.get("LEADSCAPE_SECRET_KEY") or DEVELOPMENT_KEY,
        former_secret_keys=_listed(os.environ.get("LEADSCAPE_FORMER_SECRET_KEYS", "")),
        hosts=hosts,
        production=os.environ.get("LEADSCAPE_PRODUCTION") == "1",
        demonstration=os.environ.get("LEADSCAPE_DEMONSTRATION") == "1",
        second_factor=second_factor,
        tile_url=_tiles(os.environ.get("LEADSCAPE_TILE_URL", "")),
        email_url=os.environ.get("LEADSCAPE_EMAIL_URL", ""),
        contact=os.environ.get("LEADSCAPE_CONTACT", ""),
        email_from=os.environ.get("LEADSCAPE_EMAIL_FROM") or f"leadscape@{(*hosts, 'localhost')[0]}",
        static_root=Path(static_root) if static_root else None,
        bind=os.environ.get("LEADSCAPE_BIND") or "127.0.0.1:8000",
        proxies=_networks(os.environ.get("LEADSCAPE_PROXIES") or "127.0.0.1,::1"),
        workers=_count("LEADSCAPE_WORKERS", 2),
        threads=_count("LEADSCAPE_THREADS", 4),
        limits={**A_MINUTE, **_limits()},
        tile_attribution=os.environ.get("LEADSCAPE_TILE_ATTRIBUTION", "").strip(),
        openid_providers=read_providers(_listed(os.environ.get("LEADSCAPE_OIDC_PROVIDERS", "")), os.environ),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part, strict=False) for part in _listed(text))
    except ValueError as error:
        raise ServiceBlocked(
            f"LEADSCAPE_PROXIES is {text!r}: {error}.",
            "Whoever is taken for a proxy says where a request came from, so nobody may be one by mistake.",
            "Give addresses or networks with commas between them, such as 127.0.0.1,10.0.0.0/8.",
        ) from error


def _tiles(text: str) -> str:
    parts = urlsplit(text)
    placed = all(part in parts.path + parts.query for part in ("{z}", "{x}", "{y}"))
    # The host stands in the policy that pages come with, where these would begin another rule.
    if text and not (
        parts.scheme in ("https", "http") and parts.netloc and placed and not set(text) & set(" ;,'")
    ):
        raise ServiceBlocked(
            f"LEADSCAPE_TILE_URL is {text!r}.",
            "The map would ask for a background where there is none.",
            "Give it as https://host/{z}/{x}/{y}.png, or leave it out: the map then asks nobody.",
        )
    return text


def _limits() -> dict[str, int]:
    text = os.environ.get("LEADSCAPE_LIMITS", "")
    pairs = [part.partition("=") for part in _listed(text)]
    if not all(name in A_MINUTE and number.isdecimal() for name, _, number in pairs):
        raise ServiceBlocked(
            f"LEADSCAPE_LIMITS is {text!r}.",
            "A limit that is not understood would be none.",
            f"Give some of {', '.join(A_MINUTE)}, each with a whole number a minute, such as key=300,place=60.",
        )
    return {name: int(number) for name, _, number in pairs}


def _count(name: str, otherwise: int) -> int:
    text = os.environ.get(name) or str(otherwise)
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise ServiceBlocked(
            f"{name} is {text!r}.", "It must be a whole number from 1 to 64.", "Set it, or leave it out."
        )
    return int(text)
