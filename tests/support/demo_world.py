"""The invented system with the small demonstration loaded: run by the library once a process, then copied."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from leadscape.actions.write_demo_files import write_demo_files

from tests.support.own_database import own_database

_LOADED: dict[int, tuple[str, Path]] = {}


@contextmanager
def demo_world(server: Any, blocker: Any, folders: pytest.TempPathFactory) -> Iterator[Path]:
    """A database of a module's own, in which real transactions commit; the path of the demonstration's study file."""
    name, demo = _loaded(server, blocker, folders)
    with own_database(server, blocker, f"demo_{uuid.uuid4().hex[:8]}", template=name):
        yield demo


def _loaded(server: Any, blocker: Any, folders: pytest.TempPathFactory) -> tuple[str, Path]:
    from leadscape_web.accounts.context import acting
    from leadscape_web.studies.running import load_study
    from leadscape_web.survey.models import Wave

    if id(server) not in _LOADED:
        demo = write_demo_files(folders.mktemp("demo") / "demo", size="small", seed=2006)
        name = f"demo_{uuid.uuid4().hex[:8]}"
        with own_database(server, blocker, name):
            with acting(why="The tests' own system makes room", using="owner"):
                Wave.objects.using("owner").update(as_of="1999-01-01")
            load_study(demo)
        _LOADED[id(server)] = (name, demo)
    return _LOADED[id(server)]
