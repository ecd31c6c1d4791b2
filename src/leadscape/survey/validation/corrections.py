"""Totals and shares of roles as the schools' answers would have them: beside the reported, never in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.core.tables import polars_schema
from leadscape.survey.coding import code_roles
from leadscape.survey.validation.error_rates import ALL, share_of
from leadscape.survey.validation.shares import estimate_share
from leadscape.survey.validation.tables import OUTSIDE, CorrectedTotals, RoleConfusion, RoleShares

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leadscape.codebooks import Codebook
    from leadscape.survey.validation.config import ValidationConfig

OTHER_WORDS, NOT_SAID, NOT_A_LEADER = OUTSIDE


def name_roles(roles: Iterable[str], labels: Mapping[str, str] | None) -> str:
    """Roles in a sentence, by what the codebook calls them."""
    return ", ".join((labels or {}).get(role, role) for role in roles)


def correct_totals(
    rates: pl.DataFrame, reported: Mapping[str, int], config: ValidationConfig
) -> pl.DataFrame:
    """Reported holdings less those that are none, in all and by role, as :class:`CorrectedTotals`.

    Parameters
    ----------
    rates
        As :class:`~leadscape.survey.validation.tables.ErrorRates`.
    reported
        Role id to the holdings that the study reports.

    Notes
    -----
    T = N (1 - f) with N holdings reported and f the share of entries that are said not to lead. N is a count and has no
    error of sampling, so the exact interval (f_low, f_high) gives N (1 - f_high) to N (1 - f_low). The roles need not
    add up to the total, since each uses its own answers. Entries that are the same person twice are not taken off:
    which of the two is the one too many depends on what else was reported.
    """
    leads = rates.filter(pl.col("field") == "leads")
    known = {row["role"]: row for row in leads.iter_rows(named=True)}
    everything = {ALL: sum(reported.values()), **dict(sorted(reported.items()))}
    rows: list[dict[str, Any]] = []
    for role, n in everything.items():
        row = known.get(role)
        answered = row["answered"] if row else 0
        enough = row is not None and answered >= config.least_for_total
        rows.append(
            {
                "role": role,
                "reported": n,
                "answered": answered,
                "corrected": n * (1 - row["rate"]) if row and enough else None,
                "corrected_status": "reported" if enough else "unknown",
                "low": n * (1 - row["high"]) if row and enough else None,
                "high": n * (1 - row["low"]) if row and enough else None,
            }
        )
    return CorrectedTotals.validate(pl.DataFrame(rows, schema=polars_schema(CorrectedTotals)))


def confirm_roles(judged: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """Entries of which it is known what they are: ``role`` as reported, ``confirmed``, ``stratum``, ``weight``.

    A correction is coded as a respondent's words are, by label and alias of the codebook. Within a stratum the entries
    of which it is known whether the person leads stand for all that were drawn, and of those who lead the entries whose
    role is known for the others.
    """
    leads = judged.filter(pl.col("field") == "leads", pl.col("answer") == "wrong").with_columns(
        confirmed=pl.lit(NOT_A_LEADER)
    )
    of_role = judged.filter(pl.col("field") == "role", pl.col("answer").is_in(["right", "wrong"]))
    coded = code_roles(of_role.select(nomination_id="entry_id", role_text="correction"), codebook).select(
        entry_id="nomination_id", corrected="role"
    )
    said = normalise_name(pl.col("correction")).fill_null("") != ""
    confirmed = (
        pl.when(pl.col("answer") == "right")
        .then("role")
        .when(pl.col("corrected").is_not_null())
        .then("corrected")
        .when(said)
        .then(pl.lit(OTHER_WORDS))
        .otherwise(pl.lit(NOT_SAID))
    )
    roles = of_role.join(coded, on="entry_id", maintain_order="left").with_columns(confirmed=confirmed)
    drawn = judged.unique("entry_id").group_by("stratum").agg(drawn=pl.len())
    led = (
        judged.filter(pl.col("field") == "leads", pl.col("answer").is_in(["right", "wrong"]))
        .group_by("stratum")
        .agg(asked=pl.len(), none=(pl.col("answer") == "wrong").sum())
    )
    named = roles.group_by("stratum").agg(named=pl.len())
    # Whether somebody leads is known of more entries than which role they hold, so the two are weighed one after the
    # other: else those whose role nobody told would make the others look like no leaders.
    leading = 1 - pl.col("none") / pl.col("asked")
    known = (
        pl.when(pl.col("confirmed") == NOT_A_LEADER)
        .then(1 / pl.col("asked"))
        .otherwise(leading / pl.col("named"))
    )
    return (
        pl.concat([leads, roles.select(leads.columns)])
        .join(drawn, on="stratum")
        .join(led, on="stratum", how="left")
        .join(named, on="stratum", how="left")
        .with_columns(
            asked=pl.max_horizontal("asked", pl.col("none") + pl.col("named"), pl.lit(1)),
            none=pl.when(pl.col("none").is_null()).then(pl.lit(0)).otherwise("none"),
        )
        .with_columns(weight=pl.col("weight") * pl.col("drawn") * known)
        .drop("asked", "none", "named")
        .sort("entry_id")
    )


def confuse_roles(confirmed: pl.DataFrame, confidence: float) -> pl.DataFrame:
    """For each reported role, what the schools say it is, as :class:`RoleConfusion`; rows add up to 1 within a role."""
    rows: list[dict[str, Any]] = []
    for (role,), entries in confirmed.group_by("role", maintain_order=True):
        for found in entries["confirmed"].unique().sort():
            share = share_of(entries, found, confidence, "confirmed", pl.lit(value=True))
            if share is not None:
                count = entries.filter(pl.col("confirmed") == found).height
                rows.append(
                    {
                        "reported": role,
                        "confirmed": found,
                        "entries": count,
                        "share": share.value,
                        "low": share.low,
                        "high": share.high,
                    }
                )
    return RoleConfusion.validate(
        pl.DataFrame(rows, schema=polars_schema(RoleConfusion)).sort("reported", "confirmed")
    )


def correct_shares(
    confirmed: pl.DataFrame,
    reported: Mapping[str, int],
    config: ValidationConfig,
    labels: Mapping[str, str] | None = None,
) -> tuple[pl.DataFrame, str | None]:
    """Shares of roles as the answers would have them, as :class:`RoleShares`; or no row, and why they cannot be known.

    Parameters
    ----------
    confirmed
        As :func:`confirm_roles` returns it.
    reported
        Role id to the holdings that the study reports.
    labels
        Role id to what the role is called in sentences; without it, the id.

    Notes
    -----
    q_j = sum over i of N_i P(j | i) / sum over i and j of N_i P(j | i), with N_i holdings reported as role i and
    P(j | i) the share of entries reported as i that are confirmed as j; not_a_leader is no j. This is the inverse
    matrix method, which uses what becomes of each reported role and never inverts a table of errors. It is identified
    when every reported role has answers; a role that is never reported gets its share only from those reported as
    another.
    The interval is that of a weighted share, each role's entries weighing N_i over its answers.

    Sources
    -------
    Marshall, R. J. (1990) Validation study methods for estimating exposure proportions and odds ratios with
    misclassified data. Journal of Clinical Epidemiology 43, 941-947. Kuha, J. & Skinner, C. (1997) Categorical data
    analysis and misclassification. In Lyberg, L. et al. (eds) Survey Measurement and Process Quality. Wiley.
    """
    empty = pl.DataFrame(schema=polars_schema(RoleShares))
    held = {role: n for role, n in reported.items() if n > 0}
    if not held:
        return empty, "Corrected shares of roles are not given: the study reports no holding now."
    answers = dict(confirmed["role"].value_counts().iter_rows())
    lacking = sorted(role for role in held if answers.get(role, 0) < config.least_a_role)
    if lacking:
        few = f"fewer than {config.least_a_role} answers"
        under = "that role" if len(lacking) == 1 else "those roles"
        return empty, (
            f"Corrected shares of roles are not given: of {name_roles(lacking, labels)} there are {few}, so nobody "
            f"knows what holdings reported under {under} are."
        )
    total = sum(held.values())
    # Within a role the design's weights stand; between roles the study's own counts do.
    placed = confirmed.filter(pl.col("role").is_in(list(held))).with_columns(
        weight=pl.col("weight")
        / pl.col("weight").sum().over("role")
        * pl.col("role").replace_strict(held, return_dtype=pl.Float64),
        stratum=pl.concat_str("role", "stratum", separator=" in "),
    )
    standing = placed.filter(pl.col("confirmed") != NOT_A_LEADER)
    if not standing.height:
        return empty, "Corrected shares of roles are not given: no entry was said to be of a leader."
    rows: list[dict[str, Any]] = []
    for role in sorted({*held, *standing["confirmed"].unique()}):
        share = _placed_share(standing, role, config.confidence)
        rows.append({"role": role, "reported_share": held.get(role, 0) / total, **share})
    return RoleShares.validate(pl.DataFrame(rows, schema=polars_schema(RoleShares))), None


def _placed_share(standing: pl.DataFrame, role: str, confidence: float) -> dict[str, float]:
    share = estimate_share(
        (standing["confirmed"] == role).to_numpy(),
        standing["weight"].to_numpy(),
        standing["stratum"].rank("dense").cast(pl.Int64).to_numpy(),
        confidence,
    )
    return {"corrected_share": share.value, "low": share.low, "high": share.high}
