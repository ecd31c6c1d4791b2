"""One person whom two sources name at one school."""

from __future__ import annotations

import polars as pl
import pytest

from leadscape.actions.recognise_heads import recognise_heads
from leadscape.survey.identity.at_school import match_at_school


def source(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    schema = {"id": pl.String, "urn": pl.String, "name": pl.String}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


@pytest.mark.parametrize(
    ("register", "survey", "same"),
    [
        ("Mrs Kate Smith", "Kate Smith", True),
        ("Mrs Kate Smith", "K. Smith", True),
        ("Kate Smith", "SMITH, Kate", True),
        ("Kate Smith-Jones", "Kate Jones", True),
        ("Mrs Smith", "Mrs Smith", True),
        ("Mrs Kate Smith", "Mr K Smith", False),
        ("Kate Smith", "Karen Smith", False),
        ("Kate Smith", "Kate Smythe", False),
        ("Mrs Kate Smith", "Mrs Smith", False),
        ("Mrs", "Mrs", False),
        ("Kate Smith & Ann Lee", "Kate Smith", False),
    ],
)
def test_names_that_agree(register: str, survey: str, same: bool) -> None:
    found = match_at_school(source(("h", "100001", register)), source(("l", "100001", survey)))
    assert found.rows() == ([("h", "l")] if same else [])


def test_another_school_is_another_person_until_somebody_says_otherwise() -> None:
    assert match_at_school(source(("h", "1", "Kate Smith")), source(("l", "2", "Kate Smith"))).is_empty()
    assert match_at_school(source(("h", None, "Kate Smith")), source(("l", None, "Kate Smith"))).is_empty()


def test_who_agrees_with_two_is_nobody() -> None:
    heads = source(("a", "1", "Kate Smith"), ("b", "1", "Kim Smith"), ("c", "1", "Ann Lee"))
    leaders = source(("x", "1", "K Smith"), ("y", "1", "Ann Lee"))
    assert recognise_heads(heads, leaders).same == {"c": "y"}


def test_the_order_of_rows_and_of_sources_does_not_matter() -> None:
    heads = source(("a", "1", "Kate Smith"), ("b", "2", "Ann Lee"))
    leaders = source(("x", "2", "A Lee"), ("y", "1", "Kate Smith"))
    forth = match_at_school(heads, leaders).rows()
    back = match_at_school(leaders.reverse(), heads.reverse()).select("other", "one").sort("other").rows()
    assert forth == back == [("a", "y"), ("b", "x")]


def test_nobody_named_is_nobody_found() -> None:
    assert match_at_school(source(), source(("l", "1", "Kate Smith"))).is_empty()
