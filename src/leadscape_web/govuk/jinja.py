"""The Jinja environment of every page."""

from __future__ import annotations

from typing import Any, Final

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader

from leadscape_web.govuk.drawing import draw_field, draw_summary
from leadscape_web.govuk.layout import layout_of
from leadscape_web.govuk.panels import draw_panel
from leadscape_web.govuk.wording import written

MACROS: Final = "govuk_frontend_jinja"


def address(name: str, args: Any = None, kwargs: Any = None) -> str:
    """The address of a page by its name, as templates ask for it."""
    return reverse(name, args=args, kwargs=kwargs)


def environment(**options: Any) -> Environment:
    """The environment Django asks for, with the design system's macros beside our templates."""
    made = Environment(**{**options, "trim_blocks": True, "lstrip_blocks": True})
    assert made.loader is not None
    made.loader = ChoiceLoader([made.loader, PrefixLoader({MACROS: PackageLoader(MACROS)})])
    made.globals.update(
        {
            "static": static,
            "url": address,
            "layout": layout_of,
            "draw_panel": draw_panel,
            "draw_field": draw_field,
            "draw_summary": draw_summary,
        }
    )
    made.filters["written"] = written
    return made
