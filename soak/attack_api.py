"""Does the interface for programs fail on what nobody would send, and is the service set up as production must be?"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from soak.attack_target import Target
from soak.findings import ROOT, Findings
from soak.users import make_key

CALLERS: Final = (
    ("",), ("nation.reader",), ("nation.editor",), ("authority.reader",), ("nation.researcher",),
    ("nation.administrator",), ("nation.editor", "survey:write"), ("nation.editor", "register:read"),
    ("nation.reader", "landscape:read", "audit:read"),
)  # fmt: skip
"""Whose keys ask, and for what they may be used; without scopes for everything that the user may do."""


def schema_of_the_api(found: Findings, target: Target, share: float) -> None:
    """Every operation of the API with what nobody would send, as several users with keys, and without one."""
    seconds = max(15, round(60 * share))
    for who, *scopes in CALLERS:
        key = make_key(target.users[who], *scopes) if who else ""
        caller = (
            f"{who}{', only ' + ' and '.join(scopes) if scopes else ''}" if who else "nobody, without a key"
        )
        command = [
            *(
                str(Path(sys.executable).with_name("schemathesis")),
                "run",
                f"{target.service.address}/api/v1/openapi.json",
            ),
            *("--checks", "not_a_server_error", "--max-time", str(seconds), "--seed", "2026", "--no-color"),
            *("--max-examples", "60", "--continue-on-failure", "--warnings", "off"),
            *(("-H", f"Authorization: Bearer {key}") if key else ()),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
        said = done.stdout + done.stderr
        counted = re.findall(r"(\d[\d,]*) (?:generated|test cases|cases)", said)
        tried = max((int(number.replace(",", "")) for number in counted), default=0)
        faults = len(re.findall(r"Server error", said))
        if not tried:
            found.not_run.append(f"API by its schema as {caller}: {said.strip()[-200:]}")
            continue
        found.add(
            f"Operations of the API by their schema, as {caller}",
            tried,
            faults,
            "server errors",
        )


def check_deploy(found: Findings) -> None:
    """Django's own list of what production must have, with the service's own points."""
    with tempfile.TemporaryDirectory(prefix="static-") as folder:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("LEADSCAPE_")
        } | {
            "LEADSCAPE_PRODUCTION": "1", "LEADSCAPE_HOSTS": "leadscape.example",
            "LEADSCAPE_SECRET_KEY": secrets.token_urlsafe(50), "LEADSCAPE_STATIC_ROOT": folder,
            "LEADSCAPE_CONTACT": "contact@leadscape.example", "LEADSCAPE_EMAIL_URL": "smtp://127.0.0.1:25",
            "LEADSCAPE_OWNER_URL": os.environ["LEADSCAPE_OWNER_URL"],
        }  # fmt: skip

        def command(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-m", "leadscape_web", *words],
                env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
            )  # fmt: skip

        command("collectstatic", "--no-input")
        done = command("check", "--deploy", "--fail-level", "WARNING")
    said = (done.stdout + done.stderr).strip().splitlines()
    found.add("check --deploy", 1, int(done.returncode != 0), said[-1][:200] if said else "")
