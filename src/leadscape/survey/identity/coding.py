"""Groups of lines as arrays of numbers: equal words equal numbers, lists as sorted keys.

So coded, a million pairs are compared field by field without a loop over them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.codebooks.person_names import load_person_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.survey.identity.groups import Groups

TIES: Final = ("followed", "trust")
"""What may tie two schools: one followed the other, or both are in one trust or federation."""


@dataclass(frozen=True)
class Listed:
    """A column of lists of codes, for questions of membership.

    Attributes
    ----------
    values
        All values, row after row. Shape ``(values,)``.
    starts
        Where each row's values begin, and the end. Shape ``(rows + 1,)``.
    width
        More than the largest value.
    keys
        ``row * width + value``, sorted. Shape ``(values,)``.
    """

    values: NDArray[np.int64]
    starts: NDArray[np.int64]
    width: int
    keys: NDArray[np.int64]

    def has(self, rows: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether ``values[k]`` is listed in row ``rows[k]``; a value below 0 is not."""
        return is_key(rows * self.width + values, self.keys) & (values >= 0)

    def shared(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether rows ``one[k]`` and ``other[k]`` have a value in common."""
        counts = self.starts[one + 1] - self.starts[one]
        ends = np.cumsum(counts)
        at = np.repeat(self.starts[one] - ends + counts, counts) + np.arange(counts.sum())
        hit = self.has(np.repeat(other, counts), self.values[at])
        return np.bincount(np.repeat(np.arange(one.size), counts), hit, minlength=one.size) > 0

    def filled(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether a row lists anything."""
        return self.starts[rows + 1] > self.starts[rows]


@dataclass(frozen=True)
class Coded:
    """Groups as arrays; -1 is not known.

    Attributes
    ----------
    words
        Every part of any name; ``surname`` and ``given`` hold places in it. Shape ``(words,)``.
    letter, length, initial
        Code of the first letter of each word, its letters, and whether it is one letter alone. Shape ``(words,)``.
    roots, root_letters
        For each word the names it may stand for, and their first letters.
    alternatives, parts, middle, middle_letters, roles, respondents, starts, partners
        Lists of each group.
    title, gender, urn, school, authority, region
        Codes of each group. Shape ``(groups,)``.
    schools
        Schools as written, folded; ``school`` holds places in it.
    began, ended
        Days since 1970, or :data:`~leadscape.survey.identity.groups.NO_DAY`.
    ties
        For each of :data:`TIES`, sorted ``urn * urns + urn`` of tied schools, both ways round.
    start_days
        Days since 1970 that the codes of ``starts`` stand for.
    """

    words: NDArray[np.object_]
    letter: NDArray[np.int64]
    length: NDArray[np.int64]
    initial: NDArray[np.bool_]
    roots: Listed
    root_letters: Listed
    surname: NDArray[np.int64]
    given: NDArray[np.int64]
    alternatives: Listed
    parts: Listed
    middle: Listed
    middle_letters: Listed
    title: NDArray[np.int64]
    gender: NDArray[np.int64]
    urn: NDArray[np.int64]
    school: NDArray[np.int64]
    schools: NDArray[np.object_]
    authority: NDArray[np.int64]
    region: NDArray[np.int64]
    roles: Listed
    respondents: Listed
    starts: Listed
    start_days: NDArray[np.int64]
    partners: Listed
    began: NDArray[np.int64]
    ended: NDArray[np.int64]
    urns: int
    ties: dict[str, NDArray[np.int64]]


def is_key(wanted: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each of ``wanted`` is among ``keys``, which are sorted."""
    if not keys.size:
        return np.zeros(wanted.shape, dtype=bool)
    return keys[np.minimum(np.searchsorted(keys, wanted), keys.size - 1)] == wanted


def code_groups(groups: Groups, ties: pl.DataFrame | None) -> Coded:
    """Groups as arrays.

    Parameters
    ----------
    ties
        ``urn``, ``other_urn``, ``tie`` (one of :data:`TIES`).
    """
    frame = groups.frame
    second = pl.col("middle").list.eval(pl.element().filter(pl.element().str.len_chars() > 2))
    frame = frame.with_columns(
        pl.col("middle").fill_null([]), alternatives=pl.col("parts").list.concat(second).fill_null([])
    )
    words = _vocabulary(
        frame["surname"], frame["given"], *(frame[name].explode() for name in ("parts", "middle"))
    )
    first = words.select("code", letter=pl.col("value").str.head(1))
    letters = _vocabulary(first["letter"], load_person_names().variants["root"].str.head(1))
    roots = words.join(load_person_names().variants, left_on="value", right_on="given").select(
        "code", "root", letter=pl.col("root").str.head(1)
    )
    root_words = _vocabulary(roots["root"])
    partner_urns = frame["partners"].explode()
    tied = (
        ties
        if ties is not None
        else pl.DataFrame(schema={"urn": pl.String, "other_urn": pl.String, "tie": pl.String})
    )
    urns = _vocabulary(frame["home_urn"], partner_urns)
    schools = _vocabulary(frame["school"])
    starts = _vocabulary(frame["starts"].explode())
    return Coded(
        words=words["value"].to_numpy(),
        letter=_codes(first["letter"], letters),
        length=words["value"].str.len_chars().to_numpy().astype(np.int64),
        initial=(words["value"].str.len_chars() == 1).to_numpy(),
        roots=_long(words.height, roots["code"], roots["root"], root_words),
        root_letters=_long(words.height, roots["code"], roots["letter"], letters),
        surname=_codes(frame["surname"], words),
        given=_codes(frame["given"], words),
        alternatives=_lists(frame["alternatives"], words),
        parts=_lists(frame["parts"].fill_null([]), words),
        middle=_lists(frame["middle"], words),
        middle_letters=_lists(
            frame.select(pl.col("middle").list.eval(pl.element().str.head(1))).to_series(), letters
        ),
        title=_codes(frame["title"], _vocabulary(frame["gender"])),
        gender=_own_codes(frame["gender"]),
        urn=_codes(frame["home_urn"], urns),
        school=_codes(frame["school"], schools),
        schools=schools["value"].to_numpy(),
        authority=_own_codes(frame["authority_code"]),
        region=_own_codes(frame["region"]),
        roles=_lists(frame["roles"]),
        respondents=_lists(frame["respondents"]),
        starts=_lists(frame["starts"], starts),
        start_days=starts["value"].to_numpy().astype(np.int64),
        partners=_lists(frame["partners"], urns),
        began=frame["began"].to_numpy().astype(np.int64),
        ended=frame["ended"].to_numpy().astype(np.int64),
        urns=urns.height,
        ties={tie: _tie_keys(tied.filter(pl.col("tie") == tie), urns) for tie in TIES},
    )


def _vocabulary(*columns: pl.Series) -> pl.DataFrame:
    """Every value of the columns once, sorted, with its ``code``."""
    return (
        pl.concat([column.alias("value") for column in columns])
        .drop_nulls()
        .unique()
        .sort()
        .to_frame("value")
        .with_row_index("code")
        .with_columns(pl.col("code").cast(pl.Int64))
    )


def _codes(column: pl.Series, vocabulary: pl.DataFrame) -> NDArray[np.int64]:
    found = column.to_frame("value").join(vocabulary, on="value", how="left", maintain_order="left")
    return found.select(pl.when(pl.col("code").is_null()).then(-1).otherwise("code")).to_series().to_numpy()


def _own_codes(column: pl.Series) -> NDArray[np.int64]:
    return _codes(column, _vocabulary(column))


def _lists(column: pl.Series, vocabulary: pl.DataFrame | None = None) -> Listed:
    long = column.to_frame("value").with_row_index("at").explode("value").drop_nulls()
    return _long(column.len(), long["at"], long["value"], vocabulary)


def _long(rows: int, at: pl.Series, value: pl.Series, vocabulary: pl.DataFrame | None = None) -> Listed:
    """Lists from one row a value."""
    known = vocabulary if vocabulary is not None else _vocabulary(value)
    at_codes, codes = at.to_numpy().astype(np.int64), _codes(value, known)
    width = known.height + 1
    keys = np.unique(at_codes[codes >= 0] * width + codes[codes >= 0])
    return Listed(keys % width, np.searchsorted(keys, np.arange(rows + 1) * width), width, keys)


def _tie_keys(tied: pl.DataFrame, urns: pl.DataFrame) -> NDArray[np.int64]:
    one, other = _codes(tied["urn"], urns), _codes(tied["other_urn"], urns)
    known = (one >= 0) & (other >= 0)
    one, other = one[known], other[known]
    return np.unique(np.concatenate([one * urns.height + other, other * urns.height + one]))
