"""For each mention the few schools of the whole country that it could mean.

Nearness is the cosine of runs of three letters of the telling words, with small additions where place, kind or faith
agree, so that of 600 schools of one name those of the right place come first. The authority orders, it never excludes.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process
from scipy import sparse

from leadscape.survey.linkage.grammar import load_grammar
from leadscape.survey.linkage.ngrams import as_runs

if TYPE_CHECKING:
    from leadscape.survey.linkage.asked import Asked
    from leadscape.survey.linkage.register import LinkageRegister

KEPT: Final = 12
"""Names compared closely for each mention."""
AT_ONCE: Final = 512
"""Mentions compared in one go: keeps memory flat however long the list."""
SHARE_OF_BEST: Final = 0.45
SMALLEST: Final = 0.2
SURE_PLACE: Final = 0.5
NOTHING_NEAR: Final = 0.6
"""Cosine below which a mention's authority is searched letter by letter as well."""
LIKE_LETTERS: Final = 60.0
MISSPELT_KEPT: Final = 4
ADDED: Final = {
    "authority": 0.3,
    "type": 0.05,
    "conflict": -0.15,
    "faith": 0.05,
    "other_faith": -0.05,
    "saint": 0.05,
    "town": 0.12,
    "outcode": 0.12,
    "sector": 0.1,
    "whole": 0.3,
    "standing": 0.03,
}


def find_candidates(asked: Asked, register: LinkageRegister) -> tuple[np.ndarray, np.ndarray]:
    """Pairs to compare closely.

    Returns
    -------
    tuple of numpy.ndarray
        Mention (row of ``asked``) and form (row of ``register.forms``), by mention; about :data:`KEPT` a mention.
    """
    if not asked.height or not register.forms.height:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    vectors = as_runs(asked.names.core, register.runs)
    keys = _Keys(asked, register)
    starts = range(0, asked.height, AT_ONCE)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
        near = list(threads.map(lambda at: _nearest(vectors[at : at + AT_ONCE], at, register, keys), starts))
    mention, form, cosine = (np.concatenate([part[n] for part in near]) for n in range(3))
    others = (_by_key(asked, register), _misspelt(mention, form, cosine, asked, register))
    mention = np.concatenate([mention, *(pair[0] for pair in others)])
    form = np.concatenate([form, *(pair[1] for pair in others)])
    pairs = np.sort(mention * register.forms.height + form)
    return np.divmod(
        pairs[np.append(True, pairs[1:] != pairs[:-1])] if pairs.size else pairs, register.forms.height
    )


class _Keys:
    """What is compared exactly, as numbers, of mentions and of forms."""

    def __init__(self, asked: Asked, register: LinkageRegister) -> None:
        grammar = load_grammar()
        self.school = register.forms["school"].to_numpy()
        self.authorities = asked.authorities
        self.authority = register.authority[self.school]
        self.types = asked.names.types, register.names.types
        self.faiths = asked.names.faiths, register.names.faiths
        self.saints = asked.names.saint, register.names.saint
        self.standing = register.schools["standing"].to_numpy()[self.school]
        self.conflicts = _conflict_table(grammar.conflicts, asked.names.types)
        self.exact = {
            name: _common_numbers(
                asked.mentions[column].replace("", None), register.schools[column].replace("", None)
            )
            for name, column in (
                ("town", "town_key"),
                ("outcode", "outcode"),
                ("sector", "sector"),
                ("whole", "whole"),
            )
            if asked.mentions[column].replace("", None).null_count() < asked.height
        }


def conflicting(types: np.ndarray) -> np.ndarray:
    """For each set of kinds the kinds that cannot stand beside any of it."""
    return _conflict_table(load_grammar().conflicts, types)


def _conflict_table(conflicts: dict[int, int], types: np.ndarray) -> np.ndarray:
    against = np.zeros_like(types)
    for bit, others in conflicts.items():
        against |= np.where(types & bit, others, 0)
    # A name that says both kinds contradicts neither.
    return against & ~types


def _common_numbers(ours: pl.Series, theirs: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Both columns as numbers that are equal where the texts are; null is -1 and -2."""
    both = pl.concat([ours.alias("key"), theirs.alias("key")])
    number = both.rank("dense").cast(pl.Int64)
    split = ours.len()
    return (number[:split].fill_null(-1).to_numpy(), number[split:].fill_null(-2).to_numpy())


def _nearest(
    vectors: sparse.csr_array, start: int, register: LinkageRegister, keys: _Keys
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mention, form and cosine of the nearest names, best first within a mention."""
    product = sparse.csr_array(vectors @ register.runs_across)
    if product.nnz == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    starts = np.asarray(product.indptr, np.int64)
    cosines, forms = np.asarray(product.data, np.float32), np.asarray(product.indices)
    sizes = np.diff(starts)
    filled = sizes > 0
    least = np.full(sizes.size, SMALLEST, np.float32)
    least[filled] = np.maximum(np.maximum.reduceat(cosines, starts[:-1][filled]) * SHARE_OF_BEST, SMALLEST)
    kept = np.flatnonzero(cosines >= np.repeat(least, sizes))
    row = np.searchsorted(starts, kept, side="right") - 1
    form, near = forms[kept].astype(np.int64), cosines[kept].astype(np.float64)
    order = np.lexsort((form, -near - _additions(row + start, form, row, start, keys), row))
    row, form, near = row[order], form[order], near[order]
    top = np.arange(row.size) - np.searchsorted(row, row) < KEPT
    return row[top].astype(np.int64) + start, form[top], near[top]


def _additions(mention: np.ndarray, form: np.ndarray, row: np.ndarray, start: int, keys: _Keys) -> np.ndarray:
    school = keys.school[form]
    weights = keys.authorities[start : start + AT_ONCE].toarray()
    authority = keys.authority[form]
    added = np.where(authority >= 0, weights[row, authority], 0.0) * ADDED["authority"]
    ours, theirs = keys.types[0][mention], keys.types[1][form]
    added += np.where(ours & theirs, ADDED["type"], 0.0) + np.where(
        (keys.conflicts[mention] & theirs > 0) & (ours & theirs == 0), ADDED["conflict"], 0.0
    )
    ours, theirs = keys.faiths[0][mention], keys.faiths[1][form]
    added += np.where(ours & theirs, ADDED["faith"], 0.0)
    added += np.where((ours > 0) & (theirs > 0) & ((ours & theirs) == 0), ADDED["other_faith"], 0.0)
    added += np.where(keys.saints[0][mention] == keys.saints[1][form], ADDED["saint"], 0.0)
    added += np.where(keys.standing[form], ADDED["standing"], 0.0)
    for name, (ours, theirs) in keys.exact.items():
        added += np.where(ours[mention] == theirs[school], ADDED[name], 0.0)
    return added


def _by_key(asked: Asked, register: LinkageRegister) -> tuple[np.ndarray, np.ndarray]:
    """Schools with the very number or postcode that was written, whatever their name."""
    forms = register.forms.with_row_index("form").select("form", school=pl.col("school"))
    schools = register.schools.select("urn", "whole").with_row_index("school").cast({"school": pl.Int64})
    mentions = asked.mentions.select("urn", "whole").with_row_index("mention")
    found = [
        mentions.drop_nulls(key).join(schools, on=key).join(forms, on="school").select("mention", "form")
        for key in ("urn", "whole")
    ]
    pairs = pl.concat(found)
    return pairs["mention"].to_numpy().astype(np.int64), pairs["form"].to_numpy().astype(np.int64)


def _misspelt(
    mention: np.ndarray, form: np.ndarray, cosine: np.ndarray, asked: Asked, register: LinkageRegister
) -> tuple[np.ndarray, np.ndarray]:
    """For mentions with nothing near in their authority, its schools of the likest letters: a slip in a short name
    leaves no run of three letters whole.
    """
    told = asked.authorities.tocoo()
    owner = register.forms["school"].to_numpy()
    inside = np.zeros(asked.height)
    # scipy picks nothing from a sparse array as another sparse array, and anything else as a plain one.
    there = np.maximum(register.authority[owner[form]], 0)
    weights = np.asarray(asked.authorities[mention, there]).ravel() if mention.size else np.zeros(0)
    np.maximum.at(
        inside, mention, np.where((weights > 0) & (register.authority[owner[form]] >= 0), cosine, 0.0)
    )
    wanted = pl.DataFrame(
        {"mention": told.row.astype(np.int64), "authority": told.col.astype(np.int64), "weight": told.data}
    )
    wanted = wanted.filter(
        pl.col("weight") >= SURE_PLACE,
        pl.Series(inside[told.row] < NOTHING_NEAR),
        pl.Series((asked.names.core != "").to_numpy()[told.row]),
    )
    forms = pl.DataFrame({"form": np.arange(owner.size), "authority": register.authority[owner]})
    pairs = wanted.join(forms, on="authority").select("mention", "form")
    if not pairs.height:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    ours = asked.names.core.str.replace_all(" ", "", literal=True).gather(pairs["mention"]).to_list()
    theirs = register.names.core.str.replace_all(" ", "", literal=True).gather(pairs["form"]).to_list()
    kept = (
        pairs.with_columns(near=pl.Series(process.cpdist(ours, theirs, scorer=fuzz.ratio, workers=-1)))
        .filter(pl.col("near") >= LIKE_LETTERS)
        .sort("mention", "near", "form", descending=[False, True, False])
        .group_by("mention", maintain_order=True)
        .head(MISSPELT_KEPT)
    )
    return kept["mention"].to_numpy(), kept["form"].to_numpy()
