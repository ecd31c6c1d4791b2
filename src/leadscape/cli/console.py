"""Printing: tables and progress for people, one JSON object for machines, mistakes as sentences."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from leadscape.core.errors import LeadscapeError

PIPED_WIDTH = 120
SHORT_CELL = 16
LONGEST_ID = 40
PROBLEMS_PRINTED = 50

# Where nobody watches, a table keeps one width whatever terminal happens to be there.
out = Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else PIPED_WIDTH)

NUMERIC = pl.selectors.numeric()


class Steps:
    """A progress bar that moves one step at a time; its labels are what the work is doing now."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("Starting", total=total)
        self._begun = False

    def step(self, label: str) -> None:
        """Say what is done now; the step before is finished."""
        self._progress.update(self._task, advance=1 if self._begun else 0, description=label)
        self._begun = True

    def finish(self) -> None:
        """Fill the bar."""
        self._progress.update(self._task, completed=self._progress.tasks[0].total, description="Done")


@contextmanager
def steps(total: int, *, quiet: bool = False) -> Iterator[Steps]:
    """A progress bar on standard error while the block runs; nothing where nobody would see it."""
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet or not err.is_terminal) as progress:
        watcher = Steps(progress, total)
        yield watcher
        watcher.finish()


def print_json(content: Mapping[str, Any]) -> None:
    """One JSON object on standard output; frames become lists of objects, dates ISO text."""
    sys.stdout.write(json.dumps(content, default=_plain, ensure_ascii=False, sort_keys=False) + "\n")


def print_table(
    frame: pl.DataFrame,
    title: str | None = None,
    *,
    headings: Mapping[str, str] | None = None,
    figures: Collection[str] = (),
    limit: int | None = None,
) -> None:
    """A frame as a table; a missing cell is an en dash, never a blank or a zero.

    Parameters
    ----------
    figures
        Columns of text that hold figures, to be set to the right like numbers.
    limit
        Rows printed; the rest are counted.
    """
    shown = frame.head(limit) if limit is not None else frame
    cells = [
        [_share(value) if name.endswith("_share") else _cell(value) for name, value in row.items()]
        for row in shown.iter_rows(named=True)
    ]
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    numeric = set(frame.select(NUMERIC).columns)
    for number, name in enumerate(frame.columns):
        heading = (headings or {}).get(name, name.replace("_", " "))
        # Short cells keep to one line, so that the long ones have the room.
        widest = max([len(heading), *(len(row[number]) for row in cells)])
        justify = "right" if name in numeric or name in figures else "left"
        # The first column names the row, often by an id that must be copied, so it is never cut.
        whole = widest <= (LONGEST_ID if number == 0 else SHORT_CELL)
        table.add_column(
            heading, justify=justify, no_wrap=whole, min_width=widest if whole else None, overflow="fold"
        )
    for row in cells:
        table.add_row(*row)
    if title:
        out.print(escape(title), style="bold", soft_wrap=True)
    out.print(table)
    if shown.height < frame.height:
        out.print(f"… {frame.height - shown.height:,} more rows; use --json for all of them.")


def print_lines(*lines: str) -> None:
    """Sentences, as they are."""
    for line in lines:
        out.print(escape(line), soft_wrap=True)


def print_error(error: LeadscapeError, *, as_json: bool = False) -> None:
    """What happened, why it matters, what to do next, and every problem behind it."""
    problems = getattr(error, "problems", None)
    if as_json:
        listed = problems.to_dicts() if isinstance(problems, pl.DataFrame) else list(problems or ())
        print_json(
            {
                "error": type(error).__name__,
                "what": error.what,
                "why": error.why,
                "next_step": error.next_step,
                "problems": listed,
            }
        )
        return
    for sentence in (error.what, error.why, error.next_step):
        err.print(escape(sentence), soft_wrap=True)
    if isinstance(problems, pl.DataFrame) and problems.height:
        _print_problems(problems)


def _print_problems(problems: pl.DataFrame) -> None:
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    for name in problems.columns:
        table.add_column(name)
    for row in problems.head(PROBLEMS_PRINTED).iter_rows():
        table.add_row(*(_cell(value) for value in row))
    err.print(table)
    if problems.height > PROBLEMS_PRINTED:
        err.print(f"… and {problems.height - PROBLEMS_PRINTED:,} more; --json lists all of them.")


def _share(value: float | None) -> str:
    """A share of 0-1 in per cent; what is not quite all is never rounded up to it."""
    if value is None:
        return "–"
    pct = min(round(100 * value, 1), 99.9) if value < 1 else 100.0
    return f"{pct:.1f} %"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, list):
        return escape("; ".join(str(entry) for entry in value))
    return escape(str(value))


def _plain(value: Any) -> Any:
    if isinstance(value, pl.DataFrame):
        return value.to_dicts()
    return str(value)
