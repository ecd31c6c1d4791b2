"""The strengths-and-needs matrix as people meet it: on a phone, on a screen, on one sheet, without a script."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest

from leadscape.need.strengths import find_strengths, group_matrix
from leadscape.need.strengths.judging import Read
from leadscape.report.matrix_contents import MatrixContents
from leadscape.report.matrix_page import render_matrix

from tests.support.results import figures

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]
SCHOOLS = 40


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    rng = np.random.default_rng(1)
    rows = [
        {"urn": str(100000 + i), "measure": measure, "value": float(v) if rng.random() > 0.1 else None,
         "low": float(v) - 2, "high": float(v) + 2, "pupils": 30.0}
        for measure in ("ks2_reading_progress", "ks2_writing_progress", "ks2_maths_progress")
        for i, v in enumerate(rng.normal(0, 3, SCHOOLS))
    ]  # fmt: skip
    judged = find_strengths(Read(figures(rows)))
    urns = [str(100000 + i) for i in range(SCHOOLS)]
    names = {urn: f"Invented Primary School of the Parish No {urn}" for urn in urns}
    contents = MatrixContents(group_matrix(judged, "Inventshire", urns), names, ("A note to bear in mind.",))
    path = tmp_path_factory.mktemp("matrix") / "matrix.html"
    path.write_text(render_matrix(contents), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_it_fits_the_screen_and_passes_wcag_2_2_aa(browser, address, width) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    page = context.new_page()
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found] == []
    context.close()


def test_it_filters_without_a_script(browser, address) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(address)
    rows = page.locator(".cells tbody tr")
    assert rows.filter(visible=True).count() == SCHOOLS
    page.get_by_label("weak in something").check()
    shown = rows.filter(visible=True)
    assert 0 < shown.count() < SCHOOLS
    assert shown.filter(has=page.locator("td.weak")).count() == shown.count()
    context.close()


def test_it_prints_on_one_page(browser, address) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(address)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    context.close()


def test_the_picture_says_what_the_table_says(browser, address) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(address)
    for sign, word in (("+", "strong"), ("\u2212", "weak"), ("?", "unknown")):
        drawn = page.locator("figure svg g text").filter(has_text=re.compile(f"^{re.escape(sign)}$")).count()
        assert drawn == page.locator(f".cells td.{word}").count()
    context.close()
