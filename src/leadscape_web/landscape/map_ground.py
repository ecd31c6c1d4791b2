"""What stands on the map whoever looks: schools and shapes. Public, so it is read once a load and kept in memory."""

from __future__ import annotations

import io
import json
from functools import lru_cache
from typing import Any, Final

import polars as pl
from django.db import connection
from django.urls import reverse

from leadscape_web.govuk.wording import written_date
from leadscape_web.landscape.models import PublishedFile, PublishedTable
from leadscape_web.landscape.waves import hidden_in_words
from leadscape_web.register.models import Source
from leadscape_web.register.records.sources import register_version
from leadscape_web.survey.models import Wave

__all__ = [
    "authority_rates", "authority_shapes", "bounds_of", "current_wave", "hidden_words", "published_points",
    "register_version", "schools_of", "source_words",
]  # fmt: skip

AREAS: Final = "areas.geojson"
POINTS: Final = "home_points.geojson"
AUTHORITIES: Final = "authorities"
_COLUMNS: Final = {
    "urn": pl.String,
    "name": pl.String,
    "status": pl.String,
    "opened_on": pl.Date,
    "closed_on": pl.Date,
    "phase": pl.String,
    "authority": pl.String,
    "authority_name": pl.String,
    "longitude": pl.Float64,
    "latitude": pl.Float64,
}
_COPY: Final = """
copy (
  select s.urn, s.name, s.status, s.opened_on, s.closed_on, s.phase, a.code as authority, a.name as authority_name,
    s.longitude, s.latitude, m.trusts
  from register_school s
  left join register_authority a on a.code = s.authority_id
  left join (
    select school_id, string_agg(group_id, ' ' order by group_id) as trusts
    from register_membership where left_on is null group by school_id
  ) m on m.school_id = s.urn
  order by s.urn
) to stdout (format csv, header true)
"""


@lru_cache(maxsize=2)
def schools_of(version: str) -> pl.DataFrame:
    """Every school of the register in one version, one row each, by URN.

    Columns: ``urn name status opened_on closed_on phase authority authority_name longitude latitude trusts``;
    ``trusts`` holds the unique ids of the trusts it belongs to now.
    """
    # A copy is several times faster than rows as Python objects, and somebody waits for the first map after a load.
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:  # type: ignore[attr-defined]
        return pl.read_csv(
            io.BytesIO(b"".join(bytes(part) for part in copy)), schema={**_COLUMNS, "trusts": pl.String}
        ).with_columns(pl.col("trusts").str.split(" "))


def current_wave() -> Wave | None:
    """The latest wave; null before anything was loaded."""
    return (
        Wave.objects.filter(superseded_at=None)
        .defer("codebook_text", "provenance")
        .order_by("-as_of", "-loaded_at")
        .first()
    )


def authority_rates(wave: Wave) -> list[dict[str, Any]]:
    """Rows of the published distribution by authority; see ``leadscape.landscape.tables.AuthorityDistribution``."""
    found = PublishedTable.objects.filter(wave=wave, name=AUTHORITIES).values_list("rows", flat=True).first()
    return found or []


@lru_cache(maxsize=2)
def _shapes(file_id: str) -> dict[str, Any]:
    content = PublishedFile.objects.filter(pk=file_id).values_list("content", flat=True).get()
    return json.loads(bytes(content))


def authority_shapes(wave: Wave) -> dict[str, Any] | None:
    """Shapes of the authorities as GeoJSON; null where the study could not draw any."""
    found = PublishedFile.objects.filter(wave=wave, name=AREAS).values_list("pk", flat=True).first()
    return _shapes(str(found)) if found else None


def published_points(wave: Wave) -> str:
    """Address of the home schools that the study's report shows; empty where it shows none."""
    there = PublishedFile.objects.filter(wave=wave, name=POINTS).exists()
    return f"{reverse('landscape:file', args=[POINTS])}?wave={wave.pk}" if there else ""


def bounds_of(schools: pl.DataFrame) -> str:
    """West, south, east and north of ``schools``, degrees, as the browser takes them; empty where none has a place."""
    placed = schools.drop_nulls(["longitude", "latitude"])
    if placed.is_empty():
        return ""
    longitude, latitude = placed["longitude"], placed["latitude"]
    ends = (longitude.min(), latitude.min(), longitude.max(), latitude.max())
    return ",".join(f"{end:.4f}" for end in ends)


def source_words(wave: Wave | None) -> str:
    """The file that the schools are of, and the study that the leaders are of."""
    newest = Source.objects.filter(purpose="schools").order_by("-as_of", "-loaded_at").first()
    parts = [
        f"{newest.file_name}, {written_date(newest.as_of) if newest.as_of else 'no date'}" if newest else ""
    ]
    parts += [f"{wave.title}, {written_date(wave.as_of)}" if wave else ""]
    return "; ".join(part for part in parts if part)


def hidden_words(wave: Wave) -> str:
    """Which counts the wave's study hid; the rest of its record stays unread."""
    kept = Wave.objects.filter(pk=wave.pk).values_list("provenance__parameters__suppress_below", flat=True)
    return hidden_in_words(kept.get())
