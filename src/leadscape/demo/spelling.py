"""How people write names of people, schools, roles and dates when nobody checks, never too far off.

Words that would name another school of the authority are found by :func:`judge_words`, so that nothing is
planted which a careful clerk could not decide. Surnames lose one letter at most.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.identifiers import normalise_name
from leadscape.demo.facts import read_facts

FORMAL, TITLED, INITIALS, TURNED, SHORT, BARE, TYPO = range(7)
AGENCY_HABITS: Final = (0.62, 0.26, 0.04, 0.05, 0.0, 0.01, 0.02)
AUTHORITY_HABITS: Final = (0.34, 0.26, 0.13, 0.09, 0.07, 0.08, 0.03)

SCHOOL_REWORDINGS: Final = (
    (r"\bSt (\w)", "Saint $1"),
    (r"\bSt (\w)", "St. $1"),
    (r"\bCofE\b", "C of E"),
    (r"\bCofE\b", "Church of England"),
    (r"\bChurch of England\b", "CE"),
    (r"\bCatholic\b", "RC"),
    (r"\bPrimary School$", "Primary"),
    (r"\bPrimary School$", "JMI"),
    (r"\bJunior and Infant School$", "J & I"),
    (r"\bHigh School$", "High"),
    (r"\bCommunity College$", "CC"),
    (r" School$", " Sch."),
    (r"'s\b", "s"),
)


def write_people(lines: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Names of people as written, from ``title``, ``given``, ``surname``, ``short``, ``plain``, ``by_agency``.

    ``plain`` lines give the name in full, because their person is listed at two schools and nothing else
    ties the two.
    """
    habit = np.where(
        lines["by_agency"].to_numpy(),
        rng.choice(7, lines.height, p=AGENCY_HABITS),
        rng.choice(7, lines.height, p=AUTHORITY_HABITS),
    )
    habit = pl.Series(np.where(lines["plain"].to_numpy(), FORMAL, habit))
    at = pl.Series(rng.integers(2, 5, lines.height))
    surname, given = pl.col("surname"), pl.col("given")
    long_enough = surname.str.len_chars() >= 7
    slipped = pl.concat_str(surname.str.slice(0, at), surname.str.slice(at + 1))
    return lines.select(
        pl.when(habit == TITLED)
        .then(pl.concat_str("title", given, surname, separator=" "))
        .when(habit == INITIALS)
        .then(pl.concat_str(pl.col("title"), pl.lit(" "), given.str.slice(0, 1), pl.lit(". "), surname))
        .when(habit == TURNED)
        .then(pl.concat_str(surname.str.to_uppercase(), pl.lit(", "), given))
        .when(habit == SHORT)
        .then(pl.concat_str("short", surname, separator=" "))
        .when(habit == BARE)
        .then(pl.concat_str("title", surname, separator=" "))
        .when((habit == TYPO) & long_enough)
        .then(pl.concat_str(given, pl.lit(" "), slipped))
        .otherwise(pl.concat_str(given, surname, separator=" "))
        .alias("leader_name")
    ).to_series()


def write_schools(
    names: pl.Series, towns: pl.Series, exact_share: float, rng: np.random.Generator
) -> pl.Series:
    """A school's name as written: exact, or reworded once, or with a letter lost, or with its town."""
    frame = pl.DataFrame({"name": names, "town": towns})
    reworded = pl.col("name")
    choice = pl.Series(rng.integers(0, len(SCHOOL_REWORDINGS), names.len()))
    for number, (pattern, written) in enumerate(SCHOOL_REWORDINGS):
        reworded = (
            pl.when(choice == number).then(pl.col("name").str.replace(pattern, written)).otherwise(reworded)
        )
    habit = pl.Series(rng.random(names.len()))
    rest = (1.0 - exact_share) / 10
    at = pl.Series(rng.integers(3, 7, names.len()))
    lost = pl.concat_str(pl.col("name").str.slice(0, at), pl.col("name").str.slice(at + 1))
    return frame.select(
        pl.when(habit < exact_share)
        .then(pl.col("name"))
        .when(habit < exact_share + 6 * rest)
        .then(reworded)
        .when(habit < exact_share + 8 * rest)
        .then(lost)
        .otherwise(pl.concat_str("name", "town", separator=", "))
        .alias("written")
    ).to_series()


def judge_words(meant: pl.DataFrame, schools: pl.DataFrame) -> pl.Series:
    """Whether words name the school meant (``own``), none at all (``none``), or leave doubt (``other``).

    Parameters
    ----------
    meant
        ``words`` as written, ``authority_code`` in which they are read, ``urn`` of the school meant.
    schools
        Standing schools: ``urn``, ``authority_code``, ``name``.
    """
    known = schools.group_by("authority_code", words=normalise_name(pl.col("name"))).agg(
        bearers=pl.len(), bearer=pl.col("urn").first()
    )
    judged = meant.with_columns(words=normalise_name(pl.col("words"))).join(
        known, on=["authority_code", "words"], how="left", maintain_order="left"
    )
    clash = pl.col("urn").n_unique().over("authority_code", "words") > 1
    return judged.select(
        pl.when(clash | (pl.col("bearers") > 1) | (pl.col("bearer") != pl.col("urn")))
        .then(pl.lit("other"))
        .when(pl.col("bearer").is_null())
        .then(pl.lit("none"))
        .otherwise(pl.lit("own"))
        .alias("judgement")
    ).to_series()


def write_roles(lines: pl.DataFrame, codebook: Codebook, rng: np.random.Generator) -> pl.Series:
    """Words for each line's ``role``: label or alias of the codebook, at times misspelt or described."""
    phrases = read_facts("wordings")["role"]
    dice, by_agency = rng.random(lines.height), lines["by_agency"].to_numpy()
    odd = np.where(by_agency, 0.02, 0.09)
    free = np.where(by_agency, 0.0, 0.13)
    manner = np.select(
        [dice < odd, dice < odd + free, dice < 0.55], ["misspelt", "described", "aliases"], "label"
    )
    written = np.empty(lines.height, dtype=object)
    roles = lines["role"].to_numpy()
    for role in codebook.roles:
        pools = {
            "label": [role.label],
            "aliases": list(role.aliases) or [role.label],
            **phrases.get(role.id, {"misspelt": [role.label], "described": [role.label]}),
        }
        for name, pool in pools.items():
            here = (roles == role.id) & (manner == name)
            written[here] = rng.choice(np.array(pool, dtype=object), int(here.sum()))
    return pl.Series("role", written, dtype=pl.String)
