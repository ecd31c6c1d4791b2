"""Does every letter go out once when the worker that sends it is killed?

A mail server takes a letter before the database can say so. A worker that is killed between the two sends it again: at
least once and never lost is what the service promises. So a letter may come once more for every time that a worker was
killed while it was at that very letter, and no more; and none may stay away.
"""

from __future__ import annotations

import time
from collections import Counter
from random import Random
from typing import Any, Final

from soak.fault_jobs import Endings, Workers, noting
from soak.findings import Findings
from soak.personal_links import make_round
from soak.processes import wait_until
from soak.stage import Service

LETTERS: Final = 60
SECONDS: Final = 300


def letters_killed(found: Findings, service: Service, mail: Any, points: int) -> None:
    """Kill the workers while they send the invitations of a round to a mail server of the drill's own."""
    random, endings = Random(2030), Endings(service)
    killed_at: Counter[str] = Counter()
    with noting(service), Workers(service) as workers:
        letters = want_invitations(service)
        for number in range(points):
            # Spread over the letters, each time at another moment of one of them.
            wanted = len(letters) * number // points
            wait_until(lambda more=wanted: len(mail.letters) > more, 60, 0.002)
            time.sleep(random.uniform(0.0, 0.1))
            workers.kill()
            killed_at.update(at_work(service))
        jobs = {letter: row["id"] for letter in letters.values() for row in jobs_of(service, letter)}
        asked = "select count(*) as n from jobs_job where kind = 'rounds.letter' and state in ('waiting', 'running')"
        wait_until(lambda: not service.query(asked)[0]["n"], SECONDS, 1)
        for job in jobs.values():
            endings.note(job)
        endings.tell(found, f"Sending {len(letters)} letters, the workers killed {points} times")
    came = Counter(address for letter in mail.letters for address in letter.recipients)
    missing, again, more = judge_letters(letters, came, killed_at)
    found.add("Letters that never came", len(letters), missing)
    found.add(
        "Letters that came again without a worker being killed at them", len(letters), more,
        f"{again} came again because one was: a letter twice rather than none, as the guide says",
    )  # fmt: skip


def want_invitations(service: Service) -> dict[str, str]:
    """A round with respondents who have addresses, and an invitation wanted for each: address to letter."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.rounds.models import Contact, Letter
    from leadscape_web.rounds.wanting import want_letters

    asked: list[Any] = []
    while len(asked) < LETTERS:
        asked += make_round(service, LETTERS - len(asked))
    with acting(why="Letters of a drill", using="owner"):
        rows = Contact.objects.using("owner").bulk_create(
            Contact(asked=one, email=f"respondent-{number}@leadscape.example")
            for number, one in enumerate(asked)
        )
        # Nobody was asked yet, whatever the round says for other drills.
        type(asked[0]).objects.using("owner").filter(pk__in=[one.pk for one in asked]).update(asked_at=None)
        want_letters(Letter.Kind.INVITATION, [one.pk for one in asked], 1, asked_by=None, using="owner")
    addresses = {row.asked_id: row.email for row in rows}
    letters = service.query(
        "select id::text, asked_id from rounds_letter where asked_id = any (%s)", [list(addresses)]
    )
    return {addresses[row["asked_id"]]: row["id"] for row in letters}


def jobs_of(service: Service, letter: str) -> list[dict[str, Any]]:
    """Jobs that send a letter."""
    return service.query(
        "select id from jobs_job where kind = 'rounds.letter' and given ->> 'letter' = %s", [letter]
    )


def at_work(service: Service) -> list[str]:
    """Letters whose job somebody had begun and not ended."""
    rows = service.query(
        "select given ->> 'letter' as letter from jobs_job where kind = 'rounds.letter' and state = 'running'"
    )
    return [row["letter"] for row in rows]


def judge_letters(
    letters: dict[str, str], came: Counter[str], killed_at: Counter[str]
) -> tuple[int, int, int]:
    """Letters that never came; that came again since a worker was killed at them; that came oftener than that.

    Parameters
    ----------
    letters
        Address to letter.
    came
        Address to how many letters came.
    killed_at
        Letter to how often a worker was killed at it.
    """
    missing = sum(came[address] == 0 for address in letters)
    allowed = {address: 1 + killed_at[letter] for address, letter in letters.items()}
    more = sum(max(0, came[address] - most) for address, most in allowed.items())
    again = sum(max(0, min(came[address], most) - 1) for address, most in allowed.items())
    return missing, again, more
