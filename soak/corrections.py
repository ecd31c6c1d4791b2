"""People who correct names while something is killed under them: what was confirmed, and what is there of it?

A correction is whole when the new name is there once, the former is superseded, the leader has the next version, and
the history tells all of that under its reason. Half is anything in between.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import requests

from soak.stage import Service
from soak.visiting import Visitor

WHY: Final = "Reason of a drill, "
WHOLE: Final = ("accounts_personname insert", "accounts_personname update", "survey_leader update")
"""What the history tells of one correction of a name."""
LETTERS: Final = "abcdefghij"
PAUSE: Final = 0.2
"""Seconds before the next try where one was not answered."""


class Corrections:
    """Corrections that were begun and confirmed, by everybody together.

    Attributes
    ----------
    begun, confirmed
        Names that somebody tried to write, and those of which it was said that they are kept.
    refused
        What was answered otherwise, with how often.
    """

    def __init__(self, service: Service, editor: Any) -> None:
        self.service, self.editor = service, editor
        self.leaders = service.query("select id, person_id from survey_leader order by key limit 80")
        self.begun: list[str] = []
        self.confirmed: list[str] = []
        self.refused: dict[str, int] = {}
        self.over = threading.Event()
        self.threads: list[threading.Thread] = []

    def begin(self, by_pages: int, by_code: int = 0) -> None:
        """Let so many people correct names until :meth:`end`: at the pages, and by the code that the pages call."""
        many = by_pages + by_code
        ways = [self.by_page] * by_pages + [self.by_code] * by_code
        self.threads = [
            threading.Thread(target=self._write, args=(way, number, many), daemon=True)
            for number, way in enumerate(ways)
        ]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        """Let them end what they are at."""
        self.over.set()
        for thread in self.threads:
            thread.join(60)

    def wait_for_more(self, more: int = 1, seconds: float = 60) -> bool:
        """Until so many more were confirmed."""
        wanted, until = len(self.confirmed) + more, time.monotonic() + seconds
        while len(self.confirmed) < wanted:
            if time.monotonic() > until:
                return False
            time.sleep(0.005)
        return True

    def once(self, number: int, count: int, correct: Callable[[Any, str, str], str]) -> None:
        """One correction, noted when it begins and when it is confirmed."""
        name = f"Written {_word(number)}{_word(count)}"
        self.begun.append(name)
        answer = correct(self.leaders[number % len(self.leaders)], name, f"{WHY}{number:05} {count:05}")
        if answer == "kept":
            self.confirmed.append(name)
        else:
            self.refused[answer] = self.refused.get(answer, 0) + 1
            time.sleep(PAUSE)

    def _write(self, way: Callable[[], Callable[[Any, str, str], str]], number: int, many: int) -> None:
        correct, count = way(), 0
        while not self.over.is_set():
            count += 1
            # Each their own leaders, so that nobody is told of somebody who was faster.
            self.once(number + many * (count % (len(self.leaders) // many)), count, correct)

    def by_page(self) -> Callable[[Any, str, str], str]:
        """Corrects at the page, as a browser does."""
        visitor = Visitor(self.service, self.editor)

        def correct(leader: Any, name: str, why: str) -> str:
            try:
                answer = visitor.send(f"/survey/leader/{leader['id']}/name/", full_name=name, why=why)
            except requests.RequestException:
                return "no answer"
            return "kept" if answer.status_code == 302 else f"{answer.status_code}"

        return correct

    def by_code(self) -> Callable[[Any, str, str], str]:
        """Corrects by the code that the page calls, as the role of the service."""
        from django.db import Error, connection

        from leadscape_web.accounts.context import acting
        from leadscape_web.survey.changes import correct_name
        from leadscape_web.survey.models import Leader

        def correct(leader: Any, name: str, why: str) -> str:
            try:
                with acting(self.editor):
                    found = Leader.objects.get(pk=leader["id"])
                    correct_name(found, found.version, name, why)
            except Error:
                connection.close()
                return "the database was gone"
            return "kept"

        return correct

    def judge(self) -> tuple[int, int]:
        """Confirmed corrections that are lost, and corrections of which only a part is there."""
        return judge(self.confirmed, read_corrections(self.service), people_without_one_name(self.service))


def read_corrections(service: Service) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Name to how many rows hold it, and what the history tells under its reason."""
    names = service.query(
        "select full_name as name, count(*) as n from accounts_personname where full_name like 'Written %%' group by 1"
    )
    told = service.query(
        "select why, array_agg(table_name || ' ' || action order by table_name, action) as events from audit_event"
        f" where why like '{WHY}%%' group by 1"
    )
    found: dict[str, tuple[int, tuple[str, ...]]] = {row["name"]: (row["n"], ()) for row in names}
    for row in told:
        # A reason may not say the name, so both say the same numbers, each in its own way.
        name = "Written " + "".join(_word(int(one)) for one in row["why"].removeprefix(WHY).split())
        found[name] = (found.get(name, (0, ()))[0], tuple(row["events"]))
    return found


def people_without_one_name(service: Service) -> int:
    """Leaders with no current name, or with two."""
    return service.query(
        "select count(*) as n from survey_leader l where (select count(*) from accounts_personname n"
        " where n.person_id = l.person_id and n.superseded_at is null) <> 1"
    )[0]["n"]


def judge(
    confirmed: Sequence[str], found: dict[str, tuple[int, tuple[str, ...]]], nameless: int
) -> tuple[int, int]:
    """Confirmed corrections that are lost, and those of which not all is there that a whole one has."""
    lost = sum(name not in found for name in confirmed)
    half = sum(rows != 1 or events != WHOLE for rows, events in found.values())
    return lost, half + nameless


def _word(number: int) -> str:
    """A number as a word, since names hold no digits."""
    return "".join(LETTERS[int(digit)] for digit in f"{number:05}").title()
