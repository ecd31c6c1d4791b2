"""Which lines of a new file name somebody who stays out: for certain, or perhaps?

By keyed hashes alone (:mod:`leadscape.survey.privacy.ledger`), without a name being kept. What is certain may be taken
out of a file for good; what is only likely is told, because the line may be somebody else's.

certain
    the whole name at the same school, or in the same authority where the line names no school; a family name within one
    letter at the same school beside the same initial or the same given name.
likely
    every other agreement: an initial at another school of the authority, the whole name at another school, the family
    name or the given name alone at the same school.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.survey.privacy.ledger import keys_of
from leadscape.survey.privacy.names import name_forms

PLACED: Final = {
    "id": pl.String, "name": pl.String, "urn": pl.String, "school": pl.String, "authority_code": pl.String,
}  # fmt: skip
MATCHED: Final = {"id": pl.String, "person": pl.String, "rules": pl.List(pl.String)}
WHOLE_NAME: Final = ("name_at_school", "name_in_authority", "name")
MOST_ALIKE: Final = 5
"""Schools of one name among which a line without an authority is placed; a commoner name places nobody."""


def match_people(people: pl.DataFrame, keys: pl.DataFrame, secret: bytes) -> pl.DataFrame:
    """``id``, ``person``, ``rules``: which keys agree with somebody as written.

    Parameters
    ----------
    people
        As ``PLACED``; an id may have several rows, and any place may be null.
    keys
        ``key``, ``person``.
    """
    if people.is_empty() or keys.is_empty():
        return pl.DataFrame(schema=MATCHED)
    forms = name_forms(people.cast(PLACED))  # pyright: ignore[reportArgumentType]
    once = forms.select("form").unique()
    hashed = once.with_columns(key=keys_of(once["form"], secret)).join(keys, on="key")
    return (
        forms.join(hashed, on="form")
        .group_by("id", "person", maintain_order=True)
        .agg(rules=pl.col("rule").unique().sort())
        .cast(MATCHED)  # pyright: ignore[reportArgumentType]
    )


def is_certain(*, places_school: pl.Expr) -> pl.Expr:
    """Whether ``rules`` leave no doubt; ``places_school``: whether the line says at which school."""
    rules = pl.col("rules")
    near = rules.list.contains("surname_at_school") & (
        rules.list.contains("initial_in_authority") | rules.list.contains("given_name_at_school")
    )
    return (
        rules.list.contains("name_at_school")
        | near
        | (rules.list.contains("name_in_authority") & ~places_school)
    )


def place_lines(lines: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """``lines`` as written, and with the school of the register that their number or the name of the school means.

    Parameters
    ----------
    lines
        As ``PLACED``.
    schools
        ``urn``, ``school``, ``authority_code`` of the register.
    """
    known = schools.select("urn", "school", "authority_code", folded=normalise_name(pl.col("school")))
    by_number = lines.select("id", "name", "urn").join(known.drop("folded"), on="urn")
    named = lines.filter(pl.col("urn").is_null(), pl.col("school").is_not_null()).select(
        "id", "name", "authority_code", folded=normalise_name(pl.col("school"))
    )
    same_place = named.join(known, on=["folded", "authority_code"])
    anywhere = (
        named.filter(pl.col("authority_code").is_null())
        .drop("authority_code")
        .join(known.filter(pl.len().over("folded") <= MOST_ALIKE), on="folded")
    )
    return pl.concat([part.select(list(PLACED)) for part in (lines, by_number, same_place, anywhere)]).unique(
        maintain_order=True
    )


def turn_names(people: pl.DataFrame) -> pl.DataFrame:
    """Those of ``people`` whose name is two words, the second put first."""
    words = normalise_name(pl.col("name")).str.split(" ")
    return people.filter(words.list.len() == 2).with_columns(name=words.list.reverse().list.join(" "))


def mentioned(cells: pl.DataFrame, keys: pl.DataFrame, secret: bytes) -> pl.DataFrame:
    """``id``, ``person``, ``name``: cells in which two words, side by side or one apart, are a whole name.

    Parameters
    ----------
    cells
        ``id``, ``text``.

    Notes
    -----
    Read in both orders. Where the name alone agrees, nobody knows yet whether it is the same person.
    """
    empty = pl.DataFrame(schema={"id": pl.String, "person": pl.String, "name": pl.String})
    texts = (
        cells.drop_nulls("text")
        .unique("text")
        .select("text", word=normalise_name(pl.col("text")).str.split(" "))
    )
    words = texts.filter(pl.col("word").list.len() > 1).with_row_index("at").explode("word")
    words = words.with_columns(place=pl.int_range(pl.len()).over("at"))
    pairs = pl.concat(
        [
            words.join(words.select("at", last="word", place=pl.col("place") - apart), on=["at", "place"])
            for apart in (1, 2)
        ]
    ).select("text", "word", "last")
    both = pl.concat([pairs, pairs.select("text", word="last", last="word")]).filter(
        pl.col("word").str.len_chars() > 1, pl.col("last").str.len_chars() > 1
    )
    if both.is_empty():
        return empty
    named = both.select("text", name=pl.concat_str("word", "last", separator=" ")).unique()
    whole = (
        named.select("name")
        .unique()
        .select(
            id="name",
            name="name",
            **{place: pl.lit(None, pl.String) for place in ("urn", "school", "authority_code")},
        )
    )
    found = match_people(whole, keys, secret).select("person", name="id")
    return (
        cells.join(named, on="text")
        .join(found, on="name")
        .select("id", "person", "name")
        .unique(maintain_order=True)
    )
