"""How large a demonstration is, and how its lists come about: every number that is planted, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import polars as pl

from leadscape.codebooks import find_baseline
from leadscape.demo.facts import SMALL_AUTHORITIES

Size = Literal["small", "national"]
BASELINE: Final = "hopkins-higham-2006"


@dataclass(frozen=True)
class Plan:
    """What one size of the demonstration holds.

    Attributes
    ----------
    authorities
        Codes; ``None`` for all 150.
    schools
        Schools that stand, about.
    reported
        Role-holdings that reach the table after duplicates are resolved, by role.
    answering
        Authorities that answer.
    naming_nobody
        Of those, how many answer that they have none.
    """

    authorities: tuple[str, ...] | None
    schools: int
    reported: dict[str, int]
    answering: int
    naming_nobody: int


def plan_of(size: Size) -> Plan:
    """The plan of a size. National reports the counts of HH2007, Table 1, and 76 of 150 authorities answer."""
    _, baseline = find_baseline(BASELINE)
    if size == "national":
        return Plan(None, 22_000, dict(baseline.counts), baseline.answered, 2)
    return Plan(SMALL_AUTHORITIES, 600, _share_out(baseline.counts, 120), 7, 1)


def _share_out(counts: dict[str, int], total: int) -> dict[str, int]:
    """``total`` in the proportions of ``counts``, at least two each; what is left goes to the largest."""
    shares = {role: max(2, total * n // sum(counts.values())) for role, n in counts.items()}
    largest = max(shares, key=lambda role: shares[role])
    shares[largest] += total - sum(shares.values())
    return shares


SECONDARY_SHARE: Final[dict[str, float]] = {
    "executive_headship": 0.72,
    "support_for_school_in_difficulty": 0.80,
    "community_partnerships": 0.75,
    "sustaining_improvement": 0.85,
    "consultant_leader": 0.115,
    "mentor_head": 0.75,
    "school_improvement_partner": 0.92,
    "other": 0.65,
}
"""Share of each role's holders who lead a secondary school.

Consultant leaders are 74.5 % of the table, leaders of primary, junior, infant and nursery schools about 70 %
(HH2007): both hold only if some consultant leaders are in secondary schools. Here 11.5 % are, and most holders
of other roles: 29 % in all. Partners are mostly secondary because the scheme began there.
"""

JUNIOR_INFANT_NURSERY_SHARE: Final[dict[str, float]] = {"consultant_leader": 0.125}
OTHER_JUNIOR_INFANT_NURSERY_SHARE: Final = 0.03

REGIONS: Final = pl.DataFrame(
    [
        # region, chance that an authority answers, local holdings per school against the average
        ("North East", 0.80, 1.70),
        ("North West", 0.68, 1.40),
        ("Yorkshire and the Humber", 0.65, 1.30),
        ("East Midlands", 0.50, 1.00),
        ("West Midlands", 0.50, 0.95),
        ("East of England", 0.42, 0.75),
        ("London", 0.36, 0.75),
        ("South East", 0.36, 0.65),
        ("South West", 0.42, 0.75),
    ],
    schema=["region", "answers", "local_rate"],
    orient="row",
)
"""Authorities answer more often where local roles are more common: scaling by response overstates."""

NATIONAL_TARGETS: Final[dict[str, float]] = {"330": 88.0, "886": 84.0, "926": 79.0, "383": 76.0, "908": 74.0}
"""Reported national holdings of the five authorities that the paper names among those over 70."""


@dataclass(frozen=True)
class Lister:
    """A respondent other than an authority, and the chance with which it lists each holder of a role."""

    respondent_id: str
    name: str
    kind: str
    chances: dict[str, float]


LISTERS: Final = (
    Lister(
        "leadership-agency",
        "National agency for school leadership",
        "agency",
        {"consultant_leader": 0.80, "mentor_head": 0.60},
    ),
    Lister(
        "primary-programme", "National primary leadership programme", "agency", {"consultant_leader": 0.55}
    ),
    Lister(
        "partner-accreditation",
        "Accreditation of school improvement partners",
        "agency",
        {"school_improvement_partner": 0.85},
    ),
    Lister("headship-mentoring", "Induction and mentoring of new heads", "agency", {"mentor_head": 0.65}),
    Lister("federations-network", "Network of federations", "network", {"executive_headship": 0.12}),
)

AUTHORITY_CHANCES: Final[dict[str, float]] = {
    "consultant_leader": 0.30,
    "mentor_head": 0.30,
    "school_improvement_partner": 0.45,
}
"""Chance that an authority which answers names a holder of a national role; of the rest it names all."""


FEWEST_HOLDINGS: Final = 6.0


def national_targets(authorities: pl.DataFrame, total: int, rng: np.random.Generator) -> np.ndarray:
    """National holdings wanted in each authority: by number of schools, uneven, nowhere very few."""
    weight = authorities["weight"].to_numpy().astype(float) ** 0.78 * rng.lognormal(
        0.0, 0.20, authorities.height
    )
    codes = authorities["authority_code"].to_list()
    fixed = np.array([NATIONAL_TARGETS.get(code, np.nan) for code in codes])
    if authorities.height < len(NATIONAL_TARGETS) * 10:
        fixed[:] = np.nan
    free = np.isnan(fixed)
    wanted = np.where(free, 0.0, fixed)
    wanted[free] = weight[free] / weight[free].sum() * (total - wanted.sum())
    return np.maximum(wanted, FEWEST_HOLDINGS)
