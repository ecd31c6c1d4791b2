"""The Jinja environment of every page."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, PackageLoader


def environment(**options: Any) -> Environment:
    """The environment Django asks for, with the design system's macros beside our templates."""
    made = Environment(**{**options, "trim_blocks": True, "lstrip_blocks": True})
    assert made.loader is not None
    made.loader = ChoiceLoader([made.loader, PackageLoader("govuk_frontend_jinja")])
    made.globals.update({"static": static, "url": reverse})
    return made
