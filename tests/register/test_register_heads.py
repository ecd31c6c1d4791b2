"""Heads through time: spells, changes, and one name at several schools."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import NotComparable
from leadscape.register.heads import NAMESAKES, trace_heads
from leadscape.register.vintages import Vintage

YEARS = [date(year, 9, 1) for year in (2018, 2019, 2020)]


def register(on: date | None, *posts: tuple) -> Vintage:
    rows = [(urn, head, title[0] if title else None) for urn, head, *title in posts]
    return Vintage(
        pl.DataFrame(rows, schema=["urn", "head", "job_title"], orient="row").cast(pl.String), on, "register"
    )


def test_spells_and_changes_of_three_registers():
    """
    | school | 2018  | 2019        | 2020  |
    |--------|-------|-------------|-------|
    | 1      | Alice | Bob         | Alice |
    | 2      | Carol | not listed  | Carol |
    | 3      | Dan   | Dan and Eve | Eve   |
    """
    heads = trace_heads(
        [
            register(YEARS[2], ("1", "Alice"), ("2", "Carol"), ("3", "Eve")),
            register(YEARS[0], ("1", "Alice"), ("2", "Carol"), ("3", "Dan")),
            register(YEARS[1], ("1", "Bob"), ("3", "Dan"), ("3", "Eve")),
        ]
    )
    assert heads.spells.select("urn", "head", "first_seen", "last_seen", "registers").rows() == [
        ("1", "Alice", YEARS[0], YEARS[0], 1),
        ("1", "Bob", YEARS[1], YEARS[1], 1),
        ("1", "Alice", YEARS[2], YEARS[2], 1),
        ("2", "Carol", YEARS[0], YEARS[2], 2),
        ("3", "Dan", YEARS[0], YEARS[1], 2),
        ("3", "Eve", YEARS[1], YEARS[2], 2),
    ]
    assert heads.changes.rows() == [
        ("1", YEARS[0], YEARS[1], ["Alice"], ["Bob"]),
        ("1", YEARS[1], YEARS[2], ["Bob"], ["Alice"]),
        ("3", YEARS[0], YEARS[1], [], ["Eve"]),
        ("3", YEARS[1], YEARS[2], ["Dan"], []),
    ]


def test_one_name_at_two_schools_is_shown_with_what_the_name_cannot_tell():
    schools = pl.DataFrame({"urn": ["1", "2", "3", "4"], "authority_code": ["201", "201", "202", None]})
    heads = trace_heads(
        [
            register(
                YEARS[0],
                ("1", "Alice", "Executive Headteacher"),
                ("2", "Alice", "Headteacher"),
                ("3", "Bob"),
                ("4", "Bob"),
                ("4", "Carol"),
            )
        ],
        schools,
    )
    assert heads.shared.select("head", "urns", "executive", "one_authority").rows() == [
        ("Alice", ["1", "2"], True, True),
        ("Bob", ["3", "4"], None, None),
    ]
    assert heads.note == NAMESAKES


def test_a_register_without_a_date_cannot_be_put_in_order():
    with pytest.raises(NotComparable, match="no date"):
        trace_heads([register(YEARS[0], ("1", "Alice")), register(None, ("1", "Alice"))])


POSTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.sampled_from("ABC")), max_size=25)


@settings(max_examples=40, deadline=None)
@given(POSTS)
def test_every_post_seen_lies_in_exactly_one_spell(posts):
    registers = [
        register(on, *[(str(u), h) for y, u, h in posts if y == year]) for year, on in enumerate(YEARS)
    ]
    heads = trace_heads(registers)
    assert heads.spells["registers"].sum() == len(set(posts))
    for year, urn, head in posts:
        spells = heads.spells.filter(
            pl.col("urn") == str(urn),
            pl.col("head") == head,
            pl.col("first_seen") <= YEARS[year],
            pl.col("last_seen") >= YEARS[year],
        )
        assert spells.height == 1


@pytest.mark.real
def test_names_at_more_than_one_school_in_the_register_of_2022(real_data):
    """Of 1,605 names at 3,592 posts, 890 have all their posts in one district; here by authority, so a few more."""
    from leadscape.register.reading import read_register_file

    read = read_register_file(real_data / "derived" / "register_2022-08.csv.gz", seen_on=date(2022, 8, 31))
    shared = trace_heads([Vintage(read.companions["headships"], read.seen_on, read.name)], read.frame).shared
    assert (shared.height, shared["schools"].sum()) == (1605, 3592)
    assert 890 <= shared["one_authority"].sum() < 1100
