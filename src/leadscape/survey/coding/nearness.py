"""How near are two pieces of writing? Shared pieces of words, weighed by how rare they are, and shared words.

Numbers in, numbers out. Nothing here knows what the words mean: two descriptions of one thing in other words are far
apart, and a denial is near to what it denies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIECE: Final = 3
"""Characters of one piece; blanks before and after a text count, so that beginnings and endings weigh."""

_ROWS_AT_ONCE: Final = 512


def piece_weights(texts: pl.Series, corpus: pl.Series) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Both series as rows of tf-idf weights over pieces of three characters, each row of length 1.

    Parameters
    ----------
    texts, corpus
        Folded texts. How rare a piece is, is counted in ``corpus`` alone, so that one text's weights do not depend on
        which others are asked about. An empty text is a row of zeros.

    Notes
    -----
    The weight of piece *p* in a text is ``(1 + ln f) (1 + ln((1 + N) / (1 + n)))`` with *f* its times in the text,
    *N* the texts of the corpus and *n* those that have *p*. Pieces that no text of the corpus has are the rarest of
    all: a text that shares one word with the corpus and has nine others is not near to it.
    """
    rows_of_corpus, pieces_of_corpus = _pieces(corpus)
    rows_of_texts, pieces_of_texts = _pieces(texts)
    known, columns = np.unique(np.concatenate([pieces_of_corpus, pieces_of_texts]), return_inverse=True)
    in_corpus, in_texts = np.split(columns, [len(pieces_of_corpus)])
    counted = _counted(rows_of_corpus, in_corpus, (len(corpus), len(known)))
    spread = np.bincount(counted.indices, minlength=len(known))
    rarity = 1 + np.log((1 + len(corpus)) / (1 + spread))
    asked = _counted(rows_of_texts, in_texts, (len(texts), len(known)))
    return _of_length_one(asked, rarity), _of_length_one(counted, rarity)


def nearest_rows(
    texts: pl.Series, corpus: pl.Series, neighbours: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each text the rows of the corpus that come nearest, and how near (0-100), best first.

    Parameters
    ----------
    texts, corpus
        Folded texts, *T* and *N* of them.
    neighbours
        Rows wanted, *K*; fewer where the corpus is smaller.

    Returns
    -------
    tuple of arrays, shape (T, K)
        Rows of the corpus, and nearness: the mean of the cosine of :func:`piece_weights` (times 100) and of
        rapidfuzz's token-set ratio. Candidates are the ``4 K`` rows of the largest cosine.
    """
    kept = min(neighbours, len(corpus))
    if not kept or not len(texts):
        return np.zeros((len(texts), kept), np.int64), np.zeros((len(texts), kept))
    asked, known = piece_weights(texts, corpus)
    wide = min(4 * kept, len(corpus))
    words, rows_of = texts.to_numpy(), corpus.to_numpy()
    parts = []
    for start in range(0, len(texts), _ROWS_AT_ONCE):
        cosine = (asked[start : start + _ROWS_AT_ONCE] @ known.T).toarray()
        candidates = np.argpartition(-cosine, wide - 1, axis=1)[:, :wide]
        cosine = np.take_along_axis(cosine, candidates, axis=1)
        asked_words = np.repeat(words[start : start + _ROWS_AT_ONCE], wide)
        shared = process.cpdist(asked_words, rows_of[candidates.ravel()], scorer=fuzz.token_set_ratio)
        near = (100 * cosine + shared.reshape(cosine.shape)) / 2
        # The row number breaks ties, so that the order does not depend on the machine.
        order = np.lexsort((candidates, -near), axis=1)[:, :kept]
        parts.append((np.take_along_axis(candidates, order, 1), np.take_along_axis(near, order, 1)))
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _pieces(texts: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For every piece of every text: the row of the text, and the piece as a number."""
    blank = " " * (PIECE - 1)
    padded = [f"{blank}{text}{blank}" if text else "" for text in texts.to_list()]
    lengths = np.array([len(text) for text in padded], dtype=np.int64)
    points = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    if len(points) < PIECE:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(points, PIECE)
    numbers = windows @ (np.int64(1 << 21) ** np.arange(PIECE))
    row = np.repeat(np.arange(len(padded)), lengths)
    one_text = row[: len(windows)] == row[PIECE - 1 :]
    return row[: len(windows)][one_text], numbers[one_text]


def _counted(rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]) -> sparse.csr_array:
    counts = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    counts.sum_duplicates()
    return counts


def _of_length_one(counts: sparse.csr_array, rarity: NDArray[np.float64]) -> sparse.csr_array:
    weights = counts.copy()
    weights.data = (1 + np.log(weights.data)) * rarity[weights.indices]
    length = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1)).ravel())
    weights.data /= np.repeat(length, np.diff(weights.indptr))
    return weights
