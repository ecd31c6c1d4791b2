"""Draw reported entries to be checked with schools, for a store that asks the schools itself. Writes no files."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from leadscape.actions.draw_validation import draw_entries
from leadscape.actions.find_person import read_people
from leadscape.core.progress import Progress


def draw_sample(
    study: Path, *, size: int | None = None, by: tuple[str, ...] = ("role",), progress: Progress | None = None
) -> pl.DataFrame:
    """The sample of :func:`~leadscape.actions.draw_validation.draw_validation`, without names.

    Returns
    -------
    polars.DataFrame
        ``entry_id``, ``role``, ``stratum``, ``reported``, ``drawn``, ``inclusion_share``, ``random_number``,
        ``home_urn``, ``partner_urns``, ``started_on``, ``ended_on``.

    Raises
    ------
    NotIdentified
        When nothing can be drawn that way.
    """
    drawn = draw_entries(read_people(study, progress), size=size, by=by)
    return drawn.select(
        "entry_id",
        "role",
        "stratum",
        "reported",
        "drawn",
        "inclusion_share",
        "random_number",
        "home_urn",
        partner_urns=pl.col("partner_schools")
        .str.extract_all(r"\((\d+)\)(?:; |$)")
        .list.eval(pl.element().str.extract(r"(\d+)")),
        started_on="started_on",
        ended_on="ended_on",
    )
