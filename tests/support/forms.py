"""Forms filled in as a person would, cell by cell, without a spreadsheet program. All people are invented."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from leadscape.core.tabular import read_text_table
from leadscape.survey.instruments.stamp import read_stamp
from leadscape.survey.instruments.workbook_form import OPTION_MARK


def fill_form(path: Path, answers: dict[str, str], lines: list[dict[str, str]] | None = None) -> Path:
    """Write answers by question id (``question:option`` where every option has a row), and lines by heading."""
    stamp = read_stamp(path)
    assert stamp is not None
    table = read_text_table(path, sheet=stamp.sheets["answers"]).frame
    rows = dict(table.select("question_id", "row").drop_nulls().iter_rows())
    cells = {f"D{rows[name]}": text for name, text in answers.items()}
    write_cells(path, stamp.sheets["answers"], cells)
    if lines:
        section = next(name for name in stamp.sheets if name != "answers")
        headings = headings_of(path, stamp.sheets[section])
        write_cells(
            path,
            stamp.sheets[section],
            {
                f"{chr(ord('A') + headings.index(heading))}{number}": text
                for number, line in enumerate(lines, 2)
                for heading, text in line.items()
            },
        )
    return path


def headings_of(path: Path, sheet: str) -> list[str]:
    """First row of a sheet."""
    from leadscape.core.tabular import workbook_sheets

    return [heading or "" for one in workbook_sheets(path) if one.name == sheet for heading in one.headings]


def write_cells(path: Path, sheet: str, cells: dict[str, str]) -> None:
    """Write text into cells of one sheet, over what is there; ``#N/A`` and the like as errors of a formula."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    book = parts["xl/workbook.xml"].decode()
    name = escape(sheet)
    relation = re.search(rf'<sheet name="{re.escape(name)}"[^>]*r:id="(\w+)"', book)
    assert relation is not None, f"no sheet {sheet}"
    target = re.search(
        rf'Id="{relation[1]}"[^>]*Target="([^"]+)"', parts["xl/_rels/workbook.xml.rels"].decode()
    )
    assert target is not None
    member = f"xl/{target[1]}"
    xml = parts[member].decode()
    for place, text in cells.items():
        cell = rf'<c r="{place}"((?: s="\d+")?)[^>]*?(?:/>|>.*?</c>)'
        assert re.search(cell, xml), f"no cell {place} on {sheet}"
        filled = (
            f'<c r="{place}"\\1 t="e"><f>A1</f><v>{text}</v></c>'
            if text in ("#N/A", "#REF!")
            else f'<c r="{place}"\\1 t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        )
        xml = re.sub(cell, lambda found, new=filled: new.replace("\\1", found[1]), xml, count=1)
    parts[member] = xml.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def option(question: str, name: str) -> str:
    """How :func:`fill_form` knows the row of one option."""
    return f"{question}{OPTION_MARK}{name}"
