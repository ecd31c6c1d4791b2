"""Send one notice: the link is made here and kept as a hash only, so a job done twice sends two and ends the first.

What the mail server does not take for now is tried again every day, for as many days as every letter
(:data:`~leadscape_web.jobs.mail.TRIED_FOR_DAYS`); then the notice is owed again. Only an answer that there is no such
mailbox ends an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections
from django.http.request import validate_host
from django.template.loader import render_to_string
from django.utils import timezone

from leadscape.core.errors import LeadscapeError
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.mail import TRIED_FOR_DAYS, NotNow, Refused, hand_over
from leadscape_web.jobs.models import Job
from leadscape_web.privacy.held import is_head, why_held
from leadscape_web.privacy.models import Address, Notice
from leadscape_web.privacy.notices import SEND, current_address, give_link
from leadscape_web.privacy.owed import waves_naming

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running

_ANSWERS: Final = "select leadscape_answers_for(%s)"


class NotTheirs(LeadscapeError):
    """Whoever asked does not answer for the person any more."""

    def __init__(self) -> None:
        super().__init__(
            "You do not answer for the person of this notice.",
            "Only whoever answers for a person sends them a link to what is held.",
            "Ask an editor of the nation, or of the person’s area.",
        )


def perform_send(running: Running) -> Mapping[str, Any]:
    """The job ``privacy.send_notice``, for whoever answers for the person; or tried again by the service itself."""
    notice = Notice.objects.using("owner").select_for_update().get(
        pk=running.given["notice"]
    )  # fmt: skip
    if notice.ended_at or notice.sent_at:
        return {"sent": False, "why": "It was ended, or sent already"}
    if running.asked_by is not None and not _answers_for(notice):
        raise NotTheirs
    address = current_address(notice.person_id, "owner")
    running.because("A notice of what is held is sent")
    base = str(running.given["base"])
    if not validate_host(urlsplit(base).hostname or "", settings.ALLOWED_HOSTS):
        raise LeadscapeError(
            "The notice would lead to an address that is not this service’s.",
            "Whoever is behind it would see what is held about the person.",
            "Send it again from the page of the person.",
        )
    if address is None:
        raise LeadscapeError(
            "No e-mail address is known any more.",
            "It came back, or was erased, after the notice was made.",
            "Print the notice as a letter instead.",
        )
    return _send(notice, address, base)


def perform_again(running: Running) -> Mapping[str, Any]:
    """The job ``privacy.send_again``, every day: ask again for notices that are not sent; give up those of long ago."""
    running.because("Notices that were not taken")
    now = timezone.now()
    jobs: dict[str, list[Job]] = {}
    for job in Job.objects.using("owner").filter(kind=SEND).order_by("asked_at"):
        jobs.setdefault(str(job.given.get("notice")), []).append(job)
    again, given_up = 0, []
    waiting = Notice.objects.using("owner").filter(channel=Notice.Channel.EMAIL, sent_at=None, ended_at=None)
    for notice in waiting:
        asked = jobs.get(str(notice.pk), [])
        if any(not job.is_over for job in asked):
            continue
        # What somebody cancelled is not sent after all; without an address there is nothing to be tried.
        cancelled = bool(asked) and asked[-1].state == Job.State.CANCELLED
        old = notice.made_at < now - timedelta(days=TRIED_FOR_DAYS)
        if old or cancelled or not asked or current_address(notice.person_id, "owner") is None:
            given_up.append(notice.pk)
        else:
            ask_for(SEND, asked_by=None, given=asked[0].given, using="owner")
            again += 1
    Notice.objects.using("owner").filter(pk__in=given_up).update(ended_at=now)
    return {"tried again": again, "given up": len(given_up)}


def _send(notice: Notice, address: Address, base: str) -> Mapping[str, Any]:
    now = timezone.now()
    rows = Notice.objects.using("owner").filter(pk=notice.pk)
    link = give_link(notice, base, "owner")
    answered = notice.answers
    context = {
        "link": link.address,
        "until": timezone.localtime(link.expires_at).date(),
        "why": why_held(waves_naming(notice.person_id, "owner"), head=is_head(notice.person_id, "owner")),
        "asked_on": timezone.localtime(answered.asked_at).date() if answered else None,
        "contact": settings.ENVIRONMENT.contact,
    }
    subject, _, body = render_to_string("privacy/notice.txt", context).strip().partition("\n")
    try:
        hand_over(subject.strip(), body.strip() + "\n", address.email)
    except Refused as refused:
        rows.update(bounced_at=now, ended_at=now, token_hash=None, sent_at=None, expires_at=None)
        address.ended_at = now
        address.save(using="owner", update_fields=["ended_at"])
        return {"sent": False, "why": f"The mail server knows no such mailbox ({refused})"}
    except NotNow as trouble:
        rows.update(tried_at=now, trouble=str(trouble), token_hash=None, sent_at=None, expires_at=None)
        return {"sent": False, "the mail server did not take it": str(trouble), "tried again": "tomorrow"}
    rows.update(tried_at=None, trouble="")
    return {"sent": True}


def _answers_for(notice: Notice) -> bool:
    """Whether the user in whose name the job runs answers for the person."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(_ANSWERS, [notice.person_id])
        return cursor.fetchone() == (True,)
