"""Show the formats of figures, inspections and deprivation that come with leadscape."""

from __future__ import annotations

import polars as pl

from leadscape.core.errors import NotFound
from leadscape.need.deprivation.reading import shipped_deprivation_formats
from leadscape.need.formats import measure_format_source, shipped_measure_formats
from leadscape.need.inspections.formats import inspection_format_source, shipped_inspection_formats


def describe_need_formats() -> pl.DataFrame:
    """One row a format: ``id``, ``fills`` (table), ``title``, ``measures`` (how many it knows)."""
    rows = [(f.id, "measures", f.title, len(f.measures)) for f in shipped_measure_formats()]
    rows += [(f.id, "inspections", f.title, len(f.judgements)) for f in shipped_inspection_formats()]
    rows += [
        (f["format"]["id"], "deprivation", f["format"]["title"], len(f["measures"]))
        for f in shipped_deprivation_formats()
    ]
    return pl.DataFrame(
        rows,
        schema={"id": pl.String, "fills": pl.String, "title": pl.String, "measures": pl.Int64},
        orient="row",
    )


def print_need_format(format_id: str) -> str:
    """The file of a format of figures or inspections.

    Raises
    ------
    NotFound
        When there is none with this id.
    """
    source = measure_format_source(format_id) or inspection_format_source(format_id)
    if source is None:
        raise NotFound(
            f"There is no format {format_id!r} of figures or inspections.",
            "A mapping of your own is easiest to write from one that works.",
            "`leadscape need formats` lists them.",
        )
    return source
