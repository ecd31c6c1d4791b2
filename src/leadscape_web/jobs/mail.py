"""Hand a letter to the mail server: taken, refused for good, or not taken for now?

One place for every letter that leaves the service, so that no app takes a server that is busy, or that does not like
this service, for an address that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Final

from django.core.mail import EmailMessage

TRIED_FOR_DAYS: Final = 5
"""A letter that the mail server does not take for now is tried every day for so long."""
NO_MAILBOX: Final = frozenset({550, 551, 553})
"""Answers that mean the address (RFC 5321, 4.2.3), where the server gives no finer one."""
_FINER: Final = re.compile(r"^\s*([245]\.\d{1,3}\.\d{1,3})\b")
NO_SUCH: Final = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""Finer answers (RFC 3463) that mean the address: unknown, moved, disabled. 5.1.7 and 5.1.8 mean the sender's."""


class Refused(Exception):
    """The mail server knows no such mailbox; holds its code."""


class NotNow(Exception):
    """The letter could not be handed over, which may pass; holds a code or the kind of trouble."""


def hand_over(subject: str, body: str, address: str, headers: Mapping[str, str] | None = None) -> None:
    """Give one letter to the mail server.

    Raises
    ------
    Refused
        When it says that there is no such mailbox, for good.
    NotNow
        In every other case in which it did not take the letter: it is away or busy, wants to be asked again, or does
        not take this letter from this service.
    """
    more = {"Auto-Submitted": "auto-generated", **(headers or {})}
    message = EmailMessage(subject, body, to=[address], headers=more)
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()), (0, b""))
        raise (Refused if _is_no_mailbox(code, said) else NotNow)(code) from error
    except SMTPDataError as error:
        said = error.smtp_error
        raise (Refused if _is_no_mailbox(error.smtp_code, said, after_data=True) else NotNow)(
            error.smtp_code
        ) from error
    except SMTPResponseException as error:
        raise NotNow(error.smtp_code) from error
    except (SMTPException, OSError) as error:
        raise NotNow(type(error).__name__) from error


def _is_no_mailbox(code: int, said: bytes | str, *, after_data: bool = False) -> bool:
    """Whether an answer means the address and not the moment, the letter or the sender."""
    if code not in range(500, 600):
        return False
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    finer = _FINER.match(text)
    if finer:
        return finer.group(1) in NO_SUCH
    return code in NO_MAILBOX and not after_data
