"""Delimited text with a wrong cell, column, row, encoding or mark; also in gzip."""

from __future__ import annotations

import gzip
from random import Random
from typing import Final

from soak.mutated_bytes import NASTY, flip


def _rows(content: bytes) -> list[list[str]]:
    return [line.split(",") for line in content.decode("utf-8", errors="replace").split("\n")]


def _joined(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode("utf-8", errors="replace")


def _change_cell(content: bytes, random: Random) -> bytes:
    rows = _rows(content)
    for _ in range(random.choice((1, 1, 3))):
        row = random.choice(rows)
        word = random.choice(NASTY)
        quoted = '"' + word.replace('"', '""') + '"'
        row[random.randrange(len(row))] = word if random.random() < 0.3 else quoted
    return _joined(rows)


def _fill_column(content: bytes, random: Random) -> bytes:
    rows = _rows(content)
    at, word = random.randrange(len(rows[0])), random.choice(NASTY)
    for row in rows[1:]:
        if at < len(row):
            row[at] = '"' + word.replace('"', '""') + '"'
    return _joined(rows)


def _change_columns(content: bytes, random: Random) -> bytes:
    rows = _rows(content)
    at, to = random.randrange(len(rows[0])), random.randrange(len(rows[0]))
    how = random.choice(("twice", "gone", "swapped", "same heading", "no heading", "wide"))
    if how == "same heading":
        rows[0][to] = rows[0][at]
    elif how == "no heading":
        rows[0][at] = ""
    elif how == "wide":
        rows[0] += [f"column {n}" for n in range(random.choice((3, 300)))]
    else:
        for row in rows:
            if max(at, to) < len(row):
                if how == "twice":
                    row.insert(to, row[at])
                elif how == "gone":
                    del row[at]
                else:
                    row[at], row[to] = row[to], row[at]
    return _joined(rows)


def change_rows(content: bytes, random: Random) -> bytes:
    lines = content.split(b"\n")
    at = random.randrange(len(lines))
    how = random.choice(
        ("twice", "gone", "shuffled", "blank", "no header", "only header", "many", "short", "torn")
    )
    if how == "twice":
        lines.insert(at, lines[random.randrange(len(lines))])
    elif how == "gone":
        del lines[at]
    elif how == "shuffled":
        random.shuffle(lines)
    elif how == "blank":
        lines[at:at] = [b"", b",,,", b"  "]
    elif how == "no header":
        lines = lines[1:]
    elif how == "only header":
        lines = lines[:1]
    elif how == "many":
        lines += lines[1:] * 5
    elif how == "short":
        lines[at] = lines[at].split(b",")[0]
    else:
        middle = random.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:middle] + b"\n" + lines[at][middle:]
    return b"\n".join(lines)


def save_otherwise(content: bytes, random: Random) -> bytes:
    text = content.decode("utf-8", errors="replace")
    how = random.choice(
        ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "utf-8-sig", "cp437", "utf-7", "ascii")
    )
    try:
        return text.encode(how, errors=random.choice(("replace", "ignore", "xmlcharrefreplace")))
    except UnicodeError:
        return content


def _other_marks(content: bytes, random: Random) -> bytes:
    was, now = random.choice(
        ((b",", b";"), (b",", b"\t"), (b",", b"|"), (b"\n", b"\r\n"), (b"\n", b"\r"), (b"\n", b"\n\n"), (b'"', b"'"),
         (b",", b'","'), (b"\n", b""), (b"\n", "\u2028".encode()), (b" ", "\u00a0".encode()))
    )  # fmt: skip
    return content.replace(was, now)


TABLE = (_change_cell, _change_cell, _change_cell, _fill_column, _fill_column, _change_columns, _change_columns,
          change_rows, change_rows, save_otherwise, _other_marks)  # fmt: skip


def _packed(content: bytes, random: Random) -> bytes:
    try:
        plain = gzip.decompress(content)
    except (OSError, EOFError, ValueError, gzip.zlib.error):  # type: ignore[attr-defined]
        return flip(content, random) if content else content
    return gzip.compress(random.choice(TABLE)(plain, random), 1, mtime=0)


PACKED: Final = (_packed,)
