"""Answers and the segments cut from them: positions that lead back to the words, permission as it was given."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.errors import TableProblem
from leadscape.core.tables import frame_of
from leadscape.survey.coding.segments import UNITS, cut_segments, segment_problems
from leadscape.survey.coding.sources import join_sources, read_sources, sources_of_forms
from leadscape.survey.coding.tables import Segments, Sources
from leadscape.survey.instruments.tables import Answers, Forms


def sources(*texts: str) -> pl.DataFrame:
    return frame_of(
        Sources,
        [{"source_id": f"a{n}", "text": text, "permission": "unknown"} for n, text in enumerate(texts, 1)],
    )


def test_sentences_are_cut_where_a_reader_would_cut_them() -> None:
    text = 'Mr. Smith rang, e.g. in May. I said yes! "Really?" she asked.\n  Then a line'
    cut = cut_segments(sources(text), "sentence")
    assert cut["text"].to_list() == [
        "Mr. Smith rang, e.g. in May.",
        "I said yes!",
        '"Really?"',
        "she asked.",
        "Then a line",
    ]
    assert cut.select("start", "end").row(0) == (0, 28)
    assert cut_segments(sources(text), "paragraph")["text"].to_list() == [
        text.split("\n")[0],
        "Then a line",
    ]
    assert cut_segments(sources(text))["text"].to_list() == [text]


@given(
    st.lists(
        st.text(alphabet=st.sampled_from("ab É🙂.!?\n\t'\" Mr"), min_size=1).filter(
            lambda text: text.strip() != ""
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(UNITS),
)
def test_a_segment_is_what_the_answer_says_at_its_place_and_no_word_is_lost(
    texts: list[str], unit: str
) -> None:
    answers = sources(*texts)
    cut = cut_segments(answers, unit)  # pyright: ignore[reportArgumentType]
    whole = dict(answers.select("source_id", "text").iter_rows())
    assert all(
        whole[row["source_id"]][row["start"] : row["end"]] == row["text"] for row in cut.iter_rows(named=True)
    )
    assert segment_problems(cut, answers).height == 0
    for source, text in whole.items():
        kept = "".join(cut.filter(pl.col("source_id") == source)["text"])
        assert "".join(kept.split()) == "".join(text.split())
    assert cut["segment_id"].is_unique().all()


def test_ids_do_not_depend_on_the_order_of_answers() -> None:
    one, other = sources("First.", "Second."), sources("First.", "Second.").reverse()
    assert set(cut_segments(one)["segment_id"]) == set(cut_segments(other)["segment_id"])


def test_a_segment_that_is_not_in_its_source_is_found() -> None:
    answers = sources("The exit was agreed.")
    moved = cut_segments(answers).with_columns(start=pl.col("start") + 1, end=pl.col("end") + 1)
    gone = cut_segments(answers).with_columns(source_id=pl.lit("other"), segment_id=pl.lit("g2"))
    found = segment_problems(Segments.validate(pl.concat([moved, gone])), answers)
    assert found.select("row", "rule").rows() == [
        (2, "The text is not what the source says at this place."),
        (3, "Names a source that is not there."),
    ]


def test_permission_is_read_as_it_was_given_and_blank_is_unknown(tmp_path: Path) -> None:
    # | respondent | text   | may quote        |
    path = tmp_path / "answers.csv"
    path.write_text(
        "Respondent,Answer,May quote\nh1,One,yes\nh2,Two,With a pseudonym\nh3,Three,no\nh4,Four,\nh5,,yes\n",
        encoding="utf-8",
    )
    read = read_sources(path)
    assert read.select("respondent_id", pl.col("permission").cast(pl.String)).rows() == [
        ("h1", "given"), ("h2", "with_pseudonym"), ("h3", "not_given"), ("h4", "unknown")]  # fmt: skip
    path.write_text("text,permission\nOne,perhaps\nTwo,yes\nTwo,yes\n", encoding="utf-8")
    with pytest.raises(TableProblem) as refused:
        read_sources(path)
    assert refused.value.problems.select("row", "value").rows() == [(2, "perhaps")]
    path.write_text("text,permission\nTwo,yes\nTwo,yes\n", encoding="utf-8")
    with pytest.raises(TableProblem, match="one row for each source_id"):
        read_sources(path)


def test_an_answer_that_was_cut_may_not_change_its_text() -> None:
    before = sources("As it was.")
    with pytest.raises(TableProblem, match="another text"):
        join_sources(before, before.with_columns(text=pl.lit("As it is.")))
    allowed = pl.lit("given").cast(before.schema["permission"])
    joined = join_sources(
        before, pl.concat([before.with_columns(permission=allowed), sources("x", "New.")[1:]])
    )
    assert joined.select("text", pl.col("permission").cast(pl.String)).rows() == [
        ("As it was.", "given"), ("New.", "unknown")]  # fmt: skip


def test_answers_of_forms_keep_their_dyad_and_the_permission_of_their_form() -> None:
    base = {"instrument": "executive-head", "version": 1, "status": "answered", "item": 0}
    answers = frame_of(
        Answers,
        [
            {
                **base,
                "file": "h1.xlsx",
                "respondent_id": "h1",
                "question": "capacity",
                "value": "Two deputies.",
            },
            {**base, "file": "h1.xlsx", "respondent_id": "h1", "question": "quote", "value": "yes"},
            {**base, "file": "h2.xlsx", "respondent_id": "h2", "question": "capacity", "value": "None."},
            {**base, "file": "h2.xlsx", "respondent_id": "h2", "question": "days_a_week", "value": "2"},
            {
                **base,
                "file": "h3.xlsx",
                "respondent_id": "h3",
                "question": "capacity",
                "status": "not_answered",
            },
        ],
    )
    form = {"instrument": "executive-head", "version": 1, "content_hash": "x", "language": "en", "answered": 1,
            "recognised_by": "headings", "certainty_share": 1.0, "consent": "given", "use": "used"}  # fmt: skip
    forms = frame_of(Forms, [{**form, "file": f"h{n}.xlsx", "dyad_id": f"d{n}"} for n in (1, 2, 3)])
    made = sources_of_forms(answers, forms, ["capacity"])
    assert made.select("respondent_id", "text", "dyad", pl.col("permission").cast(pl.String)).rows() == [
        ("h1", "Two deputies.", "d1", "given"), ("h2", "None.", "d2", "unknown")]  # fmt: skip
