"""What was published and kept as rows becomes the tables of the report again, cell by cell."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import polars as pl
import pytest

from leadscape.actions.show_published import PublishedRecord, show_published, views_of
from leadscape.codebooks import codebook_source
from leadscape.landscape.disclosure import suppress_landscape
from leadscape.report.datasets import datasets_of
from leadscape.report.page import tables_of

from tests.support.landscapes import draw_contents

NOTES_MADE_ANEW = {"open_questions"}


def _record(contents) -> PublishedRecord:
    return PublishedRecord(
        contents.title,
        contents.system,
        contents.as_of,
        contents.codebook.id,
        codebook_source(contents.codebook.id),
        asdict(contents.provenance),
    )


def _kept(contents) -> dict[str, list[dict]]:
    """Rows as a database keeps them: through JSON."""
    return {
        dataset.name: json.loads(json.dumps(dataset.frame.to_dicts(), default=str))
        for dataset in datasets_of(contents)
    }


@pytest.fixture(scope="module")
def contents():
    drawn = draw_contents(40, 2000, 0.5)
    published = suppress_landscape(drawn.landscape, 6, codebook=drawn.codebook)
    record = replace(drawn.provenance, parameters={"suppress_below": 6})
    return replace(drawn, landscape=published, suppress_below=6, provenance=record)


@pytest.mark.parametrize("hidden", [True, False])
def test_every_table_of_the_report_is_the_same_again(hidden, contents) -> None:
    contents = contents if hidden else draw_contents(40, 2000, 0.5)
    again = show_published(_record(contents), _kept(contents))
    report = {name: view for name, view in tables_of(contents).items() if view is not None and view.rows}
    assert len(report) >= 13
    if not hidden:
        assert {"estimates", "models", "network", "lorenz", "consistency"} <= set(report)
    assert set(again) == set(report)
    for name, view in report.items():
        shown = again[name]
        assert (shown.caption, shown.columns) == (view.caption, view.columns), name
        assert shown.rows == view.rows, name
        assert shown.strong == view.strong, name
        if name not in NOTES_MADE_ANEW:
            assert shown.note == view.note, name


def test_only_what_is_given_is_shown(contents) -> None:
    kept = _kept(contents)
    assert set(show_published(_record(contents), {"phases": kept["phases"]})) == {"phases", "inputs", "run"}
    assert views_of("bands") == ("authorities",)
    assert views_of("extent") == ("extent", "totals")
    assert views_of("no such table") == ()


def test_a_hidden_figure_stays_hidden_and_carries_no_value(contents) -> None:
    view = show_published(_record(contents), {"authorities": _kept(contents)["authorities"]})["authorities"]
    hidden = [cell for row in view.rows for cell in row if cell.text == "suppressed"]
    assert hidden
    assert all(cell.missing and cell.value is None for cell in hidden)


def test_figures_can_be_sorted_and_rows_named(contents) -> None:
    kept = _kept(contents)
    view = show_published(_record(contents), {"authorities": kept["authorities"]})["authorities"]
    schools = [row[3] for row in view.rows]
    assert all(isinstance(cell.value, int) for cell in schools)
    codes = {row["authority_name"]: row["authority_code"] for row in kept["authorities"]}
    assert [codes[row[0].text] for row in view.rows] == list(view.keys)


def test_what_is_said_is_published_with_what_it_is_about() -> None:
    said = {dataset.name: dataset.frame for dataset in datasets_of(draw_contents(40, 2000, 0.5))}
    statements = said["statements"]
    assert statements.filter(pl.col("subject") == "summary", pl.col("kind") == "finding").height == 1
    assert "unknown; it is not zero" in " ".join(statements["statement"])
    assert said["key_figures"]["value"][0]
    assert said["concentration"].height == 1
    assert said["network"]["figure"][0].startswith("Ties of support")
