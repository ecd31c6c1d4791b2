"""Where a whole list comes from: the newest file of a purpose; and which register is held, as a word that changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Max, QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Right

from leadscape_web.register.models import School, Source


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


def other_sources(records: Iterable[Any]) -> dict[str, Source]:
    """Id to file, of the files that state single facts of records beside each one's own. One query, or none."""
    ids = {key.rsplit(" ", 1)[-1] for one in records for key in (one.stated_by or {}).values()}
    return {str(one.pk): one for one in Source.objects.filter(pk__in=ids)} if ids else {}


def sources_of_status(schools: QuerySet[School]) -> tuple[Source, ...]:
    """The files by which schools are open or closed, the newest first. One query."""
    told: Any = KeyTextTransform("status", "stated_by")
    other = Cast(Right(told, 36), UUIDField())
    files = schools.annotate(file=Coalesce(other, "source_id")).values("file")
    return newest_first(Source.objects.filter(pk__in=files))


def newest_first(sources: QuerySet[Source]) -> tuple[Source, ...]:
    """Files in order, the newest first. One query."""
    return tuple(sources.order_by(F("as_of").desc(nulls_last=True), "-loaded_at"))
