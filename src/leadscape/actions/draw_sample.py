"""Draw reported entries to be checked with schools, from entries that a store keeps. Writes no files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.actions.draw_validation import draw_of
from leadscape.actions.study import DEFAULT_SEED
from leadscape.core.tables import polars_schema
from leadscape.survey.validation.tables import ValidationSample

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DRAWN: Final = ("entry_id", "stratum", "reported", "drawn", "inclusion_share", "random_number")


def draw_sample(
    entries: Iterable[Mapping[str, Any]],
    *,
    seed: int | None = None,
    size: int | None = None,
    by: tuple[str, ...] = ("role",),
) -> pl.DataFrame:
    """The sample that :func:`~leadscape.actions.draw_validation.draw_validation` draws, of entries without names.

    Parameters
    ----------
    entries
        ``entry_id`` (the holding's), ``role`` and ``routes`` (list), one row a role-holding that the study reports.
    seed
        Of the study; null: the one that a study has which states none.
    size
        Entries; null: as many as an error rate of about 10 % to within 5 points needs.
    by
        What is kept apart: role, route.

    Returns
    -------
    polars.DataFrame
        ``entry_id``, ``stratum``, ``reported``, ``drawn``, ``inclusion_share``, ``random_number``.

    Raises
    ------
    NotIdentified
        When nothing can be drawn that way.
    """
    read = {"entry_id": pl.String, "role": pl.String, "routes": pl.List(pl.String)}
    rows = [{name: one[name] for name in read} for one in entries]
    given = pl.DataFrame(rows, schema=read).with_columns(
        leader_id="entry_id",
        leader_name=pl.lit("-"),
        role_label="role",
        route=pl.col("routes").list.join("+"),
    )
    schema = polars_schema(ValidationSample)
    shown = [
        pl.lit(None, schema[name]).alias(name)
        for name in ("home_urn", "home_school", "partner_schools", "started_on", "ended_on")
    ]
    drawn = draw_of(given.with_columns(shown), DEFAULT_SEED if seed is None else seed, size=size, by=by)
    return drawn.select(_DRAWN)
