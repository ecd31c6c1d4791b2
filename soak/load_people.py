"""What people do, for locust: each on their own way through the pages, with time to read between them.

``LEADSCAPE_SOAK_PEOPLE`` names a JSON file: ``people``, each with ``headers`` and ``pages`` (name, weight, addresses).
"""

from __future__ import annotations

import json
import os
import random
from itertools import count
from pathlib import Path
from typing import Any, Final

import gevent
from locust import HttpUser, between, task

STARTED = count()
PEOPLE: list[dict[str, Any]] = json.loads(
    Path(os.environ["LEADSCAPE_SOAK_PEOPLE"]).read_text(encoding="utf-8")
)


SPREAD_SECONDS: Final = 4
"""As long as the longest reading of a page."""


class Person(HttpUser):
    """One of fifty."""

    wait_time = between(1, 4)

    def on_start(self) -> None:
        """Be somebody; the same people in every run."""
        number = next(STARTED)
        who = PEOPLE[number % len(PEOPLE)]
        self.random = random.Random(number)
        self.pages = who["pages"]
        self.weights = [page["weight"] for page in self.pages]
        # As behind the proxy of deploy/, which opens a connection for every request.
        self.client.headers.update(who["headers"] | {"Connection": "close"})
        # Fifty people are at work at once; they did not all begin in the same hundredth of a second.
        gevent.sleep(self.random.uniform(0, SPREAD_SECONDS))

    @task
    def open_a_page(self) -> None:
        """One page, by how often people open it."""
        page = self.random.choices(self.pages, self.weights)[0]
        address = self.random.choice(page["addresses"])
        with self.client.get(
            address, name=page["name"], allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code != 200:
                answer.failure(f"status {answer.status_code}")
            elif page.get("holds") and page["holds"] not in answer.text:
                answer.failure("not the page that was asked for")
