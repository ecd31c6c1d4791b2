"""``python -m soak``: run the drills, each in a process of its own, and draw their page.

``python -m soak fuzz load`` runs those only; what others found before stays. ``--share 0.02`` makes every drill that
much shorter, to try it; the page says so. ``--page`` draws the page only.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from soak import kept_logs, page
from soak.findings import ROOT, Findings

LOCK: Final = "lock"


def main() -> int:
    """Run what is asked for; the exit code says whether all was kept."""
    parser = argparse.ArgumentParser(
        prog="python -m soak", description="Drills against a service of its own."
    )
    parser.add_argument("drills", nargs="*", choices=[*page.DRILLS, []], help="which; all without any")
    parser.add_argument("--share", type=float, default=1.0, help="of the whole number of tries, 0 to 1")
    parser.add_argument(
        "--reader", action="append", default=[], help="fuzz: this reader only; may be said again"
    )
    parser.add_argument(
        "--processes", type=int, help="fuzz: how many read at the same time; one a core without"
    )
    parser.add_argument(
        "--go-on", action="store_true", help="fuzz: leave out what was read at this very commit"
    )
    parser.add_argument("--page", action="store_true", help="draw the page only")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    # As Ctrl-C: services of the drill's own are ended, small disks taken away.
    signal.signal(signal.SIGTERM, _stop)
    if options.one:
        return 0 if _perform(options.drills[0], options).is_good else 1
    failed = []
    if not options.page:
        from soak.stage import LOGS, STORE

        STORE.mkdir(parents=True, exist_ok=True)
        mine = _only_one(STORE)
        # Demonstrations of an earlier run are of an earlier release.
        _forget_copies()
        if not options.drills:
            shutil.rmtree(LOGS, ignore_errors=True)
        for drill in options.drills or page.DRILLS:
            print(page.DRILLS[drill][0], flush=True)
            words = [word for word in sys.argv[1:] if word not in page.DRILLS]
            command = [sys.executable, "-m", "soak", "--one", drill, *words]
            environment = os.environ | {kept_logs.DRILL: drill}
            if _wait_for(subprocess.Popen(command, cwd=ROOT, env=environment)):
                failed.append(drill)
        _forget_copies()
        mine.close()
    page.write()
    print(f"Not kept: {', '.join(failed)}." if failed else f"Written: {page.PAGE.relative_to(ROOT)}.")
    return 1 if failed else 0


def _only_one(store: Path) -> IO[str]:
    """Held as long as drills are performed: another run would take away the copies that they work on."""
    mine = (store / LOCK).open("w")
    try:
        fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        mine.close()
        sys.exit(
            f"Another soak of this user is at work in {store}. Wait until it is over, then start this one."
        )
    return mine


def _forget_copies() -> None:
    """Demonstrations and copies of them; logs stay until they were searched."""
    from soak.stage import LOGS, STORE

    for one in STORE.glob("*"):
        if one != LOGS and one.name != LOCK:
            shutil.rmtree(one, ignore_errors=True)


def _wait_for(process: subprocess.Popen[bytes]) -> int:
    """Until a drill has ended; one that is broken off ends what it started."""
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait(120)
        raise


def _stop(*_: object) -> None:
    sys.exit(143)


def _perform(drill: str, options: argparse.Namespace) -> Findings:
    performers: dict[str, Callable[[argparse.Namespace], Findings]] = {
        "load": _load,
        "faults": _faults,
        "attack": _attack,
        "fuzz": _fuzz,
        "privacy": _privacy,
    }
    return performers[drill](options)


def _load(options: argparse.Namespace) -> Findings:
    from soak import load

    return load.run(max(10, round(load.SECONDS * options.share)))


def _faults(options: argparse.Namespace) -> Findings:
    from soak import faults

    return faults.run(max(3, round(faults.POINTS * options.share)))


def _attack(options: argparse.Namespace) -> Findings:
    from soak import attack

    return attack.run(options.share)


def _fuzz(options: argparse.Namespace) -> Findings:
    from soak import fuzz

    return fuzz.run(
        max(20, round(fuzz.FILES * options.share)),
        tuple(options.reader),
        options.processes,
        go_on=options.go_on,
    )


def _privacy(options: argparse.Namespace) -> Findings:
    from soak import privacy

    return privacy.run(options.share)


if __name__ == "__main__":
    sys.exit(main())
