"""The printable form as people meet it: on a phone, on paper, by keyboard, without script or network."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from leadscape.codebooks import load_codebook
from leadscape.survey.instruments import (
    Addressee,
    instrument_names,
    lists_of,
    load_instrument,
    render_page_form,
)

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HOSTILE = '<script>alert("x")</script>'


def page(name: str) -> str:
    instrument = load_instrument(name)
    lists = lists_of(
        load_codebook("england-2006"),
        pl.DataFrame({"authority_code": ["301"], "authority_name": ["Northshire"]}),
        instrument.languages,
    )
    to = Addressee(
        "301",
        HOSTILE,
        "D1",
        instrument.parts[0] if instrument.parts else None,
        "L1",
        {"leader_name": HOSTILE},
    )
    return render_page_form(instrument, to, lists, "en")


@pytest.mark.parametrize("name", instrument_names())
def test_it_holds_no_script_fetches_nothing_and_shows_names_as_text(name: str) -> None:
    text = page(name)
    assert "<script" not in text
    assert not re.search(r"""\b(?:src|href)=["'](?!#)""", text)
    assert "url(" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("name", instrument_names())
def test_every_box_has_a_label_of_its_own(name: str) -> None:
    text = page(name)
    boxes = re.findall(r'<(?:input|textarea)[^>]*?\bid="([^"]+)"', text)
    labels = re.findall(r'<label for="([^"]+)"', text)
    assert len(boxes) == len(set(boxes))
    assert sorted(boxes) == sorted(labels)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", instrument_names())
def test_it_passes_wcag_2_2_aa_never_scrolls_sideways_and_prints(
    browser, tmp_path: Path, name: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    path = tmp_path / "form.html"
    path.write_text(page(name), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    opened = context.new_page()
    opened.goto(path.as_uri())
    found = Axe().run(opened, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found] == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.textContent") == "Skip to the questions"
    opened.emulate_media(media="print")
    assert not opened.locator(".screen").is_visible()
    assert opened.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    context.close()
