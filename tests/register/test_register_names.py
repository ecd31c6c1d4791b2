"""Names through time: every name a school has had, and on which dates files vouch for it."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.register.names import find_renamings, gather_names, names_on
from leadscape.register.vintages import Vintage

OLD, NEW = date(2018, 3, 1), date(2022, 8, 1)


def register(on: date | None, **names: str | None) -> Vintage:
    frame = pl.DataFrame({"urn": [urn.removeprefix("u") for urn in names], "name": list(names.values())})
    return Vintage(frame.cast(pl.String), on, f"register of {on}")


def test_every_name_a_school_has_had():
    """
    | file             | school 1           | school 2     |
    |------------------|--------------------|--------------|
    | register of 2018 | Hill Road Juniors  | ST. ANNE'S   |
    | register of 2022 | Hilltop Academy    | St Anne’s    |
    | links of 2022    | Hill Road Juniors  |              |
    """
    links = pl.DataFrame({"link_urn": ["1"], "link_name": ["Hill Road Juniors"]})
    names = gather_names(
        [
            register(NEW, u1="Hilltop Academy", u2="St Anne’s"),
            register(OLD, u1="Hill Road Juniors", u2="ST. ANNE'S"),
        ],
        [Vintage(links, NEW, "links")],
    )
    assert names.select("urn", "name", "first_seen", "last_seen").rows() == [
        ("1", "Hill Road Juniors", OLD, NEW),
        ("1", "Hilltop Academy", NEW, NEW),
        ("2", "St Anne’s", OLD, NEW),
    ]
    assert names["sources"].to_list()[0] == ["links", f"register of {OLD}"]


def test_a_renaming_lies_between_the_last_old_and_the_first_new_name():
    names = gather_names([register(OLD, u1="Hill Road Juniors"), register(NEW, u1="Hilltop Academy")])
    assert find_renamings(names).rows() == [("1", "Hill Road Juniors", "Hilltop Academy", OLD, NEW)]


def test_an_undated_file_gives_a_name_without_a_date_and_no_renaming():
    names = gather_names([register(None, u1="Hill Road Juniors"), register(NEW, u1="Hilltop Academy")])
    assert names.select("first_seen").to_series().to_list() == [None, NEW]
    assert find_renamings(names).is_empty()


def test_a_blank_name_is_no_name():
    assert gather_names([register(OLD, u1=None, u2=" ", u3="'")]).is_empty()


@pytest.mark.parametrize(
    ("as_of", "name"),
    [
        (date(2010, 1, 1), "Hill Road Juniors"),
        (date(2020, 1, 1), "Hill Road Juniors"),
        (date(2022, 7, 31), "Hill Road Juniors"),
        (NEW, "Hilltop Academy"),
        (date(2026, 1, 1), "Hilltop Academy"),
    ],
)
def test_the_name_on_a_date_is_the_newest_seen_by_then_else_the_first(as_of, name):
    names = gather_names([register(OLD, u1="Hill Road Juniors"), register(NEW, u1="Hilltop Academy")])
    assert names_on(names, as_of)["name"].to_list() == [name]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from("ABC"), st.integers(2010, 2014)), min_size=1, max_size=20
    )
)
def test_the_order_of_files_does_not_matter_and_every_name_is_kept(seen):
    files = [register(date(year, 1, 1), **{f"u{urn}": f"School {letter}"}) for urn, letter, year in seen]
    names = gather_names(files)
    assert names.equals(gather_names(files[::-1]))
    assert set(names.select("urn", "name").rows()) == {
        (str(urn), f"School {letter}") for urn, letter, _ in seen
    }


@pytest.mark.real
def test_three_real_lists_and_the_names_in_real_links(real_data):
    from leadscape.register.reading import read_register_file

    lists = [read_register_file(path) for path in sorted((real_data / "register").glob("rtt_*.csv"))]
    links = [
        read_register_file(path, seen_on=date(2023, 4, 21))
        for path in (real_data / "links").glob("*20230421.csv")
    ]
    names = gather_names(lists, links)
    assert names["urn"].n_unique() > 49_000
    several = names.group_by("urn").len().filter(pl.col("len") > 1).height
    assert several > 500
    assert find_renamings(names).filter(pl.col("by") > pl.col("after")).height > 500
