"""An older workbook (.xls), read by a process of its own: where the file ends that process, nothing else is lost.

The format says with two bytes where a cell stands, so that a damaged file of a few kilobytes can ask for a sheet of
four thousand million cells; and no part of it can be looked at before it is read. Such files are few and small.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.errors import FileProblem

MEMORY: Final = 4 << 30
"""Bytes of addresses for the process, most of them of libraries."""
SECONDS: Final = 60
MAX_COLUMNS: Final = 256
"""What the format allows."""
_LIST: Final = "sheets.json"


def read_old_workbook(path: Path) -> list[tuple[str, bool, pl.DataFrame]]:
    """Every sheet: name, whether it is shown, its cells as text.

    Raises
    ------
    FileProblem
        When it is damaged, locked or too large.
    """
    with tempfile.TemporaryDirectory(prefix="leadscape-") as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-m", __name__, str(path.resolve()), folder],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise _unreadable(path.name, f"it is not read within {SECONDS} seconds") from None
        if done.returncode or not (Path(folder) / _LIST).exists():
            raise _unreadable(path.name, "its parts contradict each other")
        listed = json.loads((Path(folder) / _LIST).read_text(encoding="utf-8"))
        if "problem" in listed:
            raise _unreadable(path.name, listed["problem"])
        return [
            (name, visible, pl.read_ipc((Path(folder) / f"{number}.arrow").read_bytes()))
            for number, (name, visible) in enumerate(listed["sheets"])
        ]


def _unreadable(name: str, how: str) -> FileProblem:
    return FileProblem(
        f"{name} cannot be opened as a workbook ({how}).",
        "It is damaged or locked with a password.",
        "Open it in a spreadsheet program and save it again as .xlsx, without a password.",
    )


def _write_sheets(path: Path, folder: Path) -> None:
    """In the process of its own: every sheet as a file, and the list of them at last."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows has no such limits
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import fastexcel

    try:
        reader = fastexcel.read_excel(path)
        sheets: list[tuple[str, bool]] = []
        for number, name in enumerate(reader.sheet_names):
            sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            if sheet.width > MAX_COLUMNS:
                raise ValueError(f"a sheet of {sheet.width:,} columns")
            frame = sheet.to_polars() if sheet.width else pl.DataFrame()
            frame.write_ipc(folder / f"{number}.arrow")
            sheets.append((sheet.name, sheet.visible == "visible"))
        said: dict[str, object] = {"sheets": sheets}
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, ValueError) as error:
        said = {"problem": (str(error).splitlines() or ["no reason"])[0]}
    (folder / _LIST).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    _write_sheets(Path(sys.argv[1]), Path(sys.argv[2]))
