"""Instruments as data: what a file must hold, what identifies it, what changed between two versions."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.codebooks import codebook_names
from leadscape.core.errors import CodebookProblem, NotComparable, NotFound
from leadscape.survey.instruments import (
    compare_instruments,
    instrument_names,
    instrument_source,
    instrument_versions,
    load_instrument,
)
from leadscape.survey.instruments.checking import instrument_problems
from leadscape.survey.instruments.eligibility import full_years, judge_eligibility
from leadscape.survey.instruments.library import content_hash
from leadscape.survey.instruments.words import ENGLISH_WORDS

SMALL = """
[instrument]
id = "small"
version = 1
codebook = "england-2006"
languages = ["en"]
source = "a test"
title = { en = "Small" }
introduction = { en = "Please answer." }
consent = { en = "Do you agree?" }
notice = { en = "You may object." }

[[section]]
id = "first"
title = { en = "First" }

[[section.question]]
id = "colour"
type = "single_choice"
wording = { en = "Which colour?" }
option = [{ id = "red", label = { en = "Red" } }, { id = "blue", label = { en = "Blue" } }]

[[section.question]]
id = "why"
type = "long_text"
wording = { en = "Why red?" }
ask_if = { question = "colour", is = ["red"] }
"""


def raw() -> dict[str, Any]:
    return tomllib.loads(SMALL)


def written(folder: Path, text: str, name: str = "small.toml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_three_instruments_are_shipped_and_none_of_them_is_a_codebook() -> None:
    assert instrument_names() == ("executive-head", "landscape-nomination", "validation")
    assert all(versions[-1] >= 1 for versions in instrument_versions().values())
    assert not [name for name in codebook_names() if "instrument" in name]


@pytest.mark.parametrize("name", instrument_names())
def test_what_is_shipped_is_sound_cites_its_source_and_asks_for_consent(name: str) -> None:
    loaded = load_instrument(name)
    assert instrument_problems(tomllib.loads(instrument_source(name))) == ()
    assert "HH2007" in loaded.source
    assert next(iter(loaded.questions)) == "consent"
    assert all(loaded.consent[language] and loaded.notice[language] for language in loaded.languages)


def test_the_executive_head_asks_both_parts_under_four_themes_and_only_the_head_for_the_post() -> None:
    loaded = load_instrument("executive-head")
    head, second = ({section.id for section in loaded.sections_for(part)} for part in ("head", "second"))
    themes = {"origin_and_mandate", "practice", "effect_on_both_schools", "capacity_and_renewal"}
    assert head & second == themes
    assert loaded.eligibility is not None
    assert (loaded.eligibility.question, loaded.eligibility.full_years) == ("took_up_post", 1)


def test_the_hash_is_of_what_is_asked_not_of_how_the_file_looks(tmp_path: Path) -> None:
    plain = load_instrument(written(tmp_path, SMALL))
    commented = load_instrument(written(tmp_path, "# a comment\n\n" + SMALL, "other.toml"))
    reworded = load_instrument(written(tmp_path, SMALL.replace("Why red?", "Why is it red?"), "new.toml"))
    assert plain.content_hash == commented.content_hash != reworded.content_hash


CHANGES: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda r: r["section"][0]["question"][0].update(type="colour"), "is of type 'colour'"),
    (lambda r: r["section"][0]["question"][0].pop("option"), "a choice without options"),
    (lambda r: r["section"][0]["question"][0].update(option=[]), "a choice without options"),
    (lambda r: r["section"][0]["question"][1].update(id="colour"), "question id 'colour' stands 2 times"),
    (lambda r: r["section"][0]["question"][1].update(id="consent"), "question id 'consent' stands 2 times"),
    (lambda r: r["section"][0]["question"][1]["ask_if"].update(question="shape"), "'shape', which does not exist"),
    (lambda r: r["section"][0]["question"].reverse(), "'colour', which comes later"),
    (lambda r: r["section"][0]["question"][1]["ask_if"].update({"is": ["green"]}), "'green' to 'colour'"),
    (lambda r: r["section"][0]["question"][1]["ask_if"].update({"is": []}), "'colour' without an answer"),
    (lambda r: r["instrument"].update(languages=["en", "xx"]), "has no wording in 'xx'"),
    (lambda r: r["instrument"].update(languages=["en", "xx"]), "[words.xx] lacks"),
    (lambda r: r["instrument"].pop("consent"), "lacks 'consent'"),
    (lambda r: r["instrument"].update(consent={"en": " "}), "consent has no wording in 'en'"),
    (lambda r: r["instrument"].update(version="one"), "must be a whole number"),
    (lambda r: r["section"][0]["question"][1].update(hepl={"en": "x"}), "has 'hepl', which is not understood"),
    (lambda r: r["section"][0]["question"][1].update(minimum=1), "has limits and is of type 'long_text'"),
    (lambda r: r["section"][0]["question"][1].update(type="rating"), "a rating without minimum and maximum"),
    (lambda r: r["section"][0].update(question=[]), "asks nothing"),
    (lambda r: r["section"][0].update(rows=0), "has 0 rows"),
    (lambda r: r["section"][0].update(parts=["head"]), "'head', which is not a part"),
    (lambda r: r["section"][0]["question"][0].update(options_from="roles"), "options of its own and takes others"),
    (lambda r: r["instrument"].update(nominations={"section": "first", "none": "colour"}), "no section with rows"),
    (lambda r: r["instrument"].update(eligibility={"question": "why", "full_years": 1}), "no question of type date"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "told"), CHANGES, ids=[told for _, told in CHANGES])
def test_every_contradiction_is_a_sentence(change: Callable[[dict[str, Any]], Any], told: str) -> None:
    broken = raw()
    assert instrument_problems(broken) == ()
    change(broken)
    assert [sentence for sentence in instrument_problems(broken) if told in sentence]


def test_all_contradictions_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace('"single_choice"', '"choise"').replace('question = "colour"', 'question = "shape"')
    with pytest.raises(CodebookProblem) as caught:
        load_instrument(written(tmp_path, text))
    assert len(caught.value.problems) == 2


def test_a_file_that_is_none_and_a_version_that_was_never_are_told(tmp_path: Path) -> None:
    with pytest.raises(CodebookProblem, match="not valid TOML"):
        load_instrument(written(tmp_path, "[instrument"))
    with pytest.raises(CodebookProblem, match="cannot be read"):
        load_instrument(str(tmp_path / "nowhere.toml"))
    with pytest.raises(NotFound, match="no version 99"):
        load_instrument("validation", 99)
    with pytest.raises(NotFound, match="Use one of executive-head"):
        load_instrument("census")


def test_a_second_language_needs_every_wording_and_every_word_of_the_form(tmp_path: Path) -> None:
    """The language is invented: every text is the English one turned round."""
    turned = raw()
    turned["instrument"]["languages"] = ["en", "xx"]
    for wording in (
        *(turned["instrument"][key] for key in ("title", "introduction", "consent", "notice")),
        turned["section"][0]["title"],
        *(question["wording"] for question in turned["section"][0]["question"]),
        *(option["label"] for option in turned["section"][0]["question"][0]["option"]),
    ):
        wording["xx"] = wording["en"][::-1]
    assert instrument_problems(turned)[0].startswith("[words.xx] lacks 'yes'")
    turned["words"] = {"xx": {key: f"x{word}" for key, word in ENGLISH_WORDS.items()}}
    assert instrument_problems(turned) == ()


def test_what_changed_between_versions_and_what_may_be_put_together(tmp_path: Path) -> None:
    old = load_instrument(written(tmp_path, SMALL))
    text = (
        SMALL.replace("version = 1", "version = 2")
        .replace("Which colour?", "Which colour do you like?")
        .replace('label = { en = "Blue" }', 'label = { en = "Dark blue" }')
        .replace('"long_text"', '"text"')
        + '\n[[section.question]]\nid = "when"\ntype = "date"\nwording = { en = "When?" }\n'
    )
    compared = compare_instruments(old, load_instrument(written(tmp_path, text, "new.toml")))
    rows = compared.changes.select("question", "change", "comparable").rows()
    assert rows == [
        ("when", "added", "no"),
        ("colour", "reworded", "check"),
        ("colour", "options_changed", "check"),
        ("why", "retyped", "yes"),
    ]
    assert (compared.questions("check"), compared.questions("no")) == (("colour",), ("when",))
    assert not compared.same


def test_another_type_is_another_question_and_a_version_is_itself(tmp_path: Path) -> None:
    old = load_instrument(written(tmp_path, SMALL))
    dated = load_instrument(written(tmp_path, SMALL.replace('"long_text"', '"date"'), "dated.toml"))
    assert compare_instruments(old, dated).questions("no") == ("why",)
    assert compare_instruments(old, old).same
    with pytest.raises(NotComparable, match="two instruments"):
        compare_instruments(old, load_instrument("validation"))


def test_the_hash_of_equal_content_is_equal() -> None:
    assert content_hash(raw()) == content_hash(raw())


@pytest.mark.parametrize(
    ("since", "on", "years"),
    [
        (date(2004, 9, 1), date(2005, 8, 31), 1),
        (date(2004, 9, 1), date(2005, 8, 30), 0),
        (date(2004, 9, 2), date(2006, 8, 30), 0),
        (date(2004, 9, 2), date(2006, 8, 31), 1),
        (date(2005, 1, 1), date(2006, 6, 30), 0),
        (date(2001, 1, 1), date(2006, 6, 30), 4),
        (date(2007, 1, 1), date(2006, 6, 30), 0),
    ],
)
def test_a_full_academic_year_lies_wholly_in_post(since: date, on: date, years: int) -> None:
    assert pl.DataFrame({"d": [since]}).select(full_years(pl.col("d"), on)).item() == years


@given(since=st.dates(date(1990, 1, 1), date(2010, 1, 1)), on=st.dates(date(1990, 1, 1), date(2012, 1, 1)))
def test_full_years_are_those_a_patient_clerk_counts(since: date, on: date) -> None:
    by_hand = sum(date(y, 9, 1) >= since and date(y + 1, 8, 31) <= on for y in range(1985, 2015))
    assert pl.DataFrame({"d": [since]}).select(full_years(pl.col("d"), on)).item() == by_hand


def test_a_second_respondent_follows_the_head_and_an_unknown_date_is_not_a_refusal() -> None:
    forms = pl.DataFrame(
        {
            "file": ["a", "b", "c", "d"],
            "respondent_id": ["h1", "s1", "h2", "s3"],
            "dyad_id": ["1", "1", "2", "3"],
            "part": ["head", "second", "head", "second"],
        }
    )
    in_post = pl.DataFrame({"file": ["a", "c"], "in_post_since": [date(2005, 9, 1), None]})
    judged = judge_eligibility(forms, in_post, 1, date(2006, 6, 30))
    assert judged.select("file", "verdict").rows() == [
        ("a", "not_eligible"),
        ("b", "not_eligible"),
        ("c", "unknown"),
        ("d", "unknown"),
    ]
    assert "In post since 2005-09-01: 0 full academic years on 2006-06-30; needed: 1." in judged["reason"][0]
    assert judge_eligibility(forms, in_post, 1, None)["verdict"].unique().to_list() == ["unknown"]


@pytest.mark.parametrize("key", ["section", "instrument"])
@pytest.mark.parametrize("wrong", ["words", {"a": {"id": "b"}}, ["words"], 7])
def test_what_stands_in_the_place_of_a_table_is_told_of(key: str, wrong: Any) -> None:
    broken = tomllib.loads(SMALL)
    broken[key] = wrong
    assert any(sentence.startswith((key, f"{key} ")) for sentence in instrument_problems(broken))
    broken = tomllib.loads(SMALL)
    broken["section"][0]["question"] = wrong
    assert any("question" in sentence for sentence in instrument_problems(broken))
