"""What the service writes by e-mail: one plain text a letter, its first line the subject."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

log = logging.getLogger(__name__)


def send_letter(name: str, address: str, **content: Any) -> bool:
    """Send ``accounts/letters/NAME.txt`` to one address; whether it could be handed over.

    A letter that cannot be sent stops nothing. The log says which kind, and never to whom.
    """
    text = render_to_string(f"accounts/letters/{name}.txt", content)
    subject, _, body = text.strip().partition("\n")
    try:
        EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[address]).send()
    except (SMTPException, OSError) as error:
        log.error("letter %s was not sent: %s", name, type(error).__name__)
        return False
    return True
