"""Which pairs of groups are worth comparing: those that share a search key, found by joins.

A key is two or three things that one person's lines seldom all get wrong: a name at a school or one of its partner
schools, a full name anywhere, a surname in an authority, … A pair that shares no key is taken for different people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadscape.codebooks.person_names import load_person_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.survey.identity.groups import Groups


@dataclass(frozen=True)
class Candidates:
    """Pairs of groups that share a search key.

    Attributes
    ----------
    one, other
        Rows of the groups' frame, ``one < other``. Shape ``(pairs,)``.
    blocks_refused
        Search keys that more groups share than are compared, even within one authority.
    """

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    blocks_refused: int


def find_candidates(groups: Groups, largest_block: int) -> Candidates:
    """Every pair of groups that shares one of the search keys."""
    frame = (
        groups.frame.lazy().with_row_index("at").filter(pl.col("surname").is_not_null() & ~pl.col("several"))
    )
    size = groups.size
    pairs: list[pl.DataFrame] = []
    refused = 0
    for keyed in _keys(frame):
        found, left = _join(keyed, largest_block, size)
        pairs.append(found)
        refused += left
    joined = pl.concat(pairs).unique().sort("pair").to_series().to_numpy()
    return Candidates(joined // size, joined % size, refused)


def _keys(frame: pl.LazyFrame) -> list[pl.LazyFrame]:
    """For each kind of search key, ``at``, ``key`` and ``authority_code``; a group may have several of a kind."""
    letter = pl.col("surname").str.head(1)
    initial = pl.col("given").str.head(1)
    place = pl.coalesce(
        "home_urn", pl.concat_str(pl.col("authority_code").fill_null("?"), "school", separator="|")
    )
    roots = load_person_names().variants.lazy()
    named = frame.with_columns(place=place)
    given = (
        named.filter(pl.col("given").str.len_chars() > 1)
        .join(roots, on="given", how="left")
        .with_columns(root=pl.coalesce("root", "given"))
    )
    second = pl.col("middle").list.eval(pl.element().filter(pl.element().str.len_chars() > 2))
    alternatives = pl.concat_list(pl.concat_list("surname"), "parts", second).list.unique()

    def every_surname(one: pl.LazyFrame) -> pl.LazyFrame:
        return one.with_columns(alternative=alternatives).explode("alternative")

    visited = named.with_columns(
        place=pl.concat_list(pl.concat_list("place"), "partners").list.drop_nulls().list.unique()
    ).explode("place")
    dated = named.explode("starts").drop_nulls("starts")
    return [
        _keyed(every_surname(visited), "place", "alternative"),
        _keyed(given, "place", "root"),
        _keyed(named.with_columns(start=pl.col("surname").str.head(3)), "place", "start"),
        _keyed(every_surname(given), "alternative", "root"),
        _keyed(named, "surname", "authority_code"),
        _keyed(given.with_columns(letter=letter), "root", "letter", "authority_code"),
        _keyed(
            every_surname(named.with_columns(initial=initial)), "alternative", "initial", "authority_code"
        ),
        _keyed(dated, "surname", "starts"),
    ]


def _keyed(frame: pl.LazyFrame, *columns: str) -> pl.LazyFrame:
    return (
        frame.drop_nulls(list(columns))
        .select("at", "authority_code", key=pl.struct(columns).hash())
        .unique(["at", "key"])
    )


def _join(keyed: pl.LazyFrame, largest: int, size: int) -> tuple[pl.DataFrame, int]:
    """``pair`` (one * size + other) for groups of one key, and how many keys were too common."""
    sized = keyed.with_columns(bearers=pl.len().over("key")).filter(pl.col("bearers") > 1).collect()
    small = sized.filter(pl.col("bearers") <= largest).select("at", "key")
    common = sized.filter(pl.col("bearers") > largest)
    finer = (
        common.drop_nulls("authority_code")
        .select("at", key=pl.struct("key", "authority_code").hash())
        .with_columns(bearers=pl.len().over("key"))
    )
    kept = finer.filter((pl.col("bearers") > 1) & (pl.col("bearers") <= largest)).select("at", "key")
    blocks = pl.concat([small, kept]).lazy()
    pairs = (
        blocks.join(blocks, on="key", suffix="_other")
        .filter(pl.col("at") < pl.col("at_other"))
        .select(pair=pl.col("at").cast(pl.Int64) * size + pl.col("at_other").cast(pl.Int64))
        .unique()
        .collect()
    )
    return pairs, finer.filter(pl.col("bearers") > largest)["key"].n_unique()


def random_pairs(
    size: int, wanted: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of rows drawn at random, ``one < other``: unrelated lines, but for a few."""
    one, other = rng.integers(0, size, (2, wanted if size > 1 else 0))
    apart = one != other
    return np.minimum(one, other)[apart], np.maximum(one, other)[apart]
