"""What else an extract of establishments holds: who leads each school and which groups it belongs to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.core.tabular import ROW
from leadscape.register.cells import text_of
from leadscape.register.tables import Headships, Memberships

if TYPE_CHECKING:
    from leadscape.register.formats import Format, MembershipColumns
    from leadscape.register.recognition import Headers


def read_companions(
    text: pl.DataFrame, schools: pl.DataFrame, known: Format, headers: Headers, seen_on: date | None
) -> dict[str, pl.DataFrame]:
    """``headships`` and ``memberships`` where the extract has their columns.

    Parameters
    ----------
    text
        Rows of the file as text, with ``row``.
    schools
        The schools read from them, with ``urn`` and ``row``: only these have companions.
    seen_on
        Date of the extract.

    Notes
    -----
    A group without its number is left out: names of groups change and repeat, so that a name is no key.
    """
    rows = text.join(
        schools.select(ROW, "urn").rename({"urn": "_urn"}), on=ROW, how="inner", maintain_order="left"
    )
    found: dict[str, pl.DataFrame] = {}
    headships = _headships(rows, known, headers, seen_on)
    if headships is not None:
        found["headships"] = headships
    memberships = [
        part
        for entry in known.memberships
        if (part := _memberships(rows, entry, headers, seen_on)) is not None
    ]
    if memberships:
        together = pl.concat(memberships).unique(["urn", "group_uid"], keep="first", maintain_order=True)
        found["memberships"] = Memberships.validate(together)
    return found


def _headships(
    rows: pl.DataFrame, known: Format, headers: Headers, seen_on: date | None
) -> pl.DataFrame | None:
    head = text_of(known.headships["head"], headers) if "head" in known.headships else None
    if head is None:
        return None
    title = text_of(known.headships["job_title"], headers) if "job_title" in known.headships else None
    frame = rows.select(
        urn=pl.col("_urn"),
        head=head,
        job_title=pl.lit(None, pl.String) if title is None else title,
        seen_on=pl.lit(seen_on, pl.Date),
    )
    return Headships.validate(frame.filter(pl.col("head").is_not_null()))


def _memberships(
    rows: pl.DataFrame, entry: MembershipColumns, headers: Headers, seen_on: date | None
) -> pl.DataFrame | None:
    uid, name = text_of(entry.group_uid, headers, identifier=True), text_of(entry.group_name, headers)
    if uid is None or name is None:
        return None
    kind = pl.lit(entry.constant_type or "other", pl.String)
    wording = text_of(entry.group_type, headers) if entry.group_type is not None else None
    if wording is not None:
        kind = wording.str.to_lowercase().replace_strict(
            entry.values, default="other", return_dtype=pl.String
        )
        kind = kind.fill_null("other")
    dtypes = polars_schema(Memberships)
    stated = {
        "urn": pl.col("_urn"),
        "group_uid": uid,
        "group_name": name,
        "group_type": kind,
        "seen_on": pl.lit(seen_on, pl.Date),
    }
    frame = rows.select(stated.get(column, pl.lit(None)).alias(column) for column in dtypes)
    filled = frame.filter(pl.col("group_uid").is_not_null() & pl.col("group_name").is_not_null())
    return filled.cast(dtypes)
