"""Everything is written or nothing, the same bytes each time, and nothing that a spreadsheet would run."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from leadscape.core.errors import OutputBlocked
from leadscape.report import outputs
from leadscape.report.datasets import datasets_of, dictionary_of
from leadscape.report.outputs import write_report
from leadscape.report.page import SECTIONS, render_page

from tests.support.landscapes import draw_contents, draw_national


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_report(draw_national(), tmp_path_factory.mktemp("report") / "out")


@pytest.fixture
def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are tested without drawing, which takes longest."""
    monkeypatch.setattr(outputs, "draw_figures", lambda _: {})


def _sums(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def test_the_same_contents_give_the_same_bytes(written, tmp_path: Path) -> None:
    again = write_report(draw_national(), tmp_path / "again")
    assert _sums(written.folder) == _sums(again.folder)


def test_every_file_is_there_and_listed(written) -> None:
    assert set(written.files) == {path for path in written.folder.rglob("*") if path.is_file()}
    listed = json.loads((written.folder / "manifest.json").read_text())["files"]
    assert {written.folder / name for name in listed} | {written.folder / "manifest.json"} == set(
        written.files
    )
    assert {
        "report.html",
        "landscape.xlsx",
        "provenance.json",
        "tables/extent.csv",
        "figures/map_rates.png",
    } <= set(listed)
    assert not [path for path in written.folder.parent.iterdir() if path != written.folder]


def test_the_page_needs_nothing_else_and_stays_small(written) -> None:
    page = written.page.read_text()
    assert len(page) < 5_000_000
    assert not re.search(r"<(script|link rel=.stylesheet|img|iframe|object)\b", page)
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:,)[^"']*["']""", page)
    assert not re.search(r"url\((?!#)|@import|@font-face", page)


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.references: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.ids += [given["id"]] if "id" in given else []
        self.targets += [given["href"][1:]] if given.get("href", "").startswith("#") else []
        self.references += given.get("aria-labelledby", "").split()


def test_headings_are_in_order_ids_are_unique_and_links_lead_somewhere(written) -> None:
    outline = _Outline()
    outline.feed(written.page.read_text())
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.levels, outline.levels[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.targets + outline.references) <= set(outline.ids)


def test_every_figure_names_its_table_and_says_what_it_shows(written) -> None:
    page = written.page.read_text()
    figures = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert len(figures) >= 9
    for figure in figures:
        assert re.search(r'href="#table-\w+"', figure)
        assert re.search(r"<desc[^>]*>[^<]{20,}</desc>", figure)


def test_no_cell_is_empty(written) -> None:
    assert not re.findall(r"<t[dh][^>]*>\s*</t[dh]>", written.page.read_text())


def test_text_is_escaped(tmp_path: Path) -> None:
    contents = replace(draw_contents(), title="<script>alert(1)</script>", notes=("a & b < c",))
    page = render_page(contents, {})
    assert "<script" not in page
    assert "a &amp; b &lt; c" in page


def test_a_study_without_areas_network_or_estimates_still_makes_a_page() -> None:
    contents = draw_contents()
    bare = replace(
        contents,
        areas=None,
        home_points=None,
        landscape=replace(
            contents.landscape,
            network=None,
            concentration=None,
            estimates=contents.landscape.estimates.clear(),
            models=contents.landscape.models.clear(),
            sensitivity=contents.landscape.sensitivity.clear(),
            consistency=contents.landscape.consistency.clear(),
        ),
    )
    page = render_page(bare, outputs.draw_figures(bare))
    assert 'id="network"' not in page
    assert "No estimate was made." in page
    assert "It takes 10 to say" in page or "nothing to spread" in page
    assert [name for name, _ in SECTIONS if f'id="{name}"' not in page] == ["network", "comparison"]


def test_the_workbook_reads_back_and_says_why_a_figure_is_missing(written) -> None:
    book = fastexcel.read_excel(written.workbook)
    assert book.sheet_names[0] == "Cover"
    assert book.sheet_names[-1] == "columns"
    extent = book.load_sheet("extent", header_row=3).to_polars()
    assert extent["holdings"].to_list()[:4] == ["101", "81", "78", "83"]
    assert extent["holdings"].to_list()[-1] == "not collected"
    assert extent.null_count().sum_horizontal()[0] == 0


@pytest.mark.usefixtures("without_figures")
def test_a_formula_stays_text_in_the_workbook_and_is_guarded_in_csv(tmp_path: Path) -> None:
    contents = draw_contents()
    authorities = contents.landscape.authorities
    dangerous = authorities.with_columns(authority_name=pl.lit('=HYPERLINK("x","y")'))
    files = write_report(
        replace(contents, landscape=replace(contents.landscape, authorities=dangerous)), tmp_path / "out"
    )
    names = (
        fastexcel.read_excel(files.workbook)
        .load_sheet("authorities", header_row=3)
        .to_polars()["authority_name"]
    )
    assert set(names) == {'=HYPERLINK("x","y")'}
    assert set(pl.read_csv(files.folder / "tables" / "authorities.csv")["authority_name"]) == {
        '\'=HYPERLINK("x","y")'
    }


def test_tables_read_back_as_they_were(written) -> None:
    for dataset in datasets_of(draw_national()):
        assert pl.read_parquet(written.folder / "tables" / f"{dataset.name}.parquet").equals(dataset.frame), (
            dataset.name
        )


def test_every_column_is_described() -> None:
    described = dictionary_of(datasets_of(draw_contents()))
    assert described.filter(pl.col("description").str.len_chars() < 4).is_empty()


def test_files_of_somebody_else_are_never_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.docx").write_text("years of work")
    with pytest.raises(OutputBlocked, match=r"chapter\.docx"):
        write_report(draw_contents(), folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["thesis", "chapter.docx"]


@pytest.mark.usefixtures("without_figures")
def test_an_earlier_report_is_replaced_whole_unless_something_was_added(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_report(draw_contents(), folder, {"extra/graph.txt": lambda path: path.write_text("a")})
    assert (folder / "extra" / "graph.txt").exists()
    write_report(draw_contents(), folder)
    assert not (folder / "extra").exists()
    (folder / "tables" / "mine.csv").write_text("mine")
    with pytest.raises(OutputBlocked, match=r"tables/mine\.csv"):
        write_report(draw_contents(), folder)
    assert (folder / "tables" / "mine.csv").read_text() == "mine"


@pytest.mark.usefixtures("without_figures")
def test_nothing_is_left_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "out"
    write_report(draw_contents(), folder)
    before = _sums(folder)

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs, "write_workbook", full_disk)
    with pytest.raises(OutputBlocked, match="No space left"):
        write_report(draw_contents(), folder)
    assert _sums(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputBlocked, match="is a file"):
        write_report(draw_contents(), tmp_path / "out")
