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


def take_apart(name: pl.Expr) -> dict[str, pl.Expr]:
    """Expressions for the parts of a name as written.

    Returns
    -------
    dict
        ``gender`` (``f``, ``m`` or null, by title), ``surname`` (small letters, no spaces or hyphens; null where there
        is none), ``parts`` (list: halves of a double surname, a former surname), ``given`` (first given name or
        initial; null), ``middle`` (list of further given names), ``several`` (whether two people are named).
    """
    pattern = _patterns()
    folded = (
        name.cast(pl.String)
        .str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.replace_all(r"[’‘`´]", "'")
        .str.replace_all(r"[‐‑‒–—]", "-")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )
    small = folded.str.to_lowercase()
    gender = (
        pl.when(small.str.contains(pattern["women"]))
        .then(pl.lit("f"))
        .when(small.str.contains(pattern["men"]))
        .then(pl.lit("m"))
    )
    several = small.str.contains(r"&|\band\b|/")
    former = small.str.extract(rf"\b(?:nee|formerly|previously|was)\s+({_LETTERS}+)")
    # "OKAFOR Jane" and "OKAFOR, Jane" put the surname first; so does "Okafor J".
    bare = (
        folded.str.replace_all(rf"(?i){pattern['titles']}", " ")
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
    particles = rf"(?:(?:{pattern['particles']})\s+)*"
    surname = (
        pl.when(bare.str.contains(" "))
        .then(
            pl.coalesce(
                bare.str.extract(r"^((?:(?:van|von|de|der|den|da|dos|del|della|le|la|st|mac|mc)\s+)+\S+)$"),
                bare.str.extract(rf"^\S+\s(?:.*?\s)?({particles}\S+)$"),
            )
        )
        .otherwise(bare)
    )
    rest = bare.str.strip_suffix(surname).str.strip_chars().str.split(" ")
    key = surname.str.replace_all(r"[\s-]", "")
    halves = surname.str.split("-").list.eval(pl.element().filter(pl.element().str.len_chars() > 1))
    doubled = pl.when(halves.list.len() > 1).then(halves).otherwise(pl.lit([], pl.List(pl.String)))
    before = (
        pl.when(former.is_not_null()).then(pl.concat_list(former)).otherwise(pl.lit([], pl.List(pl.String)))
    )
    first = rest.list.first()
    return {
        "gender": gender,
        "surname": pl.when(key != "").then(key),
        "parts": doubled.list.concat(before),
        "given": pl.when(first != "").then(first.str.replace_all("-", "")),
        "middle": rest.list.slice(1),
        "several": several,
    }
