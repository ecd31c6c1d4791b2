"""Which user of the machine runs PostgreSQL: oneself, except for root, whom PostgreSQL refuses.

Root happens in containers and on machines for tests. The server then runs as a user of its own, which must be able to
reach the programs and the data: folders above them get the permission to pass through, never the one to list them.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any, Final

from leadscape.core.errors import ServiceBlocked

NAME: Final = "embedded_postgres"


def system_user(data: Path, programs: Path) -> str | None:
    """Name of the user to run as, null for oneself. For root, makes the user and lets it reach both folders."""
    if os.geteuid() != 0:
        return None
    _make_user()
    for folder in (data, programs):
        for above in folder.parents:
            _allow(above, stat.S_IXOTH)
    if not (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        for path in (programs.parent, *programs.parent.rglob("*")):
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            _allow(path, stat.S_IROTH | (stat.S_IXOTH if executable else 0))
    if data.stat().st_uid == 0:
        shutil.chown(data, NAME)
    return NAME


def run_as(user: str | None) -> dict[str, Any]:
    """What ``subprocess.run`` needs to run as that user, with none of root's groups and from a folder it may enter."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": [], "cwd": "/"}


def _allow(path: Path, permission: int) -> None:
    mode = path.stat().st_mode
    if mode & permission != permission:
        path.chmod(mode | permission)


def _make_user() -> None:
    try:
        pwd.getpwnam(NAME)
    except KeyError:
        made = subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
            capture_output=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise ServiceBlocked(
                f"The user {NAME} cannot be made on this machine.",
                "PostgreSQL refuses to run as root, so it needs a user of its own.",
                "Run leadscape as an ordinary user.",
            ) from None
