"""Codebooks and crosswalks: the shipped ones are sound, and an unsound one is told all its faults."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from leadscape.codebooks import check_codebook, codebook_names, find_baseline, find_crosswalk, load_codebook
from leadscape.core.errors import CodebookProblem, NotComparable, NotFound


@pytest.mark.parametrize("name", codebook_names())
def test_a_shipped_codebook_is_sound(name: str) -> None:
    assert check_codebook(name) == ()
    book = load_codebook(name)
    assert book.id == name
    assert all(role.definition and role.source for role in book.roles)


def test_the_baseline_holds_the_published_counts() -> None:
    # HH2007, Table 1.
    _, baseline = find_baseline("hopkins-higham-2006")
    assert list(baseline.counts.values()) == [101, 81, 78, 83, 2292, 139, 255, 49]
    assert sum(baseline.counts.values()) == baseline.printed_total == 3078
    with pytest.raises(NotFound, match="hopkins-higham-2006"):
        find_baseline("nobody-1999")


def test_origins_of_the_baseline_add_up_as_published() -> None:
    book, baseline = find_baseline("hopkins-higham-2006")
    by_origin: dict[str, int] = {}
    for role, n in baseline.counts.items():
        by_origin[book.role(role).origin] = by_origin.get(book.role(role).origin, 0) + n
    assert by_origin == {"local": 343, "national": 2686, "none": 49}


def test_what_the_instrument_had_no_place_for_is_marked() -> None:
    book = load_codebook("england-2006")
    assert [role.id for role in book.roles if not role.collected] == [
        "partnership_leadership",
        "national_leader_of_education",
    ]
    assert [role.id for role in book.roles if role.own_school] == ["sustaining_improvement"]


def test_every_role_of_both_years_is_spoken_of_and_no_match_is_invented() -> None:
    walk = find_crosswalk("england-2006", "england-2026")
    alone = walk.pairs.filter(pl.col("relation") == "no_counterpart")
    assert "consultant_leader" in alone["from_role"].to_list()
    assert "rise_adviser" in alone["to_role"].to_list()
    back = find_crosswalk("england-2026", "england-2006")
    assert set(back.pairs["to_role"].drop_nulls()) == set(load_codebook("england-2006").role_by_id)
    same = find_crosswalk("england-2026", "england-2026")
    assert set(same.pairs["relation"]) == {"same"}
    with pytest.raises(NotComparable):
        find_crosswalk("england-2006", "atlantis-2006")


FAULTY = """
[codebook]
id = "x"
title = "X"
system = "x"
source = "me"

[[origin]]
id = "local"
label = "Local"
definition = "d"
source = "s"

[[kind]]
id = "k"
label = "K"
definition = "d"
source = "s"

[[role]]
id = "a"
label = "Alpha"
definition = "d"
source = "s"
origin = "lokal"
kinds = ["q"]
aliases = ["helper"]

[[role]]
id = "b"
label = "Helper"
definition = "d"
source = "s"
origin = "local"

[[role]]
id = "b"
label = "Beta"
definition = "d"
origin = "local"

[[baseline]]
id = "base"
printed_total = 3
[[baseline.count]]
role = "c"
n = 2
"""


def test_all_faults_of_a_codebook_are_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(CodebookProblem) as caught:
        load_codebook(str(path))
    told = " ".join(caught.value.problems)
    for fault in (
        "lacks 'valid_from'",
        "no [[phase]]",
        "b stands twice",
        "origin 'lokal'",
        "kind 'q'",
        "'helper' stands for a and b",
        "b lacks 'source'",
        "role 'c'",
        "prints a total of 3; its counts add up to 2",
    ):
        assert fault in told, fault


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("atlantis-1850", None, "no codebook"),
        ("gone.toml", None, "cannot be read"),
        ("bad.toml", b"\xff[", "not valid TOML"),
    ],
)
def test_a_codebook_that_is_not_one(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CodebookProblem, match=message):
        load_codebook(name, tmp_path)
