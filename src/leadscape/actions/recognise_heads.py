"""Recognise one person whom two sources name at one school: a head of the register and a leader of the survey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadscape.survey.identity.at_school import match_at_school

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class RecognisedHeads:
    """``same``: id in the one source to id in the other, for those who are one person."""

    same: dict[str, str]


def recognise_heads(one: pl.DataFrame, other: pl.DataFrame) -> RecognisedHeads:
    """Who is one person, each source giving ``id``, ``urn`` and ``name``; nobody where that is doubtful."""
    return RecognisedHeads(dict(match_at_school(one, other).iter_rows()))
