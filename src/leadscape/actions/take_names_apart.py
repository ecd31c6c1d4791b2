"""Take names of schools, trusts and places apart into the words by which they are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from leadscape.survey.linkage.grammar import take_apart

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class NamesApart:
    """Names taken apart; one entry a name, in order.

    Attributes
    ----------
    folded
        Lower case, without accents and punctuation: *st marys c of e primary sch*.
    words
        The same, each word brought to one form and words that tell nothing left out: *saint, marys, ce, primary,
        school*. An empty name, and one of such words only, has none.
    """

    folded: pl.Series
    words: pl.Series


def take_names_apart(names: Sequence[str | None] | pl.Series) -> NamesApart:
    """Names in the form in which two ways to write one name agree, by the grammar that linkage uses.

    Parameters
    ----------
    names
        As somebody wrote them; null is the empty name.
    """
    apart = take_apart(pl.Series("name", names, dtype=pl.String))
    words = apart.canonical.str.split(" ").list.eval(pl.element().filter(pl.element() != ""))
    return NamesApart(apart.folded, words.alias("words"))
