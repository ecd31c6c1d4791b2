"""Which school moved from one trust to another, and which trust only changed its name or joined another?

In: memberships of several dates. Out: spells of membership, and for two dates :class:`GroupChanges`.

Method: a group keeps its identity through its company number, which survives a change of name and of
register id, else through its register id. A school moved when the identity of its trust differs. When every
school of a trust is found in one other trust, the trust merged; when it had one school only, that school
joined; otherwise the school was re-brokered. A school that became another under a new number is followed
through its lineage.

What it does not say: why, or on whose initiative. Two files say that a move happened between them;
``joined_on`` of the new membership is the register's own date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.register.vintages import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadscape.register.lineage import Lineage
    from leadscape.register.vintages import Dated

TRUSTS: Final = ("multi_academy_trust", "single_academy_trust")
MOVES: Final[dict[str, str]] = {
    "rebrokered": "It left its trust for another; other schools of the old trust did not go there with it.",
    "trust_merged": "All schools of its trust that can be followed went to the same other trust.",
    "single_school_joined": "The only school of its trust that can be followed went to another trust.",
    "joined_first": "It is in a trust now and was in none before.",
    "in_none_now": "It was in a trust and the newer file, which lists the school or its successor, gives none.",
    "not_listed": "It was in a trust; the newer file lists neither the school nor a successor: a question.",
}
GROUP_CHANGES: Final = ("renamed", "reregistered", "merged", "dissolved", "emptied", "new", "unchanged")


@dataclass(frozen=True)
class GroupChanges:
    """What changed between two membership files.

    Attributes
    ----------
    moves
        One row a school that changed its trust: ``urn`` (in the older file, else the newer), ``new_urn``,
        ``move`` (key of :data:`MOVES`), ``old_group``, ``old_name``, ``new_group``, ``new_name``,
        ``joined_on``, ``together`` (schools that made the same move), ``of`` (schools of the old trust that
        are in any trust in the newer file). Groups are identities: company number, else register id.
    groups
        One row a trust of either file: ``group``, ``old_name``, ``new_name``, ``old_schools``,
        ``new_schools``, ``change`` (one of :data:`GROUP_CHANGES`), ``into`` (the trust it merged into).
    """

    moves: pl.DataFrame
    groups: pl.DataFrame


def trace_memberships(memberships: Sequence[Dated], group_types: Sequence[str] = TRUSTS) -> pl.DataFrame:
    """Every membership of every school as a spell.

    Parameters
    ----------
    memberships
        :class:`~leadscape.register.tables.Memberships`, each with its date, in any order.
    group_types
        Types of group to follow.

    Returns
    -------
    polars.DataFrame
        ``urn``, ``group`` (company number, else register id), ``names`` (every name of the group, oldest
        first), ``joined_on`` (earliest stated), ``first_seen``, ``last_seen``, ``files`` (how many state
        it).
    """
    dated = [(on, one.frame) for on, one in in_order(memberships)]
    identity = _identities([frame for _, frame in dated])
    return (
        pl.concat(
            _of_types(frame, group_types, identity).with_columns(on=pl.lit(on, pl.Date))
            for on, frame in dated
        )
        .sort("on", maintain_order=True)
        .group_by("urn", "group")
        .agg(
            names=pl.col("group_name").unique(maintain_order=True),
            joined_on=pl.col("joined_on").min(),
            first_seen=pl.col("on").min(),
            last_seen=pl.col("on").max(),
            files=pl.col("on").n_unique().cast(pl.Int64),
        )
        .sort("urn", "first_seen", "group")
    )


def compare_memberships(
    old: pl.DataFrame,
    new: pl.DataFrame,
    lineage: Lineage | None = None,
    group_types: Sequence[str] = TRUSTS,
    listed: pl.Series | None = None,
) -> GroupChanges:
    """Moves of schools between trusts, told from changes of the trusts themselves.

    Parameters
    ----------
    old, new
        :class:`~leadscape.register.tables.Memberships` of two dates.
    lineage
        To follow a school that was given a new number in between.
    group_types
        Types of group to compare; trusts by default, in which a school is in one at a time.
    listed
        Numbers of all schools in the newer register, to tell a school in no trust from one that is not
        listed; without it, the schools of the newer file.
    """
    identity = _identities([old, new])
    before = _of_types(old, group_types, identity).select("urn", old_group="group", old_name="group_name")
    after = _of_types(new, group_types, identity).select(
        new_urn="urn", new_group="group", new_name="group_name", joined_on="joined_on"
    )
    before = before.join(_followed(before, after["new_urn"], lineage), on="urn", how="left")
    stayed = before.join(
        after, left_on=["new_urn", "old_group"], right_on=["new_urn", "new_group"], how="semi"
    )
    left = before.join(stayed, on=["urn", "old_group"], how="anti")
    came = after.join(before, left_on=["new_urn", "new_group"], right_on=["new_urn", "old_group"], how="anti")
    known = (listed if listed is not None else new["urn"]).implode()
    found = pl.col("new_urn").is_in(after["new_urn"].implode())
    sizes = before.group_by("old_group").agg(of=found.sum().cast(pl.Int64))
    moves = (
        left.join(came, on="new_urn", how="full", coalesce=True)
        .join(sizes, on="old_group", how="left")
        .with_columns(together=pl.len().over("old_group", "new_group").cast(pl.Int64))
        .with_columns(
            move=pl.when(pl.col("old_group").is_null())
            .then(pl.lit("joined_first"))
            .when(pl.col("new_group").is_null() & pl.col("new_urn").is_in(known))
            .then(pl.lit("in_none_now"))
            .when(pl.col("new_group").is_null())
            .then(pl.lit("not_listed"))
            .when(pl.col("of") == 1)
            .then(pl.lit("single_school_joined"))
            .when(pl.col("together") == pl.col("of"))
            .then(pl.lit("trust_merged"))
            .otherwise(pl.lit("rebrokered"))
        )
        .select(
            pl.coalesce("urn", "new_urn"),
            "new_urn",
            "move",
            "old_group",
            "old_name",
            "new_group",
            "new_name",
            "joined_on",
            together=pl.when(pl.col("old_group").is_not_null() & pl.col("new_group").is_not_null()).then(
                "together"
            ),
            of="of",
        )
        .sort("urn", "old_group", "new_group")
    )
    return GroupChanges(moves, _group_changes(old, new, identity, group_types, moves))


def _identities(files: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Identity of every register id: the company number that any file gives it, without lost zeros, else the id."""
    number = pl.col("companies_house_number").str.strip_chars().str.to_uppercase()
    padded = pl.when(number.str.contains(r"^\d+$")).then(number.str.zfill(8)).otherwise(number)
    company = pl.when(padded.str.len_chars() > 0).then(pl.format("company {}", padded))
    return (
        pl.concat(one.select("group_uid", company=company) for one in files)
        .group_by("group_uid")
        .agg(company=pl.col("company").drop_nulls().last())
        .select("group_uid", group=pl.coalesce("company", "group_uid"))
    )


def _of_types(memberships: pl.DataFrame, group_types: Sequence[str], identity: pl.DataFrame) -> pl.DataFrame:
    """Memberships that had not ended, one a school and group."""
    ended = pl.col("left_on").is_not_null() & (pl.col("left_on") <= pl.col("seen_on"))
    return (
        memberships.filter(
            pl.col("group_type").cast(pl.String).is_in(list(group_types)), ~ended.fill_null(False)
        )
        .join(identity, on="group_uid", how="left", maintain_order="left")
        .unique(["urn", "group"], keep="first", maintain_order=True)
        .select("urn", "group", "group_uid", "group_name", "joined_on")
    )


def _followed(before: pl.DataFrame, present: pl.Series, lineage: Lineage | None) -> pl.DataFrame:
    """For each older number the one to look for: itself where still listed, else the one it became."""
    own = before.select("urn", new_urn="urn").unique()
    if lineage is None:
        return own
    ends = lineage.latest_successors(own["urn"]).filter(pl.col("rule") != "split", pl.col("steps") > 0)
    became = ends.filter(
        ~pl.col("urn").is_in(present.implode()), pl.col("successor_urn").is_in(present.implode())
    )
    return own.update(became.select("urn", new_urn="successor_urn"), on="urn")


def _group_changes(
    old: pl.DataFrame,
    new: pl.DataFrame,
    identity: pl.DataFrame,
    group_types: Sequence[str],
    moves: pl.DataFrame,
) -> pl.DataFrame:
    def summed(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
        return (
            _of_types(frame, group_types, identity)
            .group_by("group")
            .agg(
                pl.col("group_name").first().alias(f"{prefix}_name"),
                pl.col("group_uid").unique().sort().alias(f"{prefix}_uids"),
                pl.col("urn").n_unique().cast(pl.Int64).alias(f"{prefix}_schools"),
            )
        )

    merged = (
        moves.filter(pl.col("move").is_in(["trust_merged", "single_school_joined"]))
        .group_by(group="old_group")
        .agg(into=pl.col("new_group").first())
    )
    moved_away = moves.filter(pl.col("move") == "rebrokered").select(group="old_group").unique()
    renamed = normalise_name(pl.col("old_name")) != normalise_name(pl.col("new_name"))
    return (
        summed(old, "old")
        .join(summed(new, "new"), on="group", how="full", coalesce=True)
        .join(merged, on="group", how="left")
        .join(moved_away.with_columns(scattered=True), on="group", how="left")
        .with_columns(
            change=pl.when(pl.col("old_schools").is_null())
            .then(pl.lit("new"))
            .when(pl.col("new_schools").is_null() & pl.col("into").is_not_null())
            .then(pl.lit("merged"))
            .when(pl.col("new_schools").is_null() & pl.col("scattered").is_not_null())
            .then(pl.lit("dissolved"))
            .when(pl.col("new_schools").is_null())
            .then(pl.lit("emptied"))
            .when(renamed)
            .then(pl.lit("renamed"))
            .when(pl.col("old_uids") != pl.col("new_uids"))
            .then(pl.lit("reregistered"))
            .otherwise(pl.lit("unchanged"))
        )
        .select(
            "group",
            "old_name",
            "new_name",
            "change",
            "into",
            "old_schools",
            "new_schools",
        )
        .sort("group")
    )
