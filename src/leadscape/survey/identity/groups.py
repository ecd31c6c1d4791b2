"""Lines of one name at one school as one group, coded as arrays for comparison.

Names alone never group. A group is as sure as it gets without a decision: the same folded name at the same school, and
titles that do not contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.codebooks.person_names import load_person_names
from leadscape.core.identifiers import normalise_name
from leadscape.survey.identity.exact import group_exact
from leadscape.survey.identity.names import part_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINE_COLUMNS: Final[dict[str, pl.DataType]] = {
    "nomination_id": pl.String(),
    "respondent_id": pl.String(),
    "route": pl.String(),
    "leader_name": pl.String(),
    "home_urn": pl.String(),
    "home_school": pl.String(),
    "authority_code": pl.String(),
    "region": pl.String(),
    "role": pl.String(),
    "started_on": pl.Date(),
    "ended_on": pl.Date(),
    "partner_urns": pl.List(pl.String()),
}
NONE: Final = -1
DAY: Final = np.timedelta64(1, "D")
NO_DAY: Final = np.iinfo(np.int32).min


@dataclass(frozen=True)
class Groups:
    """Groups of lines.

    Attributes
    ----------
    frame
        One row a group, sorted by ``group`` (smallest nomination id): ``nominations``, ``leader_name``, ``title``
        (gender that titles say), ``gender`` (by title, else by given name), ``surname``, ``parts``, ``given``,
        ``middle``, ``several``, ``home_urn``, ``school`` (folded), ``authority_code``, ``region``, and as sorted lists
        ``roles``, ``respondents``, ``starts``, ``partners``; ``starts``, ``began``, ``ended`` in days since 1970.
    members
        ``nomination_id``, ``group``: every line.
    """

    frame: pl.DataFrame
    members: pl.DataFrame

    @property
    def size(self) -> int:
        """Number of groups."""
        return self.frame.height

    def codes(self, column: str) -> NDArray[np.int32]:
        """A text column as numbers, equal text equal number; -1 where it is null. Shape ``(size,)``."""
        return (
            self.frame.select((pl.col(column).rank("dense").cast(pl.Int32) - 1).fill_null(NONE))
            .to_series()
            .to_numpy()
        )


def complete_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """``lines`` with every column that identity reads; those that are absent are null."""
    return lines.select(
        (pl.col(name).cast(dtype) if name in lines.columns else pl.lit(None, dtype)).alias(name)
        for name, dtype in LINE_COLUMNS.items()
    )


def group_lines(lines: pl.DataFrame, decided: pl.DataFrame | None = None) -> Groups:
    """Lines in groups of one name and one school.

    Parameters
    ----------
    lines
        As :func:`complete_lines` returns them.
    decided
        ``person``, ``other``, ``decision``: a group that holds two lines decided to be different people is no group,
        and each of its lines stands alone.
    """
    told = (
        lines.hstack(part_names(lines["leader_name"]))
        .with_columns(group=group_exact(lines)["person"])
        .with_columns(
            school=normalise_name(pl.col("home_school")), starts=pl.col("started_on").cast(pl.Int32)
        )
    )
    # "Mr J. Smith" and "Mrs J. Smith" fold to one name and are two people.
    two = pl.col("gender").drop_nulls().n_unique().over("group") > 1
    told = told.with_columns(
        group=pl.when(two)
        .then(pl.col("nomination_id").min().over("group", pl.col("gender").fill_null("?")))
        .otherwise("group")
    )
    if decided is not None:
        told = told.with_columns(
            group=pl.when(pl.col("group").is_in(_broken(told, decided).implode()))
            .then("nomination_id")
            .otherwise("group")
        )
    # The fullest way in which the name was written tells its parts.
    told = told.sort(
        pl.col("leader_name").str.len_chars(), "leader_name", "nomination_id", descending=[True, False, False]
    )
    shown = told.group_by("group", maintain_order=True).agg(
        pl.len().alias("nominations").cast(pl.Int64),
        pl.col("leader_name", "surname", "parts", "given", "middle").first(),
        gender=pl.col("gender").drop_nulls().min(),
        several=pl.col("several").any(),
        home_urn=pl.col("home_urn").drop_nulls().min(),
        school=pl.col("school").drop_nulls().min(),
        authority_code=pl.col("authority_code").drop_nulls().min(),
        region=pl.col("region").drop_nulls().min(),
        roles=pl.col("role").drop_nulls().unique().sort(),
        respondents=pl.col("respondent_id").drop_nulls().unique().sort(),
        starts=pl.col("starts").drop_nulls().unique().sort(),
        began=pl.col("started_on").min().cast(pl.Int32).fill_null(NO_DAY),
        # A role is over only when every line says so.
        ended=pl.when(pl.col("ended_on").null_count() == 0)
        .then(pl.col("ended_on").max().cast(pl.Int32))
        .fill_null(NO_DAY),
        partners=pl.col("partner_urns").explode().drop_nulls().unique().sort(),
    )
    by_given = load_person_names().genders.rename({"gender": "by_given"})
    frame = (
        shown.join(by_given, on="given", how="left")
        .with_columns(title="gender", gender=pl.coalesce("gender", "by_given"))
        .drop("by_given")
        .sort("group")
    )
    return Groups(frame, told.select("nomination_id", "group"))


def _broken(told: pl.DataFrame, decided: pl.DataFrame) -> pl.Series:
    """Groups that hold two lines decided to be different people."""
    of_line = told.select("nomination_id", "group")
    return (
        decided.filter(pl.col("decision").cast(pl.String) == "different")
        .join(of_line, left_on="person", right_on="nomination_id")
        .join(of_line, left_on="other", right_on="nomination_id", suffix="_other")
        .filter(pl.col("group") == pl.col("group_other"))["group"]
        .unique()
    )
