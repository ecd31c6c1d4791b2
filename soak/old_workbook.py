"""An older Excel workbook (.xls) with one sheet of text and numbers, as small as can be, since nothing else writes one.

A compound file with one stream, *Workbook*, of BIFF8 records. Sources: [MS-CFB] and [MS-XLS], the open specifications.
"""

from __future__ import annotations

import struct
from typing import Final

SECTOR: Final = 512
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SMALLEST: Final = 4096
"""Streams below it would need a second table of sectors."""


def old_workbook(rows: list[list[str]]) -> bytes:
    """The bytes of a workbook; cells of digits alone are numbers."""
    globals_, sheet = _globals(0), _sheet(rows)
    stream = _globals(len(globals_)) + sheet
    return _compound(stream + bytes(max(0, SMALLEST - len(stream))))


def _record(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _globals(sheet_at: int) -> bytes:
    name = b"Table"
    bound = struct.pack("<IBBBB", sheet_at, 0, 0, len(name), 0) + name
    return (
        _begin(0x0005)
        + _record(0x0042, struct.pack("<H", 0x04B0))
        + _record(0x0085, bound)
        + _record(0x000A, b"")
    )


def _sheet(rows: list[list[str]]) -> bytes:
    widest = max(map(len, rows))
    cells = [_begin(0x0010), _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, widest, 0))]
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            place = struct.pack("<HHH", at, column, 0)
            if text.isdecimal() and len(text) < 12:
                cells.append(_record(0x0203, place + struct.pack("<d", float(text))))
            elif text:
                letters = text[:2000].encode("utf-16-le")
                cells.append(_record(0x0204, place + struct.pack("<HB", len(letters) // 2, 1) + letters))
    return b"".join(cells) + _record(0x000A, b"")


def _compound(stream: bytes) -> bytes:
    """One stream in a compound file: header, one table of sectors, one of names, then the stream."""
    sectors = -(-len(stream) // SECTOR)
    chain = [FAT_SECTOR, END, *range(3, sectors + 2), END]
    if len(chain) > SECTOR // 4:
        raise ValueError("More than one table of sectors would be needed.")
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
        0, 1, 1, 0, SMALLEST, END, 0, END, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[FREE] * 108)
    table = struct.pack(f"<{SECTOR // 4}I", *chain, *[FREE] * (SECTOR // 4 - len(chain)))
    names = (
        _entry("Root Entry", 5, 1, END, 0)
        + _entry("Workbook", 2, FREE, 2, len(stream))
        + _entry("", 0, FREE, 0, 0) * 2
    )
    return header + table + names + stream + bytes(sectors * SECTOR - len(stream))


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    letters = name.encode("utf-16-le")
    length = len(letters) + 2 if name else 0
    head = letters.ljust(64, b"\0") + struct.pack("<HBBIII", length, kind, 1, FREE, FREE, child)
    return head + bytes(16) + struct.pack("<IQQIQ", 0, 0, 0, start, size)
