"""Compare two waves by what they published, as a store keeps it; or show the published count that came before both."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from leadscape.actions.report_contents import earlier_baseline
from leadscape.actions.show_baseline import ShownBaseline, show_baseline
from leadscape.actions.show_published import PublishedRecord, Rows, TableView, frame_of_published
from leadscape.codebooks import Crosswalk, find_crosswalk, parse_codebook
from leadscape.core.errors import NotComparable
from leadscape.landscape.waves import compare_waves
from leadscape.report.certainty_views import view_baseline
from leadscape.report.contents import BaselineComparison

__all__ = ["ShownBaseline", "baseline_before", "compare_published"]


def compare_published(
    earlier: PublishedRecord, earlier_extent: Rows, later: PublishedRecord, later_extent: Rows
) -> TableView:
    """The roles of two waves side by side, with a change only where both count the same thing.

    Parameters
    ----------
    earlier_extent, later_extent
        Rows of the published table ``extent`` of each, suppressed cells included.

    Raises
    ------
    NotComparable
        When no crosswalk leads from one codebook to the other, or the earlier wave is not the earlier.
    CodebookProblem
        When the text of a codebook is none.
    """
    if earlier.as_of > later.as_of:
        raise NotComparable(
            f"{earlier.title!r} is for {earlier.as_of}, after {later.title!r} for {later.as_of}.",
            "A change is what the later wave has more or less than the earlier.",
            "Choose an earlier wave.",
        )
    first = parse_codebook(earlier.codebook_text.encode(), earlier.codebook)
    second = parse_codebook(later.codebook_text.encode(), later.codebook)
    if first.sha256 == second.sha256:
        walk = _every_role_the_same(first.id, tuple(first.role_by_id))
    else:
        walk = find_crosswalk(first.id, second.id)
    rows = compare_waves(
        frame_of_published("extent", earlier_extent),
        first,
        frame_of_published("extent", later_extent),
        second,
        walk,
    )
    labels = {**first.labels("roles"), **second.labels("roles")}
    title = f"{earlier.title}, {earlier.as_of}"
    return view_baseline(BaselineComparison(title, "published tables of both waves", rows, labels))


def baseline_before(record: PublishedRecord) -> ShownBaseline | None:
    """The published table of the same system that came first, with what was printed beside what follows; or none."""
    return _baseline_before(record.codebook_text, record.codebook)


@lru_cache(maxsize=8)
def _baseline_before(codebook_text: str, codebook: str) -> ShownBaseline | None:
    found = earlier_baseline(parse_codebook(codebook_text.encode(), codebook))
    return show_baseline(found[1].id) if found else None


def _every_role_the_same(codebook: str, roles: tuple[str, ...]) -> Crosswalk:
    """Two waves of one codebook, be it a user's own."""
    pairs = [{"from_role": role, "to_role": role, "relation": "same", "note": ""} for role in roles]
    columns = ("from_role", "to_role", "relation", "note")
    return Crosswalk(codebook, codebook, pl.DataFrame(pairs, schema=dict.fromkeys(columns, pl.String)))
