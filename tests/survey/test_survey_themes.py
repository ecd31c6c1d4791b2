"""Themes: counts of what was read, quotes of those who allowed it, names taken out."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.tables import frame_of
from leadscape.survey.coding.history import add_decisions, no_codings, settle_segments
from leadscape.survey.coding.quotes import pick_quotes, redact_names
from leadscape.survey.coding.scheme import Code, CodeScheme, CodeSet
from leadscape.survey.coding.segments import cut_segments
from leadscape.survey.coding.tables import Sources
from leadscape.survey.coding.theme_files import write_theme_files
from leadscape.survey.coding.themes import (
    Coded,
    count_by_source,
    count_together,
    gather_coded,
    summarise_themes,
)

from tests.support.drawn import drawn

SCHEME = CodeScheme(
    "s", "S", "test", "2006",
    (
        Code("mandate", "Mandate", is_codable=False),
        Code("exit", "Exit", parent="mandate"),
        Code("terms", "Terms", parent="mandate"),
        Code("funding", "Money"),
        Code("weather", "Weather"),
    ),
    (CodeSet("agreed", "What was agreed", codes=("mandate",)), CodeSet("means", "Means", codes=("funding", "terms"))),
)  # fmt: skip


def study(text: str) -> tuple[Coded, pl.DataFrame, pl.DataFrame]:
    """Answers drawn as ``who | says | coded`` with one segment each; a blank code is not decided."""
    rows = drawn(text)
    sources = frame_of(
        Sources,
        [
            {
                "source_id": f"a{n}", "text": row["says"], "respondent_id": row["who"],
                "pseudonym": row.get("called"), "permission": row.get("quote") or "unknown",
            }
            for n, row in enumerate(rows, 1)
        ],
    )  # fmt: skip
    segments = cut_segments(sources)
    coded = [row["coded"].split("+") if row["coded"] else None for row in rows]
    said = segments.select(
        "segment_id", coder=pl.lit("Ann"), coded_on=pl.lit(date(2006, 10, 1)), round=pl.lit(1, pl.Int64),
        memo=pl.lit(None, pl.String), codes=pl.Series(coded, dtype=pl.List(pl.String)),
    ).drop_nulls("codes")  # fmt: skip
    settled = settle_segments(add_decisions(no_codings(), said, "coding"))
    return gather_coded(settled, segments, sources, SCHEME), segments, sources


DRAWN = """who | says        | coded
           h1  | Exit agreed.  | exit+funding
           h1  | Money short.  | funding
           h2  | No end date.  | exit
           h3  | Sunny.        | none
           h4  | Not read yet. | -"""


def test_themes_count_respondents_and_not_answers_and_say_when_they_are_few() -> None:
    coded, _, _ = study(DRAWN)
    table = summarise_themes(coded, SCHEME)
    themes = table.filter(pl.col("code").is_null())
    assert themes.select("theme", "respondents", "of_respondents", "sources", "segments", "codes").rows() == [
        ("agreed", 2, 3, 2, 2, 1),
        ("means", 1, 3, 2, 2, 1),
    ]
    assert themes["is_small"].all()
    assert themes["note"][0].startswith("from fewer than 5 respondents")
    outside = table.filter(pl.col("theme").is_null())
    assert outside.select("code", "respondents", "note").rows() == [
        ("weather", 0, "in no answer that was read")
    ]
    assert (coded.segments, coded.decided, coded.disputed, coded.unread) == (5, 4, 0, 1)


def test_five_respondents_are_not_few() -> None:
    rows = "\n".join(f"h{n} | Exit in year {n}. | exit" for n in range(5))
    coded, _, _ = study("who | says | coded\n" + rows)
    first = summarise_themes(coded, SCHEME).row(0, named=True)
    assert (first["respondents"], first["is_small"], first["note"]) == (5, False, None)


def test_an_answer_that_was_read_has_true_zeros_and_one_that_was_not_has_no_row() -> None:
    coded, segments, sources = study(DRAWN)
    matrix = count_by_source(coded, segments, sources, SCHEME)
    shown = matrix.pivot("code", index="source_id", values="segments")
    assert shown.rows() == [("a1", 1, 0, 1, 0), ("a2", 0, 0, 1, 0), ("a3", 1, 0, 0, 0), ("a4", 0, 0, 0, 0)]
    assert "a5" not in matrix["source_id"]
    assert matrix["segments"].sum() == coded.marks.filter(pl.col("code") != "none").height


def test_codes_on_one_segment_stand_together_once() -> None:
    coded, _, _ = study(DRAWN)
    assert count_together(coded).rows() == [("exit", "funding", 1, 1, 2, 2)]


def test_codes_that_the_scheme_lost_are_told_and_not_counted() -> None:
    coded, _, _ = study("who | says | coded\n h1 | Old. | gone+exit")
    assert coded.outdated == ("gone",)
    assert coded.marks["code"].to_list() == ["exit"]


def test_only_words_whose_speaker_allowed_it_are_shown_and_never_under_a_name() -> None:
    coded, segments, sources = study(
        """who | says                      | coded   | quote          | called
           h1  | Jane Okafor paid.         | funding | given          | -
           h2  | Mrs Okafor did not.       | funding | with_pseudonym | Head B
           h3  | I would not say.          | funding | with_pseudonym | -
           h4  | Do not quote me.          | funding | not_given      | Head D
           h5  | Nobody asked me.          | funding | unknown        | Head E
           h6  | Sunny in Leeds.           | none    | given          | Head F"""
    )
    picked = pick_quotes(coded, segments, sources, SCHEME, ("Mrs Jane Okafor",))
    assert picked.quotes.select("said_by", "quote", "names_removed").rows() == [
        ("Head B", "[name] did not.", 1),
        ("a respondent", "[name] paid.", 1),
    ]
    funding = picked.counts.row(by_predicate=pl.col("code") == "funding", named=True)
    assert funding == {"code": "funding", "segments": 5, "shown": 2, "no_permission": 2, "no_pseudonym": 1}
    for secret in ("Okafor", "h1", "h2", "Do not quote"):
        assert secret not in str(picked.quotes.to_dicts())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I met JANE OKAFOR there", "I met [name] there"),
        ("jane  okafor rang", "[name] rang"),
        ("Dr. Okafor's school", "[name]'s school"),
        ("Jane and OKAFOR", "[name] and [name]"),
        ("Zoe, or Zoë, O'Neill-Young", "[name], or [name], [name]"),
        ("Janet stays, as do okaforite stones", "Janet stays, as do okaforite stones"),
        ("an old man", "an old man"),
    ],
)
def test_names_are_taken_out_whole_in_part_and_without_accents(text: str, left: str) -> None:
    names = ("Jane Okafor", "Dr Zoë O'Neill-Young")
    assert redact_names(pl.Series([text]), names)["quote"].to_list() == [left]


NAME = st.builds(
    "{}{}{}".format,
    st.sampled_from("ABCDEFÉ"),
    st.text(st.sampled_from("abcdefé(*+.-'"), max_size=4),
    st.sampled_from("abcdefé"),
)


@settings(max_examples=40)
@given(st.lists(NAME, min_size=1, max_size=3), st.lists(NAME, min_size=1, max_size=3))
def test_no_listed_name_is_left_as_a_word_of_the_text(names: list[str], others: list[str]) -> None:
    text = " und ".join([*names, *others])
    left = redact_names(pl.Series([text]), tuple(names))["quote"][0]
    assert not set(left.split()) & set(names)


def test_tables_of_an_earlier_run_do_not_stay(tmp_path) -> None:
    coded, segments, sources = study(DRAWN)
    quotes = pick_quotes(coded, segments, sources, SCHEME, ())
    themes = {"themes": summarise_themes(coded, SCHEME)}
    write_theme_files({**themes, "quotes": quotes.quotes, "quote_counts": quotes.counts}, tmp_path)
    assert (tmp_path / "quotes.csv").is_file()
    paths = write_theme_files(themes, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["themes.csv", "themes.xlsx"]
    assert {path.name for path in paths} == {"themes.csv", "themes.xlsx"}
