"""How far two names agree, word by word, allowing for slips of the pen and for places added or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from rapidfuzz import distance, fuzz, process

from leadscape.survey.linkage.candidates import conflicting

if TYPE_CHECKING:
    from leadscape.survey.linkage.asked import Asked
    from leadscape.survey.linkage.register import LinkageRegister

SLIP_FROM: Final = 0.7
"""Likeness (0-1, optimal string alignment) from which two words are one with a slip."""
SLIP_LETTERS: Final = 4
SHORTENED: Final = 0.85
"""Likeness of a word and its first letters (three or more)."""
MASS: Final = 10.0
"""Rarity is divided by this, so that every measure is of the order of 1."""


def compare_names(
    mention: np.ndarray, form: np.ndarray, asked: Asked, register: LinkageRegister
) -> dict[str, np.ndarray]:
    """Measures of agreement, one value a pair; see ``docs/methods/linkage.md`` for each."""
    measures = _compare_words(mention, form, asked, register)
    ours, theirs = asked.names, register.names
    core = ours.core.gather(mention), theirs.core.gather(form)
    run_on = [text.str.replace_all(" ", "", literal=True).to_list() for text in core]
    joined = process.cpdist(run_on[0], run_on[1], scorer=distance.OSA.normalized_similarity, workers=-1)
    whole = ours.canonical.gather(mention).to_list(), theirs.canonical.gather(form).to_list()
    ordered = process.cpdist(whole[0], whole[1], scorer=fuzz.token_sort_ratio, workers=-1) / 100.0
    folded = ours.folded.gather(mention), theirs.folded.gather(form)
    stated = (ours.folded != "").to_numpy()[mention]
    measures |= {
        "joined": np.where(stated, joined, 0.0),
        "joined_squared": np.where(stated, joined, 0.0) ** 2,
        "ordered": np.where(stated, ordered, 0.0),
        "ordered_squared": np.where(stated, ordered, 0.0) ** 2,
        "exact": ((folded[0] == folded[1]).to_numpy() & stated).astype(float),
        "same_core": ((core[0] == core[1]).to_numpy() & stated).astype(float),
        "same_words": (
            (ours.canonical.gather(mention) == theirs.canonical.gather(form)).to_numpy() & stated
        ).astype(float),
        "unnamed": (~stated).astype(float),
        "bare": (ours.bare[mention] & stated).astype(float),
    }
    return measures | _compare_kinds(mention, form, asked, register)


def _compare_words(
    mention: np.ndarray, form: np.ndarray, asked: Asked, register: LinkageRegister
) -> dict[str, np.ndarray]:
    ours, theirs = asked.names, register.names
    n_ours = np.diff(ours.starts)[mention]
    n_theirs = np.diff(theirs.starts)[form]
    sizes = n_ours * n_theirs
    pair = np.repeat(np.arange(mention.size), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    i, j = np.divmod(within, n_theirs[pair])
    left = ours.word_ids[ours.starts[mention[pair]] + i]
    right = theirs.word_ids[theirs.starts[form[pair]] + j]
    likeness = _word_likeness(left, right, asked, register)

    our_start = np.cumsum(n_ours) - n_ours
    their_start = np.cumsum(n_theirs) - n_theirs
    our_best = np.zeros(n_ours.sum())
    their_best = np.zeros(n_theirs.sum())
    np.maximum.at(our_best, our_start[pair] + i, likeness)
    np.maximum.at(their_best, their_start[pair] + j, likeness)

    our_pair = np.repeat(np.arange(mention.size), n_ours)
    our_words = ours.word_ids[np.arange(n_ours.sum()) - np.repeat(our_start - ours.starts[mention], n_ours)]
    their_pair = np.repeat(np.arange(form.size), n_theirs)
    their_words = theirs.word_ids[
        np.arange(n_theirs.sum()) - np.repeat(their_start - theirs.starts[form], n_theirs)
    ]
    school = register.forms["school"].to_numpy()[form]
    our_placed = _is_place(school[our_pair], asked.words[our_words], register)
    their_placed = _is_place(school[their_pair], their_words, register)
    our_rarity, their_rarity = asked.rarity[our_words], register.rarity[their_words]

    def total(where: np.ndarray, values: np.ndarray) -> np.ndarray:
        return np.bincount(where, values, minlength=mention.size)

    our_mass, their_mass = total(our_pair, our_rarity), total(their_pair, their_rarity)
    our_found, their_found = our_best > 0, their_best > 0
    return {
        "covers_ours": total(our_pair, our_rarity * our_best) / np.where(our_mass > 0, our_mass, 1.0),
        "covers_theirs": total(their_pair, their_rarity * their_best)
        / np.where(their_mass > 0, their_mass, 1.0),
        "found": total(our_pair, our_rarity * our_best * ~our_placed) / MASS,
        "found_placed": total(our_pair, our_rarity * our_best * our_placed) / MASS,
        "all_found": (total(our_pair, ~our_found) == 0).astype(float),
        "all_theirs_found": (total(their_pair, ~their_found) == 0).astype(float),
        "ours_lost": total(our_pair, our_rarity * (~our_found & ~our_placed)) / MASS,
        "theirs_lost": total(their_pair, their_rarity * (~their_found & ~their_placed)) / MASS,
        "ours_placed": total(our_pair, our_rarity * (~our_found & our_placed)) / MASS,
        "theirs_placed": total(their_pair, their_rarity * (~their_found & their_placed)) / MASS,
        "ours_lost_any": (total(our_pair, (~our_found & ~our_placed).astype(float)) > 0).astype(float),
        "theirs_lost_any": (total(their_pair, (~their_found & ~their_placed).astype(float)) > 0).astype(
            float
        ),
        "ours_lost_words": total(our_pair, (~our_found & ~our_placed).astype(float)),
        "theirs_lost_words": total(their_pair, (~their_found & ~their_placed).astype(float)),
        "first_lost": _at_first(~our_found, our_start, n_ours),
        "their_first_lost": _at_first(~their_found & ~their_placed, their_start, n_theirs),
        "slips": total(our_pair, our_rarity * np.where(our_found, 1.0 - our_best, 0.0)) / MASS,
    }


def _at_first(lost: np.ndarray, start: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Whether a name's first telling word is lost; the first word of a name says most."""
    first = np.zeros(size.size)
    first[size > 0] = lost[start[size > 0]]
    return first


def _word_likeness(
    left: np.ndarray, right: np.ndarray, asked: Asked, register: LinkageRegister
) -> np.ndarray:
    """0 where two words are two words, 1 where they are one, between for a slip; both by place in their vocabulary."""
    same = asked.words[left] == right
    keys, place = np.unique(left[~same] * len(register.names.words) + right[~same], return_inverse=True)
    likeness = same.astype(float)
    if keys.size:
        ours, theirs = np.divmod(keys, len(register.names.words))
        first = pl.Series(asked.names.words, dtype=pl.String).gather(ours)
        second = pl.Series(register.names.words, dtype=pl.String).gather(theirs)
        near = process.cpdist(
            first.to_list(), second.to_list(), scorer=distance.OSA.normalized_similarity, workers=-1
        )
        shorter = np.minimum(first.str.len_chars().to_numpy(), second.str.len_chars().to_numpy())
        near = np.where((near >= SLIP_FROM) & (shorter >= SLIP_LETTERS), near, 0.0)
        words = pl.DataFrame({"first": first, "second": second})
        begun = words.select(
            pl.col("first").str.starts_with(pl.col("second"))
            | pl.col("second").str.starts_with(pl.col("first"))
        ).to_series()
        near = np.where(begun.to_numpy() & (shorter >= 3), np.maximum(near, SHORTENED), near)
        likeness[~same] = near[place]
    return likeness


def _is_place(school: np.ndarray, word: np.ndarray, register: LinkageRegister) -> np.ndarray:
    """Whether a word stands in the name of the school's own town, district or authority."""
    known = register.place_words
    if not known.size:
        return np.zeros(school.size, bool)
    keys = school * len(register.word_number) + word
    at = np.minimum(np.searchsorted(known, keys), known.size - 1)
    return (known[at] == keys) & (word < len(register.word_number))


def _compare_kinds(
    mention: np.ndarray, form: np.ndarray, asked: Asked, register: LinkageRegister
) -> dict[str, np.ndarray]:
    ours, theirs = asked.names.types[mention], register.names.types[form]
    hard = ((conflicting(asked.names.types)[mention] & theirs) > 0) & ((ours & theirs) == 0)
    both = (ours > 0) & (theirs > 0)
    our_faith, their_faith = asked.names.faiths[mention], register.names.faiths[form]
    character = register.schools["faiths"].to_numpy()[register.forms["school"].to_numpy()[form]]
    both_faiths = (our_faith > 0) & (their_faith > 0)
    # Many a church school has no word of it in its name, and people write one.
    only_ours = (our_faith > 0) & (their_faith == 0)
    of_character = only_ours & ((our_faith & character) > 0)
    return {
        "kind_same": (both & (ours == theirs)).astype(float),
        "kind_shared": (both & (ours != theirs) & ((ours & theirs) > 0) & ~hard).astype(float),
        "kind_other": (both & ((ours & theirs) == 0) & ~hard).astype(float),
        "kind_conflict": hard.astype(float),
        "kind_only_ours": ((ours > 0) & (theirs == 0)).astype(float),
        "kind_only_theirs": ((ours == 0) & (theirs > 0)).astype(float),
        "faith_same": (both_faiths & ((our_faith & their_faith) > 0)).astype(float),
        "faith_conflict": (
            (both_faiths & ((our_faith & their_faith) == 0)) | (only_ours & (character > 0) & ~of_character)
        ).astype(float),
        "faith_of_character": of_character.astype(float),
        "faith_only_ours": (only_ours & (character == 0)).astype(float),
        "faith_only_theirs": ((our_faith == 0) & (their_faith > 0)).astype(float),
        "grouping": (asked.names.grouping[mention] & ~register.names.grouping[form]).astype(float),
        "saint_differs": (asked.names.saint[mention] != register.names.saint[form]).astype(float),
    }
