"""The short answer to each question of the landscape, taken from what was published."""

from __future__ import annotations

from typing import Final

from leadscape_web.landscape.home_figures import estimated_in_all
from leadscape_web.landscape.published import Published
from leadscape_web.landscape.waves import WavePick

TABLES: Final = frozenset({"statements", "totals", "estimates", "schools_covered", "network", "comparison"})
"""Published tables that the overview reads."""


def short_answers(published: Published, picked: WavePick) -> dict[str, str]:
    """Slug of a screen to a sentence; empty where nothing can be said."""
    return {
        "extent": _first(published.said("extent", "finding")),
        "distribution": _first(published.said("authorities", "finding")),
        "prevalence": _prevalence(published),
        "network": _network(published),
        "waves": _waves(published, picked),
        "quality": _quality(published),
    }


def _first(sentences: tuple[str, ...]) -> str:
    return sentences[0] if sentences else ""


def _prevalence(published: Published) -> str:
    tile = estimated_in_all(published)
    if tile is None:
        return _first(published.said("estimates", "absence"))
    return f"{tile.value} role-holdings are estimated in all: {tile.basis}."


def _network(published: Published) -> str:
    figures = {row["figure"]: row["number"] for row in published.rows.get("network", [])}
    schools = figures.get("Schools in the network")
    ties = next((number for name, number in figures.items() if name.startswith("Ties of support")), None)
    if schools is None or ties is None:
        return _first(published.said("network", "absence"))
    return f"Returns name {ties:,} ties of support between {schools:,} schools."


def _waves(published: Published, picked: WavePick) -> str:
    beside = " A published count stands beside it." if published.rows.get("comparison") else ""
    if len(picked.waves) > 1:
        return f"{len(picked.waves)} waves can be set side by side.{beside and ' So can a published count.'}"
    return f"One wave has been loaded, so no change between waves can be shown.{beside}"


def _quality(published: Published) -> str:
    row = published.row("schools_covered", region="all")
    if row is None:
        return ""
    return (
        f"{row['answering_authorities']:,} of {row['authorities']:,} authorities answered, for "
        f"{row['schools_covered']:,} of {row['schools']:,} open schools."
    )
