"""Who answered, of those who were asked: by kind, region and channel, and how many schools somebody answered for."""

from __future__ import annotations

from typing import Final

import polars as pl

from leadscape.register.tables import is_open
from leadscape.survey.response.shares import share_columns
from leadscape.survey.response.tables import ResponseRates, SchoolCoverage

CUTS: Final = ("kind", "region", "channel")
ALL: Final = "all"
NOT_STATED: Final = "not stated"
IN_TIME: Final = ("answered", "answered_none")
NO_ANSWER_YET: Final = ("silent", "reminded", "asked")


def rate_response(contacts: pl.DataFrame) -> pl.DataFrame:
    """Response of everybody asked, and by kind, region and channel, as :class:`ResponseRates`.

    Parameters
    ----------
    contacts
        As :class:`~leadscape.survey.response.tables.Contacts`. A cut that the frame says nothing about is left out.
    """
    plain = contacts.with_columns(pl.col("kind", "channel", "status").cast(pl.String))
    cuts = [plain.select(pl.lit(ALL).alias("cut"), pl.lit(ALL).alias("group"), "status")]
    cuts += [
        plain.select(pl.lit(cut).alias("cut"), pl.col(cut).fill_null(NOT_STATED).alias("group"), "status")
        for cut in CUTS
        if plain[cut].null_count() < plain.height
    ]
    status = pl.col("status")
    own = ("answered", "answered_none", "late", "refused", "undeliverable", "withdrawn")
    order = pl.DataFrame({"cut": [ALL, *CUTS], "place": range(len(CUTS) + 1)})
    counted = (
        pl.concat(cuts)
        .group_by("cut", "group")
        .agg(
            asked=pl.len().cast(pl.Int64),
            **{name: (status == name).sum().cast(pl.Int64) for name in own},
            silent=status.is_in(list(NO_ANSWER_YET)).sum().cast(pl.Int64),
        )
        .with_columns(in_time=pl.col("answered") + pl.col("answered_none"))
        .with_columns(with_late=pl.col("in_time") + pl.col("late"))
        .join(order, on="cut")
        .sort("place", "group")
    )
    return ResponseRates.validate(
        counted.with_columns(
            *share_columns("in_time", "asked", ("response_share", "low_share", "high_share")),
            *share_columns(
                "with_late", "asked", ("with_late_share", "with_late_low_share", "with_late_high_share")
            ),
        ).select(ResponseRates.column_names())
    )


def cover_schools(contacts: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Open schools in authorities that answered, by region and in all, as :class:`SchoolCoverage`.

    Parameters
    ----------
    schools
        As :class:`~leadscape.register.tables.Schools`; closed ones are left out.
    """
    status = pl.col("status").cast(pl.String)
    authorities = (
        contacts.filter(pl.col("kind").cast(pl.String) == "authority")
        .drop_nulls("authority_code")
        .group_by("authority_code")
        .agg(has_answered=status.is_in([*IN_TIME, "late"]).any())
    )
    placed = (
        schools.filter(is_open())
        .select("authority_code", region=pl.col("region").fill_null(NOT_STATED))
        .join(authorities, on="authority_code", how="left")
    )
    both = pl.concat([placed.with_columns(region=pl.lit(ALL)), placed])
    answered = pl.col("has_answered").fill_null(value=False)
    counted = both.group_by("region").agg(
        schools=pl.len().cast(pl.Int64),
        authorities=pl.col("authority_code").drop_nulls().n_unique().cast(pl.Int64),
        answering_authorities=pl.col("authority_code").filter(answered).n_unique().cast(pl.Int64),
        schools_covered=answered.sum().cast(pl.Int64),
        schools_silent=pl.col("has_answered").not_().fill_null(value=False).sum().cast(pl.Int64),
        schools_not_asked=pl.col("has_answered").is_null().sum().cast(pl.Int64),
    )
    return SchoolCoverage.validate(
        counted.with_columns(coverage_share=pl.col("schools_covered") / pl.col("schools"))
        .sort(pl.col("region") != ALL, "region")
        .select(SchoolCoverage.column_names())
    )
