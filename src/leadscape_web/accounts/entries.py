"""Where accounts stand in the navigation."""

from __future__ import annotations

from leadscape_web.accounts.rules import ADMINISTERS, SIGNED_IN
from leadscape_web.govuk.navigation import Entry, add_account_entry, add_entry


def add_entries() -> None:
    """Administration for administrators; one's own account for everybody."""
    add_entry(Entry("Administration", "accounts:administration", "/administration/", ADMINISTERS, 900))
    add_account_entry(Entry("Your account", "accounts:account", "/account/", SIGNED_IN, 100))
