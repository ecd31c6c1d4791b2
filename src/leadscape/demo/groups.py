"""Federations, a few foundation trusts and children's centre groups, as the membership file lists them."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import polars as pl

TRUSTS_PER_THOUSAND: Final = 2.5
LARGEST_TRUST: Final = 4


def name_federations(federations: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Formal federations with ``federation`` (name), one row a school."""
    formal = federations.filter("formal")
    stem = schools["stem"].gather(formal["lead_at"])
    return formal.with_columns(
        federation=pl.concat_str(pl.lit("The"), stem, pl.lit("Federation"), separator=" ")
    )


def membership_rows(
    federations: pl.DataFrame, schools: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """One row a membership, with the column names of the register's file of group links.

    Trusts are those of foundation schools, the only ones of 2006. A federation joined when its executive
    head began.
    """
    federated = federations.select("at", name="federation", lead_at="lead_at", kind=pl.lit("Federation"))
    foundation = schools.with_row_index("at").filter(pl.col("kind") == "Foundation school")
    trusts = (
        foundation.sort("authority_code", "at")
        .with_columns(order=pl.int_range(pl.len()).over("authority_code"))
        .filter(pl.col("order") < LARGEST_TRUST)
    )
    wanted = max(1, round(TRUSTS_PER_THOUSAND * schools.height / 1000))
    chosen = (
        trusts.filter(pl.len().over("authority_code") >= 2)
        .select("authority_code")
        .unique(maintain_order=True)
    )
    trusted = trusts.join(chosen.head(wanted), on="authority_code", how="semi", maintain_order="left").select(
        "at",
        name=pl.concat_str("authority_name", pl.lit("Foundation Schools Trust"), separator=" "),
        lead_at=pl.col("at").min().over("authority_code"),
        kind=pl.lit("Trust"),
    )
    rows = pl.concat([federated, trusted]).join(
        schools.with_row_index("at").select(
            "at", "urn", "authority_code", "authority_name", "register_phase", school_name="name", type="kind"
        ),
        on="at",
        maintain_order="left",
    )
    leads = rows["lead_at"].unique(maintain_order=True)
    numbers = pl.DataFrame(
        {
            "lead_at": leads,
            "uid": (3001 + np.arange(leads.len())).astype(str),
            "year": rng.integers(2002, 2006, leads.len()),
        }
    )
    return rows.join(numbers, on="lead_at", how="left", maintain_order="left").select(
        pl.col("urn").alias("URN"),
        pl.col("uid").alias("Group UID"),
        pl.lit(None, pl.String).alias("Group ID"),
        pl.col("name").alias("Group Name"),
        pl.lit(None, pl.String).alias("Companies House Number"),
        pl.col("kind").alias("Group Type"),
        pl.lit(None, pl.String).alias("Closed Date"),
        pl.date("year", 9, 1).dt.strftime("%Y-%m-%d").alias("Open date"),
        pl.lit("Open").alias("Group Status"),
        pl.min_horizontal(pl.date("year", 9, 1), pl.lit(date(2006, 4, 1)))
        .dt.strftime("%Y-%m-%d")
        .alias("Joined date"),
        pl.col("school_name").alias("EstablishmentName"),
        pl.col("type").alias("TypeOfEstablishment (name)"),
        pl.col("register_phase").alias("PhaseOfEducation (name)"),
        pl.col("authority_code").alias("LA (code)"),
        pl.col("authority_name").alias("LA (name)"),
    )


def heads_in_register(people: pl.DataFrame, federations: pl.DataFrame) -> pl.DataFrame:
    """Who the register names at each school: its own head, or the executive head whom it shares.

    ``head`` is the row of ``people`` who it is, ``title``, ``given``, ``surname`` the name, ``job_title``
    as registered.
    """
    shared = federations.filter("shared_head").select("at", "lead_at")
    numbered = people.with_row_index("own")
    at_lead = pl.col("lead_at").is_not_null()
    led = numbered.join(shared, left_on="own", right_on="at", how="left", maintain_order="left")
    members = federations.filter(~pl.col("shared_head"))["at"]
    named = led.select(head=pl.coalesce("lead_at", "own"), executive=at_lead, own="own")
    return named.select(
        "head",
        people.select("title", "given", "surname")[named["head"].to_numpy()].to_struct().alias("person"),
        job_title=pl.when("executive")
        .then(pl.lit("Executive Headteacher"))
        .when(pl.col("own").is_in(members.implode()))
        .then(pl.lit("Head of School"))
        .otherwise(pl.lit("Headteacher")),
    ).unnest("person")
