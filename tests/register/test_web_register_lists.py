"""Lists of schools, authorities, trusts and sources: filtered, sorted, downloaded."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from leadscape_web.accounts.context import acting
from leadscape_web.register.records.frames import read_frame
from leadscape_web.register.records.lists import (
    authorities_frame,
    schools_frame,
    sources_frame,
    trusts_frame,
)

pytestmark = pytest.mark.django_db
Clients = Callable[[str], Any]


def rows_of(answer: Any) -> list[list[str]]:
    """Rows of a download, without the statement that goes before or after the table."""
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def names_in(answer: Any, names: tuple[str, ...]) -> list[str]:
    cells = [cell for row in rows_of(answer) for cell in row]
    return [name for name in cells if name in names]


SCHOOLS = (
    "Ashgrove Primary School",
    "Beechwood Secondary School",
    "Cedar Lane Primary School",
    "Dale Special School",
    "Elmfield Primary School",
    "Fernhill Academy",
    "Fernhill School",
    "Gorse Nursery School",
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", set(SCHOOLS)),
        ("?name=fernhill", {"Fernhill Academy", "Fernhill School"}),
        ("?phase=Primary&region=North", {"Ashgrove Primary School", "Cedar Lane Primary School"}),
        ("?status=Closed", {"Fernhill School"}),
        ("?trusts=Riverside Trust", {"Beechwood Secondary School", "Fernhill Academy"}),
        ("?authority=Eastvale&phase=Special", {"Dale Special School"}),
        ("?name=nothing of this name", set()),
    ],
)
def test_what_is_downloaded_is_what_was_filtered(client_of: Clients, asked: str, found: set[str]) -> None:
    path = f"/register/schools/{asked}{'&' if asked else '?'}format=csv"
    assert set(names_in(client_of("school.reader").get(path), SCHOOLS)) == found
    shown = client_of("school.reader").get(f"/register/schools/{asked}").content.decode()
    links = {name for name in SCHOOLS if f">{name}</a>" in shown}
    assert links == found


def test_sorting_by_name_backwards(client_of: Clients) -> None:
    answer = client_of("nation.researcher").get("/register/schools/?sort=-name&format=csv")
    assert names_in(answer, SCHOOLS) == sorted(SCHOOLS, reverse=True)


def test_frames_say_codes_in_words_and_keep_what_is_missing() -> None:
    with acting():
        schools, authorities, trusts, sources = (
            schools_frame(),
            authorities_frame(),
            trusts_frame(),
            sources_frame(),
        )
        southport = schools_frame("201")
    assert schools.height == 8
    assert schools.filter(pl.col("urn") == "100006")["trusts"].to_list() == [["Riverside Trust"]]
    assert schools.filter(pl.col("urn") == "100001")["trusts"].to_list() == [None]
    assert set(southport["urn"]) == {"100005", "100006", "100007", "100008"}
    assert authorities.rows()[2] == ("201", "Southport", "South", 3, 1, 1, None)
    assert trusts.select("schools", "former", "authorities", "authority").row(0) == (2, 0, 2, None)
    assert trusts["group_type"].to_list() == ["Multi-academy trust"]
    assert sources["purpose"].to_list() == ["Register of schools"]


def test_a_value_in_a_statement_cannot_become_part_of_it() -> None:
    with acting():
        assert schools_frame("201' or 'a'='a").is_empty()
        assert read_frame("select {}, {}", {"a": pl.String, "b": pl.String}, ["", 'it\'s, "so"']).row(0) == (
            "",
            'it\'s, "so"',
        )


@pytest.mark.parametrize("path", ["schools", "authorities", "trusts", "sources"])
@pytest.mark.parametrize(("who", "status"), [("", 302), ("nobody", 403), ("school.administrator", 200)])
def test_anybody_with_a_right_reads_the_register(
    client_of: Clients, path: str, who: str, status: int
) -> None:
    assert client_of(who).get(f"/register/{path}/").status_code == status


def test_every_file_is_listed_with_its_hash(client_of: Clients) -> None:
    said = client_of("nation.reader").get("/register/sources/").content.decode()
    assert "a" * 64 in said
    assert "30 June 2006" in said
