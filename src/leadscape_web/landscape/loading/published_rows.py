"""The landscape's part of a load: published tables and files of the wave, and the organisations that users act for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from leadscape_web.accounts.first_administrator import NATION_KEY
from leadscape_web.landscape.loading.bulk import Merged, merge_rows
from leadscape_web.landscape.loading.identifiers import content_uuid, content_uuids

if TYPE_CHECKING:
    from datetime import datetime

    from leadscape.actions.open_register import OpenedRegister
    from leadscape.actions.open_study import OpenedStudy


def load_published(cursor: Any, opened: OpenedStudy, wave: str) -> dict[str, Merged]:
    """Write the tables, as rows of JSON, and the files of one wave."""
    tables = pl.DataFrame(
        [
            {
                "id": content_uuid("table", wave, dataset.name),
                "wave_id": wave,
                "name": dataset.name,
                "title": dataset.title,
                "about": dataset.about,
                "columns": json.dumps(dataset.columns),
                "rows": _as_json(dataset.frame),
                "position": position,
            }
            for position, dataset in enumerate(opened.datasets)
        ]
    )
    files = pl.DataFrame(
        [
            {
                "id": content_uuid("file", wave, file.name),
                "wave_id": wave,
                "name": file.name,
                "media_type": file.media_type,
                "content": "\\x" + file.content.hex(),
                "sha256": file.sha256,
            }
            for file in opened.files
        ]
    )
    return {
        "published tables": merge_rows(cursor, "landscape_publishedtable", tables),
        "published files": merge_rows(cursor, "landscape_publishedfile", files),
    }


def load_organisations(cursor: Any, opened: OpenedStudy | OpenedRegister, loaded_at: datetime) -> Merged:
    """The nation, its regions and its authorities. Trusts and schools are made when somebody is to act for one."""
    nation = pl.DataFrame(
        {"kind": ["nation"], "key": [opened.system], "label": [system_label(opened.system)]}
    )
    regions = pl.concat([opened.schools["region"], opened.authorities["region"]]).drop_nulls().unique().sort()
    found = pl.concat(
        [
            nation,
            regions.to_frame("key").select(kind=pl.lit("region"), key="key", label="key"),
            opened.authorities.select(kind=pl.lit("authority"), key="authority_code", label="authority_name"),
        ]
    )
    # A service without a register began with a nation that had no name: that one it is, and no second.
    cursor.execute(
        "update accounts_organisation set key = %(key)s, label = %(label)s where kind = 'nation' and key = %(unnamed)s"
        " and not exists (select 1 from accounts_organisation where kind = 'nation' and key = %(key)s)",
        {"key": opened.system, "label": system_label(opened.system), "unnamed": NATION_KEY},
    )
    cursor.execute("select kind, key from accounts_organisation")
    there = pl.DataFrame(cursor.fetchall(), schema={"kind": pl.String, "key": pl.String}, orient="row")
    new = found.join(there, on=["kind", "key"], how="anti", maintain_order="left")
    rows = new.with_columns(content_uuids("organisation", new, "kind", "key"), created_at=pl.lit(loaded_at))
    return merge_rows(cursor, "accounts_organisation", rows, update=False)


def system_label(system: str) -> str:
    """The name of a system as people write it."""
    return system.replace("_", " ").replace("-", " ").title()


def _as_json(frame: pl.DataFrame) -> str:
    """Rows as one JSON array: numbers as numbers, dates as text, what is missing as null."""
    finite = frame.with_columns(
        pl.selectors.float().replace([float("inf"), float("-inf"), float("nan")], None)
    )
    return finite.write_json() if frame.height else "[]"
