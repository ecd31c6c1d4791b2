"""Schools that are gone: what stood before, what joined, what split, and the statements that link them.

As in a real register: most links are stated from both sides, some from one, some without a date, one pair
goes in a circle, and some schools closed without a successor.
"""

from __future__ import annotations

import numpy as np
import polars as pl

RENEWED, MERGED, SPLIT, ENDED = 0.040, 0.016, 0.0015, 0.012
"""Shares of schools that replaced one, replaced two, came out of one; of schools closed for good."""

LINK_SUFFIXES = {"merged": " - merged", "split": " - Split School"}
ONE_SIDED, UNDATED = 0.03, 0.22


def add_history(
    schools: pl.DataFrame, first_urn: int, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Standing schools with ``opened_on``, closed schools, and links.

    Returns
    -------
    tuple of polars.DataFrame
        ``schools`` with ``opened_on`` and ``opened_because``; closed schools with the same columns and
        ``closed_on``; links ``urn``, ``link_urn``, ``link_name``, ``link_type``, ``established_on``.
    """
    count = schools.height
    dice = rng.random(count)
    primary = (schools["sort"] == "primary").to_numpy()
    merged = primary & (dice < MERGED / max(primary.mean(), 1e-9))
    renewed = ~merged & (rng.random(count) < RENEWED)
    split = ~merged & ~renewed & (rng.random(count) < SPLIT)
    changed = merged | renewed | split
    year = rng.integers(1996, 2006, count)
    month = rng.choice([1, 4, 9, 9, 9, 9], count)
    old = schools["opened_year"]
    opened = (
        pl.when(pl.Series(changed))
        .then(pl.date(pl.lit(pl.Series(year)), pl.lit(pl.Series(month)), 1))
        .when(old > 0)
        .then(pl.date(pl.lit(old), 9, 1))
    )
    reason = np.select(
        [merged, renewed & (rng.random(count) < 0.3), changed],
        ["Result of Amalgamation", "Fresh Start", "Result of Closure"],
        "Not applicable",
    )
    standing = schools.with_columns(opened_on=opened, opened_because=pl.Series(reason.astype(str)))
    closed = _closed_schools(standing, merged, renewed, split, first_urn, rng)
    return standing, closed.drop("role_in_change", "successors"), _links(closed, standing, rng)


def _closed_schools(
    standing: pl.DataFrame,
    merged: np.ndarray,
    renewed: np.ndarray,
    split: np.ndarray,
    first_urn: int,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Closed schools modelled on the standing ones that took their place, or stood near by."""
    ended = rng.random(standing.height) < ENDED
    groups = [
        (merged, "infant", "Infant School", "merged"),
        (merged, "junior", "Junior School", "merged"),
        (renewed, None, None, "renewed"),
        (split, None, None, "split"),
        (ended, None, None, "ended"),
    ]
    parts = []
    for where, sort, suffix, change in groups:
        part = standing.filter(pl.Series(where)).with_columns(
            role_in_change=pl.lit(change), successors=pl.col("urn").str.split(",")
        )
        if sort is not None:
            ages = (4, 7) if sort == "infant" else (7, 11)
            part = part.with_columns(
                sort=pl.lit(sort),
                suffix=pl.lit(suffix),
                low_age=pl.lit(ages[0], pl.Int64),
                high_age=pl.lit(ages[1], pl.Int64),
                name=pl.concat_str("stem", pl.lit(suffix), separator=" "),
            )
        if change == "ended":
            part = part.with_columns(
                successors=pl.lit([], pl.List(pl.String)),
                name=pl.concat_str("stem", pl.lit("County"), "suffix", separator=" "),
                closed_on=pl.date(pl.lit(pl.Series(rng.integers(1990, 2006, part.height))), 8, 31),
            )
        else:
            part = part.with_columns(closed_on=pl.col("opened_on") - pl.duration(days=1))
        parts.append(part)
    closed = pl.concat(parts)
    # A school that split has a second successor: the next standing school of the same sort.
    urns = standing.select("urn", "sort", "authority_code").with_columns(
        next_urn=pl.col("urn").shift(-1).over("authority_code", "sort")
    )
    second = urns.select(first="urn", second="next_urn")
    return (
        closed.rename({"urn": "first"})
        .join(second, on="first", how="left", maintain_order="left")
        .with_columns(
            successors=pl.when(pl.col("role_in_change") == "split")
            .then(pl.concat_list("successors", "second").list.drop_nulls())
            .otherwise("successors"),
            urn=pl.Series((first_urn + np.cumsum(rng.integers(1, 6, closed.height))).astype(str)),
            opened_on=pl.lit(None, pl.Date),
            opened_because=pl.lit("Not applicable"),
        )
        .drop("first", "second")
    )


def _links(closed: pl.DataFrame, standing: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """One row a statement, from both sides unless one kept silent."""
    later = standing.select(successor="urn", successor_name="name")
    pairs = (
        closed.select(
            predecessor="urn",
            predecessor_name="name",
            successor="successors",
            on="closed_on",
            change="role_in_change",
        )
        .explode("successor")
        .drop_nulls("successor")
        .join(later, on="successor", how="left", maintain_order="left")
    )
    silent = rng.random(pairs.height)
    undated = pl.Series(rng.random(pairs.height) < UNDATED)
    words = pl.col("change")
    pairs = pairs.with_columns(
        established_on=pl.when(~undated).then(pl.col("on") + pl.duration(days=1)),
        suffix=words.replace_strict(LINK_SUFFIXES, default=""),
    )
    forward = pairs.filter(pl.Series(silent > ONE_SIDED)).select(
        urn="predecessor",
        link_urn="successor",
        link_name="successor_name",
        link_type=pl.concat_str(pl.lit("Successor"), "suffix"),
        established_on="established_on",
    )
    backward = pairs.filter(pl.Series(silent < 1 - ONE_SIDED)).select(
        urn="successor",
        link_urn="predecessor",
        link_name="predecessor_name",
        link_type=pl.concat_str(pl.lit("Predecessor"), "suffix"),
        established_on="established_on",
    )
    circle = (
        pairs.filter(pl.col("change") == "renewed")
        .head(1)
        .select(
            urn="successor",
            link_urn="predecessor",
            link_name="predecessor_name",
            link_type=pl.lit("Successor"),
            established_on=pl.lit(None, pl.Date),
        )
    )
    return pl.concat([forward, backward, circle]).sort("urn", "link_urn", "link_type")
