"""Under which forms may one person's name come back, and at which place?

A hash finds only what is written the same way, so the ways are made beforehand: given name with surname, initial with
surname, a surname less one letter, each with a school, an authority or no place. Two surnames that differ by one letter
put in, left out or changed have a form in common when one letter is left out of both at every place in turn.

Sources
-------
Leaving out letters before hashing: Mor, M. & Fraenkel, A. S. (1982) A hash code method for detecting and correcting
spelling errors. Communications of the ACM 25(12), 935-938.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.survey.identity import fold_person_name

SHORT_SURNAME: Final = 4
"""Letters from which a surname is also compared less one letter; below that, too many names would agree."""
SEPARATOR: Final = "\x1f"
RULE_WORDS: Final[dict[str, str]] = {
    "name_at_school": "the same name at the same school",
    "surname_at_school": "a surname within one letter at the same school",
    "given_name_at_school": "the same given name at the same school",
    "name_in_authority": "the same name in the same authority",
    "initial_in_authority": "the same initial and surname in the same authority",
    "name": "the same name",
}


def name_forms(people: pl.DataFrame) -> pl.DataFrame:
    """Every form under which each person would be recognised: ``id``, ``rule``, ``form``.

    Parameters
    ----------
    people
        ``id``, ``name`` as written, ``urn``, ``school`` (name), ``authority_code``; an id may have several rows, and
        any place may be null.
    """
    spelt = _spell(people)
    # Whoever is named without a school still has an authority, or a name alone.
    placed = spelt.with_columns(at_school=_school_places()).explode("at_school").drop_nulls("at_school")
    at_school, of_authority = pl.col("at_school"), pl.col("authority_code")
    named = pl.concat_str("given", "surname", separator=" ")
    initialled = pl.concat_str(pl.col("given").str.slice(0, 1), "surname", separator=" ")
    whole, long = pl.col("given").str.len_chars() > 1, pl.col("given").str.len_chars() > 2
    shortened = _less_one_letter(placed.explode("surnames").drop_nulls("surnames"))
    parts = [
        _form(placed.filter(whole), "name_at_school", named, at_school),
        _form(shortened, "surname_at_school", pl.col("variant"), at_school),
        _form(placed.filter(long), "given_name_at_school", pl.col("given"), at_school),
        _form(spelt.filter(whole), "name_in_authority", named, of_authority),
        _form(spelt, "initial_in_authority", initialled, of_authority),
        _form(spelt.filter(whole), "name", named, pl.lit("")),
    ]
    return pl.concat(parts).unique(maintain_order=True)


def mention_forms(texts: pl.DataFrame) -> pl.DataFrame:
    """Every two and three words in a row that could be a name in running text: ``id``, ``rule`` (``name``), ``form``.

    Parameters
    ----------
    texts
        ``id``, ``text``.
    """
    words = texts.drop_nulls("text").select(
        "id", word=normalise_name(pl.col("text")).str.split(" "), at=pl.lit(0)
    )
    numbered = words.explode("word").with_columns(at=pl.int_range(pl.len()).over("id"))
    pairs = [
        numbered.join(
            numbered.select("id", last="word", at=pl.col("at") - apart),
            on=["id", "at"],
        )
        for apart in (1, 2)
    ]
    return (
        pl.concat(pairs)
        .filter(pl.col("word").str.len_chars() > 1)
        .pipe(_form, "name", pl.concat_str("word", "last", separator=" "), pl.lit(""))
        .unique(maintain_order=True)
    )


def _spell(people: pl.DataFrame) -> pl.DataFrame:
    """``given`` (null where one word is written), ``surname`` (the last word), ``surnames`` (the last two)."""
    words = fold_person_name(pl.col("name")).str.split(" ")
    several = pl.col("words").list.len() > 1
    last_two = pl.col("words").list.slice(1).list.tail(2)
    return (
        people.with_columns(words=words)
        .filter(pl.col("words").list.last() != "")
        .with_columns(
            given=pl.when(several).then(pl.col("words").list.first()),
            surname=pl.col("words").list.last(),
            surnames=pl.when(several)
            .then(last_two.list.filter(pl.element().str.len_chars() > 1))
            .otherwise(pl.col("words")),
        )
    )


def _school_places() -> pl.Expr:
    """A school by its number and by its name with its authority."""
    numbered = pl.concat_str(pl.lit("urn "), pl.col("urn"))
    titled = pl.concat_str(
        pl.lit("school "),
        pl.col("authority_code").fill_null("?"),
        pl.lit(" "),
        normalise_name(pl.col("school")),
    )
    return pl.concat_list(numbered, titled).list.drop_nulls()


def _less_one_letter(variants: pl.DataFrame) -> pl.DataFrame:
    """One row for each surname as it is and, from four letters on, less each letter in turn: ``variant``."""
    letters = pl.col("surnames").str.len_chars().cast(pl.Int64)
    ways = pl.when(letters >= SHORT_SURNAME).then(letters).otherwise(0)
    return (
        variants.with_columns(gap=pl.int_ranges(-1, ways))
        .explode("gap")
        .with_columns(
            variant=pl.when(pl.col("gap") < 0)
            .then("surnames")
            .otherwise(
                pl.concat_str(
                    pl.col("surnames").str.slice(0, pl.max_horizontal("gap", 0)),
                    pl.col("surnames").str.slice(pl.col("gap") + 1),
                )
            )
        )
    )


def _form(frame: pl.DataFrame, rule: str, text: pl.Expr, place: pl.Expr) -> pl.DataFrame:
    """Rows for which both the text and the place are known."""
    return frame.select(
        "id", rule=pl.lit(rule), form=pl.concat_str(pl.lit(rule), text, place, separator=SEPARATOR)
    ).drop_nulls("form")
