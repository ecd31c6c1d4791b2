"""What stands on the map whoever looks: schools and shapes. Public, so it is read once a load and kept in memory."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

import polars as pl
from django.db.models import Count, Max

from leadscape_web.landscape.models import PublishedFile, PublishedTable
from leadscape_web.register.models import Membership, School, Source
from leadscape_web.survey.models import Wave

AREAS: Final = "areas.geojson"
AUTHORITIES: Final = "authorities"
_COLUMNS: Final = {
    "urn": pl.String,
    "name": pl.String,
    "status": pl.String,
    "opened_on": pl.Date,
    "closed_on": pl.Date,
    "phase": pl.String,
    "authority_id": pl.String,
    "authority__name": pl.String,
    "longitude": pl.Float64,
    "latitude": pl.Float64,
}


def register_version() -> str:
    """Changes whenever a load changed the register; nothing else may."""
    seen = Source.objects.aggregate(last=Max("loaded_at"), files=Count("pk"))
    return f"{seen['last']}:{seen['files']}"


@lru_cache(maxsize=2)
def schools_of(version: str) -> pl.DataFrame:
    """Every school of the register in one version, one row each, by URN.

    Columns: ``urn name status opened_on closed_on phase authority authority_name longitude latitude trusts``;
    ``trusts`` holds the unique ids of the trusts it belongs to now.
    """
    rows = School.objects.order_by("urn").values_list(*_COLUMNS)
    schools = pl.DataFrame(list(rows), schema=_COLUMNS, orient="row").rename(
        {"authority_id": "authority", "authority__name": "authority_name"}
    )
    members = Membership.objects.filter(left_on=None).values_list("school_id", "group_id")
    trusts = pl.DataFrame(list(members), schema={"urn": pl.String, "trusts": pl.String}, orient="row")
    return schools.join(trusts.group_by("urn").agg(pl.col("trusts").sort()), on="urn", how="left")


def current_wave() -> Wave | None:
    """The latest wave; null before anything was loaded."""
    return Wave.objects.defer("codebook_text", "provenance").order_by("-as_of", "-loaded_at").first()


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
