"""What is around every page: where the user may go, who they are, and whether the data are invented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from leadscape_web.govuk.navigation import Entry, account_entries, entries, footer_entries


@dataclass(frozen=True)
class Link:
    """A link around the page.

    Attributes
    ----------
    active
        Whether the page shown is in its section.
    current
        Whether it leads to the page shown itself.
    """

    label: str
    href: str
    active: bool = False
    current: bool = False


@dataclass(frozen=True)
class Section:
    """The group of entries that the page shown is in.

    Attributes
    ----------
    label
        Word of the group.
    links
        What of it this user may open, in order.
    """

    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Layout:
    """Everything around one page.

    Attributes
    ----------
    navigation, account, footer
        Links that this user may follow; of a group, one that leads to the first of it.
    section
        Links of the group that the page is in; null where it is in none.
    signed_in
        Whether somebody is signed in.
    acting_for
        Names of the organisations that the user acts for; never the name of a person.
    sign_in, sign_out
        Addresses; null where there is none.
    demonstration
        Whether people and schools are invented.
    """

    navigation: tuple[Link, ...]
    account: tuple[Link, ...]
    footer: tuple[Link, ...]
    section: Section | None
    signed_in: bool
    acting_for: tuple[str, ...]
    sign_in: str | None
    sign_out: str | None
    demonstration: bool


def layout_of(request: HttpRequest | None) -> Layout:
    """What is around a page for whoever asks for it; for nobody where there is no request."""
    signed_in = bool(getattr(getattr(request, "user", None), "is_authenticated", False))
    accesses: frozenset[tuple[str, str]] = (
        getattr(request, "accesses", frozenset()) if signed_in else frozenset()
    )
    path = request.path if request else ""

    def links(added: Iterable[Entry]) -> list[tuple[Entry, Link]]:
        allowed = [
            (entry, href)
            for entry in added
            if (not entry.rule.signed_in or (signed_in and entry.rule.allows(accesses)))
            and (href := address(entry.url_name)) is not None
        ]
        longest = max(
            (len(entry.section) for entry, _ in allowed if _within(path, entry.section)), default=-1
        )
        return [
            (
                entry,
                Link(
                    entry.label,
                    href,
                    active=_within(path, entry.section) and len(entry.section) == longest,
                    current=path == href,
                ),
            )
            for entry, href in allowed
        ]

    navigation, section = _grouped(links(entries()))
    return Layout(
        navigation=navigation,
        account=tuple(link for _, link in links(account_entries())),
        footer=tuple(link for _, link in links(footer_entries())),
        section=section,
        signed_in=signed_in,
        acting_for=tuple(getattr(request, "organisation_labels", ())) if signed_in else (),
        sign_in=address(str(settings.LOGIN_URL)),
        sign_out=address("account_logout"),
        demonstration=_environment().demonstration,
    )


def _grouped(shown: list[tuple[Entry, Link]]) -> tuple[tuple[Link, ...], Section | None]:
    """One link a group in the place of its first entry, and the group that holds the page."""
    groups: dict[str, list[Link]] = {}
    for entry, link in shown:
        groups.setdefault(entry.group or entry.label, []).append(link)
    navigation: list[Link] = []
    section = None
    for word, members in groups.items():
        if len(members) == 1:
            navigation += members
            continue
        active = any(link.active for link in members)
        navigation.append(Link(word, members[0].href, active=active))
        if active:
            section = Section(word, tuple(members))
    return tuple(navigation), section


def address(url_name: str) -> str | None:
    """The address of a page that may not exist (yet)."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def _within(path: str, section: str) -> bool:
    return path == section if section == "/" else path.startswith(section)


def _environment() -> Any:
    return settings.ENVIRONMENT
