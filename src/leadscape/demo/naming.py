"""Names of schools and people, from invented words: many schools share a name, some within one authority.

A school is named after its place, a quarter of its town or a saint. Catholic and church schools draw on few
saints, so that about one school in ten shares its name with another, as in life (2,914 of 27,153 in
England, GIAS, May 2025).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from leadscape.demo.facts import read_facts, word_list

NAMESAKES = 0.006
"""Share of leaders who bear the name of another leader of their authority."""


def name_schools(schools: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """``schools`` with ``name``, ``stem`` (what it is named after) and ``suffix`` (what sort it says it is)."""
    suffix = _suffixes(schools, rng)
    stem = _stems(schools, rng)
    return schools.with_columns(
        stem=pl.Series(stem.astype(str)), suffix=pl.Series(suffix.astype(str))
    ).with_columns(name=pl.concat_str("stem", "suffix", separator=" "))


def add_namesakes(
    people: pl.DataFrame, leaders: pl.Series, authority: pl.Series, rng: np.random.Generator
) -> pl.DataFrame:
    """``people`` in which some leaders bear the name of another leader of their authority.

    Parameters
    ----------
    leaders
        Rows of ``people`` who hold a role.
    authority
        Authority of every row.
    """
    known = leaders.unique(maintain_order=True)
    pairs = (
        pl.DataFrame({"at": known, "authority": authority.gather(known)})
        .with_columns(other=pl.col("at").shift(-1).over("authority"))
        .drop_nulls()
    )
    chosen = pairs[np.sort(rng.permutation(pairs.height)[: max(1, round(NAMESAKES * pairs.height))])]
    source = np.arange(people.height)
    source[chosen["at"].to_numpy()] = chosen["other"].to_numpy()
    return people[source]


def _stems(schools: pl.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """What each school is named after; schools on one site share it."""
    count = schools.height
    faith = schools["faith"].to_numpy()
    urban = schools["urban"].to_numpy()
    town = schools["town_name"].to_numpy()
    quarter = rng.choice(word_list("places", "quarters"), count) + rng.choice(
        word_list("places", "quarter_ends"), count
    )
    # A second word keeps the names of ordinary schools apart where a town has many.
    double = (
        quarter
        + " "
        + rng.choice(word_list("places", "starts"), count)
        + rng.choice(word_list("places", "ends"), count)
    )
    own = rng.choice(word_list("places", "starts"), count) + rng.choice(word_list("places", "ends"), count)
    anglican = rng.choice(word_list("saints", "anglican"), count)
    catholic = rng.choice(word_list("saints", "catholic"), count)
    dice = rng.random(count)
    alone = schools["town_schools"].to_numpy() <= 2
    ordinary = np.select(
        [alone, dice < 0.22, dice < 0.30, dice < 0.42],
        [town, own, quarter, double],
        town + " " + quarter,
    )
    city = schools["city"].to_numpy()
    ordinary = np.where(city & (dice >= 0.42), own + " " + quarter, ordinary)
    church = np.select(
        [(~urban) & (dice < 0.85), dice < 0.22],
        [np.where(alone, town, town + " " + anglican), anglican],
        own + " " + anglican,
    )
    papal = np.select([dice < 0.60, dice < 0.85], [catholic, own + " " + catholic], town + " " + catholic)
    stem = np.select(
        [faith == "Church of England", faith == "Roman Catholic"], [church, papal], ordinary
    ).astype(object)
    site = schools["site"].to_numpy()
    return stem[site]


def _suffixes(schools: pl.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """What sort of school its name says it is, with the word for its faith."""
    count = schools.height
    sort = schools["sort"].to_numpy()
    dice = rng.random(count)
    bare = np.select(
        [
            sort == "nursery",
            sort == "infant",
            sort == "junior",
            (sort == "primary") & (dice < 0.05),
            sort == "primary",
            sort == "middle_primary",
            sort == "middle_secondary",
            sort == "all_through",
            sort == "special",
            sort == "referral_unit",
            dice < 0.30,
            dice < 0.62,
            dice < 0.72,
            dice < 0.80,
        ],
        [
            "Nursery School",
            "Infant School",
            "Junior School",
            "Junior and Infant School",
            "Primary School",
            "Middle School",
            "Middle School",
            "School",
            "School",
            "Pupil Referral Unit",
            "School",
            "High School",
            "Community College",
            "Comprehensive School",
        ],
        "Secondary School",
    ).astype(object)
    faith = schools["faith"].to_numpy()
    word = np.select(
        [faith == "Church of England", faith == "Roman Catholic", faith == "Methodist", faith == "Jewish",
         faith == "Muslim"],
        [np.where(dice < 0.75, "CofE ", "Church of England "), np.where(dice < 0.85, "Catholic ", "RC "),
         "Methodist ", "Jewish ", "Muslim "],
        "",
    )  # fmt: skip
    return word + bare


def draw_people(count: int, rng: np.random.Generator) -> pl.DataFrame:
    """Invented people: ``title``, ``given``, ``surname``, ``short`` (what colleagues write)."""
    given_names = read_facts("names")["given"]
    women, men = list(given_names["women"]), list(given_names["men"])
    woman = rng.random(count) < 0.58
    given = np.where(woman, rng.choice(women, count), rng.choice(men, count)).astype(str)
    title = np.where(
        rng.random(count) < 0.03,
        "Dr",
        np.where(woman, rng.choice(["Mrs", "Mrs", "Mrs", "Ms", "Miss"], count), "Mr"),
    ).astype(str)
    pairs = [
        (name, short)
        for names in given_names.values()
        for name, shorts in names.items()
        for short in shorts[:1]
    ]
    return pl.DataFrame(
        {
            "title": title,
            "given": given,
            "surname": rng.choice(word_list("people", "surnames"), count).astype(str),
        }
    ).with_columns(short=pl.col("given").replace(dict(pairs)))
