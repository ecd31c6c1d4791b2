"""Which files are named after a person, so that an erasure gives them another name."""

from __future__ import annotations

import pytest

from leadscape_web.studies.personal import is_called_after, plain_name

JANE = ("Jane Smith", "Jane Mary Ash-Smith")


@pytest.mark.parametrize(
    "name",
    [
        "Return of Jane Smith.csv", "smith_jane_2026.xlsx", "Smith, J. 2026.csv", "J. Smith.csv", "j-m-smith.csv",
        "Smith J M return.csv", "JSmith.csv", "101 J.Smith (1).csv", "Jane Smith's return.csv", "J Smith’s list.csv",
        "SMITH_J.CSV", "Rev. J Smith C of E.csv",
    ],
)  # fmt: skip
def test_a_file_named_after_the_person(name: str) -> None:
    assert is_called_after(name, JANE)


@pytest.mark.parametrize(
    "name",
    [
        "101.csv", "smith-return.csv", "Smith Street Primary.csv", "Abraham Smith C of E.csv", "Smith CE Primary J.csv",
        "Jane Austen College.csv", "B Smith.csv", "Smith, B. J. Brown.csv", "St John's, Smith Square.csv",
        "J. Blacksmith.csv", "register_2026-10-01.csv", "J Brown and B Smith.csv",
    ],
)  # fmt: skip
def test_a_file_named_after_a_place_or_somebody_else(name: str) -> None:
    assert not is_called_after(name, JANE)


@pytest.mark.parametrize("name", ["St Thomas's RC.csv", "Thomas C of E Primary.csv", "Thomas R.C. 101.csv"])
def test_letters_of_a_church_are_no_initials(name: str) -> None:
    assert not is_called_after(name, ("Sarah Thomas", "Claire Thomas", "Rose Thomas", "Edith Thomas"))


def test_accents_and_one_word_names() -> None:
    assert is_called_after("José Núñez.csv", ("Jose Nunez",))
    assert is_called_after("nunez j.csv", ("José Núñez",))
    assert not is_called_after("smith.csv", ("Smith",)), "one word is not enough to tell whose it is"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Jane Smith.csv", "file-7.csv"), ("101.Jane Smith.csv.gz", "101.file-7.csv.gz"), ("Smith", "file-7"),
        ("list.JaneSmith", "file-7"), ("SMITH J.XLSX", "file-7.xlsx"),
        ("101 Smith, J.xlsx", "file-7.xlsx"), ("Smith.101.csv", "file-7.csv"),
    ],
)  # fmt: skip
def test_another_name_says_whose_return_it_is_by_number_alone(name: str, plain: str) -> None:
    assert plain_name(7, name) == plain
