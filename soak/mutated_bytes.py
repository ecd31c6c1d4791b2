"""Bytes changed, lost, put in or said again on the way, whatever the file is; and words that nobody expects."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Final

NASTY: Final[tuple[str, ...]] = (
    "", " ", "\x00", "\x01\x1f", "\ufeff", "\u202e", "\u00a0", "\U0001f600", "é" * 300, "x" * 40_000, '"', '""',
    '"ab"c', "'", ",", ";", "\t", "a\nb", "a\r\nb", "\r", "=1+1", '=HYPERLINK("http://127.0.0.1")', "@SUM(1)", "+1",
    "-1", "<script>alert(1)</script>", "&amp;&#x0;", "null", "None", "NaN", "inf", "-inf", "1e309", "-0", "0",
    "9" * 40, "2147483648", "9223372036854775808", "1.5", "1,5", "100001.0", "0x10", "TRUE", "0000-00-00", "31/02/2006",
    "2006-06-31", "9999-12-31", "10000-01-01", "0001-01-01", "30 June 06", "1900-02-29", "38898", "1e5", "12:30",
    "c", "SUPP", "low", "x", "z", "yes", "no", "none", "same", "../../etc/passwd", "CON", "%s%n", "{0}", "$(id)", "\\",
)  # fmt: skip
"""What a cell or a value may be that nobody expects."""


def replace_some(
    part: bytes, pattern: bytes, replacement: Callable[[re.Match[bytes]], bytes], random: Random
) -> bytes:
    """Some of the places that fit a pattern, each with its own replacement."""
    share = random.choice((0.02, 0.2, 1.0))
    return re.sub(
        pattern, lambda found: replacement(found) if random.random() < share else found[0], part, flags=re.S
    )


def xml_text(word: str) -> bytes:
    plain = word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.encode("utf-8", errors="replace")


def flip(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(min(len(changed), random.choice((1, 2, 8, 64)))):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _cut_out(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    return content[:start] + content[start + random.choice((1, 2, 16, 256)) :]


def _put_in(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content) + 1)
    put = random.choice(
        (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\n", b'"', b"\x80", random.randbytes(9))
    )
    return content[:at] + put + content[at:]


def break_off(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _repeat(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    end = min(len(content), start + random.choice((1, 10, 200)))
    return content[:end] + content[start:end] * random.choice((1, 2, 50)) + content[end:]


BYTES: Final[tuple[Callable[[bytes, Random], bytes], ...]] = (flip, _cut_out, _put_in, break_off, _repeat)
