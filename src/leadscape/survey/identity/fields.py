"""What is compared between two groups of lines, at which levels, and how often each level agrees.

The shipped ``m`` and ``u`` are where a study starts from; its own lines move them (see
:mod:`leadscape.survey.identity.weights`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

SOURCE: Final = (
    "Judgement of the authors, checked on planted worlds and on demonstration systems; no list of real persons was "
    "used. Equal names and equal days are weighed by their own frequency."
)


@dataclass(frozen=True)
class Level:
    """One way in which a field of two groups may compare.

    Attributes
    ----------
    words
        For the explanation; ``{}`` takes the rarity of what agrees.
    m, u
        Probability of the level among pairs of one person and of two, of those where the field is known.
    learns_m, learns_u
        Whether a study's own lines may move ``m`` or ``u``. Not ``m`` where namesakes would pass for movers; not ``u``
        where chance among neighbours, which is what matters, is far above chance at large.
    least_u
        What ``u`` is at least, however seldom chance pairs agree: couples and kin work at one school.
    """

    name: str
    words: str
    m: float
    u: float
    learns_m: bool = True
    learns_u: bool = True
    least_u: float = 0.0


FIELDS: Final[dict[str, tuple[Level, ...]]] = {
    "surname": (
        Level("same", "surname the same", 0.87, 0.004),
        Level("one_letter", "surnames one letter apart", 0.05, 0.0015),
        Level("part", "one surname is part of the other, or a former one", 0.02, 0.0005),
        Level("different", "surnames differ", 0.06, 0.994, learns_m=False),
    ),
    # Given names and initials are two fields: that somebody is written with an initial says nothing about who they are.
    "given": (
        Level("same", "given name the same", 0.845, 0.012),
        Level("variant", "given names are forms of one name", 0.10, 0.006),
        Level("near", "given names one letter or a short form apart", 0.03, 0.003),
        Level(
            "second", "given name is a second name of the other", 0.01, 0.002, learns_m=False, learns_u=False
        ),
        Level("different", "given names differ", 0.015, 0.977),
    ),
    "initial": (
        Level("same", "given name agrees with an initial", 0.975, 0.08),
        Level("second", "an initial agrees with a second name", 0.01, 0.01, learns_m=False, learns_u=False),
        Level("different", "initials differ", 0.015, 0.91),
    ),
    "gender": (
        Level("same", "titles of one gender", 0.995, 0.52),
        Level("conflict", "titles of two genders", 0.005, 0.48),
    ),
    "school": (
        Level("same", "one home school", 0.785, 0.0003, least_u=0.0001),
        Level("followed", "one home school followed the other", 0.01, 0.0003, learns_m=False, learns_u=False),
        Level("written", "home schools written alike, in one authority", 0.10, 0.0006, least_u=0.0001),
        Level(
            "partner",
            "the home school of one is a partner school of the other",
            0.02,
            0.001,
            learns_m=False,
            learns_u=False,
        ),
        Level(
            "trust", "home schools in one trust or federation", 0.02, 0.008, learns_m=False, learns_u=False
        ),
        Level("authority", "home schools in one authority", 0.03, 0.012, learns_m=False),
        Level("region", "home schools in one region", 0.015, 0.12, learns_m=False),
        Level("elsewhere", "home schools in two authorities, not in one region", 0.02, 0.864, learns_m=False),
    ),
    "role": (
        Level("same", "a role the same", 0.80, 0.45),
        Level("other", "roles differ", 0.20, 0.55),
    ),
    "start": (
        Level("same_day", "started on one day", 0.80, 0.01),
        Level("near", "started within weeks", 0.06, 0.05),
        Level("other", "started at other times", 0.14, 0.94),
    ),
    "move": (
        Level("moved", "one role ended as the other began, at another school", 0.30, 0.06, learns_m=False),
        Level("at_once", "two home schools for over a year at once", 0.05, 0.20, learns_m=False),
        Level("open", "dates allow a move", 0.65, 0.74, learns_m=False),
    ),
    "returns": (
        Level("apart", "named by different returns", 0.925, 0.60),
        Level("together", "named twice by one return", 0.07, 0.30),
        # A list names its people once: the same name again in the same role, at a school that nothing ties to the
        # first, is somebody else, or a mover whose old line was not taken out.
        Level(
            "repeated",
            "named by one return in one role at two schools that nothing ties",
            0.005,
            0.10,
            learns_m=False,
            learns_u=False,
        ),
    ),
    "partners": (
        Level("shared", "a partner school the same", 0.75, 0.01, learns_m=False, learns_u=False),
        Level("none", "no partner school in common", 0.25, 0.99, learns_m=False, learns_u=False),
    ),
}

RARITY: Final = {("surname", "same"), ("given", "same"), ("start", "same_day")}
"""Levels whose ``u`` is the frequency of the value that agrees."""


@cache
def level_index(field: str, name: str) -> int:
    """Place of a level in its field."""
    return next(at for at, level in enumerate(FIELDS[field]) if level.name == name)
