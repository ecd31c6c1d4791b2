"""How names of schools are built: words that tell one school from another, and words that say only its kind.

In: names as text. Out: :class:`Names`, the same names taken apart by the shipped grammar (``codebooks/data/linkage``).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from rapidfuzz import distance, process

from leadscape.core.identifiers import normalise_name

if TYPE_CHECKING:
    from collections.abc import Collection

CORE, GENERIC, TYPE, FAITH, STOP = range(5)
REPAIR_FROM: Final = 0.75
"""Likeness (0-1, optimal string alignment) from which an unknown word is a misspelt word of the grammar."""
REPAIR_LETTERS: Final = 5
STEM_LETTERS: Final = 4


@dataclass(frozen=True)
class Grammar:
    """The grammar of one system's school names.

    Attributes
    ----------
    phrases, any_phrase
        Regular expression, replacement; in order. One expression for all of them.
    words
        Word as written to its canonical word and class.
    type_bits, faith_bits
        Canonical word to its bit.
    conflicts
        ``conflicts[bits]`` is the union of bits that cannot stand beside any of ``bits``; indexed by single bit.
    positional
        Canonical words that say a kind only before a shared word or at the end.
    absent
        Id of what is no school, words, sentence; in order.
    outside_areas
        Postcode areas outside the country.
    groupings
        Words that name a grouping of schools.
    """

    phrases: tuple[tuple[str, str], ...]
    any_phrase: str
    words: dict[str, tuple[str, int]]
    type_bits: dict[str, int]
    faith_bits: dict[str, int]
    conflicts: dict[int, int]
    positional: frozenset[str]
    absent: tuple[tuple[str, tuple[str, ...], str], ...]
    outside_areas: frozenset[str]
    groupings: frozenset[str]


@dataclass(frozen=True)
class Names:
    """Names taken apart; every array has one entry a name unless it says otherwise.

    Attributes
    ----------
    folded
        Lower case, without accents and punctuation.
    canonical
        Words brought to their canonical form, without stop words.
    core
        The canonical words that tell schools apart; all of them where there is none such.
    types, faiths
        Bits of :class:`Grammar`.
    saint
        Whether a saint is named.
    grouping
        Whether a word names a grouping of schools.
    bare
        Whether the name has no telling word, so that ``core`` is the whole of it.
    words
        Distinct core words.
    word_ids, starts
        Core words of name *i* are ``words[word_ids[starts[i]:starts[i + 1]]]``, each once, in order.
    """

    folded: pl.Series
    canonical: pl.Series
    core: pl.Series
    types: np.ndarray
    faiths: np.ndarray
    saint: np.ndarray
    grouping: np.ndarray
    bare: np.ndarray
    words: list[str]
    word_ids: np.ndarray
    starts: np.ndarray


def shipped_data(name: str) -> dict[str, Any]:
    """One of the data files of linkage, by its stem."""
    return tomllib.loads(
        (files("leadscape.codebooks") / "data" / "linkage" / f"{name}.toml").read_text("utf-8")
    )


@cache
def load_grammar() -> Grammar:
    """The shipped grammar."""
    raw = shipped_data("grammar")
    type_bits = {word: 1 << number for number, word in enumerate(raw["type"])}
    type_bits |= {word: type_bits[same] for word, same in raw["same"].items()}
    faith_bits = {word: 1 << number for number, word in enumerate(raw["faith"])}
    conflicts = dict.fromkeys(type_bits.values(), 0)
    for pair in raw["conflict"]:
        first, second = (type_bits[word] for word in pair["between"])
        conflicts[first] |= second
        conflicts[second] |= first
    words: dict[str, tuple[str, int]] = {}
    for section, kind in (("short", CORE), ("generic", GENERIC), ("type", TYPE), ("faith", FAITH)):
        for canonical, written in raw[section].items():
            words |= dict.fromkeys((canonical, *written), (canonical, kind))
    words |= {word: (word, STOP) for word in raw["stop"]["words"]}
    phrases = tuple(
        (rf" (?:{'|'.join(phrase['from'])}) ".replace(" ", " +"), phrase["to"].replace(" ", "  "))
        for phrase in raw["phrase"]
    )
    return Grammar(
        phrases=phrases,
        any_phrase="|".join(pattern for pattern, _ in phrases),
        words=words,
        type_bits=type_bits,
        faith_bits=faith_bits,
        conflicts=conflicts,
        positional=frozenset(raw["positional"]["words"]),
        absent=tuple((entry["id"], tuple(entry["words"]), entry["sentence"]) for entry in raw["absent"]),
        outside_areas=frozenset(raw["outside"]["postcode_areas"]),
        groupings=frozenset(raw["absent"][0]["words"]),
    )


def take_apart_values(values: pl.Series) -> tuple[Names, np.ndarray]:
    """The distinct values of a column taken apart, and for each row which of them it has."""
    distinct = values.unique(maintain_order=True)
    place = pl.DataFrame({"value": distinct}).with_row_index("place")
    rows = values.to_frame("value").join(
        place, on="value", how="left", nulls_equal=True, maintain_order="left"
    )
    return take_apart(distinct), rows["place"].to_numpy().astype(np.int64)


def take_apart(names: pl.Series, known: Collection[str] | None = None) -> Names:
    """Names taken apart.

    Parameters
    ----------
    names
        Names as written; null is the empty name.
    known
        Words of the register. A long word that is not among them and is a letter or two off a word of the grammar is
        taken for that one (*Primray*). Without it no word is repaired.
    """
    grammar = load_grammar()
    folded = names.to_frame("name").select(normalise_name(pl.col("name")).fill_null("")).to_series()
    padded = pl.concat_str(pl.lit(" "), pl.col("name").str.replace_all(" ", "  ", literal=True), pl.lit(" "))
    phrased = folded.to_frame("name").select(text=padded, turned=padded.str.contains(grammar.any_phrase))
    text = phrased["text"]
    if phrased["turned"].any():
        turned = pl.col("text")
        for pattern, replacement in grammar.phrases:
            turned = turned.str.replace_all(pattern, replacement)
        text = text.scatter(phrased["turned"].arg_true(), phrased.filter("turned").select(turned).to_series())
    written = (
        text.to_frame("text")
        .select(word=pl.col("text").str.strip_chars().str.split(" "))
        .with_row_index("at")
    )
    long = written.explode("word").filter(pl.col("word") != "")
    distinct = long.select(pl.col("word").unique(maintain_order=True)).with_row_index("id")
    ids = long.join(distinct, on="word", how="left", maintain_order="left")["id"].to_numpy()
    at = long["at"].to_numpy()
    read = _read_words(distinct["word"].to_list(), grammar, known)
    return _assemble(folded, at, ids, read, grammar)


def _read_words(
    written: list[str], grammar: Grammar, known: Collection[str] | None
) -> list[tuple[str, int, str]]:
    """Canonical word, class and stem of each distinct word."""
    found = {word: grammar.words.get(word, (word, CORE)) for word in written}
    if known is not None:
        unknown = [
            w
            for w in written
            if len(w) >= REPAIR_LETTERS and w not in grammar.words and _stem(w) not in known
        ]
        targets = [
            w
            for w, (_, kind) in grammar.words.items()
            if kind in (GENERIC, TYPE, FAITH) and len(w) >= REPAIR_LETTERS
        ]
        if unknown:
            likeness = process.cdist(
                unknown, targets, scorer=distance.OSA.normalized_similarity, score_cutoff=REPAIR_FROM
            )
            best = likeness.argmax(axis=1)
            found |= {
                word: grammar.words[targets[place]]
                for word, place, row in zip(unknown, best, likeness, strict=True)
                if row[place] >= REPAIR_FROM
            }
    return [(canonical, kind, _stem(canonical)) for canonical, kind in (found[word] for word in written)]


def _stem(word: str) -> str:
    """A word without a plural or possessive s, which people put and leave out at will."""
    return word[:-1] if len(word) >= STEM_LETTERS and word.endswith("s") and not word.endswith("ss") else word


def _assemble(
    folded: pl.Series, at: np.ndarray, ids: np.ndarray, read: list[tuple[str, int, str]], grammar: Grammar
) -> Names:
    n = folded.len()
    kinds = np.array([kind for _, kind, _ in read], np.int8)[ids]
    positional = np.array([canonical in grammar.positional for canonical, _, _ in read], bool)[ids]
    # A word of place that may also say a kind says it only before a shared word or at the end.
    last = np.append(at[1:] != at[:-1], True) if at.size else np.zeros(0, bool)
    next_is_core = np.append(kinds[1:] == CORE, False) & ~last if at.size else last
    kinds = np.where(positional & (kinds == TYPE) & next_is_core, CORE, kinds)
    types = _bits(at, ids, kinds == TYPE, [grammar.type_bits.get(c, 0) for c, _, _ in read], n)
    faiths = _bits(at, ids, kinds == FAITH, [grammar.faith_bits.get(c, 0) for c, _, _ in read], n)
    saint = _any(at, ids, [canonical == "saint" for canonical, _, _ in read], n)
    grouping = _any(at, ids, [canonical in grammar.groupings for canonical, _, _ in read], n)
    telling = np.bincount(at[kinds == CORE], minlength=n) > 0
    in_core = (kinds == CORE) | (~telling[at] & (kinds != STOP))
    stems = [stem for _, _, stem in read]
    words = sorted(set(stems))
    number = {word: place for place, word in enumerate(words)}
    stem_ids = np.array([number[stem] for stem in stems], np.int64)[ids]
    pairs = at[in_core].astype(np.int64) * (len(words) + 1) + stem_ids[in_core]
    _, earliest = np.unique(pairs, return_index=True)
    owners, word_ids = np.divmod(pairs[np.sort(earliest)], len(words) + 1)
    starts = np.searchsorted(owners, np.arange(n + 1))
    canon = pl.Series([c for c, _, _ in read], dtype=pl.String).gather(ids)
    stem = pl.Series(stems, dtype=pl.String).gather(ids)
    texts = _joined(at, {"canonical": (canon, kinds != STOP), "core": (stem, in_core)}, n)
    return Names(
        folded=folded,
        canonical=texts["canonical"],
        core=texts["core"],
        types=types,
        faiths=faiths,
        saint=saint,
        grouping=grouping,
        bare=~telling,
        words=words,
        word_ids=word_ids,
        starts=starts,
    )


def _bits(at: np.ndarray, ids: np.ndarray, chosen: np.ndarray, bits: list[int], n: int) -> np.ndarray:
    values = np.zeros(n, np.int64)
    np.bitwise_or.at(values, at[chosen], np.array(bits, np.int64)[ids[chosen]])
    return values


def _any(at: np.ndarray, ids: np.ndarray, words: list[bool], n: int) -> np.ndarray:
    """Whether any word of each name is one of the words marked."""
    marked = np.zeros(n, bool)
    marked[at[np.array(words, bool)[ids]]] = True
    return marked


def _joined(at: np.ndarray, parts: dict[str, tuple[pl.Series, np.ndarray]], n: int) -> pl.DataFrame:
    """For each name the words of each part that are chosen, joined by blanks."""
    kept = {
        name: pl.select(pl.when(pl.Series(chosen)).then(words)).to_series()
        for name, (words, chosen) in parts.items()
    }
    text = (
        pl.DataFrame({"at": at, **kept})
        .group_by("at", maintain_order=True)
        .agg(pl.col(name).str.join(" ", ignore_nulls=True) for name in parts)
    )
    every = pl.DataFrame({"at": np.arange(n, dtype=at.dtype)})
    return every.join(text, on="at", how="left", maintain_order="left").fill_null("")
