"""How far apart are two sets of labels? A code more or less is a smaller disagreement than other codes altogether."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

SetDistance = Literal["jaccard", "masi"]


def set_distances(sets: Sequence[Collection[str]], kind: SetDistance) -> NDArray[np.float64]:
    """The distance of every two sets of labels.

    Parameters
    ----------
    sets
        Distinct sets; one of them may be empty.
    kind
        ``jaccard`` or ``masi``.

    Returns
    -------
    numpy.ndarray
        Shape (sets, sets), 0 for equal sets, 1 for sets without a common label.

    Notes
    -----
    With a, b the sizes of two sets and c of what they share, J = c / (a + b - c): Jaccard's distance is 1 - J. MASI's
    is 1 - J M, where M is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap otherwise, 0 where
    they share nothing. Two empty sets are equal.

    Sources
    -------
    Jaccard (1901), Bulletin de la Société Vaudoise des Sciences Naturelles 37, 547-579; Passonneau (2006), Measuring
    agreement on set-valued items (MASI) for semantic and pragmatic annotation, LREC 2006, 831-836.

    Examples
    --------
    >>> set_distances([{"a", "b"}, {"a"}, {"c"}], "masi").round(3).tolist()
    [[0.0, 0.667, 1.0], [0.667, 0.0, 1.0], [1.0, 1.0, 0.0]]
    """
    labels = sorted({label for labels in sets for label in labels})
    place = {label: number for number, label in enumerate(labels)}
    holds = np.zeros((len(sets), max(len(labels), 1)))
    for number, chosen in enumerate(sets):
        holds[number, [place[label] for label in chosen]] = 1
    sizes = holds.sum(axis=1)
    shared = holds @ holds.T
    union = sizes[:, None] + sizes - shared
    nearness = np.where(union > 0, shared / np.where(union > 0, union, 1), 1.0)
    if kind == "masi":
        smaller = np.minimum(sizes[:, None], sizes)
        overlap = np.where(shared == smaller, 2 / 3, 1 / 3)
        nearness = nearness * np.where(nearness == 1, 1.0, overlap)
    return 1 - nearness
