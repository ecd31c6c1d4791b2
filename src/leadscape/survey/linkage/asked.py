"""Mentions in the form in which they are compared with a register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from scipy import sparse

from leadscape.core.identifiers import clean_identifier, normalise_name
from leadscape.survey.linkage.details import phase_family, split_postcodes, surname
from leadscape.survey.linkage.grammar import Names, take_apart
from leadscape.survey.linkage.rarity import weigh_words

if TYPE_CHECKING:
    from leadscape.survey.linkage.register import LinkageRegister

COLUMNS: Final = ("urn", "name", "authority_code", "authority", "town", "postcode", "phase", "head")


@dataclass(frozen=True)
class Asked:
    """A list of mentions, taken apart.

    Attributes
    ----------
    mentions
        One row a mention: ``mention_id`` and :data:`COLUMNS` as text, ``town_key``, ``area``, ``outcode``, ``sector``,
        ``whole``, ``surname``, ``phase_family``.
    names
        The names taken apart.
    words
        Place of each of ``names.words`` among the register's words; beyond them for a word that the register lacks.
    rarity
        Weight of each of ``names.words``, see :mod:`leadscape.survey.linkage.rarity`.
    authorities
        Mentions x authorities of the register, weights 0-1.
    """

    mentions: pl.DataFrame
    names: Names
    words: np.ndarray
    rarity: np.ndarray
    authorities: sparse.csr_array

    @property
    def height(self) -> int:
        """Mentions."""
        return self.mentions.height


def ask(mentions: pl.DataFrame, register: LinkageRegister) -> Asked:
    """Mentions in the form in which they are compared with ``register``."""
    wanted = mentions.select(
        "mention_id",
        *(
            pl.col(name).cast(pl.String) if name in mentions.columns else pl.lit(None, pl.String).alias(name)
            for name in COLUMNS
        ),
    )
    prepared = wanted.with_columns(
        clean_identifier(pl.col("urn")),
        normalise_name(pl.col("town")).fill_null("").alias("town_key"),
        surname(pl.col("head")).replace("", None).alias("surname"),
        phase_family(pl.col("phase")).alias("phase_family"),
        *split_postcodes(pl.col("postcode")),
    )
    names = take_apart(prepared["name"], register.word_number)
    number, known = register.word_number, len(register.word_number)
    words = np.array([number.get(word, known + place) for place, word in enumerate(names.words)], np.int64)
    rarity = weigh_words(names.words, np.zeros(len(words)), register.forms.height)
    in_names = words < len(register.names.words)
    rarity[in_names] = register.rarity[words[in_names]]
    authorities = register.places.read(prepared["authority_code"], prepared["authority"])
    return Asked(prepared, names, words, rarity, authorities)
