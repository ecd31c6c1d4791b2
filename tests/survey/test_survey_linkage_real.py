"""Linkage on real lists with the number hidden, and on messy names from a real register."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from leadscape.register.reading import read_register_file
from leadscape.survey.linkage import link_schools, prepare_register

pytestmark = pytest.mark.real
BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def bench(real_data, monkeypatch):
    """The folder of real data, with the benchmarks where they can be imported."""
    monkeypatch.syspath_prepend(str(BENCH))
    return real_data


def test_teaching_schools_of_2018_by_name_and_authority(bench):
    import linkage_real

    found = linkage_real.teaching_schools().outcomes()
    assert sum(found.values()) == 808
    assert found["accepted_right"] >= 750
    accepted = sum(n for name, n in found.items() if name.startswith("accepted"))
    assert found["accepted_wrong"] <= 0.005 * accepted
    assert found["accepted_successor"] <= 9, "numbers of the list that had closed by its date"


def test_lead_schools_of_2023_by_name_town_and_postcode(bench):
    import linkage_real

    found = linkage_real.lead_schools().outcomes()
    assert sum(found.values()) == 739
    assert found["accepted_right"] >= 170
    accepted = sum(n for name, n in found.items() if name.startswith("accepted"))
    assert found["accepted_wrong"] <= 0.005 * accepted
    assert found["not_in_register"] >= 300, "most entries name a partnership"


def test_messy_names_of_a_register_never_looked_at_in_fitting(bench):
    import linkage_corpus

    spine = read_register_file(bench / "register" / "spine_2017-2018.xlsx").frame
    corpus = linkage_corpus.draw_corpus(spine, 31_415, 2_000)
    links = link_schools(corpus.mentions, prepare_register(corpus.register, link_closed=True)).links
    judged = links.join(corpus.truth, on="mention_id", suffix="_true")
    accepted = judged.filter(pl.col("outcome") == "accepted")
    right = int((accepted["urn"] == accepted["urn_true"]).fill_null(value=False).sum())
    assert right / accepted.height >= 0.99
    assert right / judged["urn_true"].is_not_null().sum() >= 0.8
