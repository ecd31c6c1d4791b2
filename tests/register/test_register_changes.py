"""Changes between two registers: what changed, what is only a question, and what could not be compared at all."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import NotComparable
from leadscape.core.tables import frame_of
from leadscape.register.changes import register_changes
from leadscape.register.lineage import build_lineage
from leadscape.register.tables import Headships, Links, Memberships, Schools
from leadscape.register.vintages import Vintage

OLD, NEW = date(2018, 3, 12), date(2022, 8, 31)
UNKNOWN = {"capacity_status": "unknown", "pupils_status": "unknown", "fsm_pct_status": "unknown"}


def register(on: date | None, *rows: dict, heads=(), trusts=()) -> Vintage:
    frame = frame_of(
        Schools, [{"name": f"School {row['urn']}", "status": "open", **UNKNOWN, **row} for row in rows]
    )
    headships = frame_of(Headships, [{"urn": urn, "head": head, "seen_on": on} for urn, head in heads])
    memberships = frame_of(
        Memberships,
        [
            {"urn": urn, "group_uid": uid, "group_name": f"Trust {uid}", "group_type": "multi_academy_trust"}
            for urn, uid in trusts
        ],
    )
    companions = {"headships": headships, "memberships": memberships}
    return Vintage(
        frame, on, f"register of {on}", {name: one for name, one in companions.items() if one.height}
    )


def one(urn: str, **rest) -> dict:
    return {"urn": urn, **rest}


def links(*pairs: tuple[str, str]) -> pl.DataFrame:
    return frame_of(
        Links,
        [{"urn": a, "link_urn": b, "relation": "successor", "link_type": "Successor"} for a, b in pairs],
    )


def test_what_changed_between_two_registers():
    """
    | school | 2018                        | 2022                                  | listed as       |
    |--------|-----------------------------|---------------------------------------|-----------------|
    | 1      | open                        | closed on 31 August 2020              | closed          |
    | 2      | open                        | not listed, became 9                  | missing         |
    | 3      | open                        | not listed, no link                   | missing         |
    | 4      | Hill Road School            | Hilltop Academy                       | renamed         |
    | 5      | ST. MARY'S                  | St Mary’s                             | (not a renaming) |
    | 6      | authority 835               | authority 838                         | moved authority |
    | 7      | closed                      | open                                  | reopened        |
    | 8      | open                        | about to close                        | status changed  |
    | 9      | not listed                  | opened on 1 September 2019            | opened          |
    | 10     | not listed                  | opened in 1990                        | appeared        |
    | 11     | here                        | 5 km away                             | moved location  |
    """
    old = register(
        OLD,
        *map(one, ("1", "2", "3")),
        one("4", name="Hill Road School"),
        one("5", name="ST. MARY'S"),
        one("6", authority_code="835"),
        one("7", status="closed"),
        one("8"),
        one("11", easting=400_000.0, northing=300_000.0),
    )
    new = register(
        NEW,
        one("1", status="closed", closed_on=date(2020, 8, 31)),
        one("4", name="Hilltop Academy"),
        one("5", name="St Mary’s"),
        one("6", authority_code="838"),
        one("7"),
        one("8", status="proposed_to_close"),
        one("9", opened_on=date(2019, 9, 1)),
        one("10", opened_on=date(1990, 9, 1)),
        one("11", easting=403_000.0, northing=304_000.0),
    )
    changes = register_changes(old, new, build_lineage(links(("2", "9"))))
    assert changes.closed.select("urn", "closed_on", "says").rows() == [("1", date(2020, 8, 31), "nothing")]
    assert changes.missing.select("urn", "says", "successor_urns", "successor_listed").rows() == [
        ("2", "succeeded", ["9"], True),
        ("3", "nothing", [], False),
    ]
    assert changes.renamed.select("urn", "old_name", "new_name").rows() == [
        ("4", "Hill Road School", "Hilltop Academy")
    ]
    assert changes.moved_authority.select("urn", "old_code", "new_code", "together").rows() == [
        ("6", "835", "838", 1)
    ]
    assert changes.reopened["urn"].to_list() == ["7"]
    assert changes.status_changed.select("urn", "old_status", "new_status").rows() == [
        ("8", "open", "proposed_to_close")
    ]
    assert changes.opened["urn"].to_list() == ["9"]
    assert changes.appeared["urn"].to_list() == ["10"]
    assert changes.moved_location.select("urn", "distance_km").rows() == [("11", 5.0)]


def test_what_was_not_compared_is_said_and_not_shown_as_no_change():
    changes = register_changes(register(OLD, one("1", name=None)), register(NEW, one("1")))
    made = dict(changes.compared.select("comparison", "made").iter_rows())
    assert made == {
        "status": True,
        "name": False,
        "authority": False,
        "location": False,
        "head": False,
        "trust": False,
    }
    refused = changes.compared.filter(~pl.col("made"))
    assert refused["reason"].null_count() == 0
    assert refused["changed"].null_count() == refused.height


def test_heads_and_trusts_are_compared_where_both_registers_hold_them():
    old = register(
        OLD, one("1"), one("2"), heads=[("1", "Alice"), ("2", "Bob")], trusts=[("1", "7"), ("2", "7")]
    )
    new = register(
        NEW, one("1"), one("2"), heads=[("1", "Alice"), ("2", "Carol")], trusts=[("1", "8"), ("2", "7")]
    )
    changes = register_changes(old, new)
    assert changes.new_head.rows() == [("2", "School 2", ["Bob"], ["Carol"])]
    assert changes.moved_trust.select("urn", "move", "old_name", "new_name").rows() == [
        ("1", "rebrokered", "Trust 7", "Trust 8")
    ]
    assert changes.compared.filter("made")["comparison"].to_list() == ["status", "name", "head", "trust"]


def test_a_place_known_in_degrees_only_is_compared_too():
    old = register(OLD, one("1", longitude=0.0, latitude=51.0))
    new = register(NEW, one("1", longitude=0.0, latitude=52.0))
    assert register_changes(old, new).moved_location["distance_km"].round(0).to_list() == [111]


@pytest.mark.parametrize(("old", "new"), [(None, NEW), (OLD, None), (NEW, OLD), (OLD, OLD)])
def test_registers_without_an_order_in_time_are_not_compared(old, new):
    with pytest.raises(NotComparable):
        register_changes(register(old, one("1")), register(new, one("1")))


STATES = st.dictionaries(
    st.integers(1, 9), st.sampled_from(["open", "closed", "proposed_to_close"]), min_size=1
)


@settings(max_examples=40, deadline=None)
@given(STATES, STATES)
def test_every_open_school_of_the_older_register_stays_changes_or_is_missing(before, after):
    changes = register_changes(
        register(OLD, *(one(str(urn), status=status) for urn, status in before.items())),
        register(NEW, *(one(str(urn), status=status) for urn, status in after.items())),
    )
    went = set(changes.closed["urn"]) | set(changes.status_changed["urn"]) | set(changes.missing["urn"])
    stayed = {str(urn) for urn, status in before.items() if after.get(urn) == status}
    was_open = {str(urn) for urn, status in before.items() if status != "closed"}
    assert was_open <= went | stayed
    assert not set(changes.closed["urn"]) & set(changes.missing["urn"])
    unlisted = was_open - {str(urn) for urn in after}
    assert set(changes.missing["urn"]) == unlisted


@settings(max_examples=20, deadline=None)
@given(STATES)
def test_nothing_changes_between_equal_registers(state):
    rows = [one(str(urn), status=status) for urn, status in state.items()]
    changes = register_changes(register(OLD, *rows), register(NEW, *rows))
    assert set(changes.counts().values()) == {0}


@pytest.mark.real
def test_three_real_lists_and_two_real_registers(real_data):
    from leadscape.register.reading import read_register_file

    lists = [read_register_file(path) for path in (real_data / "register").glob("rtt_*.csv")]
    oldest, middle, newest = sorted(lists, key=lambda one: one.seen_on or OLD)
    vintages = [
        read_register_file(path).frame for path in sorted((real_data / "links").glob("*20230421.csv"))
    ]
    lineage = build_lineage(vintages, middle.frame)
    first = register_changes(oldest, middle, lineage)
    assert 600 < first.opened.height < 800
    assert 550 < first.closed.height < 700
    second = register_changes(middle, newest, lineage)
    assert second.closed.is_empty(), (
        "the newest list holds open schools only, so what left it is missing, not closed"
    )
    assert 150 < second.missing.filter("successor_listed").height < 250
    old = read_register_file(real_data / "derived" / "register_open_2018-03.csv.gz", seen_on=OLD)
    new = read_register_file(real_data / "derived" / "register_2022-08.csv.gz", seen_on=NEW)
    years = register_changes(old, new, lineage)
    reorganised = years.moved_authority.filter(pl.col("together") > 10)
    assert reorganised.select("old_code", "new_code").unique().height == 6
    assert years.compared.filter(~pl.col("made"))["comparison"].to_list() == ["name", "head", "trust"]
