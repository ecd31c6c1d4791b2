"""What every browser test of the service may ask for; see ``tests/support/service_browser.py``."""

from __future__ import annotations

from tests.support.service_browser import browser_service, chromium, complaints, visitor  # noqa: F401
