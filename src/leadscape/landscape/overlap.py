"""How many hold a role that nobody named: capture-recapture role by role, where lists of one role overlap.

A list that could never have named a role says nothing by its silence about it. So each role is a population of its
own, seen by the lists that named anybody in it, and no estimate is made over all roles at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.errors import NotIdentified
from leadscape.landscape.capture_recapture import capture_histories, compare_list_models, lists_of
from leadscape.landscape.tables import CaptureModels

SMALLEST_OVERLAP: Final = 5
"""People on two lists of a role below which the estimate would rest on a handful; our judgement."""


@dataclass(frozen=True)
class RoleOverlap:
    """Models of every role whose lists overlap.

    Attributes
    ----------
    models
        As :class:`~leadscape.landscape.tables.CaptureModels`; ``population`` is the role's id.
    warnings
        One sentence a role, which must stand beside its figures.
    not_identified
        Role id to why its lists cannot answer.
    """

    models: pl.DataFrame
    warnings: tuple[str, ...]
    not_identified: dict[str, str]


def compare_roles(
    holdings: pl.DataFrame, responses: pl.DataFrame, codebook: Codebook, confidence: float = 0.95
) -> RoleOverlap:
    """Capture-recapture of each collected role from the lists that name it.

    Parameters
    ----------
    holdings, responses
        As :class:`~leadscape.survey.tables.RoleHoldings` and :class:`~leadscape.survey.tables.Responses`.
    confidence
        Of each model's interval, between 0 and 1.

    Notes
    -----
    Roles whose lists share fewer than ``SMALLEST_OVERLAP`` people are left out, and said. A role estimated here counts
    its holders; people with two roles stand in both, so roles must not be added up to persons.
    """
    lists = lists_of(responses)
    models: list[pl.DataFrame] = [CaptureModels.create_empty()]
    warnings: list[str] = []
    refused: dict[str, str] = {}
    for role in codebook.roles:
        held = holdings.filter(pl.col("role") == role.id)
        if not role.collected or not held.height:
            continue
        naming = {name: ids for name, ids in lists.items() if _names(held, ids)}
        try:
            histories = capture_histories(held, naming)
            if _shared(histories, list(naming)) < SMALLEST_OVERLAP:
                refused[role.id] = f"Fewer than {SMALLEST_OVERLAP} people stand on two of its lists."
                continue
            compared = compare_list_models(histories, confidence)
        except NotIdentified as error:
            refused[role.id] = f"{error.what} {error.why}"
            continue
        models.append(compared.models.with_columns(population=pl.lit(role.id)))
        warnings.append(f"{role.label}: {compared.warning}")
    return RoleOverlap(CaptureModels.validate(pl.concat(models)), tuple(warnings), refused)


def _names(held: pl.DataFrame, respondents: tuple[str, ...]) -> bool:
    return bool(held["respondents"].list.set_intersection(list(respondents)).list.len().sum())


def _shared(histories: pl.DataFrame, names: list[str]) -> int:
    on_two = pl.sum_horizontal(pl.col(name).cast(pl.Int64) for name in names) >= 2
    return int(histories.filter(on_two)["people"].sum())
