"""What a study published, in a database: the tables and files of an invented landscape, small counts hidden.

Three of its authorities bear codes, names and regions of the invented system of ``tests/support/service.py``, so that
pages about them have figures: Northshire (101) answered, Eastvale (102) did not, Southport (201) has hidden counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any

TITLE = "A published study"
AS_OF = date(2007, 6, 30)
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="340" height="120" viewBox="0 0 340 120" role="img" '
    'aria-labelledby="t d" font-family="Arial"><title id="t">{title}</title><desc id="d">A drawing.</desc>'
    '<rect width="340" height="120" fill="#cfe2ea"/></svg>'
)
DRAWN = {
    "extent": "Role-holdings by role",
    "map_rates": "Role-holdings per 100 schools",
    "bands": "Authorities by number of role-holdings",
    "phases": "Role-holdings by phase of the home school",
    "estimates_holdings_all": "Estimated role-holdings, all origins",
}


@lru_cache(maxsize=2)
def published_contents(share: float = 0.5) -> Any:
    """The contents of a report on 40 authorities, before and after hiding small counts."""
    from leadscape.landscape.disclosure import suppress_landscape

    from tests.support.landscapes import draw_contents

    drawn = draw_contents(40, 2000, share)
    hidden = suppress_landscape(drawn.landscape, 6, codebook=drawn.codebook)
    # Estimates, models and the network of so small a system would all be hidden; the screens need some to show.
    landscape = replace(
        hidden,
        estimates=drawn.landscape.estimates,
        models=drawn.landscape.models,
        sensitivity=drawn.landscape.sensitivity,
        network=drawn.landscape.network,
        concentration=drawn.landscape.concentration,
    )
    record = replace(drawn.provenance, parameters={"suppress_below": 6})
    return replace(drawn, landscape=landscape, suppress_below=6, provenance=record)


def kept_tables(share: float = 0.5) -> list[dict[str, Any]]:
    """Every published table as a database keeps it: rows through JSON, keys in no order."""
    from leadscape.report.datasets import datasets_of

    found = []
    for dataset in datasets_of(published_contents(share)):
        rows = json.loads(json.dumps(dataset.frame.to_dicts(), default=str))
        found.append(
            {"name": dataset.name, "title": dataset.title, "about": dataset.about, "columns": dataset.columns,
             "rows": _known_estimates(rows) if dataset.name == "estimates" else _known_places(dataset.name, rows)}
        )  # fmt: skip
    return [*found, _covered()]


def _known_estimates(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the ids that a whole study gives them, and the number reported with its doubt."""
    for row in rows:
        row["estimate_id"] = {"total_scaled": "all:post_stratified:region"}.get(
            row["estimate_id"], row["estimate_id"]
        )
    reported = {**rows[0], "estimate_id": "reported:holdings", "origin": "all", "value": 1539.0, "low": 1530.0,
                "high": 1545.0, "interval": "95 %; doubt about roles, schools and people included"}  # fmt: skip
    return [reported, *rows]


def _covered() -> dict[str, Any]:
    """How many schools somebody answered for, as the survey's room counts them."""
    keys = ("region", "schools", "authorities", "answering_authorities", "schools_covered", "schools_silent",
            "schools_not_asked", "coverage_share")  # fmt: skip
    rows = [("all", 2000, 40, 20, 990, 1010, 0, 0.495), ("North", 200, 4, 2, 100, 100, 0, 0.5)]
    return {"name": "schools_covered", "title": "Schools covered", "about": "One row is one group of open schools.",
            "columns": {key: key.replace("_", " ") for key in keys},
            "rows": [dict(zip(keys, row, strict=True)) for row in rows]}  # fmt: skip


def _known_places(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if name == "regions":
        return [{**row, "region": {"North East": "North"}.get(row["region"], row["region"])} for row in rows]
    if name != "authorities":
        return rows
    shown = [row for row in rows if row["holdings_status"] == "reported"]
    silent = [row for row in rows if row["response"] == "silent"]
    hidden = [row for row in rows if row["holdings_status"] == "suppressed"] or shown[1:]
    for row, code, place, region in (
        (shown[0], "101", "Northshire", "North"),
        (silent[0], "102", "Eastvale", "North"),
        (hidden[0], "201", "Southport", "South"),
    ):
        row.update(authority_code=code, authority_name=place, region=region)
    return rows


def publish(using: str = "owner") -> str:
    """Put the study into a database as a wave of its own; the id of the wave."""
    from leadscape.codebooks import codebook_source
    from leadscape.report.page import render_page
    from leadscape_web.accounts.context import acting
    from leadscape_web.landscape.models import PublishedFile, PublishedTable
    from leadscape_web.survey.models import Wave

    contents = published_contents()
    book = codebook_source("england-2006")
    page = render_page(contents, {}).encode()
    files = [("report.html", "text/html", page), ("landscape.xlsx", "application/vnd.ms-excel", b"PK-a workbook"),
             ("provenance.json", "application/json", b"{}")]  # fmt: skip
    files += [
        (f"figures/{name}.svg", "image/svg+xml", DRAWING.format(title=title).encode())
        for name, title in DRAWN.items()
    ]
    with acting(why="What a study published", using=using):
        wave = Wave.objects.using(using).create(
            title=TITLE, system="england", as_of=AS_OF, codebook="england-2006",
            codebook_sha256=sha256(book.encode()).hexdigest(), codebook_text=book,
            provenance=json.loads(json.dumps(asdict(contents.provenance), default=str)), inputs_sha256="d" * 64,
        )  # fmt: skip
        PublishedTable.objects.using(using).bulk_create(
            PublishedTable(wave_id=wave.pk, position=place, **table)
            for place, table in enumerate(kept_tables())
        )
        PublishedFile.objects.using(using).bulk_create(
            PublishedFile(
                wave_id=wave.pk,
                name=name,
                media_type=kind,
                content=content,
                sha256=sha256(content).hexdigest(),
            )
            for name, kind, content in files
        )
    return str(wave.pk)


@contextmanager
def published(blocker: Any) -> Iterator[str]:
    """The study in the database of the tests until the end of the block; the id of its wave."""
    from django.db import connections

    from leadscape_web.accounts.context import acting
    from leadscape_web.landscape.models import PublishedFile, PublishedTable
    from leadscape_web.survey.models import Wave

    with blocker.unblock():
        wave = publish()
        connections["owner"].close()
    yield wave
    with blocker.unblock():
        with acting(why="The end of the tests", using="owner"):
            for model in (PublishedFile, PublishedTable):
                model.objects.using("owner").filter(wave_id=wave).delete()
            Wave.objects.using("owner").filter(pk=wave).delete()
        connections["owner"].close()
