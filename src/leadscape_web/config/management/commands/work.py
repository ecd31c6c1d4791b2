"""``work``: perform the jobs that people asked for, one long one and one letter at a time, until somebody stops it."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from procrastinate import signals
from procrastinate.contrib.django import app

from leadscape.core.errors import ServiceBlocked
from leadscape_web.config.parent import end_with_parent
from leadscape_web.config.work_folder import work_folder
from leadscape_web.jobs.queue_tasks import BRIEF, QUEUE, STALLED_AFTER


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
        if not wait:
            await _run(app, [QUEUE, BRIEF], wait=False)
            return
        # Two at once in one process, so that letters go beside a run of a nation and not behind it.
        both = [asyncio.create_task(_run(app, [queue], wait=True)) for queue in (QUEUE, BRIEF)]

        def stop() -> None:
            for one in both:
                one.cancel()

        with signals.on_stop(stop):
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stop()
                ended = await asyncio.gather(*both, return_exceptions=True)
    for trouble in ended:
        if isinstance(trouble, Exception):
            raise trouble


async def _run(app: Any, queues: list[str], *, wait: bool) -> None:
    """One after the other what is in the queues."""
    await app.run_worker_async(
        queues=queues,
        wait=wait,
        concurrency=1,
        listen_notify=True,
        install_signal_handlers=not wait,
        delete_jobs="successful",
        update_heartbeat_interval=5,
        stalled_worker_timeout=STALLED_AFTER,
        shutdown_graceful_timeout=30,
    )
