"""What an editor says of one respondent: the address, and what came otherwise than by the link."""

from __future__ import annotations

from leadscape_web.govuk.fields import EmailField, SelectField
from leadscape_web.govuk.forms import GovukForm
from leadscape_web.rounds.models import Asked


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


class HeardForm(GovukForm):
    """What came otherwise than by the link."""

    heard = SelectField(
        label="What came otherwise", called="what came otherwise", choices=Asked.Heard.choices, required=False
    )
