"""Is every job done once and whole, or explained, when the worker that is at it is killed or stands still?

How often a job was performed is not read off its result, which is often the same however often it is made. The drill
has a table of its own: a trigger writes a row whenever a transaction says that a job is done. Letters are counted at
the mail server, which no transaction takes back.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from soak.findings import Findings
from soak.processes import send, wait_until
from soak.stage import Service
from soak.users import make_user

JOB_SECONDS: Final = 240
OVER: Final = ("done", "failed", "cancelled")
STILL_SECONDS: Final = 35
"""Longer than a worker may give no sign of life before its work is given to another."""
_NOTE: Final = """
create table drill_done (job uuid not null, at timestamptz not null default clock_timestamp());
create function drill_note_done() returns trigger language plpgsql security definer set search_path = public as $$
begin
    if new.state = 'done' then insert into drill_done (job) values (new.id); end if;
    return null;
end $$;
create trigger drill_note_done after update of state on jobs_job for each row execute function drill_note_done();
"""


@contextmanager
def noting(service: Service) -> Iterator[None]:
    """Note every time that a job is done, until the end of the block."""
    service.query(_NOTE)
    try:
        yield
    finally:
        service.query(
            "drop trigger drill_note_done on jobs_job; drop function drill_note_done; drop table drill_done"
        )


class Workers:
    """The service's own worker, which it begins again, and a second one: work left behind has a taker at once."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def __enter__(self) -> Workers:
        self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.second.terminate()
        try:
            self.second.wait(40)
        except subprocess.TimeoutExpired:
            self.second.kill()
            self.second.wait()

    def kill(self) -> None:
        """Kill both, and begin the second again."""
        send([*self.service.job_workers(), self.second.pid], signal.SIGKILL)
        self.second.wait()
        self._begin()

    def _begin(self) -> None:
        with self.service.log.open("ab") as log:
            self.second = subprocess.Popen(
                [sys.executable, "-m", "leadscape_web", "work"], env=os.environ | self.service.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip


@dataclass
class Endings:
    """How jobs ended whose worker was killed or stood still.

    Attributes
    ----------
    unexplained
        Neither done, nor cancelled, nor failed with a reason.
    twice
        Done more than once, or done without saying so, or said to be done and not.
    """

    service: Service
    tried: int = 0
    unexplained: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def note(self, key: Any) -> str:
        """One job that is over, or should be; its state."""
        job = self.service.query("select state, attempts, problem from jobs_job where id = %s", [key])[0]
        done = self.service.query("select count(*) as n from drill_done where job = %s", [key])[0]["n"]
        self.tried += 1
        told = f"{job['state']} after {job['attempts']} attempts"
        self.said.append(told)
        if job["state"] not in OVER or (job["state"] == "failed" and not job["problem"]):
            self.unexplained.append(told)
        if done != (job["state"] == "done"):
            self.twice.append(f"{told}, performed {done} times")
        return job["state"]

    def tell(self, found: Findings, what: str) -> None:
        """Two lines."""
        found.add(f"{what}: neither done nor explained", self.tried, len(self.unexplained),
                  "; ".join(self.unexplained[:3] or sorted(set(self.said))))  # fmt: skip
        found.add(f"{what}: performed more than once, or not though it says so", self.tried, len(self.twice),
                  "; ".join(self.twice[:3]))  # fmt: skip


def study_killed(found: Findings, service: Service, points: int) -> None:
    """Kill workers while a study is run again, and let one stand still until another has its work."""
    random, endings = Random(2028), Endings(service)
    with noting(service):
        with Workers(service) as workers:
            for _ in range(points):
                job = ask_to_run(service)
                wait_for_start(service, job)
                time.sleep(random.uniform(0.0, 12.0))
                workers.kill()
                wait_for_end(service, job)
                endings.note(job)
        endings.note(let_stand_still(service))
        endings.tell(found, f"Runs of a study whose worker was killed ({points}) or stood still (1)")
    half = service.query(
        "select count(*) as n from survey_wave w"
        " where not exists (select 1 from landscape_publishedtable t where t.wave_id = w.id)"
    )[0]["n"]
    found.add("Waves of which only a part is there after that", endings.tried, half)


def let_stand_still(service: Service) -> Any:
    """A job whose worker stands still, as on a machine that sleeps, until another has it; then both go on."""
    wait_until(service.job_workers, 30)
    job = ask_to_run(service)
    wait_for_start(service, job)
    time.sleep(1.0)
    at_work = service.job_workers()
    send(at_work, signal.SIGSTOP)
    try:
        with Workers(service):
            time.sleep(STILL_SECONDS)
            send(at_work, signal.SIGCONT)
            wait_for_end(service, job)
            # Whoever else is at it has time to end it as well.
            time.sleep(STILL_SECONDS)
    finally:
        send(at_work, signal.SIGCONT)
    return job


def ask_to_run(service: Service) -> Any:
    """Ask for another run of the study; the job."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.jobs.asking import ask_for

    study = service.query("select id from studies_study order by id limit 1")[0]["id"]
    editor = make_user("editor")
    with acting(editor, why="A drill", using="owner"):
        return ask_for("studies.run", asked_by=editor, given={"study": str(study)}, using="owner").pk


def state_of(service: Service, job: Any) -> str:
    """Where a job stands."""
    return service.query("select state from jobs_job where id = %s", [job])[0]["state"]


def wait_for_start(service: Service, job: Any, seconds: float = 60) -> bool:
    """Until somebody is at a job."""
    return wait_until(lambda: state_of(service, job) != "waiting", seconds, 0.02)


def wait_for_end(service: Service, job: Any, seconds: float = JOB_SECONDS) -> bool:
    """Until a job is over."""
    return wait_until(lambda: state_of(service, job) in OVER, seconds, 0.5)
