"""Writing a report: everything or nothing, into a folder that holds nothing of anybody else's.

All files are made in a hidden folder beside the target and swapped in at the end. ``manifest.json`` lists what was
written; a later run replaces a folder only when it holds nothing that its manifest does not list.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from leadscape.core.errors import OutputBlocked
from leadscape.core.writing import write_csv, write_parquet, write_text
from leadscape.report.contents import ReportContents, ReportFiles
from leadscape.report.datasets import datasets_of, dictionary_of
from leadscape.report.figures import draw_figures
from leadscape.report.page import render_page
from leadscape.report.rendering import render_png
from leadscape.report.workbook import write_workbook

PAGE: Final = "report.html"
WORKBOOK: Final = "landscape.xlsx"
PROVENANCE: Final = "provenance.json"
MANIFEST: Final = "manifest.json"
STRANGERS_SHOWN: Final = 3

Writer = Callable[[Path], None]


def write_report(
    contents: ReportContents, folder: Path, more_files: Mapping[str, Writer] | None = None
) -> ReportFiles:
    """Write the page, workbook, figures, tables and record of one study into ``folder``.

    Parameters
    ----------
    contents
        What the report shows.
    folder
        Where to; made when absent, replaced whole when it holds an earlier report and nothing else.
    more_files
        Path below the folder to a function that writes that file: kept, listed and swapped in with the others.

    Returns
    -------
    ReportFiles

    Raises
    ------
    OutputBlocked
        When the folder cannot be written, or holds files that are not from an earlier report.
    """
    target = folder.resolve()
    with _swapped_in(target) as fresh:
        _write_all(contents, fresh)
        for name, write in sorted((more_files or {}).items()):
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            write(fresh / name)
        written = _files_below(fresh)
        sums = {name: hashlib.sha256((fresh / name).read_bytes()).hexdigest() for name in written}
        write_text(json.dumps({"files": sums}, indent=2, sort_keys=True) + "\n", fresh / MANIFEST)
    return ReportFiles(
        folder=folder,
        page=folder / PAGE,
        workbook=folder / WORKBOOK,
        provenance=folder / PROVENANCE,
        files=tuple(folder / name for name in sorted([*written, MANIFEST])),
    )


def check_folder(folder: Path) -> None:
    """Refuse a folder that a report may not replace.

    Raises
    ------
    OutputBlocked
        When it is a file, or holds anything that the manifest of an earlier report does not list.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputBlocked(
            f"{folder} is a file, not a folder.",
            "A report is a folder of several files.",
            "Name another folder for the results.",
        )
    strangers = sorted(set(_files_below(folder)) - _listed(folder) - {MANIFEST})
    if strangers:
        shown = ", ".join(strangers[:STRANGERS_SHOWN])
        more = f" and {len(strangers) - STRANGERS_SHOWN} more" if len(strangers) > STRANGERS_SHOWN else ""
        raise OutputBlocked(
            f"{folder} holds files that are not from an earlier report ({shown}{more}).",
            "The folder is replaced whole, so they would be lost.",
            "Move them away, or name another folder for the results.",
        )


def _write_all(contents: ReportContents, fresh: Path) -> None:
    figures = draw_figures(contents)
    datasets = datasets_of(contents)
    write_text(render_page(contents, figures), fresh / PAGE)
    write_workbook(contents, datasets, fresh / WORKBOOK)
    write_text(contents.provenance.as_json(), fresh / PROVENANCE)
    for dataset in datasets:
        write_csv(dataset.frame, fresh / "tables" / f"{dataset.name}.csv")
        write_parquet(dataset.frame, fresh / "tables" / f"{dataset.name}.parquet")
    write_csv(dictionary_of(datasets), fresh / "tables" / "columns.csv")
    (fresh / "figures").mkdir()
    for figure in figures.values():
        write_text(figure.svg, fresh / "figures" / f"{figure.name}.svg")
        (fresh / "figures" / f"{figure.name}.png").write_bytes(render_png(figure))


@contextmanager
def _swapped_in(target: Path) -> Iterator[Path]:
    """A fresh folder beside ``target`` that takes its place when the block ends well, and vanishes when not."""
    check_folder(target)
    fresh = target.with_name(f".{target.name}.{os.getpid()}.fresh")
    former = target.with_name(f".{target.name}.{os.getpid()}.former")
    try:
        fresh.mkdir(parents=True)
        yield fresh
        if target.exists():
            target.rename(former)
        try:
            fresh.rename(target)
        except OSError:
            if former.exists():
                former.rename(target)
            raise
    except OSError as error:
        raise OutputBlocked(
            f"{target} cannot be written ({error.strerror or error}).",
            "Results are written whole or not at all, so nothing of them was kept.",
            "Choose a folder you may write to, with enough room.",
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(former, ignore_errors=True)


def _files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def _listed(folder: Path) -> set[str]:
    """Files that the manifest of an earlier report lists; none where there is no readable manifest."""
    try:
        return set(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()
