"""What the mail server answers: no such mailbox, or not now."""

from __future__ import annotations

import pytest

from leadscape_web.jobs.mail import NotNow, Refused, hand_over

from tests.support.mail_server import MailServer

TO = "one@respondents.example"


def test_what_is_taken_arrives_with_its_headers(mail_server: MailServer) -> None:
    hand_over("Who leads?", "Please say.\n", TO, {"List-Unsubscribe": "<https://leadscape.example/stop/>"})
    (letter,) = mail_server.to(TO)
    assert (letter.subject, letter.text) == ("Who leads?", "Please say.\n")
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert "stop" in str(letter.message["List-Unsubscribe"])


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ("550 5.1.1 No such mailbox", Refused),
        ("550 No such mailbox", Refused),
        ("550 5.2.1 Mailbox disabled", Refused),
        ("553 5.1.3 Bad address", Refused),
        ("550 5.7.1 Relaying denied", NotNow),
        ("554 5.7.1 Your address is on a list", NotNow),
        ("554 No", NotNow),
        ("450 4.2.0 Greylisted", NotNow),
        ("452 4.2.2 Mailbox full", NotNow),
        ("552 5.2.2 Mailbox full", NotNow),
        ("550 5.1.8 The sender's system is not known", NotNow),
    ],
)
def test_only_a_mailbox_that_is_not_there_is_refused(
    answer: str, meant: type[Exception], mail_server: MailServer
) -> None:
    mail_server.refuse(TO, answer)
    with pytest.raises((Refused, NotNow)) as told:
        hand_over("Who leads?", "Please say.\n", TO)
    assert (told.type, str(told.value)) == (meant, answer[:3])


def test_a_server_that_is_away_may_come_back(settings: object, mail_server: MailServer) -> None:
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined]
    with pytest.raises(NotNow, match="ConnectionRefusedError"):
        hand_over("Who leads?", "Please say.\n", TO)
