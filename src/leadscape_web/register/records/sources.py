"""Where a whole list comes from: the newest file of a purpose; and which register is held, as a word that changes."""

from __future__ import annotations

from django.db.models import Count, F, Max

from leadscape_web.register.models import Source


def register_version() -> str:
    """Changes whenever a load changed the register; nothing else may."""
    seen = Source.objects.aggregate(last=Max("loaded_at"), files=Count("pk"))
    return f"{seen['last']}:{seen['files']}"


def newest_source(purpose: str = "schools") -> Source | None:
    """The file of that purpose with the newest date; null where none is loaded. One query."""
    return newest_sources(purpose).get(purpose)


def newest_sources(*purposes: str) -> dict[str, Source]:
    """Purpose to its file with the newest date; a file without a date comes after all that have one. One query."""
    found = (
        Source.objects.filter(purpose__in=purposes)
        .order_by("purpose", F("as_of").desc(nulls_last=True), "-loaded_at")
        .distinct("purpose")
    )
    return {source.purpose: source for source in found}
