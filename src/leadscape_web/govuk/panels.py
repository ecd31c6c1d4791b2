"""What other rooms have to say on a page: the page asks, and never knows who answers.

A school's page belongs to the register, the roles held at the school to the survey. The survey adds a panel in its
``AppConfig.ready``; the register shows whatever was added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify


@dataclass(frozen=True)
class Panel:
    """One part of a page.

    Attributes
    ----------
    title
        Its heading.
    template
        What draws it, from ``context`` and nothing else.
    position
        Smaller comes first.
    """

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    position: int = 100

    @property
    def anchor(self) -> str:
        """Where on the page it is."""
        return slugify(self.title)


Panels = Callable[[HttpRequest, Any], Panel | None]
_ADDED: Final[dict[str, dict[str, Panels]]] = defaultdict(dict)


def add_panel(page: str, name: str, make: Panels) -> None:
    """Let ``make`` answer when a page of kind ``page`` (school, authority, trust, leader, home) is shown.

    ``make`` gets the request and the record that the page is about, and returns null where it has nothing to say.
    """
    _ADDED[page][name] = make


def panels_of(page: str, request: HttpRequest, record: Any) -> tuple[Panel, ...]:
    """Every panel for one record, in order."""
    made = (make(request, record) for make in _ADDED[page].values())
    return tuple(sorted((panel for panel in made if panel), key=lambda panel: (panel.position, panel.title)))


def draw_panel(panel: Panel, request: HttpRequest) -> SafeString:
    """The HTML of one panel, below its heading."""
    # The template escapes what it shows; what it returns is HTML, though the engine calls it text.
    return mark_safe(render_to_string(panel.template, panel.context, request))
