"""Worlds of people with a known truth, harder than the demonstration: what two lists write of one person, and of two.

Everybody is invented. Surnames are as uneven as in life (few common, many rare), most roles begin on the first of
September, and the tricks that names play are planted each with its own mark: short forms, initials, titles alone,
double and changed surnames, moves to another school, slips of the pen, namesakes in one trust, couples at one school.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

import numpy as np
import polars as pl

from leadscape.core.randomness import random_stream

STARTS = (
    "Bar",
    "Cal",
    "Dor",
    "Fen",
    "Gor",
    "Hal",
    "Kes",
    "Lor",
    "Mar",
    "Nor",
    "Pel",
    "Quin",
    "Ros",
    "Sel",
    "Tor",
    "Wen",
)
MIDDLES = ("ba", "de", "fi", "go", "la", "mi", "no", "ra", "so", "ty")
ENDS = ("cott", "dale", "field", "gate", "ham", "low", "man", "ney", "sby", "ton", "well", "wick")
COMMON = ("Smith", "Jones", "Taylor", "Brown", "Patel", "Evans", "Khan", "Wood")
WOMEN = {
    "Catherine": ("Kate", "Cathy"), "Elizabeth": ("Liz", "Beth"), "Margaret": ("Maggie", "Meg"), "Susan": ("Sue",),
    "Deborah": ("Debbie",), "Patricia": ("Pat", "Trish"), "Jennifer": ("Jenny",), "Helen": (), "Amara": (), "Ruth": (),
    "Samantha": ("Sam",), "Victoria": ("Vicky",), "Parveen": (), "Bronwen": (), "Teresa": ("Tess",), "Joan": (),
}  # fmt: skip
MEN = {
    "William": ("Bill", "Will"), "Robert": ("Bob", "Rob"), "James": ("Jim",), "Anthony": ("Tony",),
    "Michael": ("Mike",), "Edward": ("Ted", "Ed"), "Richard": ("Dick", "Rick"), "Kwame": (), "Imran": (),
    "Alun": (), "Stephen": ("Steve",), "Andrew": ("Andy",), "Geoffrey": ("Geoff",), "Thomas": ("Tom",), "Oscar": (),
    "Declan": (),
}  # fmt: skip
TRICKS = {
    "plain": 0.50, "short": 0.12, "initial": 0.14, "title_only": 0.04, "turned": 0.06, "slip": 0.03, "half": 0.02,
    "changed": 0.02, "moved": 0.04, "unlinked": 0.03,
}  # fmt: skip
"""How the second list writes a person whom the first writes in full."""


@dataclass(frozen=True)
class PeopleWorld:
    """Lines of several returns and who is meant by each.

    Attributes
    ----------
    lines
        As :func:`~leadscape.survey.identity.resolve_persons` takes them, with ``leader`` (the person meant) and
        ``trick`` (what was done to the name or the school).
    ties
        Schools of one trust, as :func:`~leadscape.survey.identity.resolve_persons` takes them.
    """

    lines: pl.DataFrame
    ties: pl.DataFrame


def plant_people(seed: int = 1, persons: int = 1500, schools: int = 1200, twins: int = 12) -> PeopleWorld:
    """People named by their authority, by an agency, or by both.

    Two thirds are on both lists. Of the second list's lines half are plain; :data:`TRICKS` says what befalls the rest.
    ``twins`` pairs of namesakes with a common name lead two schools of one trust; as many couples, of one initial, lead
    together at one school.
    """
    rng = random_stream(seed, "people worlds")
    surname = _surnames(persons, rng)
    woman = rng.random(persons) < 0.6
    given = np.where(woman, rng.choice(list(WOMEN), persons), rng.choice(list(MEN), persons))
    school = rng.integers(0, schools, persons)
    for pair in range(twins):
        one, other = 4 * pair, 4 * pair + 1
        surname[one] = surname[other] = COMMON[pair % len(COMMON)]
        given[other], woman[other] = given[one], woman[one]
        school[other] = (school[one] // 6) * 6 + (school[one] + 1) % 6
        wife, husband = 4 * pair + 2, 4 * pair + 3
        woman[wife], woman[husband] = True, False
        given[wife], given[husband] = ("Teresa", "Thomas") if pair % 2 else ("Helen", "Harold")
        surname[husband], school[husband] = surname[wife], school[wife]
    both = rng.random(persons) < 0.66
    alone_by_agency = rng.random(persons) < 0.5
    began = _starts(persons, rng)
    role = rng.choice(["consultant_leader", "mentor_head", "executive_headship"], persons, p=[0.7, 0.2, 0.1])
    trick = rng.choice(list(TRICKS), persons, p=list(TRICKS.values()))
    rows: list[dict[str, object]] = []
    for at in range(persons):
        person = _Person(
            f"T{at}",
            str(given[at]),
            str(surname[at]),
            bool(woman[at]),
            int(school[at]),
            str(role[at]),
            began[at],
        )
        first = _line(person, "plain", rng, schools) | {
            "respondent_id": f"A{school[at] // 60}",
            "route": "authority",
        }
        second = _line(person, str(trick[at]), rng, schools) | {"respondent_id": "agency", "route": "agency"}
        rows += [first, second] if both[at] else [second] if alone_by_agency[at] else [first]
    lines = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        nomination_id=pl.Series([f"N{at:06d}" for at in rng.permutation(len(rows))])
    )
    tied = [
        (f"U{6 * trust + a}", f"U{6 * trust + b}", "trust")
        for trust in range(schools // 6)
        for a, b in combinations(range(6), 2)
    ]
    return PeopleWorld(lines, pl.DataFrame(tied, schema=["urn", "other_urn", "tie"], orient="row"))


@dataclass(frozen=True)
class _Person:
    leader: str
    given: str
    surname: str
    woman: bool
    school: int
    role: str
    began: date


def _line(person: _Person, trick: str, rng: np.random.Generator, schools: int) -> dict[str, object]:
    """One line about a person, with one trick played on it."""
    title = rng.choice(["Mrs", "Ms", "Miss"]) if person.woman else "Mr"
    name = f"{person.given} {person.surname}"
    shorts = (WOMEN | MEN).get(person.given, ())
    if trick == "short" and shorts:
        name = f"{shorts[rng.integers(len(shorts))]} {person.surname}"
    elif trick == "initial":
        name = f"{title} {person.given[0]}. {person.surname}"
    elif trick == "title_only":
        name = f"{title} {person.surname}"
    elif trick == "turned":
        name = f"{person.surname.upper()}, {person.given}"
    elif trick == "slip" and len(person.surname) > 6:
        name = f"{person.given} {person.surname[:3]}{person.surname[4:]}"
    elif trick == "half":
        name = f"{title} {person.given} {person.surname}-{STARTS[rng.integers(len(STARTS))]}ington"
    elif trick == "changed":
        name = f"{title} {person.given} {_surnames(1, rng)[0]}"
    elif rng.random() < 0.3:
        name = f"{title} {name}"
    school, began, ended = person.school, person.began, None
    if trick == "moved":
        school = int(rng.integers(0, schools))
        began = person.began + timedelta(days=int(rng.integers(366, 1500)))
    told = rng.random() < 0.7
    linked = trick != "unlinked"
    return {
        "leader": person.leader,
        "trick": trick,
        "leader_name": name,
        "home_urn": f"U{school}" if linked else None,
        "home_school": f"{STARTS[school % 16]}{ENDS[school // 16 % 12]} {MIDDLES[school // 192 % 10]} Primary"
        + ("" if linked else " Sch."),
        "authority_code": f"A{school // 60}",
        "region": f"R{school // 240}",
        "role": person.role,
        "started_on": began if told else None,
        "ended_on": ended,
    }


def _surnames(count: int, rng: np.random.Generator) -> np.ndarray:
    """One person in six has one of the common names, the others any of about 1,900."""
    rare = np.array([a + b + c for a in STARTS for b in MIDDLES for c in ENDS], dtype=object)
    weight = 1.0 / np.arange(5, rare.size + 5) ** 0.6
    common = rng.random(count) < 1 / 6
    return np.where(
        common, rng.choice(COMMON, count), rng.choice(rare, count, p=weight / weight.sum())
    ).astype(object)


def _starts(count: int, rng: np.random.Generator) -> list[date]:
    """First days of roles: most on the first of September, some after Christmas, the rest on any day."""
    year = rng.integers(2001, 2006, count)
    dice, any_day = rng.random(count), rng.integers(0, 365, count)
    return [
        date(int(y), 9, 1)
        if d < 0.5
        else date(int(y), 1, 4)
        if d < 0.7
        else date(int(y), 1, 1) + timedelta(days=int(n))
        for y, d, n in zip(year, dice, any_day, strict=True)
    ]


def pair_scores(lines: pl.DataFrame, persons: pl.DataFrame, column: str = "person") -> dict[str, float]:
    """Pairs of nominations of one person: how many of those found are true, how many of the true were found.

    Parameters
    ----------
    lines
        ``nomination_id``, ``leader``.
    persons
        ``nomination_id`` and ``column``.
    """
    told = lines.select("nomination_id", "leader").join(
        persons.select("nomination_id", person=column), on="nomination_id"
    )

    def pairs(*keys: str) -> int:
        count = told.group_by(keys).len()["len"].cast(pl.Int64)
        return int((count * (count - 1) // 2).sum())

    right, true, found = pairs("leader", "person"), pairs("leader"), pairs("person")
    return {"true": true, "found": found, "right": right, "precision": right / found, "recall": right / true}
