"""Agreement on which characters of a text a code belongs to: the whole text counts, marked or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import NotIdentified, TableProblem
from leadscape.core.tables import frame_of
from leadscape.survey.agreement import Draws, cohen_kappa, count_characters, krippendorff_alpha, measure_spans
from leadscape.survey.agreement.spans import cross_characters
from leadscape.survey.agreement.tables import Spans, TextsRead

from tests.support.drawn import drawn

DRAWS = Draws(seed=2006, replications=400)


def spans(text: str) -> pl.DataFrame:
    return frame_of(
        Spans, [{**row, "start": int(row["start"]), "end": int(row["end"])} for row in drawn(text)]
    )


def read(lengths: dict[str, int], coders: str = "AB") -> pl.DataFrame:
    return frame_of(
        TextsRead,
        [{"text": text, "coder": coder, "characters": n} for text, n in lengths.items() for coder in coders],
    )


def test_two_coders_who_mark_nearly_everything_agree_by_chance():
    table = cross_characters([(0, 90)], [(9, 99)], 100)
    assert table.tolist() == [[1, 9], [9, 81]]
    assert cohen_kappa(table) == 0


def test_character_tables_of_two_answers():
    marked = spans(
        """
        text | coder | code    | start | end
        t1   | A     | mandate | 0     | 10
        t1   | A     | mandate | 5     | 12
        t1   | B     | mandate | 8     | 20
        t2   | B     | exit    | 0     | 5
        """
    )
    tables = count_characters(marked, read({"t1": 30, "t2": 5}))
    cells = {(row["code"], row["text"]): row for row in tables.iter_rows(named=True)}
    counted = [cells["mandate", "t1"][name] for name in ("both", "first_only", "second_only", "neither")]
    # A marks 0-12 (twice in part), B 8-20: both 8-12.
    assert counted == [4, 8, 8, 10]
    assert cells["exit", "t2"]["second_only"] == 5
    assert cells["mandate", "t2"]["neither"] == 5
    assert (
        tables.select(pl.sum_horizontal("both", "first_only", "second_only", "neither").sum()).item()
        == 2 * 35
    )


@st.composite
def marked_texts(draw: Any) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, np.ndarray]]:
    lengths = {f"t{n}": draw(st.integers(1, 12)) for n in range(draw(st.integers(2, 3)))}
    inside: dict[str, np.ndarray] = {}
    rows = []
    for text, length in lengths.items():
        inside[text] = np.zeros((length, 3), dtype=bool)
        for number, coder in enumerate("ABC"):
            for _ in range(draw(st.integers(0, 3))):
                start = draw(st.integers(0, length - 1))
                end = draw(st.integers(start + 1, length))
                rows.append({"text": text, "coder": coder, "code": "c", "start": start, "end": end})
                inside[text][start:end, number] = True
    return frame_of(Spans, rows), read(lengths, "ABC"), inside


@settings(max_examples=60)
@given(marked_texts())
def test_stretches_count_what_single_characters_would(world):
    marked, texts, inside = world
    tables = count_characters(marked, texts, codes=["c"])
    for row in tables.iter_rows(named=True):
        one, other = (inside[row["text"]][:, "ABC".index(row[name])] for name in ("coder", "other_coder"))
        assert row["both"] == (one & other).sum()
        assert row["first_only"] == (one & ~other).sum()
        assert row["second_only"] == (~one & other).sum()
        assert row["neither"] == (~one & ~other).sum()
    whole = np.concatenate(list(inside.values())).astype(float)
    if 0 < whole.sum() < whole.size:
        found = measure_spans(marked, texts, codes=["c"], draws=Draws(1, 100)).coefficients
        row = found.row(by_predicate=pl.col("coefficient") == "krippendorff_alpha", named=True)
        if row["value"] is not None:
            assert row["value"] == pytest.approx(krippendorff_alpha(whole), abs=1e-9)


def test_texts_are_drawn_again_not_characters():
    marked = spans(
        """
        text | coder | code | start | end
        t1   | A     | c    | 0     | 400
        t1   | B     | c    | 0     | 400
        t2   | A     | c    | 0     | 400
        t3   | B     | c    | 0     | 400
        t4   | A     | c    | 100   | 200
        t4   | B     | c    | 100   | 200
        """
    )
    lengths = {f"t{n}": 500 for n in range(1, 5)}
    found = measure_spans(marked, read(lengths), codes=["c", "never"], draws=DRAWS)
    kappa = found.coefficients.row(
        by_predicate=(pl.col("coefficient") == "cohen_kappa") & (pl.col("code") == "c"), named=True
    )
    # Four texts say little, although they hold 2,000 characters.
    assert kappa["high"] - kappa["low"] > 0.5
    assert (kappa["texts"], kappa["characters"]) == (4, 2000)
    never = found.coefficients.filter(pl.col("code") == "never")
    assert never["value"].null_count() == never.height
    assert never["reason"].unique().to_list() == ["Nobody gave this code."]


def test_one_text_is_no_sample():
    marked = spans("text | coder | code | start | end\nt1 | A | c | 0 | 5\nt1 | B | c | 0 | 4")
    with pytest.raises(NotIdentified, match="paragraphs"):
        measure_spans(marked, read({"t1": 9}), draws=DRAWS)
    alone = frame_of(
        TextsRead, [{"text": t, "coder": c, "characters": 9} for t, c in (("t1", "A"), ("t2", "B"))]
    )
    with pytest.raises(NotIdentified, match="two coders"):
        measure_spans(marked.clear(), alone, codes=["c"], draws=DRAWS)


def test_every_stretch_outside_its_text_is_listed():
    marked = spans(
        """
        text | coder | code | start | end
        t1   | A     | c    | 0     | 99
        t1   | C     | c    | 0     | 3
        t9   | A     | c    | 0     | 3
        """
    )
    with pytest.raises(TableProblem) as told:
        count_characters(marked, read({"t1": 9}))
    assert told.value.problems.height == 3
    two = frame_of(TextsRead, [{"text": "t1", "coder": c, "characters": n} for c, n in (("A", 9), ("B", 8))])
    with pytest.raises(TableProblem, match="one length"):
        count_characters(marked.clear(), two)
