"""What has a school been called, and when?

In: registers of several dates, the names that links and other files state. Out: :class:`SchoolNames`.

Method: two spellings that agree once case, accents and punctuation are taken off are one name; the newest
spelling stands for it. A name is known to have held on the dates on which a file gives it, and on no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dataframely as dy
import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.core.tables import Table
from leadscape.register.tables import urn_column

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from leadscape.register.vintages import Dated


class SchoolNames(Table):
    """One row is one name that one school has had.

    A missing row means that no file gives the name, not that the school never had it: names between two
    registers, and before the first, are lost. Sources: the registers and links read (England: OGL v3.0).
    """

    urn = urn_column(primary_key=True)
    name_key = dy.String(primary_key=True, description="The name without case, accents and punctuation")
    name = dy.String(min_length=1, description="Its newest spelling")
    first_seen = dy.Date(
        nullable=True, description="First dated file that gives it; null where no file is dated"
    )
    last_seen = dy.Date(
        nullable=True, description="Last dated file that gives it; null where no file is dated"
    )
    sources = dy.List(dy.String(), description="Files that give it, in order of name")


def gather_names(registers: Sequence[Dated], links: Sequence[Dated] = ()) -> pl.DataFrame:
    """Every name of every school in the files.

    Parameters
    ----------
    registers
        Tables with ``urn`` and ``name``, each with its date, in any order.
    links
        :class:`~leadscape.register.tables.Links` with their dates: ``link_name`` is the name of ``link_urn``.

    Returns
    -------
    polars.DataFrame
        As :class:`SchoolNames`, by school and first date.
    """
    stated = [(one, one.frame.select("urn", "name")) for one in registers]
    stated += [(one, one.frame.select(urn="link_urn", name="link_name")) for one in links]
    given = pl.concat(
        [
            pl.DataFrame(
                schema={"urn": pl.String, "name": pl.String, "seen_on": pl.Date, "source": pl.String}
            ),
            *(
                frame.with_columns(seen_on=pl.lit(one.seen_on, pl.Date), source=pl.lit(one.name))
                for one, frame in stated
            ),
        ]
    )
    names = (
        given.with_columns(name_key=normalise_name(pl.col("name")))
        .filter(pl.col("urn").is_not_null(), pl.col("name_key").str.len_chars() > 0)
        .sort("seen_on", "source", "name", nulls_last=False)
        .group_by("urn", "name_key")
        .agg(
            name=pl.col("name").last(),
            first_seen=pl.col("seen_on").min(),
            last_seen=pl.col("seen_on").max(),
            sources=pl.col("source").unique().sort(),
        )
        .sort("urn", "first_seen", "last_seen", "name_key", nulls_last=False)
    )
    return SchoolNames.validate(names.select(SchoolNames.column_names()))


def find_renamings(names: pl.DataFrame) -> pl.DataFrame:
    """Changes of name that dated files show.

    Returns
    -------
    polars.DataFrame
        ``urn``, ``old_name``, ``new_name``, ``after`` (last date with the old name), ``by`` (first with the
        new). A null ``after`` never occurs: undated names are left out. Where a newer file repeats an older
        name, the two overlap and ``by`` lies before ``after``.
    """
    following = names.drop_nulls("first_seen").sort("urn", "first_seen", "last_seen", "name_key")
    return (
        following.with_columns(
            new_name=pl.col("name").shift(-1).over("urn"), by=pl.col("first_seen").shift(-1).over("urn")
        )
        .drop_nulls("new_name")
        .select("urn", "new_name", "by", old_name="name", after="last_seen")
        .select("urn", "old_name", "new_name", "after", "by")
    )


def names_on(names: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The name each school is best said to have had on a date: ``urn``, ``name``, ``seen_on``.

    The newest dated name seen by then; where the first file is later, its name. ``seen_on`` says which date
    vouches.
    """
    dated = names.drop_nulls("first_seen").with_columns(
        seen_on=pl.when(pl.col("last_seen") <= as_of)
        .then("last_seen")
        .when(pl.col("first_seen") <= as_of)
        .then(pl.lit(as_of))
        .otherwise("first_seen")
    )
    later = pl.col("seen_on") > as_of
    distance = (pl.col("seen_on") - pl.lit(as_of)).dt.total_days().abs()
    return (
        dated.with_columns(later=later, distance=distance)
        .sort("urn", "later", "distance", "name_key")
        .unique("urn", keep="first", maintain_order=True)
        .select("urn", "name", "seen_on")
    )
