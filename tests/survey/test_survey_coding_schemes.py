"""Coding schemes: what may be coded, checked so that it contradicts itself nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadscape.actions.choose_scheme import choose_scheme
from leadscape.codebooks import codebook_names, load_codebook
from leadscape.core.errors import CodebookProblem
from leadscape.survey.coding.scheme import Code, CodeScheme, CodeSet, scheme_of_roles
from leadscape.survey.coding.scheme_files import load_scheme, read_scheme, scheme_names


def scheme(*codes: Code, sets: tuple[CodeSet, ...] = ()) -> CodeScheme:
    return CodeScheme("s", "Scheme", "made for a test", "2006-06-30", codes, sets)


def test_a_theme_brings_what_lies_below_its_codes() -> None:
    # mandate > exit > exit_date;  funding
    made = scheme(
        Code("mandate", "Mandate"),
        Code("exit", "Exit", parent="mandate"),
        Code("exit_date", "Exit date", parent="exit"),
        Code("funding", "Funding"),
        sets=(CodeSet("agreed", "What was agreed", codes=("exit", "funding")),),
    )
    assert made.theme_frame()["code"].to_list() == ["exit", "exit_date", "funding"]
    assert made.path("exit_date") == ("mandate", "exit", "exit_date")
    assert made.code_frame()["depth"].to_list() == [0, 1, 2, 0]
    assert [code.id for code in made.children(None)] == ["mandate", "funding"]


def test_every_contradiction_is_told_at_once() -> None:
    with pytest.raises(CodebookProblem) as refused:
        scheme(
            Code("a", "A", parent="b"),
            Code("b", "B", parent="a"),
            Code("c", "", parent="nowhere"),
            Code("c", "C", colour="blue"),
            Code("none", "None", guid="12"),
            Code("two words", "Two"),
            sets=(CodeSet("t", "T", codes=("a", "z")),),
        )
    told = " ".join(refused.value.problems)
    for expected in ("Code c stands twice", "a lies below itself", "b lies below itself", "'nowhere'", "'blue'",
                     "'none'", "no guid", "'two words'", "c has no label", "'z'"):  # fmt: skip
        assert expected in told
    with pytest.raises(CodebookProblem, match="no code"):
        scheme()


def test_a_code_above_a_circle_is_not_blamed_for_it() -> None:
    with pytest.raises(CodebookProblem) as refused:
        scheme(Code("x", "X", parent="a"), Code("a", "A", parent="b"), Code("b", "B", parent="a"))
    assert [problem.split()[1] for problem in refused.value.problems] == ["a", "b"]


def test_the_shipped_scheme_has_four_themes_and_says_whose_they_are() -> None:
    assert "executive-heads-2006" in scheme_names()
    shipped = load_scheme("executive-heads-2006")
    assert len(shipped.sets) == 4
    assert "leadscape" in shipped.source
    assert "own" in shipped.title
    assert all(code.definition for code in shipped.codes)
    in_themes = set(shipped.theme_frame()["code"])
    assert in_themes == set(shipped.code_by_id)


def test_schemes_are_not_listed_among_codebooks() -> None:
    assert not any(name.startswith("scheme") for name in codebook_names())


@pytest.mark.parametrize("name", codebook_names())
def test_the_roles_of_a_codebook_are_a_scheme(name: str) -> None:
    book = load_codebook(name)
    made = scheme_of_roles(book)
    assert made.codable == tuple(role.id for role in book.roles)
    assert made.path(book.roles[0].id)[0] == f"origin.{book.roles[0].origin}"
    assert choose_scheme(name) == made


def test_a_file_is_read_whole_or_its_mistakes_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        """
[scheme]
id = "mine"
title = "Mine"
source = "me"
valid_from = 2006-09-01
[[code]]
id = "a"
label = "A"
definition = "About a."
examples = ["an a"]
[[set]]
id = "t"
label = "T"
definition = "All of it."
codes = ["a"]
""",
        encoding="utf-8",
    )
    read = read_scheme(path)
    assert (read.valid_from, read.code("a").examples, read.sets[0].codes) == ("2006-09-01", ("an a",), ("a",))
    path.write_text(
        """
[scheme]
id = "mine"
[[code]]
id = 3
label = "A"
defintion = "misspelt"
[other]
""",
        encoding="utf-8",
    )
    with pytest.raises(CodebookProblem) as refused:
        read_scheme(path)
    told = " ".join(refused.value.problems)
    for expected in ("'title'", "'definition'", "code[1].id must be text", "'defintion'", "'other'"):
        assert expected in told
    path.write_text("not toml =", encoding="utf-8")
    with pytest.raises(CodebookProblem, match="not valid TOML"):
        read_scheme(path)
    with pytest.raises(CodebookProblem, match="cannot be read"):
        read_scheme(tmp_path / "absent.toml")
    with pytest.raises(CodebookProblem, match="executive-heads-2006"):
        choose_scheme("nonesuch")


def test_an_unknown_code_is_told_with_the_known_ones() -> None:
    with pytest.raises(CodebookProblem, match=r"no code 'b'.*Use one of: a"):
        scheme(Code("a", "A")).code("b")
