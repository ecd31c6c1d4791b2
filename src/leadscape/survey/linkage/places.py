"""Which authorities can a place mean, as people write it: an authority, a district, an old county, a diocese, a town?

In: the register's own authorities, districts and towns, and the shipped list of old counties and dioceses. Out: for
each place as written, authorities with weights (0-1). Soft evidence: a place never rules a school out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import polars as pl
from rapidfuzz import distance, process
from scipy import sparse

from leadscape.core.identifiers import normalise_name
from leadscape.register.authorities import authority_events
from leadscape.survey.linkage.grammar import shipped_data

NEAR_FROM: Final = 0.82
"""Likeness (0-1) from which a place is taken for a known one with a letter or two wrong."""
WEIGHTS: Final = {"authority": 1.0, "district": 0.95, "county": 0.7, "diocese": 0.5, "town": 0.85}
SMALLEST_SHARE: Final = 0.05
"""Share of a district's or town's schools from which an authority counts as one that the place can mean."""


@dataclass(frozen=True)
class Places:
    """Places by which an authority may be named.

    Attributes
    ----------
    codes
        Authorities of the register, sorted.
    known
        ``key`` (place, folded), ``authority`` (place in ``codes``), ``weight`` (0-1).
    """

    codes: list[str]
    known: pl.DataFrame

    def read(self, code: pl.Series, text: pl.Series) -> sparse.csr_array:
        """Mentions x authorities, weights 0-1; a row without entries says nothing.

        Parameters
        ----------
        code, text
            Authority code and place as written; either may be null, and a code may hold a name.
        """
        shape = (code.len(), max(len(self.codes), 1))
        written = pl.concat(
            [code.to_frame("text").with_row_index("at"), text.to_frame("text").with_row_index("at")]
        )
        keyed = written.drop_nulls().with_columns(key=place_key(pl.col("text"))).filter(pl.col("key") != "")
        if not keyed.height or not self.known.height:
            return sparse.csr_array(shape, dtype=np.float32)
        distinct = keyed.select(pl.col("key").unique(maintain_order=True))
        meant = keyed.join(self._nearest(distinct), on="key").join(
            self.known, left_on="known", right_on="key"
        )
        best = meant.group_by("at", "authority").agg((pl.col("weight") * pl.col("likeness")).max())
        found = (
            best["weight"].to_numpy().astype(np.float32),
            (best["at"].to_numpy(), best["authority"].to_numpy()),
        )
        return sparse.csr_array(found, shape=shape)

    def _nearest(self, distinct: pl.DataFrame) -> pl.DataFrame:
        """``key``, ``known`` (the place it is), ``likeness``; places like nothing known are left out."""
        keys = self.known["key"].unique(maintain_order=True)
        exact = distinct.filter(pl.col("key").is_in(keys.implode())).select(
            "key", known="key", likeness=pl.lit(1.0, pl.Float64)
        )
        rest = distinct.join(exact, on="key", how="anti").filter(
            ~pl.col("key").str.contains(r"^\d+$"), pl.col("key").str.len_chars() > 3
        )
        if not rest.height:
            return exact
        likeness = process.cdist(
            rest["key"].to_list(),
            keys.to_list(),
            scorer=distance.OSA.normalized_similarity,
            score_cutoff=NEAR_FROM,
        )
        best = likeness.argmax(axis=1)
        found = rest.with_columns(
            known=keys.gather(best),
            likeness=pl.Series(likeness[np.arange(len(best)), best].astype(np.float64)),
        ).filter(pl.col("likeness") >= NEAR_FROM)
        return pl.concat([exact, found])


def place_key(text: pl.Expr) -> pl.Expr:
    """A place without the words that say what kind of body it is, its words in alphabetical order."""
    words = normalise_name(text).str.split(" ")
    telling = words.list.filter(~pl.element().is_in(_words_of_bodies())).list.sort().list.join(" ")
    return pl.when(telling != "").then(telling).otherwise(normalise_name(text)).fill_null("")


@cache
def _gazetteer() -> dict[str, Any]:
    return shipped_data("places")


@cache
def _words_of_bodies() -> list[str]:
    return sorted({word for entry in _gazetteer()["places"]["words"] for word in entry.split()})


def know_places(schools: pl.DataFrame) -> Places:
    """Every place that can mean an authority of the register.

    Parameters
    ----------
    schools
        ``authority_code``, ``authority_name``, ``district``, ``town`` (each may be null).
    """
    located = schools.drop_nulls("authority_code")
    codes = sorted(located["authority_code"].unique())
    number = pl.DataFrame(
        {"authority_code": codes, "authority": range(len(codes))},
        schema={"authority_code": pl.String, "authority": pl.Int64},
    )
    named = (
        located.select("authority_code", "authority_name")
        .unique(maintain_order=True)
        .select("authority_code", key=place_key(pl.col("authority_name")))
        .filter(pl.col("key") != "")
        .unique(maintain_order=True)
    )
    rows = [
        number.select(key="authority_code", authority_code="authority_code", weight=pl.lit(1.0)),
        named.select("key", "authority_code", weight=pl.lit(WEIGHTS["authority"])),
        _shares(located, "district"),
        _shares(located, "town"),
        _listed(named),
        _reorganised(codes),
    ]
    known = (
        pl.concat(rows)
        .filter(pl.col("key") != "")
        .group_by("key", "authority_code")
        .agg(pl.col("weight").max())
        .join(number, on="authority_code")
        .sort("key", "authority")
    )
    return Places(codes, known.select("key", "authority", "weight"))


def _shares(located: pl.DataFrame, column: str) -> pl.DataFrame:
    """Authorities in which the schools of each district or town lie, weighed by their share of them."""
    written = located.drop_nulls(column).group_by(column, "authority_code").len()
    counted = (
        written.select("authority_code", "len", key=place_key(pl.col(column)))
        .group_by("key", "authority_code")
        .agg(pl.col("len").sum())
    )
    share = pl.col("len") / pl.col("len").sum().over("key")
    return (
        counted.with_columns(share=share)
        .filter(pl.col("share") >= SMALLEST_SHARE)
        .select("key", "authority_code", weight=WEIGHTS[column] * pl.col("share").sqrt())
    )


def _listed(named: pl.DataFrame) -> pl.DataFrame:
    """Old counties and dioceses, by the authorities that the register names."""
    listed = [
        (area, authority, WEIGHTS[kind])
        for kind in ("county", "diocese")
        for area, authorities in _gazetteer()[kind].items()
        for authority in authorities
    ]
    areas = pl.DataFrame(
        listed, schema={"area": pl.String, "authority": pl.String, "weight": pl.Float64}, orient="row"
    )
    return (
        areas.select(
            place_key(pl.col("area")).alias("key"), place_key(pl.col("authority")).alias("of"), "weight"
        )
        .join(named, left_on="of", right_on="key")
        .select("key", "authority_code", "weight")
    )


def _reorganised(codes: list[str]) -> pl.DataFrame:
    """Codes and names of abolished authorities, and of later ones, by those of the register that lie in them."""
    events = authority_events().filter(pl.col("old_code") != pl.col("new_code"))
    weight = pl.lit(WEIGHTS["district"])
    sides = (("old", "new"), ("new", "old"))
    return pl.concat(
        [
            events.filter(pl.col(f"{ours}_code").is_in(codes), ~pl.col(f"{theirs}_code").is_in(codes)).select(
                key=key, authority_code=f"{ours}_code", weight=weight
            )
            for theirs, ours in sides
            for key in (pl.col(f"{theirs}_code"), place_key(pl.col(f"{theirs}_name")))
        ]
    )
