"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.mail_server import mail_server  # noqa: F401
from tests.support.service import client_of, django_db_setup, service_server, user_of  # noqa: F401

# How long one example takes says more about the machine than about the code. On a build machine the examples are the
# same on every run; everywhere else each run looks for new ones.
settings.register_profile("leadscape", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("leadscape")

DEFAULT_REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real open data (``LEADSCAPE_REAL_DATA``, default ``../shared/data``); skips where it is absent."""
    folder = Path(os.environ.get("LEADSCAPE_REAL_DATA") or DEFAULT_REAL_DATA)
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}")
    return folder
