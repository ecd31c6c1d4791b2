"""Suggested codes and how near words are: reasons that can be checked, nothing that nobody said."""

from __future__ import annotations

from collections import Counter
from math import log, sqrt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from leadscape.survey.coding.nearness import nearest_rows, piece_weights
from leadscape.survey.coding.scheme import Code, CodeScheme
from leadscape.survey.coding.suggestions import suggest_codes

SCHEME = CodeScheme(
    "s", "S", "test", "2006",
    (
        Code("people", "People", is_codable=False),
        Code("renewal", "Renewal of leadership", parent="people", aliases=("succession",)),
        Code("capacity", "Capacity", parent="people", examples=("my deputies have grown",)),
        Code("funding", "Money for the role"),
    ),
)  # fmt: skip


def suggested(*texts: str, answered: list[tuple[str, str, str]] | None = None) -> dict[str, list[tuple]]:
    asked = pl.DataFrame({"text_id": list(texts), "text": list(texts)})
    coded = pl.DataFrame(answered, schema=["text", "code", "coder"], orient="row") if answered else None
    found = suggest_codes(asked, SCHEME, coded).with_columns(pl.col("method").cast(pl.String))
    return {
        text: found.filter(pl.col("text_id") == text).select("code", "method", "reason").rows()
        for text in texts
    }


def test_by_alias_then_same_words_then_nearest_each_with_its_reason() -> None:
    # already coded by Ann: "They paid for cover"         -> funding
    # already coded by Bob: "Succession is on our mind"   -> renewal
    coded = [("They paid for cover", "funding", "Ann"), ("Succession is on our mind", "renewal", "Bob")]
    found = suggested(
        "SUCCESSION",
        "they paid, for cover!",
        "They paid for the cover of both",
        "Rain all week",
        answered=coded,
    )
    assert found["SUCCESSION"][0] == ("renewal", "alias", "the alias of the code")
    assert found["they paid, for cover!"][0] == (
        "funding", "same_words", "same words as an answer coded funding by Ann")  # fmt: skip
    code, method, reason = found["They paid for the cover of both"][0]
    assert (code, method) == ("funding", "nearest")
    assert reason.startswith("nearest coded answer: They paid for cover (Ann), nearness ")
    assert found["Rain all week"] == []


def test_of_two_codes_for_the_same_words_the_more_frequent_comes_first() -> None:
    coded = [("time", "capacity", "Ann"), ("Time", "funding", "Ann"), ("time", "funding", "Bob")]
    assert [code for code, *_ in suggested("time", answered=coded)["time"]] == ["funding", "capacity"]
    assert "by Ann and Bob" in suggested("time", answered=coded)["time"][0][2]


def test_headings_none_and_unknown_codes_are_never_suggested() -> None:
    coded = [("time", "none", "Ann"), ("time", "people", "Ann"), ("time", "old_code", "Ann")]
    assert suggested("time", answered=coded) == {"time": []}
    assert all(code != "people" for code, *_ in suggested("people")["people"])


def test_nothing_asked_nothing_coded() -> None:
    assert suggest_codes(pl.DataFrame(schema={"text_id": pl.String, "text": pl.String}), SCHEME).height == 0
    assert suggested("") == {"": []}


def brute_weights(text: str, corpus: list[str]) -> dict[str, float]:
    """tf-idf over three characters as its formula says, one piece at a time."""

    def pieces(words: str) -> Counter[str]:
        padded = f"  {words}  " if words else ""
        return Counter(padded[at : at + 3] for at in range(len(padded) - 2))

    spread = Counter(piece for words in corpus for piece in pieces(words))
    having = {piece: sum(piece in pieces(words) for words in corpus) for piece in spread}
    weight = {
        piece: (1 + log(times)) * (1 + log((1 + len(corpus)) / (1 + having.get(piece, 0))))
        for piece, times in pieces(text).items()
    }
    length = sqrt(sum(value**2 for value in weight.values()))
    return {piece: value / length for piece, value in weight.items()}


WORDS = st.text(st.sampled_from("abc é"), max_size=12).map(lambda text: " ".join(text.split()))


@given(st.lists(WORDS, min_size=1, max_size=4), st.lists(WORDS, min_size=1, max_size=5))
def test_cosines_are_those_of_the_formula(texts: list[str], corpus: list[str]) -> None:
    asked, known = piece_weights(pl.Series(texts), pl.Series(corpus))
    cosine = (asked @ known.T).toarray()
    for row, text in enumerate(texts):
        for column, other in enumerate(corpus):
            one, two = brute_weights(text, corpus), brute_weights(other, corpus)
            expected = sum(weight * two.get(piece, 0.0) for piece, weight in one.items())
            assert cosine[row, column] == pytest.approx(expected, abs=1e-12)


def test_nearness_is_the_mean_of_cosine_and_shared_words_best_first() -> None:
    texts = pl.Series(["two days a week", "nothing alike", ""])
    corpus = pl.Series(["a week of two days", "days of rest", "two days a week"])
    rows, near = nearest_rows(texts, corpus, 3)
    assert rows[0].tolist() == [2, 0, 1]
    assert near[0, 0] == pytest.approx(100)
    asked, known = piece_weights(texts, corpus)
    cosine = (asked @ known.T).toarray()
    expected = (100 * cosine[0, 0] + fuzz.token_set_ratio("two days a week", "a week of two days")) / 2
    assert near[0, 1] == pytest.approx(expected)
    assert (np.diff(near, axis=1) <= 0).all()
    assert nearest_rows(texts, pl.Series([], dtype=pl.String), 3)[0].shape == (3, 0)
