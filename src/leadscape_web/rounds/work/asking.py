"""Who is to get a letter now? Invitations when a round opens, reminders on their days, letters tried again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from leadscape_web.accounts.models import User
from leadscape_web.jobs.asking import ask_for_each
from leadscape_web.jobs.mail import TRIED_FOR_DAYS
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.performing import Running
from leadscape_web.rounds.models import Letter, Round
from leadscape_web.rounds.wanting import LETTER, day_number, reachable, want_invitations, want_letters
from leadscape_web.rounds.work.retention import blank_kept_out

OWNER: Final = "owner"


def perform_invite(running: Running) -> Mapping[str, Any]:
    """The job ``rounds.invite``: an invitation to everybody who can be reached and has none."""
    found = Round.objects.using("owner").select_for_update().get(pk=running.given["round"])
    running.because("Asked the respondents of a survey round")
    return {"letters": _invite(found, _asker(running))}


def perform_daily(running: Running) -> Mapping[str, Any]:
    """The job ``rounds.daily``: what is due today in every round that runs."""
    today = timezone.localdate()
    running.because("Letters of survey rounds that were due")
    made = {
        "invitations": 0,
        "reminders": 0,
        "given up": _give_up_old(),
        "tried again": _try_again_all(),
        "forgotten": blank_kept_out(),
    }
    open_rounds = Round.objects.using("owner").filter(
        started_at__isnull=False, closed_at=None, opens_on__lte=today, closes_on__gte=today
    )
    for found in open_rounds.select_for_update():
        made["invitations"] += _invite(found, None)
        made["reminders"] += _remind(found, today)
    return made


def _invite(found: Round, asked_by: User | None) -> int:
    if found.started_at is None or found.closed_at is not None or found.opens_on > timezone.localdate():
        return 0
    return want_invitations(found, asked_by=asked_by, using=OWNER)


def _remind(found: Round, today: date) -> int:
    """The reminder of the latest day that has come, to those who had time since they were asked and are silent."""
    day = max((one for one in found.reminders_on if one <= today), default=None)
    if day is None:
        return 0
    silent = reachable(found, "owner").filter(answered_at=None, asked_at__lt=_begin(day), heard="")
    # The service may have been off on the day: a reminder is sent until the next is due, and once.
    return want_letters(
        Letter.Kind.REMINDER, silent.values_list("pk", flat=True), day_number(day), asked_by=None, using=OWNER
    )


def _unsent() -> QuerySet[Letter]:
    """Letters that were not handed over and are still wanted, but for rounds whose sending is stopped."""
    return Letter.objects.using(OWNER).filter(
        sent_at=None, refused_at=None, dropped_at=None, asked__round__halted_at=None
    )


def _give_up_old() -> int:
    """Letters wanted too long ago are wanted no more: the page says so, and whoever was never asked is asked anew."""
    long_ago = timezone.now() - timedelta(days=TRIED_FOR_DAYS)
    return _unsent().filter(wanted_at__lt=long_ago).update(dropped_at=timezone.now())


def _try_again_all() -> int:
    """Letters that the mail server did not take, and those whose job came to nothing, are asked for once more."""
    waiting = _unsent()
    under_way = Job.objects.using("owner").filter(kind=LETTER, state__in=Job.UNDER_WAY)
    at_work = set(under_way.values_list("given__letter", flat=True))
    keys = [key for key in map(str, waiting.values_list("pk", flat=True)) if key not in at_work]
    return ask_for_each(LETTER, [{"letter": key} for key in keys], asked_by=None, using="owner")


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _asker(running: Running) -> User | None:
    return User.objects.using("owner").filter(pk=running.asked_by).first() if running.asked_by else None
