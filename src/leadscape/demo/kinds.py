"""What sorts of school there are: one row a sort, with share, words in the register, usual size.

Shares and sizes are rounded orders of magnitude for England in the middle of the 2000s, chosen for the
demonstration.
"""

from __future__ import annotations

from typing import Final

import polars as pl

SORTS: Final = pl.DataFrame(
    [
        # sort, share, register phase, ages, median pupils, spread (log), sector
        ("nursery", 0.020, "Nursery", 3, 5, 85.0, 0.30, "junior_infant_nursery"),
        ("infant", 0.068, "Primary", 4, 7, 195.0, 0.35, "junior_infant_nursery"),
        ("junior", 0.068, "Primary", 7, 11, 260.0, 0.35, "junior_infant_nursery"),
        ("primary", 0.622, "Primary", 4, 11, 215.0, 0.50, "primary"),
        ("middle_primary", 0.002, "Middle deemed primary", 8, 12, 330.0, 0.25, "primary"),
        ("middle_secondary", 0.008, "Middle deemed secondary", 9, 13, 450.0, 0.25, "secondary"),
        ("secondary", 0.145, "Secondary", 11, 16, 960.0, 0.33, "secondary"),
        ("all_through", 0.002, "All-through", 4, 16, 1150.0, 0.25, "secondary"),
        ("special", 0.047, "Not applicable", 4, 16, 90.0, 0.40, "special"),
        ("referral_unit", 0.018, "Not applicable", 5, 16, 40.0, 0.50, "special"),
    ],
    schema=[
        "sort", "share", "register_phase", "low_age", "high_age", "median_pupils", "spread", "sector",
    ],
    orient="row",
)  # fmt: skip

MIDDLE_SCHOOL_AUTHORITIES: Final = ("820", "835", "860", "885", "919", "925", "929", "935")
"""Where middle schools are; elsewhere their share goes to primary and secondary schools."""

FAITHS: Final = pl.DataFrame(
    [
        # faith as the register words it, share of primary-aged and of secondary schools, word in the name
        ("Church of England", 0.26, 0.055, "CofE"),
        ("Roman Catholic", 0.098, 0.105, "Catholic"),
        ("Methodist", 0.004, 0.0, "Methodist"),
        ("Jewish", 0.003, 0.003, "Jewish"),
        ("Muslim", 0.001, 0.001, "Muslim"),
    ],
    schema=["faith", "primary_share", "secondary_share", "faith_word"],
    orient="row",
)

TYPE_GROUPS: Final = {
    "Community school": "Local authority maintained schools",
    "Voluntary aided school": "Local authority maintained schools",
    "Voluntary controlled school": "Local authority maintained schools",
    "Foundation school": "Local authority maintained schools",
    "Local authority nursery school": "Local authority maintained schools",
    "Pupil referral unit": "Local authority maintained schools",
    "Community special school": "Special schools",
    "Foundation special school": "Special schools",
    "Academy sponsor led": "Academies",
}
