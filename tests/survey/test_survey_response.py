"""Who was asked, who answered, how sure: contacts, rates, schools, dyads, evenness."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.errors import TableProblem
from leadscape.core.tables import frame_of
from leadscape.landscape.intervals import exact_interval
from leadscape.survey import count_response, read_respondents
from leadscape.survey.response import (
    count_dyads,
    cover_schools,
    measure_representativity,
    pair_dyads,
    rate_response,
    read_contacts,
)
from leadscape.survey.response.shares import share_columns
from leadscape.survey.response.tables import STATUSES, Contacts

from tests.support.drawn import drawn, schools_of

FRAME = (
    "respondent_id,respondent_name,kind,authority_code,region,response,channel,asked_on,answered_on,reminders\n"
    "301,Northshire,authority,301,North,yes,email,2006-03-01,2006-04-01,1\n"
    "302,Southshire,authority,302,South,none,E-mail,01/03/2006,2006-04-10,0\n"
    "303,Westshire,authority,303,South,,post,2006-03-01,,2\n"
    "304,Eastshire,authority,304,North,yes,letter,2006-03-01,2006-07-02,3\n"
    "305,Midshire,authority,305,North,refused,phone,2006-03-01,,0\n"
    "306,Highshire,authority,306,North,undeliverable,post,2006-03-01,,\n"
    "307,Lowshire,authority,307,,,,2006-03-01,,0\n"
    "308,Farshire,authority,308,South,withdrawn,email,2006-03-01,,\n"
    "ag,An agency,agency,,,yes,email,2006-03-01,2006-03-20,0\n"
)


def frame(folder: Path, text: str = FRAME) -> Path:
    path = folder / "frame.csv"
    path.write_text(text, encoding="utf-8")
    return path


def contacts(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    """Respondents from rows with ``status`` and what matters."""
    return frame_of(
        Contacts,
        [
            {"respondent_id": str(n), "respondent_name": f"R{n}", "kind": "authority", **row}
            for n, row in enumerate(rows, 1)
        ],
    )


def test_what_became_of_everybody_before_and_after_closing(tmp_path: Path) -> None:
    path = frame(tmp_path)
    open_now, closed = (
        dict(
            read_contacts(path, closing).select("respondent_id", pl.col("status").cast(pl.String)).iter_rows()
        )
        for closing in (None, date(2006, 6, 30))
    )
    assert open_now == {
        "301": "answered", "302": "answered_none", "303": "reminded", "304": "answered", "305": "refused",
        "306": "undeliverable", "307": "asked", "308": "withdrawn", "ag": "answered",
    }  # fmt: skip
    assert {who: word for who, word in closed.items() if open_now[who] != word} == {
        "303": "silent", "304": "late", "307": "silent"}  # fmt: skip
    assert read_contacts(path)["channel"].cast(pl.String).to_list()[:5] == [
        "email", "email", "post", "post", "telephone"]  # fmt: skip


def test_a_frame_with_contact_columns_is_a_frame_still(tmp_path: Path) -> None:
    text = FRAME.replace("withdrawn", "")
    asked = read_respondents(frame(tmp_path, text))
    assert asked["response"].cast(pl.String).to_list() == [
        "answered", "answered_none", "silent", "answered", "silent", "silent", "silent", "silent", "answered",
    ]  # fmt: skip
    with pytest.raises(TableProblem, match="withdrawn"):
        read_respondents(frame(tmp_path))


def test_late_is_an_answer_and_known_without_a_date(tmp_path: Path) -> None:
    head, north, south, *_ = FRAME.splitlines()
    lines = (head, north.replace(",yes,", ",late,"), south.replace(",none,", ",late none,"))
    path = frame(tmp_path, "\n".join(lines) + "\n")
    answers = dict(read_respondents(path).select("respondent_id", "response").cast(pl.String).iter_rows())
    assert answers == {"301": "answered", "302": "answered_none"}
    states = dict(read_contacts(path).select("respondent_id", "status").cast(pl.String).iter_rows())
    assert states == {"301": "late", "302": "late"}


def test_everything_wrong_in_a_frame_is_told_at_once(tmp_path: Path) -> None:
    head, *_ = FRAME.splitlines()
    lines = [
        "1,A,council,,,perhaps,pigeon,soon,,twice",
        "2,B,authority,2,,yes,email,2006-03-01,2006-02-01,0",
        "3,C,authority,3,,,email,2006-03-01,2006-04-01,0",
    ]
    with pytest.raises(TableProblem) as caught:
        read_contacts(frame(tmp_path, "\n".join([head, *lines])))
    assert set(caught.value.problems.select("row", "column").iter_rows()) == {
        (2, "kind"), (2, "response"), (2, "channel"), (2, "asked_on"), (2, "reminders"),
        (3, "answered_on"), (4, "answered_on"),
    }  # fmt: skip


def test_rates_by_kind_region_and_channel(tmp_path: Path) -> None:
    rates = rate_response(read_contacts(frame(tmp_path), date(2006, 6, 30)))
    whole = rates.row(0, named=True)
    assert [whole[name] for name in ("asked", "answered", "answered_none", "late", "refused", "undeliverable",
                                     "withdrawn", "silent")] == [9, 2, 1, 1, 1, 1, 1, 2]  # fmt: skip
    assert (whole["response_share"], whole["with_late_share"]) == (3 / 9, 4 / 9)
    assert (whole["low_share"], whole["high_share"]) == pytest.approx(exact_interval(3, 9), abs=1e-12)
    by_region = dict(rates.filter(cut="region").select("group", "asked").iter_rows())
    assert by_region == {"North": 4, "South": 3, "not stated": 2}


@given(st.lists(st.tuples(st.sampled_from(STATUSES), st.sampled_from(["North", "South", None])), min_size=1))
def test_every_respondent_is_in_one_column_of_every_cut(drawn_rows: list[tuple[str, str | None]]) -> None:
    rates = rate_response(contacts([{"status": status, "region": region} for status, region in drawn_rows]))
    parts = ("answered", "answered_none", "late", "refused", "undeliverable", "withdrawn", "silent")
    assert (rates["asked"] == rates.select(pl.sum_horizontal(parts)).to_series()).all()
    totals = rates.group_by("cut").agg(pl.col("asked").sum())["asked"].unique().to_list()
    assert totals == [len(drawn_rows)]


def test_shares_of_columns_are_exact_and_nothing_of_nothing_is_unknown() -> None:
    pairs = pl.DataFrame({"k": [0, 1, 5, 9, 0], "n": [9, 9, 9, 9, 0]})
    shares = pairs.select(share_columns("k", "n", ("share", "low", "high")))
    expected = [exact_interval(k, 9) for k in (0, 1, 5, 9)]
    assert np.allclose(shares["low"][:4], [low for low, _ in expected], atol=1e-12)
    assert np.allclose(shares["high"][:4], [high for _, high in expected], atol=1e-12)
    assert shares.row(4) == (None, None, None)


def test_schools_somebody_answered_for() -> None:
    register = schools_of(
        drawn(
            """
            authority | schools | region
            301       | 6       | North
            302       | 3       | North
            303       | 1       | South
            """
        )
    )
    asked = contacts(
        [
            {"authority_code": "301", "status": "answered_none"},
            {"authority_code": "302", "status": "refused"},
            {"kind": "agency", "status": "answered"},
        ]
    )
    columns = (
        "region",
        "schools",
        "schools_covered",
        "schools_silent",
        "schools_not_asked",
        "coverage_share",
    )
    assert cover_schools(asked, register).select(columns).rows() == [
        ("all", 10, 6, 3, 1, 0.6),
        ("North", 9, 6, 3, 0, 6 / 9),
        ("South", 1, 0, 0, 1, 0.0),
    ]


def heads(answered_heads: int, answered_seconds: int, dyads: int) -> pl.DataFrame:
    return contacts(
        [
            {
                "kind": part,
                "part": part,
                "dyad_id": f"D{n}",
                "status": "answered" if n < limit else "silent",
            }
            for part, limit in (("head", answered_heads), ("second", answered_seconds))
            for n in range(dyads)
        ]
    )


def test_eighteen_responses_of_fourteen_heads_are_four_complete_dyads() -> None:
    """HH2007: 14 executive heads, 18 responses; read as 14 heads and 4 second respondents."""
    counts = count_dyads(pair_dyads(heads(14, 4, 14))).row(0, named=True)
    assert [counts[name] for name in ("expected", "complete", "head_only", "second_only", "neither")] == [
        14, 4, 10, 0, 0]  # fmt: skip
    assert counts["responses"] == 18
    assert (counts["low_share"], counts["high_share"]) == pytest.approx(exact_interval(4, 14), abs=1e-12)


def test_a_dyad_with_one_part_in_the_frame_says_that_the_other_was_not_asked(tmp_path: Path) -> None:
    text = (
        "respondent_id,respondent_name,kind,response,dyad_id\n"
        "h1,A head,head,yes,D1\ns1,A deputy,second,,D1\nh2,A head,head,,D2\ns3,A deputy,second,late,D3\n"
    )
    dyads = pair_dyads(read_contacts(frame(tmp_path, text)))
    assert dyads.rows() == [
        ("D1", "answered", "silent", "head_only"),
        ("D2", "silent", "not_asked", "neither"),
        ("D3", "not_asked", "late", "second_only"),
    ]
    with pytest.raises(TableProblem, match="one head and one second"):
        read_contacts(frame(tmp_path, text.replace("s1,A deputy,second", "s1,A deputy,head")))


def test_an_even_response_is_1_and_an_uneven_one_is_found() -> None:
    """Planted: one region answers with 0.9, the other with 0.3, 400 asked in each; S = 0.3, R = 0.4."""
    even, uneven = (
        measure_representativity(
            contacts(
                [
                    {"region": region, "status": "answered" if n < 400 * share else "silent"}
                    for region, share in zip(("North", "South"), shares, strict=True)
                    for n in range(400)
                ]
            )
        ).row(by_predicate=pl.col("cut") == "region", named=True)
        for shares in ((0.6, 0.6), (0.9, 0.3))
    )
    assert even["r_indicator"] == 1.0
    assert uneven["plain_r_indicator"] == pytest.approx(0.4)
    assert uneven["low"] < uneven["r_indicator"] == pytest.approx(0.4, abs=0.01)
    assert uneven["high"] < 0.5
    assert (uneven["lowest_group"], uneven["lowest_share"]) == ("South", 0.3)


def test_chance_alone_is_taken_off() -> None:
    """Planted: 30 groups of 5 whose members all answer with 0.5. Without the correction R would look uneven."""
    stream = np.random.default_rng(2006)
    found = [
        measure_representativity(
            contacts(
                [
                    {"region": f"R{n % 30}", "status": "answered" if stream.random() < 0.5 else "silent"}
                    for n in range(150)
                ]
            )
        ).row(by_predicate=pl.col("cut") == "region", named=True)
        for _ in range(20)
    ]
    assert np.mean([row["plain_r_indicator"] for row in found]) < 0.7
    assert np.mean([row["r_indicator"] for row in found]) > 0.8


def test_forms_that_say_none_are_answers_and_contradictions_are_told(tmp_path: Path) -> None:
    asked = read_respondents(
        frame(
            tmp_path,
            "respondent_id,respondent_name,kind\n301,A,authority\n302,B,authority\n303,C,authority\n",
        )
    )
    nobody = pl.DataFrame({"respondent_id": []}, schema={"respondent_id": pl.String})
    nulls = pl.DataFrame({"file": ["301.xlsx"], "respondent_id": ["301"]})
    counted = count_response(asked, nobody, "frame.csv", nulls)
    assert counted["response"].cast(pl.String).to_list() == ["answered_none", "silent", "silent"]
    wrong = pl.DataFrame({"file": ["a", "b"], "respondent_id": ["302", "999"]})
    named = pl.DataFrame({"respondent_id": ["302"]})
    with pytest.raises(TableProblem) as caught:
        count_response(asked, named, "frame.csv", wrong)
    assert caught.value.problems["value"].to_list() == ["302", "999"]
