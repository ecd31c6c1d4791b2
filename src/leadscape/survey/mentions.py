"""Schools as returns mention them: a home school a nomination, and the partner schools it lists."""

from __future__ import annotations

from typing import Final

import polars as pl

from leadscape.core.identifiers import clean_identifier, content_id, normalise_name
from leadscape.survey.linkage import authority_lookup

PARTNER_SEPARATORS: Final = r"\s*(?:;|\n|\|)\s*"
_URN_ONLY: Final = r"^\d{5,8}$"


def place_nominations(
    nominations: pl.DataFrame, responses: pl.DataFrame, schools: pl.DataFrame
) -> pl.DataFrame:
    """``nominations`` with ``authority_code``: as written, else that of the authority which answered.

    ``authority`` stays as written where it names no authority of the register: people write the district, the old
    county or the diocese, which still says where a school lies.
    """
    lookup = authority_lookup(schools)
    known = lookup.rename({"authority_code": "by_code"})
    named = lookup.rename({"authority_code": "by_name"})
    return (
        nominations.with_columns(folded=normalise_name(pl.col("authority")))
        .join(known, left_on="authority", right_on="written", how="left", maintain_order="left")
        .join(named, left_on="folded", right_on="written", how="left", maintain_order="left")
        .join(
            responses.select("respondent_id", respondent_authority="authority_code"),
            on="respondent_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            authority_code=pl.coalesce("by_code", "by_name", "respondent_authority"),
            elsewhere=pl.when(pl.coalesce("by_code", "by_name").is_null()).then("authority"),
        )
        .drop("folded", "by_code", "by_name", "respondent_authority")
    )


def place_by_school(located: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """``located`` with authority, ``region`` and ``phase`` of the home school where it is known, else of the return."""
    places = schools.select(
        "phase", home_urn="urn", school_authority="authority_code", school_region="region"
    )
    regions = schools.group_by("authority_code").agg(
        authority_region=pl.col("region").drop_nulls().mode().sort().first()
    )
    return (
        located.join(places, on="home_urn", how="left", maintain_order="left")
        .with_columns(authority_code=pl.coalesce("school_authority", "authority_code"))
        .join(regions, on="authority_code", how="left", maintain_order="left")
        .with_columns(region=pl.coalesce("school_region", "authority_region"))
        .drop("school_authority", "school_region", "authority_region")
    )


def find_mentions(placed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every distinct way in which a school is mentioned, and which nomination mentions it as what.

    Returns
    -------
    tuple of polars.DataFrame
        Mentions: ``mention_id``, ``urn``, ``name``, ``authority_code``, ``authority`` (as written, where it is none of
        the register's). Uses: ``nomination_id``, ``use`` (``home`` or ``partner``), ``mention_id``. A nomination that
        states no school has no use.
    """
    home = placed.select(
        "nomination_id",
        use=pl.lit("home"),
        urn=pl.col("home_urn"),
        name=pl.col("home_school"),
        authority_code=pl.col("authority_code"),
        authority=pl.col("elsewhere"),
    ).filter(pl.col("urn").is_not_null() | pl.col("name").is_not_null())
    listed = placed.select(
        "nomination_id",
        text=pl.col("partner_schools").str.replace_all(PARTNER_SEPARATORS, ";").str.split(";"),
        authority_code=pl.col("authority_code"),
        authority=pl.col("elsewhere"),
    ).explode("text")
    numbered = pl.col("text").str.contains(_URN_ONLY)
    partner = (
        listed.with_columns(text=pl.col("text").str.strip_chars())
        .filter(pl.col("text").str.len_chars() > 0)
        .select(
            "nomination_id",
            use=pl.lit("partner"),
            urn=pl.when(numbered).then(clean_identifier(pl.col("text"))),
            name=pl.when(~numbered).then(pl.col("text")),
            authority_code=pl.col("authority_code"),
            authority=pl.col("authority"),
        )
    )
    uses = pl.concat([home, partner])
    said = ["urn", "name", "authority_code", "authority"]
    distinct = uses.select(said).unique(maintain_order=True)
    # What names no authority is part of the id only where it is there, so that decisions made without it stay found.
    ids = [
        content_id("M", urn, name, code, *([] if written is None else [written]))
        for urn, name, code, written in distinct.iter_rows()
    ]
    mentions = distinct.with_columns(mention_id=pl.Series(ids, dtype=pl.String))
    return mentions.select("mention_id", *said), uses.join(
        mentions, on=said, nulls_equal=True, maintain_order="left"
    ).select("nomination_id", "use", "mention_id")
