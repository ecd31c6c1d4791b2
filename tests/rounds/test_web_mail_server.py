"""The mail server of the tests keeps, refuses and fails as it is told."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest
from django.core.mail import EmailMessage


def _send(to: str) -> None:
    EmailMessage("Über uns", "See https://leadscape.example/a/b.\n", "from@leadscape.example", [to]).send()


def test_what_is_sent_is_kept(mail_server: Any) -> None:
    _send("one@respondents.example")
    (letter,) = mail_server.to("one@respondents.example")
    assert (letter.subject, letter.sender) == ("Über uns", "from@leadscape.example")
    assert letter.link("/a/").startswith("https://leadscape.example/a/b")
    assert mail_server.to("two@respondents.example") == []


def test_an_address_that_does_not_exist_is_refused(mail_server: Any) -> None:
    mail_server.refuse("gone@respondents.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as told:
        _send("gone@respondents.example")
    assert told.value.recipients["gone@respondents.example"][0] == 550
    assert mail_server.letters == []


def test_it_can_be_in_trouble(mail_server: Any) -> None:
    mail_server.trouble = "451 4.3.0 Try again later"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send("one@respondents.example")
    mail_server.trouble = ""
    _send("one@respondents.example")
    assert len(mail_server.letters) == 1
