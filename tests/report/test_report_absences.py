"""What is not on the page says why, and says what is so."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from leadscape.core.missing import Status
from leadscape.report.absences import absences
from leadscape.report.contents import PointsShown
from leadscape.report.page import render_page
from leadscape.report.sentences import known_totals, no_band_bar, no_phase_bar, not_on_the_map
from leadscape.report.summary import not_known
from leadscape.report.terminal import summary_lines

from tests.support.landscapes import draw_contents


@pytest.fixture(scope="module")
def contents():
    return draw_contents()


def _with(contents, **changed):
    return replace(contents, landscape=replace(contents.landscape, **changed))


def _answers(contents, response: str):
    rows = contents.landscape.authorities.with_columns(
        response=pl.lit(response).cast(contents.landscape.authorities.schema["response"])
    )
    return _with(contents, authorities=rows, sensitivity=contents.landscape.sensitivity.clear())


@pytest.mark.parametrize(
    ("response", "said"),
    [
        ("answered", "No authority stayed silent"),
        ("silent", "No authority answered"),
        ("not_asked", "No authority was asked"),
    ],
)
def test_without_a_band_the_answers_say_why(contents, response: str, said: str) -> None:
    assert absences(_answers(contents, response))["sensitivity"].startswith(said)


@pytest.mark.parametrize("name", ["estimates", "sensitivity", "models", "consistency"])
def test_what_was_suppressed_is_never_said_not_to_exist(contents, name: str) -> None:
    empty = _with(contents, **{name: getattr(contents.landscape, name).clear()}, withheld=frozenset([name]))
    sentence = absences(empty)[name]
    assert "left out" in sentence
    page = render_page(empty, {})
    assert sentence in page
    for untrue in (
        "stayed silent, so",
        "No estimate was made",
        "found nothing to query",
        "No role is named by",
    ):
        assert untrue not in sentence


def test_a_full_table_has_no_sentence_of_absence(contents) -> None:
    said = absences(contents)
    present = ("estimates", "sensitivity", "models", "consistency")
    assert {
        name: said[name] for name in present if getattr(contents.landscape, name).height
    } == dict.fromkeys([name for name in present if getattr(contents.landscape, name).height], "")


def test_a_suppressed_network_has_its_section_with_the_reason(contents) -> None:
    page = render_page(_with(contents, network=None, withheld=frozenset(["network"])), {})
    assert 'id="network"' in page
    assert "The network is suppressed" in page


def test_too_few_totals_for_a_coefficient_are_counted(contents) -> None:
    rows = contents.landscape.authorities
    keep = pl.int_range(pl.len()) < 3
    few = rows.with_columns(
        holdings_status=pl.when(keep).then(pl.lit("reported", Status)).otherwise(pl.lit("suppressed", Status))
    )
    said = absences(_with(contents, authorities=few, concentration=None))["concentration"]
    assert said.startswith("3 authorities have a total that can be shown.")
    assert "It takes 10" in said
    none = rows.with_columns(holdings_status=pl.lit("unknown", Status))
    assert absences(_with(contents, authorities=none, concentration=None))["concentration"].startswith(
        "No authority has a total"
    )


@pytest.mark.parametrize(
    ("told", "count", "reasons", "said"),
    [
        ("1 role-holding", 1, ("1 have no home school",),
         "1 role-holding is not on the map of home schools, because it has no home school."),
        ("178 role-holdings", 178, ("178 are hidden",),
         "178 role-holdings are not on the map of home schools, because they are hidden."),
        ("3 role-holdings", 3, ("1 are far", "2 have none"),
         "3 role-holdings are not on the map of home schools: 1 is far and 2 have none."),
        ("fewer than 6 role-holdings", 2, ("fewer than 6 have none",),
         "Fewer than 6 role-holdings are not on the map of home schools, because they have none."),
        ("0 role-holdings", 0, (), ""),
    ],
)  # fmt: skip
def test_one_and_many_without_a_dot(told: str, count: int, reasons: tuple[str, ...], said: str) -> None:
    assert not_on_the_map(PointsShown(pl.DataFrame(), count, told, reasons)) == said


def _authorities(*statuses: tuple[str, str, str]) -> pl.DataFrame:
    names = ("holdings_status", "local_holdings_status", "national_holdings_status")
    return pl.DataFrame(list(statuses), schema=dict.fromkeys(names, Status), orient="row")


def test_a_study_without_agencies_says_why_it_has_no_totals() -> None:
    without = _authorities(
        ("not_collected", "reported", "not_collected"), ("not_collected", "suppressed", "not_collected")
    )
    assert known_totals(without) == (
        "The total is known for none of 2 authorities. For 2 authorities that answered, local roles were collected and "
        "national ones were not, so that there is no total."
    )


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        (("reported",) * 3, "No count of an authority is affected."),
        (("suppressed",) * 3, "This hides the total of 1 authority."),
        (
            ("not_collected", "suppressed", "not_collected"),
            "This hides a local or national count of 1 authority.",
        ),
    ],
)
def test_what_suppression_hides_of_authorities_is_said_for_none_and_one(contents, hidden, said: str) -> None:
    names = ("holdings_status", "local_holdings_status", "national_holdings_status")
    rows = contents.landscape.authorities.with_columns(
        pl.lit("reported", Status).alias(name) for name in names
    )
    one = rows.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(status, Status)).otherwise(name).alias(name)
        for name, status in zip(names, hidden, strict=True)
    )
    shown = replace(_with(contents, authorities=one), suppress_below=6)
    assert any(sentence.endswith(said) for sentence in not_known(shown))


def test_every_line_of_a_terminal_is_a_sentence_of_its_own(contents) -> None:
    for line in summary_lines(replace(contents, suppress_below=6)):
        assert line[0].isupper() or line[0].isdigit()
        assert line.endswith(".")
        assert not line.startswith(("Whether", "Not collected,", "Still open:", "Not on the map:"))


def test_a_note_below_a_chart_names_only_what_has_no_bar(contents) -> None:
    phases = contents.landscape.phases
    known = phases.with_columns(
        holdings=pl.when(pl.col("phase") == "unknown").then(0).otherwise(5),
        holdings_status=pl.lit("reported", Status),
    )
    assert no_phase_bar(known) == ""
    first = pl.int_range(pl.len()) == 0
    hidden = known.with_columns(
        holdings=pl.when(~first).then("holdings"),
        holdings_status=pl.when(first).then(pl.lit("suppressed", Status)).otherwise("holdings_status"),
    )
    assert no_phase_bar(hidden) == f"Without a bar: {hidden['phase_label'][0]} (suppressed)."
    assert no_band_bar(_authorities(("suppressed", "unknown", "unknown"))) == (
        "In no bar: 1 authority whose total is suppressed."
    )
