"""Asking the service from outside, signed in or not, without following where it leads."""

from __future__ import annotations

import re
from typing import Any

import requests

from soak.stage import Service
from soak.users import SESSION, session_of

SECONDS = 60


class Visitor:
    """Somebody at a browser, or a program with a key."""

    def __init__(self, service: Service, user: Any = None, key: str = "") -> None:
        self.service = service
        self.web = requests.Session()
        self.web.trust_env = False
        if user is not None:
            self.web.cookies.set(SESSION, session_of(service, user), domain="127.0.0.1", path="/")
        if key:
            self.web.headers["Authorization"] = f"Bearer {key}"

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request to an address as it stands: nothing in it is put right on the way."""
        request = requests.Request(method, self.service.address + "/", **more)
        prepared = self.web.prepare_request(request)
        prepared.url = self.service.address + path
        return self.web.send(prepared, allow_redirects=False, timeout=SECONDS)

    def get(self, path: str, **more: Any) -> requests.Response:
        """Open a page."""
        return self.ask("GET", path, **more)

    def send(self, path: str, page: str | None = None, **data: Any) -> requests.Response:
        """Send the form of a page, with what is hidden in it."""
        shown = self.get(page or path).text
        hidden = {
            name: value
            for tag in re.findall(r"<input[^>]*>", shown)
            if 'type="hidden"' in tag
            for name, value in [(_of("name", tag), _of("value", tag))]
            if name
        }
        files = data.pop("files", None)
        return self.ask(
            "POST", path, data=hidden | data, files=files, headers={"Referer": self.service.address}
        )

    def token(self, page: str) -> str:
        """The token against forged forms, which sending the form of a page needs."""
        shown = self.get(page).text
        return _of("value", next(iter(re.findall(r"<input[^>]*csrfmiddlewaretoken[^>]*>", shown)), ""))


def _of(name: str, tag: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""
