"""How people's names vary: short forms, spellings of one name, titles, particles, and how common surnames are.

Read from ``data/person_names.toml``; the comparison of persons is in :mod:`leadscape.survey.identity`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations

import polars as pl


@dataclass(frozen=True)
class PersonNames:
    """What is known of names, in small letters without accents.

    Attributes
    ----------
    variants
        ``given``, ``root``: a given name and each formal name it may stand for (itself among them). Two given names
        with a root in common may be one person's.
    genders
        ``given``, ``gender`` (``f`` or ``m``): given names, formal or short, borne by one gender only.
    titles_women, titles_men, titles_neutral, letters_after, particles, posts
        Words around a name.
    surname_shares
        ``surname``, ``share`` (0-1) of people who bear it, for the commonest.
    """

    variants: pl.DataFrame
    genders: pl.DataFrame
    titles_women: tuple[str, ...]
    titles_men: tuple[str, ...]
    titles_neutral: tuple[str, ...]
    letters_after: tuple[str, ...]
    particles: tuple[str, ...]
    posts: tuple[str, ...]
    surname_shares: pl.DataFrame


@cache
def load_person_names() -> PersonNames:
    """The names shipped with leadscape."""
    content = (files("leadscape.codebooks") / "data" / "person_names.toml").read_bytes()
    raw = tomllib.loads(content.decode("utf-8"))
    borne = [
        (given, formal, gender)
        for section, gender in (("women", "f"), ("men", "m"))
        for formal, shorts in raw[section].items()
        for given in {formal, *shorts.split()}
    ]
    spelt = [
        pair
        for group in raw["spellings"]["groups"]
        for one, other in combinations(dict.fromkeys(group.split()), 2)
        for pair in ((one, other), (other, one))
    ]
    borne += [
        (given, given, gender)
        for section, gender in (("women", "f"), ("men", "m"))
        for given in raw["genders"][section].split()
    ]
    words = {key: tuple(text.split()) for key, text in raw["words"].items()}
    shares = raw["surnames"]["per_thousand"]
    known = pl.DataFrame(borne, schema=["given", "root", "gender"], orient="row")
    respelt = pl.DataFrame(spelt, schema=["given", "root"], orient="row")
    # The short form of one spelling is the short form of every other: Kath is Katherine as well as Catherine.
    through = (
        known.select("given", "root")
        .join(respelt.rename({"given": "root", "root": "other"}), on="root")
        .select("given", root="other")
    )
    own = pl.concat([known.select(given="given"), respelt.select("given")]).select("given", root="given")
    return PersonNames(
        variants=pl.concat([known.select("given", "root"), respelt, through, own])
        .unique()
        .sort("given", "root"),
        genders=known.group_by("given")
        .agg(pl.col("gender").unique())
        .filter(pl.col("gender").list.len() == 1)
        .select("given", pl.col("gender").list.first())
        .sort("given"),
        surname_shares=pl.DataFrame(
            {"surname": list(shares), "share": [per_thousand / 1000 for per_thousand in shares.values()]}
        ),
        **words,
    )
