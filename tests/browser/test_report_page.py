"""The report as people meet it: in a browser, on a phone, on paper, by keyboard, without a network."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from leadscape.report.figures import draw_figures
from leadscape.report.page import render_page

from tests.support.landscapes import draw_contents

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    contents = replace(draw_contents(40, 2000, 0.3), suppress_below=6)
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render_page(contents, draw_figures(contents)), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(params=[320, 1280])
def page(request: pytest.FixtureRequest, browser, address: str):
    context = browser.new_context(viewport={"width": request.param, "height": 900}, offline=True)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on(
        "console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda asked: None if asked.url == address else complaints.append(asked.url))
    opened.goto(address)
    yield opened
    assert complaints == [] or all(text.startswith("data:") for text in complaints)
    context.close()


def test_it_passes_wcag_2_2_aa(page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found] == []


def test_the_page_itself_never_scrolls_sideways(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_whatever_scrolls_can_be_reached_by_keyboard(page) -> None:
    stuck = page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.tabIndex !== 0)"
        ".map(e => e.textContent.trim().slice(0, 40))"
    )
    assert stuck == []


def test_the_first_stop_of_the_keyboard_skips_to_the_report(page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_drawing_is_an_image_with_a_name_and_a_table(page) -> None:
    images = page.get_by_role("img").all()
    assert len(images) >= 8
    assert all(
        image.evaluate("e => e.querySelector(':scope > title').textContent.length > 10") for image in images
    )
    for link in page.locator("figcaption a").all():
        assert page.locator(f"{link.get_attribute('href')} table").count() == 1


def test_every_table_has_a_caption_and_headings(page) -> None:
    for table in page.locator("table").all():
        assert table.locator("caption").inner_text().strip()
        assert table.locator("thead th:not([scope=col])").count() == 0
        assert table.locator("tbody tr").count() == table.locator("tbody th[scope=row]").count()


def test_bars_are_seen_before_anything_is_scrolled_and_their_words_can_be_read(page) -> None:
    drawn = page.evaluate(
        "[...document.querySelectorAll('.chart svg')].map(s => { const scale = s.getBoundingClientRect().width"
        " / s.viewBox.baseVal.width; const box = s.closest('.scroll').getBoundingClientRect();"
        " const marks = [...s.querySelectorAll('path')].map(m => m.getBoundingClientRect())"
        ".filter(m => m.width > 2 && m.height > 6 && m.height < box.height / 2);"
        " return { text: Math.min(...[...s.querySelectorAll('text')].map(t => parseFloat(t.getAttribute('font-size')"
        " ?? getComputedStyle(t).fontSize) * scale)), seen: marks.some(m => m.left < box.right - 20),"
        " marks: marks.length }; })"
    )
    assert drawn
    assert min(figure["text"] for figure in drawn) >= 9
    assert all(figure["seen"] for figure in drawn if figure["marks"])


def test_a_long_table_says_that_it_scrolls(page) -> None:
    long = page.locator(".table-block:has(.long)").all()
    assert long
    assert all("scroll down" in block.locator(".hint.always").inner_text() for block in long)
    assert all(block.locator(".hint.always").is_visible() for block in long)


def test_on_paper_nothing_is_cut_off_and_contents_are_left_out(browser, address: str) -> None:
    opened = browser.new_page(viewport={"width": 680, "height": 960})
    opened.goto(address)
    opened.emulate_media(media="print")
    assert not opened.locator("nav").is_visible()
    assert not any(hint.is_visible() for hint in opened.locator(".hint").all())
    cut = opened.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(e => e.firstElementChild.getBoundingClientRect().width"
        " > e.clientWidth + 2 || getComputedStyle(e).maxHeight !== 'none').map(e => e.textContent.trim().slice(0, 40))"
    )
    assert cut == []
    assert opened.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    opened.close()
