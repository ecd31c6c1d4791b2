"""Authorities: who answers for schools, and what became of an authority when local government was reorganised."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from leadscape.core.errors import NotFound
from leadscape.core.tables import frame_of
from leadscape.register.authorities import (
    EVENT_KINDS,
    authorities_of,
    authority_events,
    authority_lineage,
    infer_authority_changes,
)
from leadscape.register.tables import Schools

UNKNOWN = {"capacity_status": "unknown", "pupils_status": "unknown", "fsm_pct_status": "unknown"}


def schools(*rows: tuple) -> pl.DataFrame:
    """``(urn, authority code, authority name, region, status)``, the last three optional."""
    keys = ("urn", "authority_code", "authority_name", "region", "status")
    return frame_of(
        Schools,
        [
            {"name": "A school", "status": "open", **UNKNOWN, **dict(zip(keys, row, strict=False))}
            for row in rows
        ],
    )


def test_an_authority_is_named_as_most_of_its_schools_name_it_and_counts_open_schools_only():
    found = authorities_of(
        schools(
            ("1", "201", "Northshire", "North"),
            ("2", "201", "Northshire", "North"),
            ("3", "201", "Northshire CC", "South", "closed"),
            ("4", "202"),
            ("5", None, "Nowhere"),
        )
    )
    assert found.rows() == [("201", "Northshire", "North", 2), ("202", "202", None, 1)]


def test_dorset_before_and_after_2019():
    """Bournemouth and Poole became one authority with a part of Dorset; the rest of Dorset was created anew."""
    after = authority_lineage("835", date(2019, 4, 1))
    assert after.select("authority_code", "relation").rows() == [
        ("835", "self"),
        ("838", "successor"),
        ("839", "successor"),
        ("836", "kin"),
        ("837", "kin"),
    ]
    assert authority_lineage("835", date(2019, 3, 31))["authority_code"].to_list() == ["835"]
    before = authority_lineage("839").filter(pl.col("relation") == "predecessor")
    assert before["authority_name"].to_list() == ["Dorset", "Poole", "Bournemouth"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("820", ["822", "823"]), ("875", ["895", "896"]), ("928", ["940", "941"]), ("909", ["942", "943"])],
)
def test_counties_that_were_split_since_2009(old, new):
    family = authority_lineage(old).filter(pl.col("relation") == "successor")
    assert family["authority_code"].to_list() == new


def test_an_authority_that_was_never_reorganised_is_a_family_of_one():
    assert authority_lineage("908").select("authority_code", "authority_name", "relation").rows() == [
        ("908", "Cornwall", "self")
    ]


def test_events_are_dated_sourced_and_use_one_name_a_code():
    events = authority_events()
    assert set(events["kind"]) <= set(EVENT_KINDS)
    assert events.select(pl.col("on", "source").is_null().sum()).row(0) == (0, 0)
    both = pl.concat([events.select(c="old_code", n="old_name"), events.select(c="new_code", n="new_name")])
    assert both.group_by("c").agg(pl.col("n").n_unique())["n"].max() == 1
    assert both["c"].str.contains(r"^[2-9]\d\d$").all()


def test_a_system_without_events_is_refused_with_what_to_do():
    with pytest.raises(NotFound, match="compare two registers"):
        authority_events("atlantis")


def test_what_two_registers_show_by_themselves():
    """
    | old code | schools then | schools now           | so it was |
    |----------|--------------|-----------------------|-----------|
    | 1        | 40           | 39 in 1, 1 in 2       | unchanged |
    | 2        | 10           | 10 in 20              | recoded   |
    | 3        | 10           | 6 in 31, 4 in 32      | split     |
    | 4, 5     | 10 and 10    | all in 45             | merged    |
    | 6        | 10           | 10 in 6, another name | renamed   |
    | 7        | 1            | not listed            | gone      |
    """
    then, now = [], []

    def placed(old, *places):
        for new, how_many in places:
            for _ in range(how_many):
                urn = str(len(then))
                then.append((urn, old, f"Old {old}"))
                if new:
                    now.append((urn, new, f"Old {old}" if old == new and old != "6" else f"New {new}"))

    placed("1", ("1", 39), ("2", 1))
    placed("2", ("20", 10))
    placed("3", ("31", 6), ("32", 4))
    placed("4", ("45", 10))
    placed("5", ("45", 10))
    placed("6", ("6", 10))
    placed("7", (None, 1))
    inferred = infer_authority_changes(schools(*then), schools(*now))
    assert inferred.select("old_code", "new_code", "schools", "change").rows() == [
        ("1", "1", 39, "unchanged"),
        ("2", "20", 10, "recoded"),
        ("3", "31", 6, "split"),
        ("3", "32", 4, "split"),
        ("4", "45", 10, "merged"),
        ("5", "45", 10, "merged"),
        ("6", "6", 10, "renamed"),
        ("7", None, None, "gone"),
    ]
    assert inferred["share"][0] == pytest.approx(39 / 40)


@pytest.mark.real
def test_real_registers_show_the_reorganisations_that_the_orders_made(real_data):
    from leadscape.register.reading import read_register_file

    old = read_register_file(real_data / "derived" / "register_open_2018-03.csv.gz").frame
    new = read_register_file(real_data / "derived" / "register_2022-08.csv.gz").frame
    inferred = infer_authority_changes(old, new).filter(pl.col("old_code") != pl.col("new_code"))
    between = authority_events().filter(
        pl.col("on").is_between(date(2018, 3, 13), date(2022, 8, 31)),
        pl.col("old_code") != pl.col("new_code"),
    )
    assert sorted(inferred.select("old_code", "new_code").rows()) == sorted(
        between.select("old_code", "new_code").rows()
    )
