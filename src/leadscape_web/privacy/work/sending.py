"""Send one notice: the link is made here and kept as a hash only, so a job done twice sends two and ends the first."""

from __future__ import annotations

from collections.abc import Mapping
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.http.request import validate_host
from django.template.loader import render_to_string
from django.utils import timezone

from leadscape.core.errors import LeadscapeError
from leadscape_web.privacy.models import Notice
from leadscape_web.privacy.notices import current_address, give_link

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running


class NotHandedOver(LeadscapeError):
    """The mail server did not take a letter, for a reason that may pass."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"The mail server did not take the notice ({kind}).",
            "The notice is still owed, and its former link works no more.",
            "Look at the service’s mail settings, then try this job again.",
        )


def perform_send(running: Running) -> Mapping[str, Any]:
    """The job ``privacy.send_notice``."""
    notice = Notice.objects.using("owner").select_for_update().select_related("wave").get(
        pk=running.given["notice"]
    )  # fmt: skip
    if notice.ended_at or notice.sent_at or notice.made_by_id != running.asked_by:
        return {"sent": False, "why": "It was ended, sent already, or made by somebody else"}
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
    link = give_link(notice, base, "owner")
    context = {
        "link": link.address,
        "until": timezone.localtime(link.expires_at).date(),
        "wave": notice.wave.title,
        "contact": settings.ENVIRONMENT.contact,
    }
    subject, _, body = render_to_string("privacy/notice.txt", context).strip().partition("\n")
    try:
        EmailMessage(subject.strip(), body.strip() + "\n", to=[address.email]).send()
    except SMTPRecipientsRefused:
        now = timezone.now()
        Notice.objects.using("owner").filter(pk=notice.pk).update(
            bounced_at=now, ended_at=now, token_hash=None
        )
        address.ended_at = now
        address.save(using="owner", update_fields=["ended_at"])
        return {"sent": False, "why": "The mail server does not know the address"}
    except (SMTPException, OSError) as error:
        raise NotHandedOver(type(error).__name__) from error
    return {"sent": True}
