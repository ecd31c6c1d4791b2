"""Files out: whole or not at all, the same bytes for the same table, and nothing a spreadsheet would execute.

A cell that starts with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return is a formula to a spreadsheet (OWASP,
"CSV Injection"). Such text gets an apostrophe in front on the way out and loses it on the way in.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import OutputBlocked

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMULA_START: Final = r"^[=+\-@\t\r]"
_NUMBER: Final = r"^[+-]?\d+(\.\d+)?$"
_GUARDED: Final = r"^'[=+\-@\t\r]"


def guard_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with an apostrophe before every text that a spreadsheet would run; plain numbers are left alone."""
    return frame.with_columns(
        pl.when(_is_formula(pl.col(name)))
        .then(pl.concat_str(pl.lit("'"), pl.col(name)))
        .otherwise(pl.col(name))
        .alias(name)
        for name in frame.select(pl.selectors.string()).columns
    )


def unguard_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Undo :func:`guard_formulas`, so that a file written by leadscape reads back as it was."""
    text = pl.selectors.string()
    return frame.with_columns(
        pl.when(text.str.contains(_GUARDED)).then(text.str.slice(1)).otherwise(text).name.keep()
    )


def _is_formula(text: pl.Expr) -> pl.Expr:
    return text.str.contains(FORMULA_START) & ~text.str.contains(_NUMBER)


def guarded_text(text: str) -> str:
    """One cell made harmless, as :func:`guard_formulas` does for a frame."""
    return f"'{text}" if re.search(FORMULA_START, text) and not re.search(_NUMBER, text) else text


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that replaces it only when the block ends well.

    Raises
    ------
    OutputBlocked
        When the folder cannot be made or written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        os.replace(partial, path)
    except OSError as error:
        raise OutputBlocked(
            f"{path} cannot be written ({error.strerror or error}).",
            "Results are written whole or not at all, so nothing of it was kept.",
            "Choose a folder you may write to, with enough room.",
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """One table as UTF-8 CSV with Unix line ends; formulas guarded, lists joined with a semicolon."""
    flat = frame.with_columns(
        pl.selectors.list().cast(pl.List(pl.String)).list.join("; "),
        pl.selectors.categorical().cast(pl.String),
    )
    with whole_file(path) as partial:
        guard_formulas(flat).write_csv(partial, line_terminator="\n")


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """One table as Parquet, with nothing in it that differs between two runs."""
    with whole_file(path) as partial:
        frame.write_parquet(partial, compression="zstd", statistics=True)


def write_text(text: str, path: Path) -> None:
    """Text as UTF-8 with Unix line ends."""
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
