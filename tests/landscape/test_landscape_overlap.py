"""Capture-recapture role by role: a list that never names a role says nothing by its silence."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadscape.codebooks import load_codebook
from leadscape.core.tables import frame_of
from leadscape.landscape.overlap import compare_roles
from leadscape.survey.tables import Responses, RoleHoldings

BOOK = load_codebook("england-2006")
LISTS = {"a": "Agency A", "b": "Agency B", "c": "Agency C"}


def holdings(people: dict[str, np.ndarray], role: str) -> list[dict]:
    """One holding a person on any list; ``people`` says for each list who is on it."""
    on = np.array([people.get(name, np.zeros_like(next(iter(people.values())))) for name in LISTS])
    return [
        {
            "holding_id": f"{role}{n}",
            "leader_id": f"{role}{n}",
            "role": role,
            "origin": BOOK.role(role).origin,
            "respondents": [name for name, there in zip(LISTS, on[:, n], strict=True) if there],
            "routes": ["agency"],
        }
        for n in np.flatnonzero(on.any(axis=0))
    ]


ASKED = frame_of(
    Responses,
    [
        {
            "respondent_id": key,
            "respondent_name": name,
            "kind": "agency",
            "response": "answered",
            "nominations": 9,
        }
        for key, name in LISTS.items()
    ],
)


def test_each_role_is_recovered_from_the_lists_that_name_it() -> None:
    # Planted: 1,000 consultant leaders, each on A with chance 0.6 and on B with 0.5, independently; C never names one.
    # 400 mentor heads on B and C. Over both roles at once A and C would never overlap, and no model could be right.
    draw = np.random.default_rng(7)
    held = frame_of(
        RoleHoldings,
        holdings({"a": draw.random(1000) < 0.6, "b": draw.random(1000) < 0.5}, "consultant_leader")
        + holdings({"b": draw.random(400) < 0.6, "c": draw.random(400) < 0.7}, "mentor_head"),
    )
    found = compare_roles(held, ASKED, BOOK)
    independent = found.models.filter(pl.col("model").str.starts_with("independence"))
    for role, truth in (("consultant_leader", 1000), ("mentor_head", 400)):
        row = independent.row(by_predicate=pl.col("population") == role, named=True)
        assert row["low"] < truth < row["high"]
    assert set(found.models["population"]) == {"consultant_leader", "mentor_head"}
    assert found.models.group_by("population").len()["len"].min() > 1, "never one number alone"
    assert [warning.split(":")[0] for warning in found.warnings] == ["Consultant leader", "Mentor head"]


def test_a_role_that_one_list_names_is_refused_and_said() -> None:
    alone = np.ones(30, dtype=bool)
    few = np.arange(30) < 3
    held = frame_of(
        RoleHoldings,
        holdings({"a": alone}, "mentor_head")
        + holdings({"a": alone, "b": few}, "school_improvement_partner"),
    )
    found = compare_roles(held, ASKED, BOOK)
    assert found.models.height == 0
    assert set(found.not_identified) == {"mentor_head", "school_improvement_partner"}
    assert "Fewer than 5" in found.not_identified["school_improvement_partner"]
