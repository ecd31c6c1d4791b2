"""Which characters the bytes of a text file stand for: never guessed in silence, never lossy in silence.

UTF-8 (with or without a byte order mark), UTF-16 with one, and cp1252, in which spreadsheets on Windows
save text. A file in UTF-8 with a few bytes of cp1252 in it is met in published extracts: those bytes are
read as cp1252 and their rows are reported.
"""

from __future__ import annotations

import codecs
from typing import Final

import numpy as np

_CP1252_HOLES: Final = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_FALLBACK: Final = "leadscape.cp1252"
_PIECE_BYTES: Final = 1 << 24


def recognise_encoding(content: bytes) -> tuple[bytes, str, np.ndarray]:
    """Content without its byte order mark, its encoding, and the positions of bytes that are no character.

    Text in UTF-16 comes back as UTF-8, so that a byte below 128 is always the character it looks like.
    """
    nowhere = np.array([], dtype=np.int64)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace").encode(), "utf-16", nowhere
    marked = content.startswith(codecs.BOM_UTF8)
    content = content.removeprefix(codecs.BOM_UTF8)
    utf8 = "utf-8-sig" if marked else "utf-8"
    if _is_utf8(content):
        return content, utf8, nowhere
    data = np.frombuffer(content, dtype=np.uint8)
    characters, wrong = _utf8_characters(data)
    # Text in cp1252 hardly ever has neighbours that make a character of UTF-8; text in UTF-8 has little else.
    if marked or characters > len(wrong):
        return content, utf8, wrong
    return content, "cp1252", np.flatnonzero(np.isin(data, _CP1252_HOLES))


def decode(content: bytes, encoding: str) -> bytes:
    """The same text as UTF-8. What is no character is read as cp1252, failing that as U+FFFD."""
    if encoding == "cp1252":
        pieces = (content[at : at + _PIECE_BYTES] for at in range(0, len(content), _PIECE_BYTES))
        return b"".join(piece.decode("cp1252", "replace").encode() for piece in pieces)
    return content if _is_utf8(content) else content.decode("utf-8", _FALLBACK).encode()


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(content), _PIECE_BYTES):
            decoder.decode(content[at : at + _PIECE_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _utf8_characters(data: np.ndarray) -> tuple[int, np.ndarray]:
    """Characters above ASCII that the bytes hold as UTF-8, and the positions of bytes that belong to none."""
    high = np.flatnonzero(data >= 0x80)
    padded = np.concatenate([data, np.zeros(3, dtype=np.uint8)])
    first = data[high]
    length = np.select([first >= 0xF5, first >= 0xF0, first >= 0xE0, first >= 0xC2], [0, 4, 3, 2], 0)
    for step in (1, 2, 3):
        follows = (padded[high + step] & 0xC0) == 0x80
        length = np.where((length > step) & ~follows, 0, length)
    leads = length > 0
    members = np.concatenate([high[length > step] + step for step in range(4)])
    return int(leads.sum()), np.setdiff1d(high, members)


def _read_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_FALLBACK, _read_as_cp1252)
