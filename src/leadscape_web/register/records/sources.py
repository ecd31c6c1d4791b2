"""Where a whole list comes from: the newest file of a purpose."""

from __future__ import annotations

from leadscape_web.register.models import Source


def newest_source(purpose: str = "schools") -> Source | None:
    """The file of that purpose with the newest date; null where none is loaded. One query."""
    return Source.objects.filter(purpose=purpose).order_by("-as_of", "-loaded_at").first()
