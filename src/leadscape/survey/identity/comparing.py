"""How two groups of lines compare, field by field: one small number a pair and field, -1 where a field is not known.

Names are compared once for each pair of distinct names, however many people bear them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from leadscape.survey.identity.coding import is_key
from leadscape.survey.identity.fields import FIELDS, level_index
from leadscape.survey.identity.groups import NO_DAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from leadscape.survey.identity.coding import Coded
    from leadscape.survey.identity.config import IdentityConfig

    Rows = NDArray[np.int64]
    Levels = NDArray[np.int8]

UNKNOWN: Final = -1
SHORTEST_WITH_SLIP: Final = 5
"""Letters of the shorter surname from which one letter may be a slip: other surnames lie that near to shorter ones."""
SHORTEST_GIVEN: Final = 3
"""Letters of a given name that the longer one may begin with and still be its short form."""
YEAR: Final = 365


def compare(coded: Coded, config: IdentityConfig, one: Rows, other: Rows) -> Levels:
    """Level of every field for every pair.

    Parameters
    ----------
    one, other
        Rows of the groups. Shape ``(pairs,)``.

    Returns
    -------
    numpy.ndarray
        Places of levels in ``FIELDS``, one column a field in its order; -1 where not known of both. Shape
        ``(pairs, fields)``.
    """
    given = _distinct(coded.given[one], coded.given[other], lambda a, b: _given_words(coded, a, b))
    initial = _distinct(coded.given[one], coded.given[other], lambda a, b: _initials(coded, a, b))
    _second_names(coded, one, other, given, "given")
    _second_names(coded, one, other, initial, "initial")
    school = _schools(coded, config, one, other)
    role = _lists_share(coded.roles.shared, coded.roles.filled, one, other)
    found: dict[str, Levels] = {
        "surname": _surnames(coded, one, other),
        "given": given,
        "initial": initial,
        "gender": _genders(coded, one, other, given),
        "school": school,
        "role": role,
        "start": _starts(coded, config, one, other, role),
        "move": _moves(coded, config, one, other, school),
        "returns": _returns(coded, one, other, role, school),
        "partners": _lists_share(coded.partners.shared, coded.partners.filled, one, other),
    }
    return np.stack([found[name] for name in FIELDS], axis=1)


def _distinct(one: Rows, other: Rows, judge: Callable[[Rows, Rows], Levels]) -> Levels:
    """``judge`` on every distinct pair of codes, spread to all; unknown where either code is."""
    levels = np.full(one.size, UNKNOWN, dtype=np.int8)
    known = (one >= 0) & (other >= 0)
    low, high = np.minimum(one[known], other[known]), np.maximum(one[known], other[known])
    width = int(high.max()) + 1 if high.size else 1
    keys, place = np.unique(low * width + high, return_inverse=True)
    levels[known] = judge(keys // width, keys % width)[place]
    return levels


def _surnames(coded: Coded, one: Rows, other: Rows) -> Levels:
    levels = _distinct(coded.surname[one], coded.surname[other], lambda a, b: _surname_words(coded, a, b))
    apart = np.flatnonzero(levels == level_index("surname", "different"))
    a, b = one[apart], other[apart]
    part = (
        coded.alternatives.has(a, coded.surname[b])
        | coded.alternatives.has(b, coded.surname[a])
        | coded.parts.shared(a, b)
    )
    levels[apart[part]] = level_index("surname", "part")
    return levels


def _surname_words(coded: Coded, a: Rows, b: Rows) -> Levels:
    levels = np.full(a.size, level_index("surname", "different"), dtype=np.int8)
    levels[_slip(coded, a, b, SHORTEST_WITH_SLIP)] = level_index("surname", "one_letter")
    levels[a == b] = level_index("surname", "same")
    return levels


def _slip(coded: Coded, a: Rows, b: Rows, shortest: int) -> NDArray[np.bool_]:
    """Whether two words are one letter apart (a letter lost, added, changed, or two swapped)."""
    left, right = coded.words[a], coded.words[b]
    near = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=1, dtype=np.int32) == 1
    return near & (np.minimum(coded.length[a], coded.length[b]) >= shortest)


def _given_words(coded: Coded, a: Rows, b: Rows) -> Levels:
    """Level of two given names in full; unknown where one is an initial."""
    levels = np.select(
        [
            coded.initial[a] | coded.initial[b],
            a == b,
            coded.roots.shared(a, b),
            _slip(coded, a, b, SHORTEST_GIVEN + 1) | _begins(coded, a, b),
        ],
        [UNKNOWN, *(level_index("given", name) for name in ("same", "variant", "near"))],
        level_index("given", "different"),
    )
    return levels.astype(np.int8)


def _initials(coded: Coded, a: Rows, b: Rows) -> Levels:
    """Level of an initial and a given name or initial; unknown where both are names in full."""
    short, long = np.where(coded.initial[a], a, b), np.where(coded.initial[a], b, a)
    agrees = (coded.letter[a] == coded.letter[b]) | coded.root_letters.has(long, coded.letter[short])
    same, different = level_index("initial", "same"), level_index("initial", "different")
    levels = np.where(agrees, same, different)
    return np.where(coded.initial[a] | coded.initial[b], levels, UNKNOWN).astype(np.int8)


def _begins(coded: Coded, a: Rows, b: Rows) -> NDArray[np.bool_]:
    """Whether one word is the beginning of the other: Fran of Frances, Anj of Anjali."""
    words = pl.DataFrame({"a": coded.words[a], "b": coded.words[b]}, schema={"a": pl.String, "b": pl.String})
    one, other = pl.col("a"), pl.col("b")
    long_enough = pl.min_horizontal(one.str.len_chars(), other.str.len_chars()) >= SHORTEST_GIVEN
    return (
        words.select(long_enough & (one.str.starts_with(other) | other.str.starts_with(one)))
        .to_series()
        .to_numpy()
    )


def _second_names(coded: Coded, one: Rows, other: Rows, levels: Levels, field: str) -> None:
    """Find, in place, people known by their second name among those whose given names or initials differ."""
    apart = np.flatnonzero(levels == level_index(field, "different"))
    a, b = one[apart], other[apart]
    if field == "given":
        second = coded.middle.has(a, coded.given[b]) | coded.middle.has(b, coded.given[a])
    else:
        letters = coded.letter
        second = coded.middle_letters.has(a, letters[coded.given[b]]) | coded.middle_letters.has(
            b, letters[coded.given[a]]
        )
    levels[apart[second]] = level_index(field, "second")


def _genders(coded: Coded, one: Rows, other: Rows, given: Levels) -> Levels:
    """Genders by title, and by given name where these are not the same; one gender says nothing of one given name."""
    named = (given == level_index("given", "same")) | (given == level_index("given", "variant"))
    a = np.where(named, coded.title[one], coded.gender[one])
    b = np.where(named, coded.title[other], coded.gender[other])
    levels = np.where(a == b, level_index("gender", "same"), level_index("gender", "conflict"))
    return np.where((a < 0) | (b < 0) | (named & (a == b)), UNKNOWN, levels).astype(np.int8)


def _schools(coded: Coded, config: IdentityConfig, one: Rows, other: Rows) -> Levels:
    a, b = coded.urn[one], coded.urn[other]
    linked = (a >= 0) & (b >= 0)
    tie = {name: linked & is_key(a * coded.urns + b, keys) for name, keys in coded.ties.items()}
    partner = coded.partners.has(one, b) | coded.partners.has(other, a)
    stated = ((a >= 0) | (coded.school[one] >= 0)) & ((b >= 0) | (coded.school[other] >= 0))
    authority = _equal(coded.authority[one], coded.authority[other])
    region = _equal(coded.region[one], coded.region[other])
    placed = (coded.authority[one] >= 0) & (coded.authority[other] >= 0)
    written = _written_alike(coded, config, one, other, stated & ~linked)
    levels = np.select(
        [linked & (a == b), tie["followed"], written, partner, tie["trust"], authority, region, placed],
        [level_index("school", level.name) for level in FIELDS["school"]],
        UNKNOWN,
    )
    return np.where(stated, levels, UNKNOWN).astype(np.int8)


def _written_alike(
    coded: Coded, config: IdentityConfig, one: Rows, other: Rows, asked: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether two schools, not both linked, are written much alike and not in two authorities."""
    a, b = coded.school[one], coded.school[other]
    here, there = coded.authority[one], coded.authority[other]
    asked = asked & (a >= 0) & (b >= 0) & ((here == there) | (here < 0) | (there < 0))
    at = np.flatnonzero(asked)

    def near(x: Rows, y: Rows) -> Levels:
        left, right = coded.schools[x], coded.schools[y]
        sorted_ = process.cpdist(left, right, scorer=fuzz.token_sort_ratio)
        within = process.cpdist(left, right, scorer=fuzz.token_set_ratio)
        return ((sorted_ >= config.alike_from) | (within >= 98.0)).astype(np.int8)

    asked[at] = _distinct(a[at], b[at], near) == 1
    return asked


def _equal(a: Rows, b: Rows) -> NDArray[np.bool_]:
    return (a == b) & (a >= 0)


def _lists_share(
    shared: Callable[[Rows, Rows], NDArray[np.bool_]],
    filled: Callable[[Rows], NDArray[np.bool_]],
    one: Rows,
    other: Rows,
) -> Levels:
    """0 where two lists have a value in common, 1 where they have none, unknown where either is empty."""
    return np.where(filled(one) & filled(other), ~shared(one, other), UNKNOWN).astype(np.int8)


def _returns(coded: Coded, one: Rows, other: Rows, role: Levels, school: Levels) -> Levels:
    levels = _lists_share(coded.respondents.shared, coded.respondents.filled, one, other)
    together, apart, repeated = (level_index("returns", name) for name in ("together", "apart", "repeated"))
    untied = (school >= level_index("school", "authority")) & (coded.urn[one] >= 0) & (coded.urn[other] >= 0)
    again = untied & (role == level_index("role", "same"))
    return np.select(
        [(levels == 0) & again, levels == 0, levels == 1], [repeated, together, apart], UNKNOWN
    ).astype(np.int8)


def _starts(coded: Coded, config: IdentityConfig, one: Rows, other: Rows, role: Levels) -> Levels:
    """When two roles began; two roles of one person begin at two times, so that only one day says something of them."""
    levels = _lists_share(coded.starts.shared, coded.starts.filled, one, other)
    two_roles = (role == level_index("role", "other")) & (levels != 0)
    near = np.abs(coded.began[one] - coded.began[other]) <= config.near_days
    return np.select(
        [(levels == UNKNOWN) | two_roles, levels == 0, near],
        [UNKNOWN, level_index("start", "same_day"), level_index("start", "near")],
        level_index("start", "other"),
    ).astype(np.int8)


def _moves(coded: Coded, config: IdentityConfig, one: Rows, other: Rows, school: Levels) -> Levels:
    """Whether dates at two schools allow one person to have moved."""
    first = np.where(coded.began[one] <= coded.began[other], one, other)
    then = np.where(coded.began[one] <= coded.began[other], other, one)
    elsewhere = school >= level_index("school", "authority")
    known = elsewhere & (coded.began[one] > NO_DAY) & (coded.began[other] > NO_DAY)
    # A role without an end may have ended when the next began: only an end that is stated contradicts a move.
    over = coded.ended[first] > NO_DAY
    gap = np.where(over, coded.began[then] - coded.ended[first], 0)
    moved = over & (gap >= -config.near_days) & (gap <= config.moved_within_days)
    at_once = over & (gap < -YEAR)
    return np.select(
        [~known, moved, at_once],
        [UNKNOWN, level_index("move", "moved"), level_index("move", "at_once")],
        level_index("move", "open"),
    ).astype(np.int8)
