"""One name at several schools: a head who leads both, or namesakes?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from leadscape.core.tables import frame_of
from leadscape.register.reading import read_register_file
from leadscape.register.tables import Headships, Memberships
from leadscape.survey.identity import tell_shared_heads

from tests.support.returns import schools


def planted(seed: int = 7, count: int = 1600) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, set[str]]:
    """Schools on a map with heads of 700 names drawn by chance; 40 trusts of two schools under one head of a name of
    their own. Gives headships, memberships, schools and the names of shared heads."""
    rng = np.random.default_rng(seed)
    names = [f"Head {name}" for name in rng.integers(0, 700, count)]
    shared = {f"Shared {pair}" for pair in range(40)}
    for pair in range(40):
        names[2 * pair] = names[2 * pair + 1] = f"Shared {pair}"
    rows = [
        {
            "urn": f"{100_000 + at}",
            "name": f"School {at}",
            "authority_code": f"{300 + at % 40}",
            "region": f"R{at % 8}",
            "easting": float(rng.uniform(0, 500_000)),
            "northing": float(rng.uniform(0, 500_000)),
        }
        for at in range(count)
    ]
    headships = frame_of(
        Headships, [{"urn": row["urn"], "head": name} for row, name in zip(rows, names, strict=True)]
    )
    memberships = frame_of(
        Memberships,
        [
            {
                "urn": rows[at]["urn"],
                "group_uid": f"T{at // 2}",
                "group_name": f"Trust {at // 2}",
                "group_type": "multi_academy_trust",
            }
            for at in range(80)
        ],
    )
    return headships, memberships, schools(*rows), shared


def test_shared_heads_are_told_from_namesakes_by_what_ties_the_schools() -> None:
    headships, memberships, register, shared = planted()
    told = tell_shared_heads(headships, memberships, register)
    verdicts = told.posts.with_columns(
        pl.col("verdict").cast(pl.String), own=pl.col("head").is_in(sorted(shared))
    )
    assert set(verdicts.filter("own")["verdict"]) == {"shared_head"}
    far = verdicts.filter(~pl.col("own"), pl.col("tie") == "none")
    assert far.height > 500
    assert set(far["verdict"]) == {"namesakes"}
    assert told.heads.filter(pl.col("head").is_in(sorted(shared)))["people_most"].to_list() == [1] * 40


def test_namesakes_by_chance_are_counted_as_many_as_there_are() -> None:
    headships, memberships, register, _ = planted()
    ties = tell_shared_heads(headships, memberships, register).ties.filter(~pl.col("executive"))
    by_tie = {row["tie"]: row for row in ties.iter_rows(named=True)}
    for tie in ("neighbours", "region", "authority"):
        assert by_tie[tie]["observed"] == pytest.approx(by_tie[tie]["expected"], rel=0.4, abs=6), (
            "only chance is there"
        )
    assert by_tie["trust"]["shared_share"] > 0.99


def test_a_register_too_small_to_measure_chance_says_what_a_large_one_would() -> None:
    headships = frame_of(Headships, [{"urn": urn, "head": "Ann Abara"} for urn in ("1", "2", "3")])
    places = schools(
        {"urn": "1", "name": "A"},
        {"urn": "2", "name": "B"},
        {"urn": "3", "name": "C", "authority_code": "9", "region": "S"},
    )
    told = tell_shared_heads(headships, None, places)
    verdict = {(row["urn"], row["other_urn"]): row["verdict"] for row in told.posts.iter_rows(named=True)}
    assert verdict == {("1", "2"): "cannot_tell", ("1", "3"): "namesakes", ("2", "3"): "namesakes"}
    assert told.heads.select("posts", "people_least", "people_most", "verdict").rows() == [
        (3, 2, 3, "cannot_tell")
    ]


def test_a_register_where_no_name_repeats_has_no_rows() -> None:
    headships = frame_of(Headships, [{"urn": "1", "head": "Ann Abara"}])
    told = tell_shared_heads(headships, None, schools({"urn": "1", "name": "A"}))
    assert told.posts.height == told.heads.height == 0
    assert told.ties.height == 12


@pytest.mark.real
def test_the_register_of_2022(real_data: Path) -> None:
    register = read_register_file(real_data / "derived" / "register_2022-08.csv.gz")
    groups = read_register_file(real_data / "groups" / "group_links_2022-03-29.csv", table="memberships")
    told = tell_shared_heads(register.companions["headships"], groups.frame, register.frame)
    assert told.heads.height == 1605
    assert told.heads["posts"].sum() == 3592
    count = dict(told.heads.group_by(pl.col("verdict").cast(pl.String)).len().iter_rows())
    assert count["shared_head"] > 1000
    assert count["namesakes"] > 300
    assert count["cannot_tell"] < 120
    ties = {(row["tie"], row["executive"]): row for row in told.ties.iter_rows(named=True)}
    assert ties["trust", False]["shared_share"] > 0.99
    # Pairs with an executive title in two regions were not used to measure chance: it predicts them.
    untied = ties["none", True]
    assert untied["observed"] == pytest.approx(untied["expected"], rel=0.25)
