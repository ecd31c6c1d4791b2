"""Declared tables: every problem of a file, in the words of the declaration."""

from __future__ import annotations

import dataframely as dy
import polars as pl
import pytest

from leadscape.core.errors import TableProblem
from leadscape.core.tables import Table, check_table, find_problems, frame_of


class Posts(Table):
    """One row is one post."""

    urn = dy.String(primary_key=True, regex=r"^\d{6}$")
    days = dy.Int64(nullable=True, min=0)
    last = dy.Int64(nullable=True)

    @dy.rule()
    def last_is_not_before_days(cls) -> pl.Expr:
        return pl.col("last") >= pl.col("days")


FILE = pl.DataFrame(
    {
        "urn": ["100001", "1", "100002", "100002", None],
        "days": [1, 2, -4, 5, 6],
        "last": [1, 2, 3, 4, None],
        "row": [2, 3, 5, 6, 9],
    }
)


def test_every_problem_is_told_with_its_row_column_value_and_rule() -> None:
    assert find_problems(FILE, Posts, row="row").rows() == [
        (3, "urn", "1", r"Must look like ^\d{6}$."),
        (5, None, None, "Must not repeat: one row for each urn."),
        (5, "days", "-4", "Must be at least 0."),
        (6, None, None, "Must hold: last is not before days."),
        (6, None, None, "Must not repeat: one row for each urn."),
        (9, "urn", None, "Must not be blank."),
    ]


def test_without_row_numbers_rows_count_from_below_the_header() -> None:
    assert find_problems(FILE.drop("row"), Posts)["row"].to_list() == [3, 4, 4, 5, 5, 6]


def test_columns_that_are_not_there_are_the_only_problem_told() -> None:
    found = find_problems(FILE.drop("days", "last"), Posts)
    assert found.select("column", "rule").rows() == [
        ("days", "This column is needed."),
        ("last", "This column is needed."),
    ]


def test_the_error_says_what_why_and_next_and_carries_everything() -> None:
    with pytest.raises(TableProblem) as caught:
        check_table(FILE, Posts, "posts.csv", row="row")
    error = caught.value
    assert error.what.startswith("posts.csv has 6 problems (row 3, urn: '1':")
    assert error.problems.height == 6
    assert error.why
    assert error.next_step


def test_a_sound_table_keeps_its_declared_columns_only() -> None:
    sound = check_table(FILE.head(1), Posts, "posts.csv", row="row")
    assert sound.columns == ["urn", "days", "last"]
    assert frame_of(Posts, [{"urn": "100001"}]).rows() == [("100001", None, None)]
