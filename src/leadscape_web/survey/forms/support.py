"""Recording support for a partner school."""

from __future__ import annotations

from typing import Any

from leadscape_web.govuk.fields import DateField, RadiosField
from leadscape_web.survey.forms.parts import ReasonedForm, SchoolMixin, school_field


class SupportForm(SchoolMixin, ReasonedForm):
    """A school that the leader supports, in which of their roles, since when.

    Parameters
    ----------
    holdings
        Id and description of the role-holdings that the support can be given in.
    """

    school = school_field("Partner school", "The school that receives support.")
    holding = RadiosField(label="In which role is the support given?", called="the role")
    started_on = DateField(
        label="Started", required=False, help_text="For example, 1 9 2006. Leave empty if not known."
    )

    def __init__(self, *args: Any, holdings: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["holding"].choices = holdings  # type: ignore[attr-defined]
