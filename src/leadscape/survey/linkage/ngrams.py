"""Names as runs of three letters, weighted so that rare runs count more, for finding near names among many.

A name is a vector over its distinct runs of three letters (each word with a blank before and after). Run *g*, found in
*d* of *N* names of the register, weighs log(1 + *N* / *d*); runs in more than ``COMMONEST`` names say too little for
what they cost and are left out. Vectors have length 1, so that the product of two is their cosine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

COMMONEST: Final = 2_000
_LINE: Final = 10
_BASE: Final = 32
_CODES: Final = _BASE**3
# A blank is 0, a to z are 1 to 26; digits and other letters share what is left, which only makes a few runs equal.
_LETTERS: Final = np.array(
    [0 if byte == 32 else byte - 96 if 97 <= byte <= 122 else 27 + byte % 5 for byte in range(256)], np.int64
)


@dataclass(frozen=True)
class Runs:
    """Runs of three letters of a register's names.

    Attributes
    ----------
    weights
        log(1 + N / d) of each possible run, by its code; 0 where it is too common, or in no name.
    rarest
        Weight of a run that is in no name.
    matrix
        Names x runs, rows of length 1 (or 0), float32.
    """

    weights: np.ndarray
    rarest: float
    matrix: sparse.csr_array


def count_runs(texts: pl.Series) -> Runs:
    """The runs of the register's names."""
    rows, codes = _runs(texts)
    often = np.bincount(codes, minlength=_CODES)
    told = (often > 0) & (often <= COMMONEST)
    weights = np.where(told, np.log1p(texts.len() / np.maximum(often, 1)), 0.0).astype(np.float32)
    return Runs(weights, float(np.log1p(texts.len())), _matrix(rows, codes, weights, texts.len(), None))


def as_runs(texts: pl.Series, runs: Runs) -> sparse.csr_array:
    """Other names as vectors over the same runs; a run that the register has not makes a name longer, so less near."""
    rows, codes = _runs(texts)
    held = np.diff(runs.matrix.tocsc().indptr) > 0
    common = ~held & (runs.weights == 0)
    lost = np.bincount(rows[common[codes]], minlength=texts.len()) * runs.rarest**2
    return _matrix(rows, codes, runs.weights, texts.len(), lost)


def _runs(texts: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Row and code of every distinct run of every name, by row."""
    spaced = pl.concat_str(pl.lit(" "), pl.col("text").str.replace_all(" ", "  ", literal=True), pl.lit(" "))
    joined = texts.fill_null("").to_frame("text").select(spaced.str.join("\n")).item() or ""
    raw = np.frombuffer(joined.encode("utf-8"), np.uint8)
    if raw.size < 3:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    letters = _LETTERS[raw]
    end = raw == _LINE
    whole = ~(end[:-2] | end[1:-1] | end[2:]) & (letters[1:-1] != 0)
    line = np.cumsum(end)[2:][whole]
    code = ((letters[:-2] * _BASE + letters[1:-1]) * _BASE + letters[2:])[whole]
    keys = np.sort(line * _CODES + code)
    return np.divmod(keys[np.append(True, keys[1:] != keys[:-1])] if keys.size else keys, _CODES)


def _matrix(
    rows: np.ndarray, codes: np.ndarray, weights: np.ndarray, n: int, lost: np.ndarray | None
) -> sparse.csr_array:
    values = weights[codes]
    squares = np.bincount(rows, values**2, minlength=n) + (0.0 if lost is None else lost)
    length = np.sqrt(np.where(squares > 0, squares, 1.0)).astype(np.float32)
    kept = values > 0
    rows, codes = rows[kept], codes[kept]
    starts = np.searchsorted(rows, np.arange(n + 1))
    return sparse.csr_array((values[kept] / length[rows], codes, starts), shape=(n, _CODES))
