"""``work``: perform the jobs that people asked for, one at a time, until somebody stops it."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app

from leadscape.core.errors import ServiceBlocked
from leadscape_web.config.parent import end_with_parent
from leadscape_web.config.work_folder import work_folder
from leadscape_web.jobs.queue_tasks import QUEUE, STALLED_AFTER


class Command(BaseCommand):
    """The process that works. It knows the owner role; the processes that answer people do not."""

    help = "Perform jobs (imports, runs of the study, messages) until stopped. Needs LEADSCAPE_OWNER_URL."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether it stays."""
        parser.add_argument("--once", action="store_true", help="End when nothing waits any more")

    def handle(self, *_: Any, **options: Any) -> None:
        """Work. SIGTERM lets the job that runs come to its end; a second one leaves it for later."""
        if (
            settings.ENVIRONMENT.production
            and settings.ENVIRONMENT.owner_url == settings.ENVIRONMENT.database_url
        ):
            raise ServiceBlocked(
                "LEADSCAPE_OWNER_URL is not set.",
                "Jobs load registers and erase people, which the role that serves may not.",
                "Set it for this process, and for no process that answers people.",
            )
        end_with_parent()
        worker = app.replace_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
        with work_folder(), worker as ready:
            asyncio.run(_work(ready, wait=not options["once"]))


async def _work(app: Any, *, wait: bool) -> None:
    async with app.open_async():
        await app.run_worker_async(
            queues=[QUEUE],
            wait=wait,
            concurrency=1,
            listen_notify=True,
            delete_jobs="successful",
            update_heartbeat_interval=5,
            stalled_worker_timeout=STALLED_AFTER,
            shutdown_graceful_timeout=30,
        )
