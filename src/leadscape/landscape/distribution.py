"""Where holdings are: by authority, region and phase, with what is not known said as such.

Tables in: ``RoleHoldings``, ``Responses``, ``Schools``. Tables out: ``AuthorityDistribution``,
``RegionDistribution``, ``PhaseDistribution``. Local roles reach a study through authorities, national ones
through agency lists. An authority that was asked and stayed silent is therefore *unknown* for its local
holdings and its total, one that nobody asked is *not collected*, and neither is ever 0; its national holdings
are known once an agency has answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.missing import NOT_COLLECTED, REPORTED, SUPPRESSED, UNKNOWN, Status
from leadscape.core.tables import polars_schema
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.extent import HOLDINGS, LEADERS, share_of, status_of_count, with_codebook_roles
from leadscape.landscape.tables import (
    BANDS,
    AuthorityDistribution,
    PhaseDistribution,
    RegionDistribution,
)
from leadscape.register.tables import is_open

if TYPE_CHECKING:
    from datetime import date

LOCAL: Final = "local"
NATIONAL: Final = "national"
UNKNOWN_PLACE: Final = "unknown"

_ANSWERED: Final = pl.col("response").cast(pl.String).is_in(["answered", "answered_none"])


def count_authorities(
    holdings: pl.DataFrame,
    responses: pl.DataFrame,
    schools: pl.DataFrame,
    codebook: Codebook,
    config: LandscapeConfig | None = None,
    as_of: date | None = None,
) -> pl.DataFrame:
    """Holdings and leaders of every authority, with what is not known said as such.

    Parameters
    ----------
    holdings
        As :class:`~leadscape.survey.tables.RoleHoldings`. Those without an authority are in no row.
    responses
        As :class:`~leadscape.survey.tables.Responses`: who was asked and who answered.
    schools
        As :class:`~leadscape.register.tables.Schools`; only open ones are counted.
    codebook
        Gives each role its origin.
    config
        Through which respondents national roles arrive.
    as_of
        Date on which a school must be open by its own dates; without it, open as the register says.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.landscape.tables.AuthorityDistribution`, one row for each authority of the
        register, of the frame or of a holding, ordered by code. ``holdings`` is known where both routes are;
        where it is not, ``reported_at_least`` is what anybody reported.
    """
    config = config or LandscapeConfig()
    coded = with_codebook_roles(holdings, codebook)
    frame = _authorities(coded, responses, open_schools(schools, as_of))
    joined = frame.join(coded, on="authority_code", how="left", suffix="_of_holding")
    local = pl.when(_ANSWERED).then(pl.lit(REPORTED))
    local = local.when(pl.col("response") == "silent").then(pl.lit(UNKNOWN)).otherwise(pl.lit(NOT_COLLECTED))
    national = pl.lit(national_status(responses, config))
    total = pl.when(local != REPORTED).then(local).otherwise(national)
    return AuthorityDistribution.validate(
        joined.group_by(frame.columns)
        .agg(HOLDINGS, LEADERS, _holdings_of(LOCAL), _holdings_of(NATIONAL))
        .with_columns(
            pl.col("holdings").alias("reported_at_least"),
            local.cast(Status).alias("local_holdings_status"),
            national.cast(Status).alias("national_holdings_status"),
            total.cast(Status).alias("holdings_status"),
        )
        .with_columns(
            _where_reported("holdings"),
            _where_reported("leaders", "holdings_status"),
            _where_reported("local_holdings"),
            _where_reported("national_holdings"),
        )
        .with_columns(per_100("holdings", "schools").alias("per_100_schools"), band_of_holdings())
        .sort("authority_code")
        .select(AuthorityDistribution.column_names())
        .cast(polars_schema(AuthorityDistribution))
    )


def count_regions(
    authorities: pl.DataFrame,
    holdings: pl.DataFrame,
    responses: pl.DataFrame,
    codebook: Codebook,
    config: LandscapeConfig | None = None,
) -> pl.DataFrame:
    """Holdings and leaders of every region, as :class:`~leadscape.landscape.tables.RegionDistribution`.

    Parameters
    ----------
    authorities
        As :func:`count_authorities` returns it. A holding lies in the region of its authority.
    holdings, responses, codebook, config
        As for :func:`count_authorities`.
    """
    config = config or LandscapeConfig()
    placed = authorities.with_columns(pl.col("region").fill_null(UNKNOWN_PLACE))
    coded = (
        with_codebook_roles(holdings, codebook)
        .drop("region")
        .join(placed.select("authority_code", "region", "response"), on="authority_code", how="left")
        .with_columns(pl.col("region").fill_null(UNKNOWN_PLACE), pl.col("response").cast(pl.String))
    )
    everywhere = pl.concat([placed.select("region"), coded.select("region")]).unique()
    counts = (
        everywhere.join(coded, on="region", how="left")
        .group_by("region")
        .agg(HOLDINGS, LEADERS, _holdings_of(LOCAL, _ANSWERED), _holdings_of(NATIONAL))
    )
    frame = (
        everywhere.join(placed, on="region", how="left")
        .group_by("region")
        .agg(
            pl.col("authority_code").count().cast(pl.Int64).alias("authorities"),
            _ANSWERED.sum().cast(pl.Int64).alias("authorities_answered"),
            (pl.col("response") == "silent").any().alias("any_silent"),
            pl.col("schools").sum(),
            pl.col("schools").filter(_ANSWERED).sum().alias("schools_answered"),
        )
    )
    national = national_status(responses, config)
    local = pl.when(pl.col("authorities_answered") > 0).then(pl.lit(REPORTED))
    local = local.when(pl.col("any_silent") | (pl.col("authorities") == 0)).then(pl.lit(UNKNOWN))
    local = local.otherwise(pl.lit(NOT_COLLECTED))
    some = pl.lit(national == REPORTED) | (pl.col("authorities_answered") > 0)
    return RegionDistribution.validate(
        frame.join(counts, on="region")
        .with_columns(
            local.cast(Status).alias("local_holdings_status"),
            pl.lit(national).cast(Status).alias("national_holdings_status"),
            pl.when(some).then(pl.lit(REPORTED)).otherwise(local).cast(Status).alias("holdings_status"),
        )
        .with_columns(
            _where_reported("holdings"),
            _where_reported("leaders", "holdings_status"),
            _where_reported("local_holdings"),
            _where_reported("national_holdings"),
        )
        .with_columns(
            per_100("national_holdings", "schools").alias("national_per_100_schools"),
            per_100("local_holdings", "schools_answered").alias("local_per_100_schools"),
        )
        .sort("region")
        .select(RegionDistribution.column_names())
    )


def count_phases(
    holdings: pl.DataFrame, schools: pl.DataFrame, codebook: Codebook, as_of: date | None = None
) -> pl.DataFrame:
    """Holdings by phase of the home school, as :class:`~leadscape.landscape.tables.PhaseDistribution`.

    A phase that the codebook does not know, or none, is the row ``unknown``, which is in no percentage.
    """
    labels = codebook.labels("phases") | {UNKNOWN_PLACE: "Phase not known"}
    phases = pl.DataFrame(
        {"phase": list(labels), "phase_label": list(labels.values())},
        schema={"phase": pl.String, "phase_label": pl.String},
    )
    phase = (
        pl.when(pl.col("phase").is_in(list(labels)))
        .then("phase")
        .otherwise(pl.lit(UNKNOWN_PLACE))
        .alias("phase")
    )
    coded = with_codebook_roles(holdings, codebook).with_columns(phase)
    known = coded.filter(pl.col("phase") != UNKNOWN_PLACE).height
    of_schools = open_schools(schools, as_of).with_columns(phase).select("phase", "urn")
    counted = (
        phases.join(of_schools, on="phase", how="left", maintain_order="left")
        .group_by("phase", "phase_label", maintain_order=True)
        .agg(pl.col("urn").count().cast(pl.Int64).alias("schools"))
        .join(coded.select("phase", "holding_id", "leader_id"), on="phase", how="left", maintain_order="left")
        .group_by("phase", "phase_label", "schools", maintain_order=True)
        .agg(HOLDINGS, LEADERS)
    )
    share, denominator = share_of(pl.col("holdings"), known)
    return PhaseDistribution.validate(
        counted.with_columns(status_of_count(pl.lit(True)), denominator)
        .with_columns(
            pl.when(pl.col("phase") != UNKNOWN_PLACE).then(share).alias("pct"),
            per_100("holdings", "schools").alias("per_100_schools"),
        )
        .select(PhaseDistribution.column_names())
    )


def open_schools(schools: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """Schools open on a date by their own dates, or as the register says."""
    return schools.filter(is_open(None if as_of is None else pl.lit(as_of)))


def national_status(responses: pl.DataFrame, config: LandscapeConfig) -> str:
    """What is known of national roles: reported once a list came, unknown if none did, else not collected."""
    lists = responses.filter(pl.col("kind").cast(pl.String).is_in(config.national_routes))
    if not lists.height:
        return NOT_COLLECTED
    return REPORTED if lists.filter(_ANSWERED).height else UNKNOWN


def _authorities(coded: pl.DataFrame, responses: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Every authority once: code, name, region, response, open schools."""
    code = pl.col("authority_code")
    registered = (
        schools.filter(code.is_not_null())
        .group_by("authority_code")
        .agg(
            _most_common("authority_name").alias("registered_name"),
            _most_common("region").alias("registered_region"),
            pl.len().cast(pl.Int64).alias("schools"),
        )
    )
    asked = (
        responses.filter(pl.col("kind") == "authority")
        .with_columns(pl.coalesce("authority_code", "respondent_id").alias("authority_code"))
        .sort("authority_code", "respondent_id")
        .group_by("authority_code", maintain_order=True)
        .agg(
            pl.col("respondent_name").first(),
            pl.col("region").drop_nulls().first().alias("asked_region"),
            pl.col("response").cast(pl.String),
        )
    )
    named = pl.concat([frame.select("authority_code") for frame in (registered, asked, coded)])
    answers = pl.col("response").list
    return (
        named.drop_nulls()
        .unique()
        .join(registered, on="authority_code", how="left")
        .join(asked, on="authority_code", how="left")
        .select(
            "authority_code",
            pl.coalesce("registered_name", "respondent_name", "authority_code").alias("authority_name"),
            pl.coalesce("registered_region", "asked_region").alias("region"),
            pl.when(answers.contains("answered"))
            .then(pl.lit("answered"))
            .when(answers.contains("answered_none"))
            .then(pl.lit("answered_none"))
            .when(answers.len() > 0)
            .then(pl.lit("silent"))
            .otherwise(pl.lit("not_asked"))
            .alias("response"),
            pl.when(pl.col("schools").is_null())
            .then(pl.lit(0, pl.Int64))
            .otherwise("schools")
            .alias("schools"),
        )
    )


def _most_common(column: str) -> pl.Expr:
    """The value most rows have; of equals, the first in order."""
    return pl.col(column).drop_nulls().mode().sort().first()


def _holdings_of(origin: str, where: pl.Expr | None = None) -> pl.Expr:
    chosen = pl.col("origin") == origin
    ids = pl.col("holding_id").filter(chosen if where is None else chosen & where)
    return ids.count().cast(pl.Int64).alias(f"{origin}_holdings")


def _where_reported(count: str, status: str | None = None) -> pl.Expr:
    return pl.when(pl.col(status or f"{count}_status") == REPORTED).then(count).alias(count)


def per_100(count: str, schools: str) -> pl.Expr:
    """``count`` per 100 of ``schools``; null where either is not known or there is no school."""
    return pl.when(pl.col(schools) > 0).then(100 * pl.col(count) / pl.col(schools))


def band_of_holdings() -> pl.Expr:
    """The paper's band of ``holdings``; where there is no count, why."""
    holdings, status = pl.col("holdings"), pl.col("holdings_status")
    band = pl.when(status == SUPPRESSED).then(pl.lit("suppressed"))
    band = band.when(status == NOT_COLLECTED).then(pl.lit("not collected"))
    band = band.when(holdings.is_null()).then(pl.lit("unknown"))
    for upper, label in ((0, "none"), (9, "1-9"), (30, "10-30"), (70, "31-70")):
        band = band.when(holdings <= upper).then(pl.lit(label))
    return band.otherwise(pl.lit("over 70")).cast(pl.Enum(BANDS)).alias("band")
