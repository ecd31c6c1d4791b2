"""Where the records of a delimited text begin and end, and how many fields each has: counted on the bytes.

Nothing is parsed here and nothing is held but positions, so that a file is judged before it is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

DELIMITERS: Final = b",;\t|"
_CHUNK_BYTES: Final = 1 << 22
ORDINARY_QUOTE: Final = b"\x01"  # a control character that no text holds
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'


@dataclass(frozen=True)
class Records:
    """Where each record starts and ends (bytes, end exclusive), its fields, what its quotation marks are."""

    starts: np.ndarray
    ends: np.ndarray
    fields: np.ndarray
    paired: np.ndarray


def find_delimiter(head: bytes) -> int:
    """The candidate that stands most often outside quotation marks in the header; a comma by default."""
    data = np.frombuffer(head, dtype=np.uint8)
    outside = (np.cumsum(data == _QUOTE) & 1) == 0
    ends = np.flatnonzero(outside & (data == _NEWLINE))
    length = int(ends[0]) if len(ends) else len(data)
    counts = [int(((data == candidate) & outside)[:length].sum()) for candidate in DELIMITERS]
    return DELIMITERS[int(np.argmax(counts))]


def find_records(content: bytes, delimiter: int) -> tuple[bytes, Records]:
    """Records by quotation marks where these pair up, else one record a line.

    Returns
    -------
    tuple
        The content, in which :data:`ORDINARY_QUOTE` stands for every quotation mark inside a field that does not
        begin with one, byte for byte; and its records.
    """
    records = _records_by_quotes(content, delimiter)
    if records is not None:
        return content, records
    return _mend(content, _records_by_line(content, delimiter), delimiter)


def _mend(content: bytes, records: Records, delimiter: int) -> tuple[bytes, Records]:
    """Look at each line whose quotation marks do not pair up, field by field."""
    part = re.escape(bytes([delimiter]))
    field = re.compile(rb'(?:^|%b)(?:"(?:[^"]|"")*"(?=%b|\r?$)|([^%b]*))' % (part, part, part))
    changed, fields, paired = bytearray(content), records.fields.copy(), records.paired.copy()
    for at in np.flatnonzero(~records.paired):
        start, end = int(records.starts[at]), int(records.ends[at])
        found = list(field.finditer(content[start:end]))
        if any(match[1] is not None and match[1].startswith(b'"') for match in found):
            continue
        fields[at], paired[at] = len(found), True
        for match in found:
            if match[1]:
                first, last = start + match.start(1), start + match.end(1)
                changed[first:last] = match[1].replace(b'"', ORDINARY_QUOTE)
    return bytes(changed), Records(records.starts, records.ends, fields, paired)


def _records_by_quotes(content: bytes, delimiter: int) -> Records | None:
    """Records that end at a line break outside quotation marks; None where these do not pair up."""
    data = np.frombuffer(content, dtype=np.uint8)
    ends: list[np.ndarray] = []
    fields: list[np.ndarray] = []
    inside, separators_open = 0, 0
    for start in range(0, len(data), _CHUNK_BYTES):
        piece = data[start : start + _CHUNK_BYTES]
        quotes = np.flatnonzero(piece == _QUOTE)
        parity = (np.arange(len(quotes)) + inside) & 1
        if _misplaced(data, quotes + start, parity, delimiter).any():
            return None
        newlines, separators = np.flatnonzero(piece == _NEWLINE), np.flatnonzero(piece == delimiter)
        newlines = newlines[((np.searchsorted(quotes, newlines) + inside) & 1) == 0]
        separators = separators[((np.searchsorted(quotes, separators) + inside) & 1) == 0]
        before = np.searchsorted(separators, newlines)
        fields.append(np.diff(before, prepend=-separators_open) + 1)
        ends.append(newlines + start)
        separators_open = len(separators) - (int(before[-1]) if len(before) else -separators_open)
        inside = (inside + len(quotes)) & 1
    if inside:
        return None
    all_ends, all_fields = np.concatenate(ends), np.concatenate(fields)
    if not content.endswith(b"\n"):
        all_ends, all_fields = np.append(all_ends, len(data)), np.append(all_fields, separators_open + 1)
    return Records(_starts(all_ends), all_ends, all_fields, np.ones(len(all_ends), dtype=bool))


def _records_by_line(content: bytes, delimiter: int) -> Records:
    """One record a line, each judged by its own quotation marks."""
    data = np.frombuffer(content, dtype=np.uint8)
    parts: list[Records] = []
    start = 0
    while start < len(data):
        stop = (
            content.rfind(b"\n", start, start + _CHUNK_BYTES) + 1
            or content.find(b"\n", start) + 1
            or len(data)
        )
        piece = data[start:stop]
        ends = np.flatnonzero(piece == _NEWLINE)
        if stop == len(data) and piece[-1] != _NEWLINE:
            ends = np.append(ends, len(piece))
        starts = _starts(ends)
        quotes, separators = np.flatnonzero(piece == _QUOTE), np.flatnonzero(piece == delimiter)
        line_of_quote, line_of_separator = np.searchsorted(ends, quotes), np.searchsorted(ends, separators)
        quotes_before = np.searchsorted(quotes, starts)
        parity = (np.arange(len(quotes)) - quotes_before[line_of_quote]) & 1
        outside = ((np.searchsorted(quotes, separators) - quotes_before[line_of_separator]) & 1) == 0
        broken = np.bincount(line_of_quote, minlength=len(ends)) & 1 == 1
        broken[line_of_quote[_misplaced(data, quotes + start, parity, delimiter)]] = True
        fields = np.bincount(line_of_separator[outside], minlength=len(ends)) + 1
        parts.append(Records(starts + start, ends + start, fields, ~broken))
        start = stop
    return Records(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Records.__annotations__)
    )


def _starts(ends: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], ends[:-1] + 1])


def _begins_field(data: np.ndarray, quotes: np.ndarray, delimiter: int) -> np.ndarray:
    before = np.where(quotes > 0, data[np.maximum(quotes - 1, 0)], _NEWLINE)
    return np.isin(before, [delimiter, _NEWLINE])


def _misplaced(data: np.ndarray, quotes: np.ndarray, parity: np.ndarray, delimiter: int) -> np.ndarray:
    """Which quotation marks neither begin (parity 0) nor end (1) a field nor stand doubled inside one."""
    last = len(data) - 1
    before = data[np.maximum(quotes - 1, 0)]
    after = np.where(quotes < last, data[np.minimum(quotes + 1, last)], _NEWLINE)
    opens = _begins_field(data, quotes, delimiter) | ((before == _QUOTE) & (quotes > 0))
    closes = np.isin(after, [delimiter, _NEWLINE, _RETURN, _QUOTE])
    return np.where(parity == 0, ~opens, ~closes)
