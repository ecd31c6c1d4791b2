"""Names taken apart, places read, postcodes split: what counts as the same and what tells two schools apart."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.codebooks import codebook_names
from leadscape.survey.linkage.details import phase_family, split_postcodes, surname
from leadscape.survey.linkage.grammar import load_grammar, take_apart
from leadscape.survey.linkage.ngrams import as_runs, count_runs
from leadscape.survey.linkage.places import know_places
from leadscape.survey.linkage.rarity import weigh_words

from tests.support.drawn import drawn
from tests.support.returns import schools


def canonical(*names: str) -> list[str]:
    return take_apart(pl.Series(list(names), dtype=pl.String)).canonical.to_list()


def core(*names: str) -> list[str]:
    return take_apart(pl.Series(list(names), dtype=pl.String)).core.to_list()


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "St. Mary's C.E. Primary School",
            "Saint Marys Church of England Prim. Sch",
            "ST MARY’S C OF E PRIMARY SCHOOL",
        ),
        ("Our Lady's RC JMI School", "Our Lady’s R.C. Junior Mixed & Infant Sch."),
        ("The Hill Top Jnr & Inf School", "Hill Top Junior and Infants' School", "Hill Top J & I School"),
        ("King Edward VI Grammar School", "King Edward the Sixth Gram. School"),
        ("Mt. Pleasant Comm. Primary", "Mount Pleasant Community Primary"),
        ("Ysgol Gynradd Bryn Coed", "School Primary Bryn Coed"),
        ("École Élémentaire Prévert", "Ecole Elementaire Prevert"),
        ("The J.U.B.E. Academy", "JUBE Academy"),
    ],
)
def test_spellings_of_one_name_agree(spellings):
    assert len(set(canonical(*spellings))) == 1 or len(set(core(*spellings))) == 1


def test_a_name_drawn_apart():
    table = """
        name                                | core          | types           | faiths
        St Anne's CofE (Aided) Infant School | anne         | infant          | ce
        High Green Primary School           | high green    | primary         | -
        Green High School                   | green         | secondary       | -
        Lower Halstow School                | lower halstow | -               | -
        Riverside Lower School              | riverside     | lower           | -
        All Saints' RC Primary              | allsaint      | primary         | catholic
        The Academy                         | academy       | -               | -
        Queen's Girls' Grammar School       | queen         | girls grammar   | -
    """
    rows = drawn(table)
    grammar = load_grammar()
    apart = take_apart(pl.Series([row["name"] for row in rows]))
    for number, row in enumerate(rows):
        bits = sum({grammar.type_bits[word] for word in (row["types"] or "").split()})
        faiths = sum({grammar.faith_bits[word] for word in (row["faiths"] or "").split()})
        assert (apart.core[number], apart.types[number], apart.faiths[number]) == (
            row["core"],
            bits,
            faiths,
        ), row


def test_a_misspelt_shared_word_is_repaired_and_a_word_of_the_register_is_not():
    written = pl.Series(["Chruch Hill Primray Schol", "Scholes Primary"])
    assert take_apart(written, {"hill", "schole"}).core.to_list() == ["hill", "schole"]
    assert take_apart(written).core.to_list()[0] != "hill", (
        "nothing is repaired without a register to know words by"
    )


def test_words_keep_their_order_and_stand_once():
    apart = take_apart(pl.Series(["Wyvil Park Wyvil School", None, ""]))
    words = [apart.words[place] for place in apart.word_ids[apart.starts[0] : apart.starts[1]]]
    assert words == ["wyvil", "park"]
    assert apart.core.to_list()[1:] == ["", ""]


@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_text_can_be_taken_apart(names):
    apart = take_apart(pl.Series(names, dtype=pl.String))
    assert apart.core.len() == len(names) == apart.types.size == apart.starts.size - 1


WORDS = (
    "st",
    "marys",
    "church",
    "hill",
    "jnr",
    "inf",
    "primary",
    "school",
    "academy",
    "of",
    "the",
    "rc",
    "ce",
)


@given(
    st.lists(
        st.sampled_from(
            [
                "st",
                "marys",
                "church",
                "hill",
                "jnr",
                "inf",
                "primary",
                "school",
                "academy",
                "of",
                "the",
                "rc",
                "ce",
            ]
        ),
        max_size=7,
    )
)
def test_capitals_stops_and_a_leading_the_change_nothing(words):
    name = " ".join(words)
    first, second = take_apart(pl.Series([name])), take_apart(pl.Series([f"The {name.upper()}."]))
    assert first.core.to_list() == second.core.to_list()
    assert (first.types == second.types).all()


def test_cosine_of_runs_equals_the_one_worked_out_by_hand():
    register = ["hill top", "hill view", "castle"]
    runs = count_runs(pl.Series(register))
    found = (as_runs(pl.Series(["hill"]), runs) @ runs.matrix.T).toarray()[0]

    def grams(text: str) -> set[str]:
        padded = [f" {word} " for word in text.split()]
        return {word[i : i + 3] for word in padded for i in range(len(word) - 2)}

    often = {gram: sum(gram in grams(name) for name in register) for name in register for gram in grams(name)}
    weight = {gram: np.log1p(len(register) / n) for gram, n in often.items()}

    def vector(text: str) -> dict[str, float]:
        raw = {gram: weight[gram] for gram in grams(text) if gram in weight}
        length = np.sqrt(sum(value**2 for value in raw.values()))
        return {gram: value / length for gram, value in raw.items()}

    expected = [
        sum(vector("hill")[g] * vector(name).get(g, 0.0) for g in vector("hill")) for name in register
    ]
    assert np.allclose(found, expected, atol=1e-6)


def test_a_common_saint_tells_little_in_a_small_register_too():
    mary, odd = weigh_words(["mary", "quixwell"], np.array([1, 1]), 5)
    assert mary < 5 < odd


REGISTER = schools(
    {
        "urn": "1",
        "name": "A",
        "authority_code": "867",
        "authority_name": "Bracknell Forest",
        "town": "Sandhurst",
    },
    {"urn": "2", "name": "B", "authority_code": "870", "authority_name": "Reading", "town": "Reading"},
    {
        "urn": "3",
        "name": "C",
        "authority_code": "822",
        "authority_name": "Bedford Borough",
        "town": "Bedford",
    },
    {"urn": "4", "name": "D", "authority_code": "840", "authority_name": "Durham", "district": "Easington"},
)


@pytest.mark.parametrize(
    ("code", "text", "authorities"),
    [
        ("867", None, {"867"}),
        (None, "Reading Borough Council", {"870"}),
        (None, "Readng", {"870"}),
        (None, "Sandhurst", {"867"}),
        (None, "Berkshire", {"867", "870"}),
        (None, "Diocese of Oxford", {"867", "870"}),
        (None, "Easington", {"840"}),
        ("820", None, {"822"}),
        (None, "Bedfordshire", {"822"}),
        ("999", None, set()),
        (None, "Timbuktu", set()),
        ("Durham", None, {"840"}),
    ],
)
def test_an_authority_in_other_words(code, text, authorities):
    places = know_places(REGISTER)
    read = places.read(pl.Series([code], dtype=pl.String), pl.Series([text], dtype=pl.String)).tocoo()
    assert {places.codes[place] for place in read.col} == authorities
    assert ((read.data > 0) & (read.data <= 1)).all()


def test_postcodes_in_parts():
    frame = pl.DataFrame({"p": ["se21 7LD", "SE21", "M1 1AA", "nonsense", None]}).select(
        split_postcodes(pl.col("p"))
    )
    assert frame.rows() == [
        ("SE", "SE21", "SE21 7", "SE217LD"),
        ("SE", "SE21", None, None),
        ("M", "M1", "M1 1", "M11AA"),
        (None, None, None, "NONSENSE"),
        (None, None, None, None),
    ]


def test_phases_and_surnames():
    phases = ["Primary", "Middle deemed secondary", "all_through", "Infant", "odd"]
    frame = pl.DataFrame(
        {"phase": phases, "head": ["Mrs A. Example", "EXAMPLE, Bob", "Zoë Okafor", None, "Quist"]}
    )
    told = frame.select(phase_family(pl.col("phase")).alias("p"), surname(pl.col("head")).alias("s"))
    assert told["p"].to_list() == ["primary", "secondary", "all_through", "primary", None]
    assert told["s"].to_list() == ["example", "example", "okafor", None, "quist"]


def test_the_data_of_linkage_is_no_codebook():
    assert not [name for name in codebook_names() if "linkage" in name or "grammar" in name]
