"""What the queue calls: perform one job; look after those that were left behind; ask for the daily ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db import close_old_connections, connections
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from leadscape_web.accounts.context import acting
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.kinds import kinds
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.performing import OWNER, Busy
from leadscape_web.jobs.performing import perform as perform_job

QUEUE: Final = "leadscape"
BRIEF: Final = "leadscape.brief"
"""Of what is over in a moment: letters, and looking after the queue itself. ``jobs/sql/queue.sql`` fills both."""
FIRST: Final = 10
"""Priority of looking after the queue: before every letter, so that thousands of them hold up neither the work of the
day nor jobs whose worker was killed. Jobs have 0, patient ones -10 (``jobs/sql/queue.sql``)."""
KEPT_DAYS: Final = 90
"""Days after which a job that is over is forgotten. What it changed stands in the history, under its number."""
MOST_A_DAY: Final = 4
"""How often daily work that fails is asked for on one day."""
AGAIN_AFTER: Final = timedelta(hours=1)
"""How long after it failed."""
STALLED_AFTER: Final = 20
"""Seconds without a sign of life after which a worker counts as killed."""


@app.task(
    name="leadscape.perform",
    queue=QUEUE,
    retry=RetryStrategy(max_attempts=200, wait=3, retry_exceptions={Busy}),
)
def perform(job: str) -> None:
    """Perform one job."""
    close_old_connections()
    perform_job(job)


@app.periodic(cron="* * * * * */20")
@app.task(
    name="leadscape.look_after",
    queue=BRIEF,
    queueing_lock="leadscape.look_after",
    priority=FIRST,
    pass_context=True,
)
async def look_after(context: JobContext, timestamp: int) -> None:
    """Give jobs of killed workers to the others, and ask for what is due today."""
    from asgiref.sync import sync_to_async

    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        await manager.retry_job(stalled)
    await sync_to_async(ask_for_daily, thread_sensitive=False)()


def ask_for_daily() -> None:
    """Ask for what is due, once a day and again when it failed; put jobs into the queue that fell out of it."""
    close_old_connections()
    now = timezone.now()
    with acting(using=OWNER, why="Daily work"):
        cursor: Any = connections[OWNER].cursor()
        cursor.execute("select pg_advisory_xact_lock(hashtext('leadscape daily'))")
        for kind in kinds():
            if kind.daily is None or now.time() < time.fromisoformat(kind.daily):
                continue
            today = Job.objects.using(OWNER).filter(
                kind=kind.name,
                asked_by=None,
                asked_at__gte=now.replace(hour=0, minute=0, second=0, microsecond=0),
            )
            if _is_to_be_asked(list(today.order_by("asked_at")), now):
                ask_for(kind.name, asked_by=None, subject=now.date().isoformat(), using=OWNER)
        # A worker that lost the database between a job and its row leaves one that nobody would ever perform.
        cursor.execute(
            "select leadscape_queue_job(j) from jobs_job j where j.state in ('waiting', 'running')"
            " and j.asked_at < now() - interval '10 seconds' and not exists ("
            "  select 1 from procrastinate_jobs q where q.args ->> 'job' = j.id::text"
            "  and q.status in ('todo', 'doing'))"
        )
    # In a transaction of its own: what cannot be forgotten keeps nobody from the work of the day.
    with acting(using=OWNER, why="Forgot jobs that were over long ago"):
        Job.objects.using(OWNER).filter(ended_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
    connections[OWNER].close()


def _is_to_be_asked(today: Sequence[Job], now: datetime) -> bool:
    """Whether daily work is asked for now, after what was asked for today."""
    if not today:
        return True
    last = today[-1]
    return (
        last.state == Job.State.FAILED
        and len(today) < MOST_A_DAY
        and last.ended_at is not None
        and last.ended_at <= now - AGAIN_AFTER
    )
