"""What a person decided about pairs, by rows of groups; and which rows of persons a decision keeps apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.survey.identity.groups import Groups

    Rows = NDArray[np.int64]

DECIDED_COLUMNS: Final = ("person", "other", "decision")


@dataclass(frozen=True)
class Decided:
    """Decisions by rows of groups."""

    one: Rows
    other: Rows
    same: NDArray[np.bool_]
    unused: int


def nothing_decided() -> Decided:
    nobody = np.zeros(0, dtype=np.int64)
    return Decided(nobody, nobody, np.zeros(0, dtype=bool), 0)


def place_decisions(groups: Groups, decided: pl.DataFrame | None) -> Decided:
    """Decisions by group; one on a nomination that is not there is counted, not used."""
    if decided is None or not decided.height:
        return nothing_decided()
    place = groups.members.join(
        groups.frame.select("group").with_row_index("at"), on="group", maintain_order="left"
    ).select("nomination_id", at=pl.col("at").cast(pl.Int64))
    found = (
        decided.select(DECIDED_COLUMNS)
        .join(place, left_on="person", right_on="nomination_id", how="left", maintain_order="left")
        .join(
            place,
            left_on="other",
            right_on="nomination_id",
            how="left",
            suffix="_other",
            maintain_order="left",
        )
    )
    used = found.drop_nulls(["at", "at_other"])
    apart = used.filter(pl.col("at") != pl.col("at_other"))
    one, other = apart["at"].to_numpy(), apart["at_other"].to_numpy()
    return Decided(
        np.minimum(one, other),
        np.maximum(one, other),
        (apart["decision"].cast(pl.String) == "same").to_numpy(),
        found.height - used.height,
    )
