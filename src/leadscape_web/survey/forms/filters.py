"""Narrowing lists of people by a day."""

from __future__ import annotations

from leadscape_web.govuk.fields import DateField
from leadscape_web.govuk.forms import GovukForm


class InForceForm(GovukForm):
    """The day on which roles must be in force."""

    mark_optional = False
    on = DateField(
        label="Roles in force on", called="the day", required=False, help_text="For example, 30 6 2006"
    )
