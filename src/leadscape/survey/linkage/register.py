"""Which schools can a mention mean, and under which names?

In: a register, the date, names of other dates, links. Out: :class:`LinkageRegister`, made once and used for any number
of lists: every name that a school has had taken apart, and places, postcodes and numbers in the form in which they are
compared.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import sparse

from leadscape.core.identifiers import normalise_name
from leadscape.register.tables import is_open
from leadscape.survey.linkage.details import phase_family, split_postcodes, surname
from leadscape.survey.linkage.grammar import Names, take_apart, take_apart_values
from leadscape.survey.linkage.ngrams import Runs, count_runs
from leadscape.survey.linkage.places import Places, know_places
from leadscape.survey.linkage.rarity import weigh_words

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class LinkageRegister:
    """A register ready to be linked to.

    Attributes
    ----------
    schools
        One row a school, ordered so that schools which may be meant come first: ``urn``, ``name``, ``town``,
        ``postcode``, ``phase``, ``authority_code``, ``linkable`` (may be meant), ``standing`` (open on the date),
        ``successors`` (numbers of what it became), ``town_key``, ``phase_family``, ``faiths`` (bits of its religious
        character), ``surnames`` (of its heads), and
        of the postcode ``area``, ``outcode``, ``sector``, ``whole``.
    forms
        ``school`` (row of ``schools``), ``name``, ``former`` (a name that the register itself does not give).
    names
        The forms taken apart.
    runs, runs_across
        Runs of three letters of their telling words, and the transpose of the matrix.
    rarity
        Weight of each telling word of ``names.words``, see :mod:`leadscape.survey.linkage.rarity`.
    word_number
        Word to its number: its place in ``names.words``, or beyond them for a word that only places hold.
    bearers
        For each form, how many linkable schools bear its telling words, kind and faith.
    place_words
        Sorted keys school x words + word number: the words of a school's town, district and authority.
    places
        Places by which an authority may be named.
    authority
        For each school its authority's place in ``places.codes``; -1 where it has none.
    site
        For each school a number that schools of one authority share; without an authority, those of one town.
    affinity
        Authorities x authorities: how much their schools' postcode districts overlap, 0-1.
    as_of
        The date; null where the register's own status was taken.
    """

    schools: pl.DataFrame
    forms: pl.DataFrame
    names: Names
    runs: Runs
    runs_across: sparse.csr_array
    rarity: np.ndarray
    word_number: dict[str, int]
    bearers: np.ndarray
    place_words: np.ndarray
    places: Places
    authority: np.ndarray
    site: np.ndarray
    affinity: np.ndarray
    as_of: date | None


def prepare_register(
    schools: pl.DataFrame,
    as_of: date | None = None,
    names: pl.DataFrame | None = None,
    successors: pl.DataFrame | None = None,
    headships: pl.DataFrame | None = None,
    *,
    link_closed: bool = False,
) -> LinkageRegister:
    """A register ready to be linked to.

    Parameters
    ----------
    schools
        As :class:`~leadscape.register.tables.Schools`, open and closed. A closed school is known, so that a mention of
        it is recognised, and is linked to only with ``link_closed``.
    as_of
        The survey's date: schools open on it may be meant. Without it, schools that the register calls open.
    names
        As :class:`~leadscape.register.names.SchoolNames`: what schools were called in other files and years.
    successors
        ``urn``, ``successor_urn``: what closed schools became.
    headships
        As :class:`~leadscape.register.tables.Headships`: who leads them, to be compared with a head's name.
    link_closed
        Whether a mention may be linked to a closed school, as in a study of the past. An open school of the same name
        in the same authority is then still what a name means (see ``LinkageConfig.namesake_odds``).
    """
    # A register of one date says itself what is open; dates of its rows may lie after the date asked for.
    standing = (
        is_open()
        if as_of is None
        else is_open(pl.lit(as_of)) & (is_open() | pl.col("closed_on").is_not_null())
    )
    ordered = (
        schools.with_columns(standing=standing)
        .with_columns(linkable=pl.col("standing") | pl.lit(link_closed))
        .sort(~pl.col("standing"), ~pl.col("linkable"), "urn")
    )
    forms = _forms(ordered, names)
    # Most of the time is spent in libraries that let other threads run.
    with ThreadPoolExecutor(max_workers=2) as threads:
        described_later = threads.submit(_describe, ordered, successors, headships)
        places_later = threads.submit(know_places, ordered)
        apart = take_apart(forms["name"])
        runs = count_runs(apart.core)
        word_number, place_words = _place_words(ordered, apart.words)
        described, places = described_later.result(), places_later.result()
    often = np.bincount(apart.word_ids, minlength=len(apart.words))
    authority = _numbered(ordered["authority_code"], places.codes)
    return LinkageRegister(
        schools=described,
        forms=forms,
        names=apart,
        runs=runs,
        runs_across=runs.matrix.T.tocsr(),
        rarity=weigh_words(apart.words, often, forms.height),
        word_number=word_number,
        bearers=_count_bearers(apart, ordered["linkable"].to_numpy()[forms["school"].to_numpy()]),
        place_words=place_words,
        places=places,
        authority=authority,
        site=_sites(described),
        affinity=_affinity(authority, described["outcode"], len(places.codes)),
        as_of=as_of,
    )


def _forms(ordered: pl.DataFrame, names: pl.DataFrame | None) -> pl.DataFrame:
    """Every name of every school; the register's own first."""
    own = ordered.with_row_index("school").select(pl.col("school").cast(pl.Int64), "urn", "name")
    forms = own.drop_nulls("name").select("school", "name", former=pl.lit(False))
    if names is not None:
        other = (
            own.rename({"name": "own"})
            .join(names.select("urn", "name"), on="urn")
            .filter(normalise_name(pl.col("name")) != normalise_name(pl.col("own")).fill_null(""))
            .select("school", "name", former=pl.lit(True))
        )
        forms = pl.concat([forms, other])
    return forms.unique(["school", "name"], keep="first", maintain_order=True).sort(
        "school", maintain_order=True
    )


def _describe(
    ordered: pl.DataFrame, successors: pl.DataFrame | None, headships: pl.DataFrame | None
) -> pl.DataFrame:
    character, of_school = take_apart_values(ordered["religious_character"])
    described = ordered.select(
        "urn",
        "name",
        "town",
        "postcode",
        "phase",
        "authority_code",
        "linkable",
        "standing",
        *split_postcodes(pl.col("postcode")),
        faiths=pl.Series(character.faiths[of_school], dtype=pl.Int64),
        town_key=normalise_name(pl.col("town")).fill_null(""),
        phase_family=phase_family(pl.col("phase")),
    )
    followed = pl.DataFrame(schema={"urn": pl.String, "successors": pl.List(pl.String)})
    if successors is not None:
        moved = successors.filter(pl.col("urn") != pl.col("successor_urn"))
        followed = moved.group_by("urn").agg(successors=pl.col("successor_urn").unique().sort())
    led = pl.DataFrame(schema={"urn": pl.String, "surnames": pl.List(pl.String)})
    if headships is not None:
        led = headships.group_by("urn").agg(surnames=surname(pl.col("head")).unique().sort())
    return described.join(followed, on="urn", how="left", maintain_order="left").join(
        led, on="urn", how="left", maintain_order="left"
    )


def _numbered(codes: pl.Series, known: list[str]) -> np.ndarray:
    number = {code: place for place, code in enumerate(known)}
    return np.array([number.get(code, -1) for code in codes], np.int64)


def _sites(described: pl.DataFrame) -> np.ndarray:
    town = pl.concat_str(pl.lit("town "), pl.col("town_key").replace("", None))
    site = pl.coalesce("authority_code", town, pl.concat_str(pl.lit("school "), pl.col("urn")))
    return described.select(site.rank("dense").cast(pl.Int64)).to_series().to_numpy()


def _count_bearers(names: Names, linkable: np.ndarray) -> np.ndarray:
    keyed = pl.DataFrame(
        {"core": names.core, "types": names.types, "faiths": names.faiths, "linkable": linkable}
    )
    return (
        keyed.select(pl.col("linkable").sum().over("core", "types", "faiths"))
        .to_series()
        .to_numpy()
        .astype(float)
    )


def _place_words(ordered: pl.DataFrame, words: list[str]) -> tuple[dict[str, int], np.ndarray]:
    """Numbers of the words of names and then of places, and the words of each school's places."""
    columns = [pl.col(name).cast(pl.String) for name in ("town", "district", "authority_name")]
    text = ordered.select(text=pl.concat_str(*columns, separator=" ", ignore_nulls=True)).to_series()
    apart, place = take_apart_values(text)
    number = {word: number for number, word in enumerate(words)}
    for word in apart.words:
        number.setdefault(word, len(number))
    theirs = np.array([number[word] for word in apart.words], np.int64)[apart.word_ids]
    sizes = np.diff(apart.starts)[place]
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes - apart.starts[place], sizes)
    keys = np.repeat(np.arange(text.len()), sizes) * max(len(number), 1) + theirs[within]
    return number, np.sort(keys)


def _affinity(authority: np.ndarray, outcodes: pl.Series, n: int) -> np.ndarray:
    known = (authority >= 0) & outcodes.is_not_null().to_numpy()
    if n == 0 or not known.any():
        return np.zeros((max(n, 1), max(n, 1)))
    kept = outcodes.filter(pl.Series(known))
    number = kept.rank("dense").to_numpy().astype(np.int64) - 1
    counts = np.zeros((n, int(number.max()) + 1))
    np.add.at(counts, (authority[known], number), 1.0)
    length = np.linalg.norm(counts, axis=1, keepdims=True)
    unit = counts / np.where(length > 0, length, 1.0)
    return unit @ unit.T
