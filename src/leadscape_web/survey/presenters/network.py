"""The support network around a school: numbered rows of a table, and the same numbers in a picture."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from leadscape_web.survey.codebooks import KnownWaves
from leadscape_web.survey.network import Neighbour, Neighbourhood, Tie
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN, counted, day

DRAWN: Final = 40
"""Schools that a picture holds before it can no longer be read."""
WIDTH: Final = 320
COLUMN: Final = 70
ROW: Final = 32
RADIUS: Final = 12
BARB: Final = 7


@dataclass(frozen=True)
class ShownTie:
    """One tie of a school in words: before the other school, the other school, who and in which role."""

    verb: str
    other_urn: str
    other_name: str
    leader: uuid.UUID
    leader_name: str
    detail: str


@dataclass(frozen=True)
class ShownSchool:
    """One row of the table. ``number`` is the one in the picture."""

    number: int
    urn: str
    name: str
    away: str
    ties: tuple[ShownTie, ...]


@dataclass(frozen=True)
class Node:
    """One school in the picture."""

    label: str
    x: float
    y: float
    home: bool


@dataclass(frozen=True)
class Arrow:
    """One or more ties from one school to another, from circle to circle, with the points of the arrow's head."""

    x1: float
    y1: float
    x2: float
    y2: float
    head: str
    ended: bool


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn, in the units of its own box."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    radius: int = RADIUS


@dataclass(frozen=True)
class NetworkView:
    """A neighbourhood as a page shows it. ``left_out`` counts schools that the table has and the picture has not."""

    urn: str
    name: str
    schools: tuple[ShownSchool, ...]
    picture: Picture | None
    left_out: int

    @property
    def counted(self) -> str:
        """How many schools, in words."""
        return counted(len(self.schools), "school")


def show_network(around: Neighbourhood, name: str, waves: KnownWaves) -> NetworkView:
    """The table and the picture of a neighbourhood.

    Parameters
    ----------
    name
        Name of the school in the middle.
    """
    numbers = {near.urn: number for number, near in enumerate(around.neighbours, 1)}
    drawn = around.neighbours[:DRAWN]
    return NetworkView(
        around.urn,
        name,
        tuple(_row(near, numbers[near.urn], around, waves) for near in around.neighbours),
        draw(around.urn, drawn, around.ties, numbers) if drawn else None,
        len(around.neighbours) - len(drawn),
    )


def _row(near: Neighbour, number: int, around: Neighbourhood, waves: KnownWaves) -> ShownSchool:
    gives = [_shown(tie, "gives support to", True, waves) for tie in around.ties if tie.giver == near.urn]
    gets = [
        _shown(tie, "receives support from", False, waves) for tie in around.ties if tie.receiver == near.urn
    ]
    away = "1 step" if near.step == 1 else f"{near.step} steps"
    return ShownSchool(number, near.urn, near.name or near.urn, away, (*gives, *gets))


def _shown(tie: Tie, verb: str, giving: bool, waves: KnownWaves) -> ShownTie:
    other, name = (tie.receiver, tie.receiver_name) if giving else (tie.giver or "", tie.giver_name)
    since = f"since {day(tie.started_on)}" if tie.started_on else "since when is not known"
    until = f", until {day(tie.ended_on)}" if tie.ended_on else ""
    return ShownTie(
        verb,
        other,
        name or other or "a school that is not known",
        tie.leader,
        tie.leader_name or NAME_NOT_KNOWN,
        f"{waves.words(tie.wave).role(tie.role)}, {since}{until}",
    )


def draw(home: str, near: tuple[Neighbour, ...], ties: tuple[Tie, ...], numbers: dict[str, int]) -> Picture:
    """Places of schools and arrows: the school in the middle, those that support it left, those it supports right.

    Each step has a column; schools of a column stand below each other, evenly. An arrow goes from the school that
    gives support to the one that receives it.
    """
    columns: dict[int, list[str]] = defaultdict(list)
    columns[0].append(home)
    for school in near:
        columns[school.side * school.step].append(school.urn)
    height = max(len(column) for column in columns.values()) * ROW + ROW
    places = {
        urn: (WIDTH / 2 + step * COLUMN, height * (row + 1) / (len(column) + 1))
        for step, column in columns.items()
        for row, urn in enumerate(column)
    }
    nodes = tuple(
        Node("H" if urn == home else str(numbers[urn]), round(x, 1), round(y, 1), urn == home)
        for urn, (x, y) in places.items()
    )
    pairs: dict[tuple[str, str], bool] = {}
    for tie in ties:
        if tie.giver in places and tie.receiver in places and tie.giver != tie.receiver:
            pair = (str(tie.giver), tie.receiver)
            pairs[pair] = pairs.get(pair, True) and tie.ended_on is not None
    arrows = tuple(_arrow(places[start], places[end], ended) for (start, end), ended in pairs.items())
    return Picture(WIDTH, height, nodes, arrows)


def _arrow(start: tuple[float, float], end: tuple[float, float], ended: bool) -> Arrow:
    """From edge to edge of the two circles."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    ux, uy = dx / length, dy / length
    x1, y1 = start[0] + ux * RADIUS, start[1] + uy * RADIUS
    tip_x, tip_y = end[0] - ux * RADIUS, end[1] - uy * RADIUS
    foot_x, foot_y = tip_x - ux * BARB, tip_y - uy * BARB
    across_x, across_y = -uy * BARB / 2, ux * BARB / 2
    head = " ".join(
        f"{x:.1f},{y:.1f}"
        for x, y in (
            (tip_x, tip_y),
            (foot_x + across_x, foot_y + across_y),
            (foot_x - across_x, foot_y - across_y),
        )
    )
    return Arrow(round(x1, 1), round(y1, 1), round(foot_x, 1), round(foot_y, 1), head, ended)
