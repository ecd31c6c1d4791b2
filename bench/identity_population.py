"""A population of invented people for timing: one row a person, for one in five a second row written differently."""

from __future__ import annotations

import numpy as np
import polars as pl

SYLLABLES = (
    "ba",
    "cor",
    "del",
    "fen",
    "gar",
    "hol",
    "ker",
    "lam",
    "mor",
    "nes",
    "pol",
    "ras",
    "sut",
    "tan",
    "wil",
    "yar",
)
ENDS = ("by", "croft", "den", "field", "ford", "ham", "land", "ley", "man", "son", "ton", "well")


def plant_population(rows: int, seed: int = 2006) -> pl.DataFrame:
    """``rows`` lines with ``leader``, the person meant.

    Surnames are as uneven as in life (the commonest one person in a hundred, tens of thousands in all), given names
    likewise; one school for about fifty rows. A second row has a slip in the surname, an initial for the given name, a
    title, or another school, each for a part.
    """
    rng = np.random.default_rng(seed)
    persons = round(rows / 1.2)
    stems = [a + b for a in SYLLABLES for b in SYLLABLES]
    surnames = np.array(
        [(s + m + e).capitalize() for s in stems for m in ("", *SYLLABLES[:9]) for e in ENDS], dtype=object
    )
    given = np.array(
        [(s + e).capitalize() for s in stems[:60] for e in ("a", "ine", "el", "o", "is", "an")], dtype=object
    )
    surname = surnames[_uneven(surnames.size, persons, rng, 0.9)]
    first = given[_uneven(given.size, persons, rng, 0.8)]
    schools = max(rows // 50, 20)
    school = rng.integers(0, schools, persons)
    start = np.datetime64("1998-01-01") + rng.integers(0, 3000, persons)
    again = np.sort(rng.choice(persons, rows - persons, replace=False))
    person = np.concatenate([np.arange(persons), again])
    second = np.arange(rows) >= persons
    dice = rng.random(rows)
    name, family, place = first[person], surname[person], school[person]
    frame = pl.DataFrame({"given": name.astype(str), "surname": family.astype(str)})
    slip = pl.Series(second & (dice < 0.25))
    initial = pl.Series(second & (dice >= 0.25) & (dice < 0.45))
    title = pl.Series(second & (dice >= 0.45) & (dice < 0.7))
    moved = second & (dice >= 0.97)
    place = np.where(moved, rng.integers(0, schools, rows), place)
    written = frame.select(
        pl.when(slip)
        .then(
            pl.concat_str(
                "given", pl.lit(" "), pl.col("surname").str.slice(0, 2), pl.col("surname").str.slice(3)
            )
        )
        .when(initial)
        .then(pl.concat_str(pl.col("given").str.head(1), pl.lit(". "), "surname"))
        .when(title)
        .then(pl.concat_str(pl.lit("Dr "), "given", pl.lit(" "), "surname"))
        .otherwise(pl.concat_str("given", "surname", separator=" "))
        .alias("leader_name")
    ).to_series()
    order = rng.permutation(rows)
    return pl.DataFrame(
        {
            "nomination_id": [f"N{at:07d}" for at in order],
            "leader": person,
            "respondent_id": np.where(second, "agency", "authority"),
            "leader_name": written,
            "home_urn": pl.Series(place + 100_000).cast(pl.String),
            "authority_code": pl.Series(place // max(schools // 150, 1)).cast(pl.String),
            "region": pl.Series(place // max(schools // 9, 1)).cast(pl.String),
            "started_on": pl.Series(start[person]).cast(pl.Date),
        }
    )


def _uneven(size: int, count: int, rng: np.random.Generator, power: float) -> np.ndarray:
    """Places in a list of names, the first the commonest."""
    weight = 1.0 / (np.arange(size) + 8.0) ** power
    return rng.choice(size, count, p=weight / weight.sum())
