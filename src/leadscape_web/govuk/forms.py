"""Forms whose fields draw themselves, with one summary of what is wrong."""

from __future__ import annotations

from django import forms
from django.utils.safestring import SafeString, mark_safe

from leadscape_web.govuk.drawing import draw_field, draw_summary


class GovukForm(forms.Form):
    """A form of the service.

    In a template: ``{{ form.error_summary() }}`` first in the content, then ``<form method="post" novalidate>`` with
    ``{{ csrf_input }}`` and ``{{ form.name.govuk() }}`` for each field. The page must be given it as ``form``, so that
    its title says when there is an error.

    Attributes
    ----------
    mark_optional
        Whether labels say which fields need no answer; a form of filters needs none and says so nowhere.
    """

    mark_optional = True

    # The browser's own bubbles are not read out as the summary is, and vanish.
    use_required_attribute = False

    def error_summary(self, title: str = "There is a problem") -> SafeString:
        """Every error, each linked to its input; nothing where there is none."""
        return draw_summary(self, title)

    def draw(self) -> SafeString:
        """All fields, in order."""
        return mark_safe("".join(draw_field(self[name]) for name in self.fields))
