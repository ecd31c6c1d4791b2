"""What do other lists call the people whom a return describes in words that no codebook knows?

Tables in: nominations with their person, coded or not; the roles that a wording may mean, with probabilities. Table
out: the same with probabilities that heed this evidence. If most of those whom authorities describe in some words
are named as consultant leaders by an agency, the words most likely mean consultant leader. How often people of one
role are also named in another is counted among the nominations whose role is known.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

NO_ROLE: Final = "none"
PRIOR_WEIGHT: Final = 4.0
"""Nominations' worth of the average that each role's rate of co-naming is drawn towards; our judgement: small roles
have few lines, and a rate of exactly 0 or 1 would let one line decide."""
LEAST_RATE: Final = 0.005
"""Rates are kept this far from 0 and 1."""


def weigh_by_co_nomination(shares: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """The probability of each role a wording may mean, after a look at what else its people are called.

    Parameters
    ----------
    shares
        ``question_id``, ``role`` (role id or ``none``), ``probability`` (sums to 1 over a question).
    lines
        ``nomination_id``, ``question_id``, ``person``, ``route`` (authority, agency, network), ``role`` (null where not
        coded).

    Returns
    -------
    polars.DataFrame
        As ``shares``, with ``co_named``: of how many lines the person is named in that role elsewhere, and ``lines``:
        how many lines use the words.

    Notes
    -----
    For a line of route t whose role is s, let c_t(s, r) be the share of such lines whose person another line names in
    role r, among lines of known role, with ``PRIOR_WEIGHT`` lines of the average added: for r = s how often people are
    named again in their own role, else how often people of other roles are named in r. A wording used in lines
    i = 1..n has for role s the likelihood prod_i prod_r c^x (1 - c)^(1 - x), with x = 1 where another line names the
    person of i in r. The probability is the one given times the likelihood, over their sum. A line of ``none`` is
    named in r as often as people of other roles are. Lines are taken as independent given the role, which sharpens
    the answer where one respondent names the same people in a row; a person still decides.
    """
    if not shares.height or not lines.height:
        return shares.with_columns(co_named=pl.lit(0, pl.Int64), lines=pl.lit(0, pl.Int64))
    roles = lines["role"].drop_nulls().unique().sort().to_list()
    named = _named_elsewhere(lines, roles)
    known = named.filter(pl.col("role").is_not_null())
    open_lines = named.filter(
        pl.col("question_id").is_in(shares["question_id"].unique().implode()), pl.col("role").is_null()
    )
    if not known.height or not open_lines.height:
        return shares.with_columns(co_named=pl.lit(0, pl.Int64), lines=pl.lit(0, pl.Int64))
    logs = pl.concat(
        [
            _log_likelihood(
                open_lines.filter(pl.col("route") == route), known.filter(pl.col("route") == route), roles
            )
            for route in open_lines["route"].unique().sort()
        ]
    )
    evidence = logs.group_by("question_id", "role").agg(pl.col("log").sum())
    counts = (
        open_lines.select("question_id", *roles)
        .unpivot(roles, index="question_id", variable_name="role", value_name="elsewhere")
        .group_by("question_id", "role")
        .agg(co_named=pl.col("elsewhere").sum().cast(pl.Int64))
    )
    used = open_lines.group_by("question_id").agg(lines=pl.len().cast(pl.Int64))
    average = evidence.filter(pl.col("role") == NO_ROLE).select("question_id", unnamed="log")
    weighed = (
        shares.join(evidence, on=["question_id", "role"], how="left", maintain_order="left")
        .join(average, on="question_id", how="left", maintain_order="left")
        .join(counts, on=["question_id", "role"], how="left", maintain_order="left")
        .join(used, on="question_id", how="left", maintain_order="left")
        # A role that no line is known to have follows the average, as "none" does.
        .with_columns(log=pl.coalesce("log", "unnamed", pl.lit(0.0)))
    )
    top = pl.col("log").max().over("question_id")
    mass = pl.col("probability") * (pl.col("log") - top).exp()
    return weighed.with_columns(probability=mass / mass.sum().over("question_id")).drop("log", "unnamed")


def _named_elsewhere(lines: pl.DataFrame, roles: list[str]) -> pl.DataFrame:
    """``lines`` with a 0/1 column a role: whether another line names the person in it."""
    counted = lines.group_by("person").agg(
        *((pl.col("role") == role).sum().alias(f"{role} all") for role in roles)
    )
    joined = lines.join(counted, on="person", maintain_order="left")
    own = [(pl.col("role") == role).fill_null(value=False).cast(pl.Int64) for role in roles]
    return joined.with_columns(
        ((pl.col(f"{role} all") - mine) > 0).cast(pl.Int64).alias(role)
        for role, mine in zip(roles, own, strict=True)
    ).select("question_id", "route", "role", *roles)


def _log_likelihood(asked: pl.DataFrame, known: pl.DataFrame, roles: list[str]) -> pl.DataFrame:
    """``question_id``, ``role``, ``log``: how likely the naming elsewhere is if the words mean the role."""
    x = asked.select(roles).to_numpy().astype(float)
    rate = _rates(known, roles)
    log = x @ np.log(rate).T + (1 - x) @ np.log1p(-rate).T
    names = [*roles, NO_ROLE]
    return pl.DataFrame(
        {
            "question_id": np.repeat(asked["question_id"].to_numpy(), len(names)),
            "role": np.tile(np.array(names, dtype=object), asked.height),
            "log": log.ravel(),
        },
        schema={"question_id": pl.String, "role": pl.String, "log": pl.Float64},
    )


def _rates(known: pl.DataFrame, roles: list[str]) -> NDArray[np.float64]:
    """Chance that a line of role s has its person named in role r elsewhere; the last row is for lines of no role."""
    x: NDArray[np.float64] = known.select(roles).to_numpy().astype(float)
    is_role = known["role"].to_numpy()[None, :] == np.array(roles, dtype=object)[:, None]
    lines = is_role.sum(axis=1)
    named = is_role.astype(float) @ x
    own = np.eye(len(roles), dtype=bool)
    others = (named.sum(axis=0) - named[own]) / np.maximum(len(x) - lines, 1)
    again = named[own].sum() / max(lines.sum(), 1)
    average = np.where(own, again, others[None, :])
    rate = (named + PRIOR_WEIGHT * average) / (lines[:, None] + PRIOR_WEIGHT)
    # Kept off 0 and 1, so that no single line can rule a role out.
    return np.clip(np.vstack([rate, others[None, :]]), LEAST_RATE, 1 - LEAST_RATE)
