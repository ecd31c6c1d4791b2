"""The strengths-and-needs matrix as one picture: a row a school, a column a theme, in as many blocks as fill a page.

Each cell has a mark as well as a colour: + strong, - weak, · typical, ? unknown; no box where the theme is not about
the school.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import ceil
from typing import TYPE_CHECKING, Final

from leadscape.report.rendering import Figure, wrap_drawing
from leadscape.report.style import BAND_FILL, INK, MARK, PAPER, RULE, SOFT_INK, STRONG_RULE, WARNING

if TYPE_CHECKING:
    from leadscape.report.matrix_contents import MatrixContents

NAME_WIDTH: Final = 124
NAME_CHARACTERS: Final = 25
CELL: Final = 13
ROW: Final = 13
HEAD: Final = 40
BLOCK_GAP: Final = 14
TEXT: Final = 9.5
LARGEST_MM: Final = 0.36
"""A unit of the drawing on paper is at most this (mm): text of about 10 point."""

FILLS: Final = {"strong": MARK, "typical": BAND_FILL, "weak": WARNING, "unknown": PAPER}
SIGNS: Final = {"strong": "+", "typical": "·", "weak": "\u2212", "unknown": "?"}
SIGN_INK: Final = {"strong": PAPER, "typical": INK, "weak": PAPER, "unknown": SOFT_INK}


@dataclass(frozen=True)
class Layout:
    """How the rows are laid out.

    Attributes
    ----------
    blocks, rows
        Blocks side by side, and rows in each.
    width, height
        Of the drawing, in its units.
    mm
        Millimetres a unit on paper.
    """

    blocks: int
    rows: int
    width: float
    height: float
    mm: float


def lay_out(schools: int, themes: int, width_mm: float, height_mm: float) -> Layout:
    """The number of blocks with which the picture is largest on paper of this size."""
    found = []
    for blocks in range(1, min(schools, 8) + 1):
        rows = ceil(schools / blocks)
        width = blocks * (NAME_WIDTH + themes * CELL) + (blocks - 1) * BLOCK_GAP
        height = HEAD + rows * ROW
        mm = min(width_mm / width, height_mm / height, LARGEST_MM)
        found.append(Layout(blocks, rows, width, height, mm))
    return max(found, key=lambda one: (one.mm, -one.blocks))


def draw_matrix(contents: MatrixContents, layout: Layout) -> Figure:
    """The picture."""
    frame = contents.cells
    themes = contents.columns
    parts: list[str] = []
    block_width = NAME_WIDTH + len(themes) * CELL + BLOCK_GAP
    for block in range(layout.blocks):
        x = block * block_width
        rows = frame[block * layout.rows : (block + 1) * layout.rows]
        if not rows.height:
            continue
        parts += [
            f'<text x="0" y="0" font-size="{TEXT}" fill="{INK}" '
            f'transform="translate({x + NAME_WIDTH + place * CELL + 9},{HEAD - 5}) rotate(-62)">{escape(short)}</text>'
            for place, (_, _, short) in enumerate(themes)
        ]
        for line, row in enumerate(rows.iter_rows(named=True)):
            parts.append(_row(row, themes, x, HEAD + line * ROW))
    counts = _in_words(contents)
    return wrap_drawing(
        "matrix",
        f"Strengths and needs of {contents.matrix.name}",
        counts,
        "".join(parts),
        layout.width,
        layout.height,
    )


def _row(row: dict[str, str | None], themes: tuple[tuple[str, str, str], ...], x: float, y: float) -> str:
    name = str(row["name"])
    short = name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 1].rstrip()}…"
    parts = [
        f'<text x="{x}" y="{y + 9.5}" font-size="{TEXT}" fill="{INK}"><title>{escape(name)}</title>'
        f"{escape(short)}</text>",
        f'<line x1="{x}" y1="{y + ROW - 0.5}" x2="{x + NAME_WIDTH - 3}" y2="{y + ROW - 0.5}" stroke="{RULE}" '
        f'stroke-width="0.5"/>',
    ]
    for place, (theme, label, _) in enumerate(themes):
        strength = row[theme]
        if strength is None:
            continue
        left = x + NAME_WIDTH + place * CELL
        edge = STRONG_RULE if strength == "unknown" else FILLS[strength]
        dashed = ' stroke-dasharray="2 1.5"' if strength == "unknown" else ""
        parts.append(
            f"<g><title>{escape(name)}: {escape(label)}, {strength}</title>"
            f'<rect x="{left + 0.75}" y="{y + 0.75}" width="{CELL - 1.5}" height="{ROW - 1.5}" '
            f'fill="{FILLS[strength]}" stroke="{edge}" stroke-width="0.5"{dashed}/>'
            f'<text x="{left + CELL / 2}" y="{y + 9.5}" font-size="{TEXT}" text-anchor="middle" '
            f'fill="{SIGN_INK[strength]}">{SIGNS[strength]}</text></g>'
        )
    return "".join(parts)


def _in_words(contents: MatrixContents) -> str:
    told = [
        f"{label}: {(column == 'strong').sum()} strong, {(column == 'weak').sum()} weak, "
        f"{(column == 'unknown').sum()} unknown"
        for theme, label, _ in contents.columns
        for column in [contents.cells[theme]]
    ]
    return (
        f"One row for each of {contents.cells.height} schools, one column for each theme. {'; '.join(told)}."
    )
