"""What an editor says of one respondent: the address, and what came otherwise than by the link."""

from __future__ import annotations

from typing import Final

from leadscape_web.govuk.fields import ConfirmField, EmailField, SelectField
from leadscape_web.govuk.forms import GovukForm
from leadscape_web.rounds.models import Asked

CHANNELS: Final = (
    ("email", "By letter to their e-mail address, with a link"),
    ("post", "By post"),
    ("telephone", "By telephone"),
    ("other", "In another way"),
)
"""Ways in which a respondent is asked, as a frame has them."""


class AddressForm(GovukForm):
    """The address of a respondent."""

    email = EmailField(
        label="E-mail address",
        called="the e-mail address",
        required=False,
        autocomplete="off",
        help_text="Of the office that answers. Leave it empty to take the address away. With another address every link"
        " sent before ends, since whoever reads the former one could change the answer; a new link goes out by letter.",
    )


class ChannelForm(GovukForm):
    """How a respondent is asked."""

    channel = SelectField(
        label="How they are asked",
        called="how they are asked",
        choices=CHANNELS,
        help_text="Letters and reminders go only to those who are asked by e-mail. Links that were sent go on working.",
    )


class WithdrawForm(GovukForm):
    """That a respondent is really to be taken out."""

    sure = ConfirmField(
        label="Yes, take this respondent out of the round",
        called="that you want to take this respondent out",
    )


class HeardForm(GovukForm):
    """What came otherwise than by the link."""

    heard = SelectField(
        label="What came otherwise", called="what came otherwise", choices=Asked.Heard.choices, required=False
    )
