"""A mail server on this machine that keeps what it is sent, refuses whom it is told to, and can be away.

In a test of the service::

    def test_a_letter(mail_server, own_world):
        ...
        run_jobs()
        assert mail_server.to("northshire@respondents.example")[0].subject == "Who leads beyond their own school?"

``mail_server`` lets the mail of this process's Django go there. A program of its own gets ``mail_server.url`` as
``LEADSCAPE_EMAIL_URL``.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import pytest

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Letter:
    """One message as it arrived: whom the envelope named, and what was inside."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["subject"])

    @property
    def text(self) -> str:
        """Its words, with line ends of one kind."""
        body = self.message.get_body(("plain",))
        return "" if body is None else body.get_content().replace("\r\n", "\n")

    @property
    def links(self) -> list[str]:
        """Every address of a page in it, in order."""
        return re.findall(r"https?://[^\s<>]+", self.text)

    def link(self, part: str) -> str:
        """The one link that holds ``part``."""
        found = [link for link in self.links if part in link]
        assert len(found) == 1, f"{len(found)} links with {part!r} in {self.links}"
        return found[0]


@dataclass
class MailServer:
    """What arrived, and how the server behaves.

    Attributes
    ----------
    letters
        In the order in which they came.
    refused
        Address → what the server answers to it, such as ``550 5.1.1 No such mailbox``.
    trouble
        What it answers to every recipient instead, such as ``451 4.3.0 Try again later``; empty: nothing is wrong.
    """

    host: str
    port: int
    letters: list[Letter] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def url(self) -> str:
        """As ``LEADSCAPE_EMAIL_URL``."""
        return f"smtp://{self.host}:{self.port}"

    def to(self, address: str) -> list[Letter]:
        """Letters to one address."""
        return [letter for letter in self.letters if address in letter.recipients]

    def refuse(self, address: str, answer: str = "550 5.1.1 No such mailbox") -> None:
        """From now on the address does not exist."""
        self.refused[address] = answer

    async def handle_RCPT(  # the library's own name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take a recipient or not."""
        answer = self.trouble or self.refused.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep a message."""
        message = cast("EmailMessage", message_from_bytes(envelope.content, policy=default))
        self.letters.append(Letter(envelope.mail_from, tuple(envelope.rcpt_tos), message))
        return "250 Kept"


@contextmanager
def serving_mail() -> Iterator[MailServer]:
    """A mail server on a free port of this machine, until the end of the block."""
    from aiosmtpd.controller import Controller

    with socket.socket() as found:
        found.bind((HOST, 0))
        port = found.getsockname()[1]
    server = MailServer(HOST, port)
    controller = Controller(server, hostname=HOST, port=port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A mail server to which this process's Django sends its mail."""
    with serving_mail() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server
