"""What a table of the report says, row by row."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from leadscape.core.missing import Status
from leadscape.report.count_views import count_bands, view_authorities, view_bands, view_extent, view_regions
from leadscape.report.quality_views import view_inputs, view_reading
from leadscape.report.sentences import known_totals, own_school_sentence
from leadscape.report.summary import key_figures, not_known, opening_sentence
from leadscape.report.terminal import (
    baseline_rows,
    extent_rows,
    summary_lines,
)

from tests.support.landscapes import TABLE_1, draw_contents, draw_national


def _row(view, first: str) -> list[str]:
    return next([cell.text for cell in row] for row in view.rows if row[0].text == first)


@pytest.fixture(scope="module")
def national():
    return draw_national()


def test_table_1_in_words(national) -> None:
    rows = extent_rows(national.landscape, national.codebook)
    assert rows.columns == ["Role", "Origin", "n", "%", "People"]
    by_role = dict(zip(rows["Role"], rows.rows(), strict=True))
    assert by_role["Consultant leader"][1:4] == ("National", "2,292", "74.5\u00a0%")
    assert by_role[
        "Sustaining improvement in a previously low-achieving school in challenging circumstances (own school)"
    ][2:4] == ("83", "2.7\u00a0%")
    assert by_role["National leader of education"][1:4] == ("National", "not collected", "not collected")
    totals = rows[national.landscape.extent.height :]
    assert totals.rows()[0][:4] == ("All roles", "All", "3,078", "100.0\u00a0%")
    assert ("All roles of this origin", "Local", "343", "11.1\u00a0%") in [row[:4] for row in totals.rows()]
    assert sum(TABLE_1.values()) == 3078


def test_the_total_without_own_school_roles_stands_with_its_denominator(national) -> None:
    assert "2,995 of 3,078 role-holdings" in own_school_sentence(national.landscape)


def test_the_opening_says_people_and_role_holdings_apart(national) -> None:
    sentence = opening_sentence(national)
    assert sentence.startswith("3,078 role-holdings")
    assert "2,955 people" in sentence
    assert (
        "11.1\u00a0% are local, 87.3\u00a0% are national and 1.6\u00a0% are not assigned to an origin."
        in sentence
    )


def test_no_share_is_given_where_that_of_one_origin_is_suppressed(national) -> None:
    hidden = pl.col("total") == "origin:none"
    totals = national.landscape.totals.with_columns(
        holdings=pl.when(~hidden).then("holdings"),
        pct=pl.when(~hidden).then("pct"),
        holdings_status=pl.when(hidden).then(pl.lit("suppressed", Status)).otherwise("holdings_status"),
    )
    shown = replace(national, landscape=replace(national.landscape, totals=totals))
    sentence = opening_sentence(shown)
    assert "%" not in sentence
    assert sentence.endswith("how they divide by origin is suppressed in part.")
    assert not any("origin" in figure.label for figure in key_figures(shown))


def test_local_roles_that_no_authority_reported_are_said_with_their_number_unless_it_is_small(
    national,
) -> None:
    landscape = national.landscape
    local = landscape.totals.filter(pl.col("total") == "origin:local")["holdings"][0]
    of_regions = landscape.regions.with_columns(
        local_holdings=pl.when(pl.int_range(pl.len()) == 0).then(local - 8).otherwise(0),
        local_holdings_status=pl.lit("reported", Status),
    )
    missing = replace(landscape, regions=of_regions)
    assert (
        f"adds up to {local - 8} of {local} local role-holdings: the other 8 were"
        in view_regions(missing, 6).note
    )
    assert "A few local roles" in view_regions(missing, 9).note
    hidden = missing.regions.with_columns(local_holdings_status=pl.lit("suppressed", Status))
    assert "adds up" not in view_regions(replace(missing, regions=hidden), 6).note


def test_a_floor_that_is_not_there_is_suppressed_whoever_was_silent(national) -> None:
    nothing = national.landscape.authorities.with_columns(reported_at_least=pl.lit(None, pl.Int64))
    rows = view_authorities(replace(national.landscape, authorities=nothing)).rows
    assert {row[7].text for row in rows} == {"suppressed"}


def test_every_key_figure_has_its_basis_and_source(national) -> None:
    figures = key_figures(national)
    assert len(figures) == 6
    assert all(figure.basis and figure.source for figure in figures)
    shares = [figure for figure in figures if "%" in figure.value]
    assert all(" of " in figure.basis for figure in shares)


def test_silence_is_not_zero(national) -> None:
    silent = national.landscape.authorities.filter(pl.col("response").cast(pl.String) == "silent")
    view = view_authorities(national.landscape)
    for name in silent["authority_name"].head(5):
        response, _, local, _, total, floor, rate = _row(view, name)[2:]
        assert (response, local, total, rate) == ("did not answer", "unknown", "unknown", "unknown")
        assert floor.replace(",", "").isdigit()
    assert "74 of 150 authorities (49.3\u00a0%) were asked and did not answer" in not_known(national)[0]
    assert known_totals(national.landscape.authorities) == (
        "The total is known for 76 of 150 authorities (50.7\u00a0%); for 74 it is unknown."
    )


def test_the_unknown_are_counted_beside_the_bands_and_never_among_their_percentages(national) -> None:
    bands = count_bands(national.landscape)
    assert bands["authorities"].sum() == 150
    assert bands.filter(~pl.col("known"))["authorities"].sum() == 74
    assert _row(view_bands(national.landscape), "unknown")[1:] == ["74", "not counted"]


def test_a_rate_without_schools_is_not_applicable_and_a_hidden_one_suppressed() -> None:
    landscape = draw_contents().landscape
    regions = landscape.regions.with_columns(
        schools_answered=pl.when(pl.int_range(pl.len()) == 0).then(0).otherwise(10),
        local_per_100_schools=pl.lit(None, pl.Float64),
        local_holdings_status=pl.lit("reported").cast(Status),
    )
    rows = view_regions(replace(landscape, regions=regions)).rows
    assert [row[6].text for row in rows[:2]] == ["not applicable", "suppressed"]


def test_rows_read_are_shown_with_what_became_of_them() -> None:
    view = view_reading(draw_contents())
    assert view is not None
    assert [cell.text for cell in view.rows[1]] == [
        "register.csv.gz",
        "out of scope",
        "Children's centre",
        "31",
    ]
    assert [cell.text for cell in view.rows[0]][2] == "not applicable"


def test_every_input_stands_with_its_hash() -> None:
    contents = draw_contents()
    hashes = [row[-1].text for row in view_inputs(contents).rows]
    assert hashes == [file.sha256 for file in contents.provenance.inputs]


def test_suppression_is_told_in_words() -> None:
    contents = draw_contents()
    hidden = contents.landscape.authorities.with_columns(
        holdings=pl.lit(None, pl.Int64),
        per_100_schools=pl.lit(None, pl.Float64),
        holdings_status=pl.lit("suppressed").cast(Status),
    )
    shown = replace(contents, landscape=replace(contents.landscape, authorities=hidden), suppress_below=6)
    assert any("from 1 to 5 are suppressed" in sentence for sentence in not_known(shown))
    assert {row[6].text for row in view_authorities(shown.landscape).rows} == {"suppressed"}
    assert view_extent(shown.landscape, shown.codebook).rows


def test_a_terminal_gets_the_same_words() -> None:
    contents = draw_contents()
    assert summary_lines(contents)[0] == opening_sentence(contents)


def test_a_printed_percentage_stands_beside_the_derived_one() -> None:
    codebook = draw_contents().codebook
    published = pl.DataFrame(
        {
            "role_label": ["Other", "National leader of education"],
            "origin": ["none", "national"],
            "holdings": [49, None],
            "printed_pct": [1.7, None],
            "derived_pct": [1.6, None],
            "follows": [False, None],
        }
    )
    assert baseline_rows(published, codebook).rows() == [
        ("Other", "Not assigned", "49", "1.7", "1.6", "no"),
        (
            "National leader of education",
            "National",
            "not collected",
            "not printed",
            "not collected",
            "not collected",
        ),
    ]
