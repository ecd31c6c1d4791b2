"""Is anything confirmed lost, or anything half written, when processes are killed and disks fill?

A write is confirmed when the database said that it was committed, or when the page said that it was done. Processes are
killed as the system does it, without a word (SIGKILL). That is not the same as a machine that loses power: what the
system had taken from the database stays; the database itself is told to wait for the disk.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Final

import psycopg
import requests

from soak import fault_backup
from soak.findings import Findings, finding
from soak.stage import Service, copy_of, make_user, serving, start, use_database, wait_until
from soak.visiting import Visitor

POINTS: Final = 100
"""Moments at which the database is killed; web processes and workers at a tenth of them."""
WRITERS: Final = 4
JOB_SECONDS: Final = 180


def run(points: int = POINTS) -> Findings:
    """All faults."""
    with finding("faults") as found:
        found.notes.append(
            "Killed processes stand for crashes of programs, not for a machine that loses power: the system goes on."
        )
        _attempt(found, database_killed, points)
        with copy_of("small") as folder:
            service = start(folder)
            try:
                use_database(service)
                _attempt(found, web_killed, service, max(3, points // 10))
                _attempt(found, worker_killed, service, max(2, points // 20))
                _attempt(found, fault_backup.backup, service)
            finally:
                service.stop()
        _attempt(found, disk_full)
        if points < POINTS:
            found.notes.append(f"A short run: the database was killed {points} times, not {POINTS} times.")
    return found


def _attempt(found: Findings, fault: Any, *given: Any) -> None:
    try:
        fault(found, *given)
    except Exception as error:
        found.not_run.append(
            f"{fault.__name__.replace('_', ' ')}: {type(error).__name__}: {str(error)[:300]}"
        )
        print(f"! {fault.__name__}: {error!r}", flush=True)


# The database


class Writer(threading.Thread):
    """Writes a person and their name in one transaction, again and again; notes what was confirmed."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__(daemon=True)
        self.url, self.number = url, number
        self.begun: list[str] = []
        self.confirmed: list[str] = []

    def run(self) -> None:
        """Until the database is gone."""
        with suppress(psycopg.Error), psycopg.connect(self.url) as connection:
            while True:
                key = str(uuid.uuid4())
                self.begun.append(key)
                with connection.transaction():
                    connection.execute("insert into drill_whole values (%s)", [key])
                    for part in range(3):
                        connection.execute(
                            "insert into drill_part values (%s, %s, repeat('x', 2000))", [key, part]
                        )
                self.confirmed.append(key)


def database_killed(found: Findings, points: int) -> None:
    """Kill the database with its every process while four writers commit; start it; count."""
    import tempfile

    from leadscape_web.config.embedded import OWNER, running

    adopt_orphans()
    random = Random(2026)
    lost = half = confirmed = begun = 0
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="s-", ignore_cleanup_errors=True) as folder:
        with running(Path(folder), durable=True) as server:
            server.create_database()
            with psycopg.connect(server.url(OWNER)) as connection:
                connection.execute(
                    "create table drill_whole (key uuid primary key);"
                    "create table drill_part (key uuid references drill_whole, part int, body text,"
                    " primary key (key, part))"
                )
        for _ in range(points):
            started = time.monotonic()
            with running(Path(folder), durable=True) as server:
                slowest = max(slowest, time.monotonic() - started)
                writers = [Writer(server.url(OWNER), number) for number in range(WRITERS)]
                for writer in writers:
                    writer.start()
                time.sleep(random.uniform(0.05, 0.6))
                kill_database(Path(folder) / "postgres")
                for writer in writers:
                    writer.join(20)
            with (
                running(Path(folder), durable=True) as server,
                psycopg.connect(server.url(OWNER)) as connection,
            ):
                there = dict(connection.execute(
                    "select w.key::text, count(p.key) from drill_whole w left join drill_part p using (key) group by 1"
                ).fetchall())  # fmt: skip
                connection.execute("truncate drill_part, drill_whole")
            ours = [key for writer in writers for key in writer.confirmed]
            confirmed += len(ours)
            begun += sum(len(writer.begun) for writer in writers)
            lost += sum(key not in there for key in ours)
            half += sum(parts != 3 for parts in there.values())
    found.add(
        f"Confirmed writes lost when the database was killed at {points} random moments", confirmed, lost,
        f"ready again after {slowest:.1f} s at most",
    )  # fmt: skip
    found.add("Writes of four rows half there after that", begun, half)


def adopt_orphans() -> None:
    """Take in processes whose parent is gone, so that one that is killed does not stay behind as a shadow."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def kill_database(data: Path) -> None:
    """Kill a server and all its processes."""
    from soak.stage import _below

    main = int((data / "postmaster.pid").read_text().splitlines()[0])
    everybody = [main, *_below(main)]
    for pid in everybody:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(_lives(pid) for pid in everybody), 20, 0.02)
    for pid in everybody:
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# Processes that answer


def web_killed(found: Findings, service: Service, points: int) -> None:
    """Kill processes that answer while editors correct names: a correction is whole with its history, or not there."""
    editor = make_user("editor")
    leaders = service.query("select id, person_id from survey_leader order by key limit 40")
    random = Random(2027)
    over = threading.Event()
    begun: list[tuple[str, str]] = []
    confirmed: list[str] = []
    refused: list[str] = []

    def write(number: int) -> None:
        visitor, mine, count = Visitor(service, editor), leaders[number::2], 0
        while not over.is_set():
            count += 1
            leader, name = mine[count % len(mine)], f"Written {_letters(number)}{_letters(count)}"
            path = f"/survey/leader/{leader['id']}/name/"
            begun.append((str(leader["person_id"]), name))
            try:
                answer = visitor.send(path, full_name=name, why=f"Reason of a drill, {number:05} {count:05}")
            except requests.RequestException:
                continue
            if answer.status_code == 302:
                confirmed.append(name)
            elif answer.status_code not in (502, 503):
                refused.append(f"{answer.status_code}")

    threads = [threading.Thread(target=write, args=(number,), daemon=True) for number in range(2)]
    for thread in threads:
        thread.start()
    killed = 0
    for _ in range(points):
        # In the middle of one of the corrections that follow one which was confirmed.
        already = len(confirmed)
        wait_until(lambda so_far=already: len(confirmed) > so_far, 30, 0.01)
        time.sleep(random.uniform(0.0, 0.3))
        if workers := service.web_workers():
            with suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL)
                killed += 1
    over.set()
    for thread in threads:
        thread.join(60)
    # In one statement: a correction may still be on its way.
    both = service.query(
        "select full_name as word, true as is_name from accounts_personname where full_name like 'Written %%'"
        " union select why, false from audit_event where why like 'Reason of a drill, %%'"
    )
    names = {row["word"] for row in both if row["is_name"]}
    # A reason may not say the name, so both say the same numbers, each in its own way.
    told = {
        "Written "
        + "".join(_letters(int(one)) for one in row["word"].removeprefix("Reason of a drill, ").split())
        for row in both
        if not row["is_name"]
    }
    found.add(
        f"Confirmed corrections lost when {killed} processes that answer were killed", len(confirmed),
        sum(name not in names for name in confirmed),
        f"refused: {', '.join(sorted(set(refused))) or 'none'}",
    )  # fmt: skip
    found.add("Corrections without their history, or history without them", len(begun), len(names ^ told))
    back = wait_until(lambda: len(service.web_workers()) >= 2, 30)
    found.add("Processes that answer again by themselves", killed, int(not back))


def _letters(number: int) -> str:
    """A number as a word, since names hold no digits."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:05}").title()


# Workers


def worker_killed(found: Findings, service: Service, points: int) -> None:
    """Kill the worker while it runs a study again; another performs it, once."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.jobs.asking import ask_for

    editor = make_user("editor")
    study = service.query("select id from studies_study order by id limit 1")[0]["id"]
    random = Random(2028)
    tried, unexplained, endings, twice = 0, [], [], 0
    for _ in range(points):
        before = service.query("select count(*) as n from survey_wave")[0]["n"]
        with acting(editor, why="A drill", using="owner"):
            job = ask_for("studies.run", asked_by=editor, given={"study": str(study)}, using="owner")
        tried += 1
        workers = service.job_workers()
        started = wait_until(lambda key=job.pk: _job(service, key)["state"] == "running", 60)
        if started:
            time.sleep(random.uniform(0.0, 4.0))
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with a_worker(service):
            wait_until(
                lambda key=job.pk: _job(service, key)["state"] in ("done", "failed", "cancelled"),
                JOB_SECONDS,
                1,
            )
        now = _job(service, job.pk)
        if now["state"] not in ("done", "cancelled") and not (now["state"] == "failed" and now["problem"]):
            unexplained.append(f"{now['state']} after {now['attempts']} attempts")
        after = service.query("select count(*) as n from survey_wave")[0]["n"]
        # A run whose results are those that are there already stores none.
        twice += after - before > (1 if now["state"] == "done" else 0)
        endings.append(f"{now['state']} after {now['attempts']} attempts")
    found.add(
        "Jobs neither done nor explained after their worker was killed",
        tried,
        len(unexplained),
        "; ".join(unexplained[:3]),
    )
    half = service.query(
        "select count(*) as n from survey_wave w"
        " where not exists (select 1 from landscape_publishedtable t where t.wave_id = w.id)"
    )[0]["n"]
    found.add("Jobs whose result is there twice, or half", tried, twice + half, "; ".join(endings))


def _job(service: Service, key: Any) -> dict[str, Any]:
    return service.query("select state, attempts, problem from jobs_job where id = %s", [key])[0]


class a_worker:
    """A worker as whoever runs the service would start it anew."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def __enter__(self) -> None:
        import sys

        self.process = subprocess.Popen(
            [sys.executable, "-m", "leadscape_web", "work"], env=dict(os.environ),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


# The disk


def disk_full(found: Findings) -> None:
    """Fill the disk under the database while an editor writes: a sentence for them, and nothing half there."""
    with copy_of("small") as folder:
        disk = folder.parent / "disk"
        disk.mkdir()
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) + (96 << 20)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)],
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode:
            found.not_run.append(
                f"A full disk: no small disk may be made here ({mounted.stderr.strip()[:120]})."
            )
            return
        try:
            subprocess.run(["cp", "-a", str(folder), str(disk / "service")], check=True)
            with serving(disk / "service") as service:
                _fill(found, service, disk)
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=False)


def _fill(found: Findings, service: Service, disk: Path) -> None:
    use_database(service)
    visitor = Visitor(service, make_user("editor"))
    leaders = service.query("select id from survey_leader order by key limit 5")
    before = service.query("select count(*) as n from audit_event")[0]["n"]
    filler = disk / "filler"
    # A service that writes much: what fills a disk in earnest is its own tables.
    with filler.open("wb") as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 20))
            file.flush()
    answers: dict[int, int] = {}
    with suppress(psycopg.Error), psycopg.connect(service.url(), autocommit=True) as connection:
        connection.execute(
            "create table drill_full as select repeat('x', 900) from generate_series(1, 300000)"
        )
    confirmed = 0
    for number in range(20):
        path = f"/survey/leader/{leaders[number % 5]['id']}/name/"
        try:
            answer = visitor.send(
                path, full_name=f"Full {_letters(number)}", why=f"Reason of a full disk, {number:05}"
            )
        except requests.RequestException:
            answers[0] = answers.get(0, 0) + 1
            continue
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
        confirmed += answer.status_code == 302
    filler.unlink()
    ready = wait_until(lambda: visitor.get("/ready").status_code == 200, 90, 1)
    if not ready:
        service.stop()
        found.add("Ready again once there is room", 1, 1)
        return
    names = service.query("select count(*) as n from accounts_personname where full_name like 'Full %%'")[0][
        "n"
    ]
    told = service.query(
        "select count(distinct why) as n from audit_event where why like 'Reason of a full disk, %%'"
    )[0]["n"]
    whole = service.query("select count(*) as n from audit_event")[0]["n"] >= before
    said = ", ".join(f"{count} × {status}" for status, count in sorted(answers.items()))
    wrong = int(names < confirmed) + abs(names - told)
    found.add("Corrections while the disk was full: confirmed and lost, or half there", 20, wrong,
              f"answers {said}", within=whole)  # fmt: skip
