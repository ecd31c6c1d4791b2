"""A person's name taken apart: title, given name, initials, surname with its parts.

``"Mrs K. Smith-Jones"``, ``"SMITH-JONES, Kate"`` and ``"Catherine Smith (née Jones)"`` have little in common as
strings; taken apart, they agree in all they say.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from leadscape.codebooks.person_names import load_person_names

_LETTERS = r"[\p{L}'-]"


@cache
def _patterns() -> dict[str, str]:
    known = load_person_names()

    def words(*groups: tuple[str, ...]) -> str:
        return "|".join(word for group in groups for word in group)

    titles = words(known.titles_women, known.titles_men, known.titles_neutral)
    return {
        "women": rf"\b(?:{words(known.titles_women)})\b",
        "men": rf"\b(?:{words(known.titles_men)})\b",
        "titles": rf"\b(?:{titles})\b\.?",
        "after": rf"^(.*\S\s+\S+?)(?:[\s,]+(?:{words(known.letters_after)})\b)+[\s,]*$",
        "particles": words(known.particles),
        # A post is cut off only after a dash or in front of "of": Head and Principal are surnames too.
        "posts": rf"\s+[-–—:]+\s*(?:{words(known.posts)})\b.*$",
    }


def part_names(names: pl.Series) -> pl.DataFrame:
    """The parts of names as written, one row a name in the order given.

    Returns
    -------
    polars.DataFrame
        ``gender`` (``f``, ``m`` or null, by title), ``surname`` (small letters, no spaces or hyphens; null where there
        is none), ``parts`` (list: halves of a double surname, a former surname), ``given`` (first given name or
        initial; null), ``middle`` (list of further given names), ``several`` (whether two people are named).
    """
    known = load_person_names()
    around = [
        *known.titles_women,
        *known.titles_men,
        *known.titles_neutral,
        *known.letters_after,
        *known.particles,
    ]
    written = names.cast(pl.String).alias("name").to_frame().lazy().with_row_index("at")
    words = pl.col("name").str.to_lowercase().str.split(" ")
    # Two plain words are a given name and a surname; everything else is read with more care.
    plain = pl.col("name").str.contains(r"^[A-Z][a-z]+ [A-Z][a-z]+$") & ~words.list.eval(
        pl.element().is_in(around)
    ).list.any().fill_null(value=False)
    told = written.with_columns(plain=plain.fill_null(value=False)).collect().lazy()
    nothing = pl.lit([], pl.List(pl.String))
    easy = told.filter("plain").select(
        "at",
        gender=pl.lit(None, pl.String),
        surname=words.list.last(),
        parts=nothing,
        given=words.list.first(),
        middle=nothing,
        several=pl.lit(value=False),
    )
    return pl.concat([easy, _careful(told.filter(~pl.col("plain")))]).sort("at").drop("at").collect()


def _careful(named: pl.LazyFrame) -> pl.LazyFrame:
    """Parts of names that hold more than two plain words."""
    pattern = _patterns()
    folded = (
        pl.col("name")
        .str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.replace_all(r"[’‘`´]", "'")
        .str.replace_all(r"[‐‑‒–—]", "-")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )
    # "OKAFOR Jane" and "OKAFOR, Jane" put the surname first; so does "Okafor J".
    bare = (
        pl.col("folded")
        .str.replace_all(rf"(?i){pattern['titles']}", " ")
        .str.replace_all(r"\([^)]*\)?", " ")
        .str.replace(r"(?i)\b(?:nee|formerly|previously)\s.*$", "")
        .str.replace(rf"(?i){pattern['posts']}", "")
        .str.replace_all(r"\s*-\s*", "-")
        .str.replace_all(r"[.\s]+", " ")
        .str.strip_chars(" ,-")
        .str.replace(rf"(?i){pattern['after']}", "$1")
        .str.replace(r"^(\p{Lu}[\p{Lu}'-]{2,})\s+(\p{Lu}\p{Ll}.*)$", "$1, $2")
        .str.to_lowercase()
        .str.replace_all(r"'", "")
        .str.replace(r"^([\p{L}-]{2,})((?:\s+\p{L})+)$", "$1, $2")
        .str.replace(r"^\s*([^,]+?)\s*,\s*([^,]+?)\s*,?\s*$", "$2 $1")
        .str.replace_all(r"[^\p{L}\p{N}-]+", " ")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars(" -")
    )
    small, whole = pl.col("small"), pl.col("bare")
    particles = rf"(?:(?:{pattern['particles']})\s+)*"
    surname = (
        pl.when(whole.str.contains(" "))
        .then(
            pl.coalesce(
                whole.str.extract(r"^((?:(?:van|von|de|der|den|da|dos|del|della|le|la|st|mac|mc)\s+)+\S+)$"),
                whole.str.extract(rf"^\S+\s(?:.*?\s)??({particles}\S+)$"),
            )
        )
        .otherwise(whole)
    )
    former = small.str.extract(rf"\b(?:nee|formerly|previously)\s+({_LETTERS}+)")
    key = pl.col("surname").str.replace_all(r"[\s-]", "")
    halves = pl.col("surname").str.split("-").list.eval(pl.element().filter(pl.element().str.len_chars() > 1))
    nothing = pl.lit([], pl.List(pl.String))
    doubled = pl.when(pl.col("surname").str.contains("-", literal=True)).then(halves).otherwise(nothing)
    before = pl.when(former.is_not_null()).then(pl.concat_list(former)).otherwise(nothing)
    rest = whole.str.strip_suffix(pl.col("surname")).str.strip_chars().str.split(" ")
    first = pl.col("rest").list.first()
    return (
        named.with_columns(folded=folded)
        .with_columns(small=pl.col("folded").str.to_lowercase(), bare=bare)
        .with_columns(surname=surname)
        .with_columns(rest=rest)
        .select(
            "at",
            gender=pl.when(small.str.contains(pattern["women"]))
            .then(pl.lit("f"))
            .when(small.str.contains(pattern["men"]))
            .then(pl.lit("m")),
            surname=pl.when(key != "").then(key),
            parts=doubled.list.concat(before),
            given=pl.when(first != "").then(first.str.replace_all("-", "")),
            middle=pl.col("rest").list.slice(1),
            several=small.str.contains(r"&|\band\b|/"),
        )
    )
