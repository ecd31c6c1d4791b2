"""What a browser complains about: console, scripts, answers of 400 or more, the content security policy."""

from __future__ import annotations

from typing import Any


class Complaints:
    """What the browsers of one test complained about, but for what the test meant to happen.

    Never a fault of a page: how a graphics driver does without a graphics card.
    """

    def __init__(self) -> None:
        self._heard: list[tuple[str, str]] = []
        self._meant: set[str] = set()

    def listen(self, page: Any) -> None:
        """Hear whatever the browser complains about on this page from now on."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._heard.append((page.url, str(error))))
        page.on("response", self._answered)

    def expect_form_error(self, page: Any) -> None:
        """The form of this page says what is wrong with it (422), and the test meant it to."""
        self._meant.add(page.url)

    def forget(self) -> None:
        """Begin anew, as for another page."""
        self._heard.clear()

    def heard(self) -> list[str]:
        """Everything that was not meant, in order."""
        return [said for where, said in self._heard if not (where in self._meant and _is_form_error(said))]

    def _hear(self, said: Any) -> None:
        if said.type in ("error", "warning") and "WebGL" not in said.text:
            self._heard.append((said.location["url"], said.text))

    def _answered(self, answer: Any) -> None:
        if answer.status >= 400:
            self._heard.append((answer.url, f"{answer.status} {answer.url}"))


def _is_form_error(said: str) -> bool:
    return said.startswith("422 ") or "status of 422" in said
