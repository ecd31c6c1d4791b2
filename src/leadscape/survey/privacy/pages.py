"""Pages for one person: what is held about them, and a notice, as HTML that needs nothing else."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from leadscape.survey.privacy.record import PersonRecord

STYLE: Final = (
    "body{font-family:sans-serif;line-height:1.5;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c}"
    "table{border-collapse:collapse;margin:1rem 0 2rem;display:block;overflow-x:auto}"
    "caption{text-align:left;font-weight:bold;padding:.5rem 0}"
    "th,td{border:1px solid #b1b4b6;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "th{background:#f3f2f1}"
)


def page(title: str, body: str) -> str:
    """A whole document in English."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def record_page(record: PersonRecord) -> str:
    """Everything held about one person, a table after another; an empty one says that it is empty."""
    parts = [
        f"<h1>What the study holds about {escape(record.leader_id)}</h1>\n",
        f"<p>{escape(record.title)}, as of {escape(record.as_of)}. Everything below is held; nothing is left out. "
        "You may object to it, have it corrected, or ask for it to be erased.</p>\n",
    ]
    for name, frame in record.tables.items():
        heading = record.heading(name)
        parts.append(f"<h2>{escape(heading)}</h2>\n")
        parts.append(table(frame, heading) if frame.height else "<p>Nothing.</p>\n")
    return page(f"What the study holds about {record.leader_id}", "".join(parts))


def table(frame: pl.DataFrame, caption: str) -> str:
    """A frame as an HTML table; columns in which no row has anything are left out."""
    filled = frame.select(name for name in frame.columns if frame[name].null_count() < frame.height)
    head = "".join(f'<th scope="col">{escape(name.replace("_", " "))}</th>' for name in filled.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(cell))}</td>" for cell in row) + "</tr>\n"
        for row in filled.iter_rows()
    )
    top = f"<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>"
    return f"<table>\n{top}\n<tbody>\n{rows}</tbody>\n</table>\n"


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
