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
_BASE: Final = 256
_LINE: Final = 10


@dataclass(frozen=True)
class Runs:
    """Runs of three letters of a register's names.

    Attributes
    ----------
    codes
        Distinct runs, ascending.
    weights
        log(1 + N / d) of each; 0 where it is too common.
    matrix
        Names x runs, rows of length 1 (or 0), float32.
    """

    codes: np.ndarray
    weights: np.ndarray
    matrix: sparse.csr_array


def count_runs(texts: pl.Series) -> Runs:
    """The runs of the register's names."""
    rows, codes = _runs(texts)
    distinct, columns, often = np.unique(codes, return_inverse=True, return_counts=True)
    weights = np.where(often <= COMMONEST, np.log1p(texts.len() / often), 0.0).astype(np.float32)
    return Runs(distinct, weights, _matrix(rows, columns, weights, texts.len()))


def as_runs(texts: pl.Series, runs: Runs) -> sparse.csr_array:
    """Other names as vectors over the same runs; a run that the register has not makes a name longer, so less near."""
    rows, codes = _runs(texts)
    places = np.minimum(np.searchsorted(runs.codes, codes), max(len(runs.codes) - 1, 0))
    known = runs.codes[places] == codes if len(runs.codes) else np.zeros(len(codes), bool)
    rarest = float(runs.weights.max()) if len(runs.weights) else 1.0
    lost = np.bincount(rows[~known], minlength=texts.len()) * rarest**2
    return _matrix(rows[known], places[known], runs.weights, texts.len(), lost)


def _runs(texts: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Row and code of every distinct run of every name."""
    padded = texts.fill_null("").str.replace_all(" ", "  ", literal=True)
    joined = "\n".join(f" {text} " for text in padded)
    letters = np.frombuffer(joined.encode("utf-8"), np.uint8).astype(np.int64)
    if letters.size < 3:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    line = np.cumsum(letters == _LINE)
    windows = np.stack([letters[:-2], letters[1:-1], letters[2:]])
    blank = ord(" ")
    whole = (windows != _LINE).all(axis=0) & (windows[1] != blank)
    code = (windows[0] * _BASE + windows[1]) * _BASE + windows[2]
    keys = np.unique(line[2:][whole] * _BASE**3 + code[whole])
    return np.divmod(keys, _BASE**3)


def _matrix(
    rows: np.ndarray, columns: np.ndarray, weights: np.ndarray, n: int, lost: np.ndarray | None = None
) -> sparse.csr_array:
    squares = np.bincount(rows, weights[columns] ** 2, minlength=n) + (0.0 if lost is None else lost)
    length = np.sqrt(np.where(squares > 0, squares, 1.0)).astype(np.float32)
    values = (weights[columns] / length[rows]).astype(np.float32)
    kept = values > 0
    return sparse.csr_array((values[kept], (rows[kept], columns[kept])), shape=(n, len(weights)))
