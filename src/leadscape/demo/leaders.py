"""The truth: who holds which role, and on which lists each holding stands.

For every role, holders are drawn one after another, spread over authorities and sectors in fixed
proportions, and each is listed or not by every list independently, until exactly the wanted number of
holdings stands on at least one list (inverse sampling). Those met on the way whom no list names are part of
the truth: what a method of estimation should find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadscape.demo.facts import PAPERS_FIVE
from leadscape.demo.plan import (
    AUTHORITY_CHANCES,
    JUNIOR_INFANT_NURSERY_SHARE,
    LISTERS,
    OTHER_JUNIOR_INFANT_NURSERY_SHARE,
    REGIONS,
    SECONDARY_SHARE,
    Plan,
    national_targets,
)

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook

SECTORS = ("secondary", "primary", "junior_infant_nursery")
GOLDEN_RATIO = (5**0.5 - 1) / 2
SECOND_ROLE_ATTRACTION = 4.0
"""How much likelier a head who holds a role is to be drawn for another, among heads of the same cell."""


def draw_response(authorities: pl.DataFrame, plan: Plan, rng: np.random.Generator) -> pl.DataFrame:
    """``authorities`` with ``answers`` and ``names_nobody``.

    The number that answers is fixed in each region (largest remainders of the chances). The five that the
    paper names with over 70 leaders always answer; within a region the rest is chance.
    """
    asked = authorities.join(REGIONS, on="region", how="left", maintain_order="left").with_columns(
        chance=pl.col("answers")
    )
    expected = asked.group_by("region", maintain_order=True).agg(n=pl.len(), expected=pl.col("chance").sum())
    scaled = expected["expected"].to_numpy() * plan.answering / expected["expected"].sum()
    seats = np.floor(scaled).astype(int)
    seats[np.argsort(seats - scaled, kind="stable")[: plan.answering - seats.sum()]] += 1
    certain = asked["authority_code"].is_in(PAPERS_FIVE).to_numpy()
    drawn = asked.with_columns(order=pl.Series(rng.random(asked.height) - certain)).join(
        expected.select("region", seats=pl.Series(seats)), on="region", how="left", maintain_order="left"
    )
    answered = drawn.with_columns(
        answers=pl.col("order").rank("ordinal").over("region") <= pl.col("seats"),
    )
    smallest = (pl.when("answers").then(pl.col("weight")).rank("ordinal") <= plan.naming_nobody).fill_null(
        value=False
    )
    return answered.with_columns(names_nobody=smallest).drop("order", "seats", "chance")


def draw_holdings(
    schools: pl.DataFrame,
    authorities: pl.DataFrame,
    plan: Plan,
    codebook: Codebook,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Holdings that are true: ``at`` (row of ``schools``), ``role``, ``origin``, ``lists``, ``reported``.

    Parameters
    ----------
    schools
        Schools that stand, with ``authority_row`` and ``sector``.
    authorities
        As :func:`draw_response` returns them.
    """
    eligible = (
        schools.with_row_index("at")
        .filter(pl.col("sector").is_in(SECTORS))
        .select("at", "authority_row", "sector", "authority_code")
    )
    held = np.zeros(schools.height)
    national = sum(n for role, n in plan.reported.items() if codebook.role(role).origin == "national")
    targets = national_targets(authorities, national, rng)
    local = (authorities["weight"] * authorities["local_rate"]).to_numpy() * ~authorities[
        "names_nobody"
    ].to_numpy()
    drawn = []
    for role, wanted in plan.reported.items():
        origin = codebook.role(role).origin
        weight = targets if origin == "national" else local
        sequence = _queue(eligible, role, weight, held, rng)
        listed = _list_holders(sequence, role, authorities, rng)
        known = listed["reported"].cum_sum()
        kept = listed.filter((known < wanted) | ((known == wanted) & pl.col("reported")))
        held[kept["at"].to_numpy()] += 1
        drawn.append(kept.with_columns(role=pl.lit(role), origin=pl.lit(origin)))
    return pl.concat(drawn).select("at", "role", "origin", "lists", "reported")


def _queue(
    eligible: pl.DataFrame, role: str, weight: np.ndarray, held: np.ndarray, rng: np.random.Generator
) -> pl.DataFrame:
    """Heads in the order in which they would take the role: any beginning of it is spread in proportion.

    In a cell (authority and sector) with share w the k-th head stands at (k - u) / w, u uniform: systematic
    sampling.
    """
    secondary = SECONDARY_SHARE[role]
    youngest = JUNIOR_INFANT_NURSERY_SHARE.get(role, OTHER_JUNIOR_INFANT_NURSERY_SHARE)
    of_sector = {
        "secondary": secondary,
        "junior_infant_nursery": youngest,
        "primary": 1 - secondary - youngest,
    }
    attraction = np.where(held[eligible["at"].to_numpy()] > 0, SECOND_ROLE_ATTRACTION, 1.0)
    cells = eligible.select("authority_row", "sector").unique(maintain_order=True)
    cells = cells.with_columns(
        share=pl.Series(weight[cells["authority_row"].to_numpy()])
        * pl.col("sector").replace_strict(of_sector, return_dtype=pl.Float64),
        start=pl.Series(rng.random(cells.height)),
    ).filter(pl.col("share") > 0)
    return (
        eligible.with_columns(order=pl.Series(rng.exponential(size=eligible.height) / attraction))
        .join(cells, on=["authority_row", "sector"], how="inner", maintain_order="left")
        .with_columns(place=pl.col("order").rank("ordinal").over("authority_row", "sector"))
        .with_columns(turn=(pl.col("place") - pl.col("start")) / pl.col("share"))
        .sort("turn")
        .select("at", "authority_row", "authority_code")
    )


def _list_holders(
    sequence: pl.DataFrame, role: str, authorities: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """``sequence`` with ``lists`` (respondents that name the holder) and ``reported``.

    Lists are independent. Which lists name the i-th holder is read off a golden-ratio sequence, apart for authorities
    that answer and that do not, so that every combination of lists has its expected share in any beginning of the
    queue: a method that is right for independent lists finds the truth without luck.
    """
    answers = (authorities["answers"] & ~authorities["names_nobody"]).to_numpy()
    by_authority = answers[sequence["authority_row"].to_numpy()] * AUTHORITY_CHANCES.get(role, 1.0)
    names: list[pl.Expr] = [pl.col("authority_code")]
    chances = [by_authority]
    for lister in LISTERS:
        if role in lister.chances:
            names.append(pl.lit(lister.respondent_id))
            chances.append(np.full(sequence.height, lister.chances[role]))
    point = np.empty(sequence.height)
    for group in (by_authority > 0, by_authority == 0):
        point[group] = (rng.random() + GOLDEN_RATIO * np.arange(group.sum())) % 1.0
    lists = []
    # The unit interval is cut by the first list, each part of it by the second, and so on.
    for name, chance in zip(names, chances, strict=True):
        listed = point < chance
        point = np.where(
            listed,
            point / np.where(listed, chance, 1.0),
            (point - chance) / np.where(listed, 1.0, 1.0 - chance),
        )
        lists.append(pl.when(pl.Series(listed)).then(name))
    return sequence.with_columns(lists=pl.concat_list(lists).list.drop_nulls()).with_columns(
        reported=pl.col("lists").list.len() > 0
    )
