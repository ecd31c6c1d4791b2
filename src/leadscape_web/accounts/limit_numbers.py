"""How much is answered within a minute unless the settings say otherwise? Without the framework: settings read it."""

from __future__ import annotations

from typing import Final

KEY, USER, WRITES, PLACE, DOWNLOADS = "key", "user", "writes", "place", "downloads"
A_MINUTE: Final = {KEY: 300, USER: 600, WRITES: 60, PLACE: 60, DOWNLOADS: 20}
"""Requests of one key; of one user with all keys; changes of one user through keys; requests from one place by whoever
is not known; files that one user, place or personal link takes from the pages."""
