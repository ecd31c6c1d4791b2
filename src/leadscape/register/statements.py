"""What do several files of one register together state, each row with the file it was taken from?

In: files as read, each with a key. Out: tables of the register with the column ``source`` (key of the file). A file
that is not there gives no rows but the columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.register.formats import TABLES
from leadscape.register.reading import Reading
from leadscape.register.tables import Headships, Memberships


@dataclass(frozen=True)
class Statements:
    """Files of one register.

    Attributes
    ----------
    readings
        Key and file, in the order in which they were read.
    as_of
        Date that a file describes which has none of its own.
    """

    readings: Sequence[tuple[str, Reading]]
    as_of: date | None

    def stated(self, table: str) -> pl.DataFrame:
        """Every row of one table, in the order of the files."""
        return self._stack(table, lambda reading: reading.frame if reading.table == table else None)

    def schools(self) -> pl.DataFrame:
        """Of several files the first that lists a school is believed."""
        return self.stated("schools").unique("urn", keep="first", maintain_order=True)

    def links(self) -> pl.DataFrame:
        """Of several files the last to state a link is believed."""
        return self.stated("links").unique(["urn", "link_urn", "relation"], keep="last", maintain_order=True)

    def memberships(self) -> pl.DataFrame:
        """Of the groups files, the last to state one; then what only an extract of schools states."""
        declared = self.stated("memberships")
        beside = self._stack("memberships", lambda reading: reading.companions.get("memberships"))
        key = ["urn", "group_uid"]
        return pl.concat([beside, declared]).unique(key, keep="last", maintain_order=True)

    def headships(self) -> pl.DataFrame:
        """One row a person and school, from the newest register that names them.

        With ``place`` (number within school and date) and ``ended_on``: the first date on which a later register lists
        the school without the person. Personal data.
        """
        stated = self._stack("headships", lambda reading: reading.companions.get("headships"))
        seen = stated.with_columns(pl.col("seen_on").fill_null(self.as_of)).sort("urn", "seen_on", "head")
        visits = seen.select("urn", visited_on="seen_on").unique()
        newest = seen.unique(["urn", "head"], keep="last", maintain_order=True)
        later = (
            newest.join(visits, on="urn")
            .filter(pl.col("visited_on") > pl.col("seen_on"))
            .group_by("urn", "head")
            .agg(ended_on=pl.col("visited_on").min())
        )
        return newest.join(later, on=["urn", "head"], how="left", maintain_order="left").with_columns(
            place=pl.int_range(pl.len()).over("urn", "seen_on")
        )

    def _stack(self, table: str, frame_in: Callable[[Reading], pl.DataFrame | None]) -> pl.DataFrame:
        found = [
            frame.with_columns(source=pl.lit(key))
            for key, reading in self.readings
            if (frame := frame_in(reading)) is not None
        ]
        return pl.concat(found) if found else _no_rows(table)


def groups_of(memberships: pl.DataFrame) -> pl.DataFrame:
    """``group_uid``, ``name``, ``group_type``, ``companies_house_number``, ``source``, as last stated."""
    return (
        memberships.group_by("group_uid", maintain_order=True)
        .agg(
            name=pl.col("group_name").last(),
            group_type=pl.col("group_type").cast(pl.String).last(),
            companies_house_number=pl.col("companies_house_number").drop_nulls().last(),
            source=pl.col("source").last(),
        )
        .sort("group_uid")
    )


def _no_rows(table: str) -> pl.DataFrame:
    declared = Headships if table == "headships" else TABLES.get(table, Memberships)
    return pl.DataFrame(schema={**polars_schema(declared), "source": pl.String})
