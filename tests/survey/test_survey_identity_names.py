"""A person's name taken apart, and groups of lines of one name at one school."""

from __future__ import annotations

import polars as pl
import pytest

from leadscape.codebooks import codebook_names
from leadscape.codebooks.person_names import load_person_names
from leadscape.survey.identity.groups import complete_lines, group_lines
from leadscape.survey.identity.names import part_names


@pytest.mark.parametrize(
    ("written", "gender", "given", "surname", "parts"),
    [
        ("Jane Okafor", None, "jane", "okafor", []),
        ("OKAFOR, Jane", None, "jane", "okafor", []),
        ("OKAFOR Jane", None, "jane", "okafor", []),
        ("Okafor J", None, "j", "okafor", []),
        ("Mrs Okafor", "f", None, "okafor", []),
        ("Okafor, Mrs J", "f", "j", "okafor", []),
        ("J. Okafor (Mrs)", "f", "j", "okafor", []),
        ("Mr J.M. O’Brien", "m", "j", "obrien", []),
        ("Mrs Kate Smith-Jones", "f", "kate", "smithjones", ["smith", "jones"]),
        ("Catherine Smith (née Jones)", None, "catherine", "smith", ["jones"]),
        ("Dr Ludwig van der Berg", None, "ludwig", "vanderberg", []),
        ("Mrs De Souza", "f", None, "desouza", []),
        ("Jane Smith, OBE", None, "jane", "smith", []),
        ("Jane Smith – Acting Principal", None, "jane", "smith", []),
        ("Ms Jo Head", "f", "jo", "head", []),
        ("Sir", "m", None, None, []),
    ],
)
def test_a_name_is_taken_apart(
    written: str, gender: str | None, given: str | None, surname: str | None, parts: list[str]
) -> None:
    part = part_names(pl.Series([written])).row(0, named=True)
    assert (part["gender"], part["given"], part["surname"], part["parts"]) == (gender, given, surname, parts)


def test_two_people_on_one_line_are_seen() -> None:
    told = part_names(pl.Series(["Jane Smith & Peter Brown", "Mr and Mrs Smith", "Andrea Sanderson"]))
    assert told["several"].to_list() == [True, True, False]


def test_parts_come_in_the_order_of_the_names() -> None:
    names = pl.Series(["Jane Okafor", "Mrs Adams", "Bob Baker", None])
    assert part_names(names)["surname"].to_list() == ["okafor", "adams", "baker", None]


def test_short_forms_and_spellings_share_a_root() -> None:
    variants = load_person_names().variants

    def related(one: str, other: str) -> bool:
        return variants.filter(given=one).join(variants.filter(given=other), on="root").height > 0

    assert related("kate", "catherine")
    assert related("kath", "katherine")
    assert related("bill", "william")
    assert related("mohammed", "muhammad")
    assert not related("janet", "janice")
    assert not related("jane", "john")


def test_names_of_people_are_no_codebook() -> None:
    assert not any("person" in name for name in codebook_names())


def test_lines_of_one_name_at_one_school_are_a_group_unless_titles_contradict() -> None:
    lines = pl.DataFrame(
        [
            {"nomination_id": "N1", "leader_name": "Mrs J. Smith", "home_urn": "100001"},
            {"nomination_id": "N2", "leader_name": "SMITH, J", "home_urn": "100001"},
            {"nomination_id": "N3", "leader_name": "Mr J Smith", "home_urn": "100001"},
            {"nomination_id": "N4", "leader_name": "Ann Odell", "home_urn": "100001"},
            {"nomination_id": "N5", "leader_name": "Mrs Ann Odell", "home_urn": "100001"},
        ]
    )
    members = dict(group_lines(complete_lines(lines)).members.sort("nomination_id").iter_rows())
    # Two genders of one folded name: the line without a title is neither's.
    assert members == {"N1": "N1", "N2": "N2", "N3": "N3", "N4": "N4", "N5": "N4"}
