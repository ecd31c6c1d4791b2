"""The maps show what is known, where it is, and nothing that was hidden."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.missing import Status
from leadscape.core.randomness import random_stream
from leadscape.report.map import class_breaks, class_words, draw_home_map, draw_rate_map
from leadscape.report.map_geometry import dot_path, fit_window, shape_paths
from leadscape.report.points import draw_home_points

from tests.support.landscapes import draw_contents

WINDOW = fit_window((0.0, 0.0, 1000.0, 2000.0), 10, 10, 100, 100)


def test_a_square_is_drawn_with_north_up() -> None:
    square = shapely.box(0, 1000, 1000, 2000)
    assert shape_paths([square], WINDOW) == ["M600 600l0-500 -500 0 0 500z".replace("0-", "0 -")]


def test_two_places_are_two_dots_and_one_place_is_one() -> None:
    points = pl.DataFrame({"x": [0.0, 0.0, 1000.0], "y": [2000.0, 2000.0, 0.0]})
    assert dot_path(points, WINDOW) == "M100 100h0M600 1100h0"


def test_an_authority_too_small_to_draw_does_not_vanish() -> None:
    paths = shape_paths([shapely.box(0, 0, 1000, 1000), shapely.box(1000, 1000, 1000.5, 1000.5)], WINDOW)
    assert all(paths)


@given(st.lists(st.floats(0, 60), min_size=2, max_size=80))
def test_every_rate_has_a_class_and_classes_do_not_overlap(rates: list[float]) -> None:
    breaks = class_breaks(np.array(rates))
    assert (np.diff(breaks) > 0).all()
    assert len(class_words(breaks)) == len(breaks) + 1
    classes = np.searchsorted(breaks, rates, side="right")
    if len(breaks):
        assert classes.min() == 0
        assert classes.max() == len(breaks)
        assert set(classes) == set(range(len(breaks) + 1)), "no class is empty"
    assert len(breaks) + 1 <= max(len(rates) // 4, 1)


def test_a_class_between_two_heaps_of_rates_is_left_out() -> None:
    assert class_breaks(np.array([9.6] * 10 + [20.4] * 10)).tolist() == [10.0]
    assert class_breaks(np.arange(7.0)).tolist() == [], "seven rates are one class"
    assert len(class_breaks(np.arange(100.0))) == 4


def test_unknown_has_a_hatch_and_is_never_the_lightest_class() -> None:
    contents = draw_contents()
    authorities = contents.landscape.authorities
    figure = draw_rate_map(contents.areas, authorities)
    silent = authorities.filter(pl.col("holdings_status").cast(pl.String) == "unknown")[
        "authority_name"
    ].to_list()
    shapes = re.findall(r'<path fill="([^"]+)"[^>]*><title>([^<]+)</title>', figure.svg)
    fills = {words.split(":")[0]: fill for fill, words in shapes}
    assert silent
    assert {fills[name] for name in silent} == {"url(#map_rates-unknown)"}
    assert f"unknown ({len(silent)})" in figure.svg


def test_suppressed_authorities_have_their_own_hatch_and_no_dots() -> None:
    contents = draw_contents()
    authorities = contents.landscape.authorities
    code, other = authorities.filter(pl.col("holdings_status").cast(pl.String) == "reported")[
        "authority_code"
    ].head(2)
    here = pl.col("authority_code") == code
    hidden = authorities.with_columns(
        pl.when(~here).then(pl.col("holdings", "reported_at_least", "per_100_schools")),
        holdings_status=pl.when(here).then(pl.lit("suppressed").cast(Status)).otherwise("holdings_status"),
    )
    assert "suppressed (1)" in draw_rate_map(contents.areas, hidden).svg
    holdings = pl.DataFrame(
        {
            "home_urn": ["1", "2", None, "9"],
            "origin": ["local", "national", "national", "local"],
            "authority_code": [code, other, code, code],
        }
    )
    points = pl.DataFrame({"urn": ["1", "2"], "x": [1.0, 2.0], "y": [3.0, 4.0]})
    shown = draw_home_points(holdings, points, hidden)
    assert shown.points.rows() == [(2.0, 4.0, "national")]
    assert shown.not_shown == 3
    assert shown.reasons == (
        "1 have no home school that could be linked to the register",
        "1 have a home school without a place on the map",
        "1 are in authorities with suppressed counts",
    )
    told_in_total = hidden.with_columns(
        reported_at_least=pl.lit(2),
        local_holdings=pl.lit(None, pl.Int64),
        national_holdings=pl.lit(None, pl.Int64),
    )
    assert draw_home_points(holdings, points, told_in_total).points.rows() == [
        (1.0, 3.0, "withheld"),
        (2.0, 4.0, "withheld"),
    ]
    hidden_by_rounding = draw_home_points(holdings, points, authorities, round_to=5)
    assert hidden_by_rounding.points.is_empty()
    assert hidden_by_rounding.not_shown == 4


def test_the_order_of_holdings_does_not_matter() -> None:
    contents = draw_contents()
    home = contents.home_points
    assert home is not None
    turned = replace(home, points=home.points.reverse())
    drawn = [
        draw_home_map(contents.areas, contents.landscape.authorities, h, contents.codebook).svg
        for h in (home, turned)
    ]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("draw", ["rates", "home"])
def test_a_map_speaks(draw: str) -> None:
    contents = draw_contents()
    authorities = contents.landscape.authorities
    figure = (
        draw_rate_map(contents.areas, authorities)
        if draw == "rates"
        else draw_home_map(contents.areas, authorities, contents.home_points, contents.codebook)
    )
    assert 'role="img"' in figure.svg
    assert f'aria-labelledby="figure-{figure.name}-title figure-{figure.name}-desc"' in figure.svg
    assert "12 authorities" in figure.svg or draw == "home"


def test_a_dot_does_not_say_which_school_is_meant() -> None:
    """Where small counts are hidden, a dot is as likely at any of at least six neighbours."""
    stream = random_stream(1, "a country")
    places = stream.uniform(0, 100_000, (500, 2))
    points = pl.DataFrame({"urn": [str(n) for n in range(500)], "x": places[:, 0], "y": places[:, 1]})
    holdings = pl.DataFrame(
        {"home_urn": ["7"] * 3000, "origin": ["local"] * 3000, "authority_code": ["1"] * 3000}
    )
    authorities = draw_contents(4, 40, 0.0).landscape.authorities
    shown = draw_home_points(holdings, points, authorities, hide_below=6, seed=2006)
    assert shown.among_neighbours
    counts = shown.points.group_by("x", "y").len()
    # Each of the neighbourhood about equally often, the home school among them and not more often.
    assert counts.height >= 6
    assert counts["len"].max() < 1.3 * 3000 / counts.height
    assert counts["len"].min() > 0.7 * 3000 / counts.height
    assert counts.join(points.filter(urn="7"), on=["x", "y"]).height == 1
    exact = draw_home_points(holdings, points, authorities)
    assert exact.points.unique().rows() == [(places[7, 0], places[7, 1], "local")]
