"""Follow one school through time by the links that a store holds: what it was before, what it became."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadscape.register.lineage import build_lineage

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class FollowedLineage:
    """One school's family.

    Attributes
    ----------
    family
        ``urn``, ``relation`` (``predecessor``, ``self``, ``successor`` or ``kin``: a school that shares one of them),
        ``steps``, ``taken_on``, ``kind``; the nearest first.
    cycles
        Circles among the links that were cut, so that every way through time ends.
    """

    family: pl.DataFrame
    cycles: int


def follow_lineage(urn: str, links: pl.DataFrame, schools: pl.DataFrame) -> FollowedLineage:
    """The family of ``urn``.

    Parameters
    ----------
    links
        ``urn``, ``link_urn``, ``relation``, ``link_type``, ``established_on`` of the school and of those tied to it.
    schools
        ``urn``, ``opened_on``, ``closed_on`` of the same, to date and order what links leave open.
    """
    lineage = build_lineage(links, schools)
    return FollowedLineage(lineage.lineage(urn), lineage.cycles)
