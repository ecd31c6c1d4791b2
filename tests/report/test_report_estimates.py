"""Estimates never stand alone: not without interval, not without assumption, not one model for all."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from leadscape.core.tables import frame_of
from leadscape.landscape.tables import CaptureModels
from leadscape.report.charts import draw_bands, draw_estimates, draw_extent, draw_models, draw_phases
from leadscape.report.count_views import count_bands
from leadscape.report.estimate_views import (
    MODELS_SHOWN,
    list_letters,
    model_key,
    shown_models,
    view_assumptions,
    view_estimates,
    view_models,
)
from leadscape.report.rendering import render_chart
from leadscape.report.sentences import model_range_sentences

from tests.support.landscapes import draw_contents


def _models(plausible: int, ruled_out: int) -> pl.DataFrame:
    names = ["College × Programme", "Programme × Network + College × Network", "independence"]
    return frame_of(
        CaptureModels,
        [
            {
                "population": "consultant_leader",
                "model": f"{names[place % 3]}" if place < 3 else f"model {place}",
                "terms": "…",
                "aic": 100.0 + place,
                "estimate": 3000.0 + 100 * place,
                "se": 50.0,
                "low": 2900.0 + 100 * place,
                "high": 3100.0 + 100 * place,
                "in_range": place < plausible,
                "note": "" if place < plausible else "Its AIC is far above the best.",
            }
            for place in range(plausible + ruled_out)
        ],
    )


def test_every_estimate_shows_interval_method_and_parts() -> None:
    view = view_estimates(draw_contents().landscape)
    assert view is not None
    share = next(row for row in view.rows if row[0].text == "Leaders as a share of headteachers in post")
    assert share[2].text == "12.9\u00a0%"
    assert share[3].text == "12.4\u00a0% to 13.4\u00a0%"
    assert " of 22,400 (register)" in share[4].text
    assert all(cell.text for row in view.rows for cell in row)


def test_what_a_method_assumes_is_said_once() -> None:
    landscape = draw_contents().landscape
    silent = landscape.estimates.head(1).with_columns(assumptions=pl.lit(""))
    view = view_assumptions(replace(landscape, estimates=pl.concat([landscape.estimates, silent])))
    assert view is not None
    assert [row[0].text for row in view.rows] == ["As reported", "Ratio to schools, by region"]
    assert "none stated" not in {row[2].text for row in view.rows}


@pytest.mark.parametrize(("plausible", "ruled_out"), [(1, 5), (3, 30), (20, 4)])
def test_plausible_models_are_all_shown_and_others_fill_up(plausible: int, ruled_out: int) -> None:
    models = _models(plausible, ruled_out)
    elsewhere = models.with_columns(population=pl.lit("mentor_head"))
    shown = shown_models(pl.concat([models, elsewhere])).filter(pl.col("population") == "consultant_leader")
    assert shown["in_range"].sum() == plausible
    assert shown.height == max(plausible, min(MODELS_SHOWN, plausible + ruled_out))


def test_one_plausible_model_never_stands_alone() -> None:
    codebook = draw_contents().codebook
    landscape = replace(draw_contents().landscape, models=_models(1, 4))
    assert "4 others fit the lists worse" in model_range_sentences(landscape, codebook)[0]
    view = view_models(landscape, codebook)
    assert view is not None
    assert len(view.rows) == 5
    assert "2,900 to 3,100" in model_range_sentences(landscape, codebook)[0]
    several = replace(landscape, models=_models(3, 0))
    assert (
        "3 plausible models put the number between 3,000 and 3,200"
        in model_range_sentences(several, codebook)[0]
    )


def test_lists_are_named_by_letters_and_the_key_is_given() -> None:
    models = _models(3, 0)
    assert list_letters(models) == {"College": "A", "Network": "B", "Programme": "C"}
    assert shown_models(models)["model"].to_list() == ["A×C", "B×C + A×B", "independence"]
    view = view_models(replace(draw_contents().landscape, models=models), draw_contents().codebook)
    assert view is not None
    key = dict(model_key(replace(draw_contents().landscape, models=models)))
    assert [key[letter] for letter in "ABC"] == [
        f"the list “{name}”" for name in ("College", "Network", "Programme")
    ]
    assert "depend on each other" in key["A×B"]
    assert "independence" in key


def test_every_name_of_a_model_is_explained_and_no_other() -> None:
    landscape = draw_contents().landscape
    named = _models(2, 0).with_columns(pl.Series("model", ["odds ratio 2", "Mth Darroch"]))
    assert [name for name, _ in model_key(replace(landscape, models=named))] == [
        "odds ratio 2",
        "Mth Darroch",
    ]
    assert model_key(replace(landscape, models=named.clear())) == ()


def test_what_is_unknown_or_not_collected_has_no_bar() -> None:
    contents = draw_contents()
    landscape = contents.landscape
    extent = draw_extent(landscape.extent, contents.codebook)
    assert "Consultant leader" in str(extent)
    assert "National leader of education" not in str(extent)
    assert "unknown" not in str(draw_bands(count_bands(landscape)))
    nowhere = landscape.phases.with_columns(phase=pl.lit("unknown"))
    assert draw_phases(nowhere) is None


def test_equal_charts_give_equal_drawings_whatever_was_drawn_before() -> None:
    contents = draw_contents()
    first = draw_estimates(contents.landscape.estimates.filter(pl.col("unit") == "%"), "%")
    drawn = [render_chart("a", "Title", "Words", first).svg]
    render_chart("b", "Title", "Words", draw_models(contents.landscape.models))
    drawn.append(render_chart("a", "Title", "Words", first).svg)
    assert drawn[0] == drawn[1]
    assert "aria-roledescription" not in drawn[0]
