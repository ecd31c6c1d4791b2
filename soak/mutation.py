"""How may a file be wrong? Every way that somebody's program, network or ill will has of spoiling one, by the seed.

A mutation knows what the file is made of: cells of a table, parts of a workbook, values of TOML and JSON, elements of
XML. Random bytes alone never get past the first check of a format; a file that is right but for one cell does.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from soak.mutated_bytes import BYTES
from soak.mutated_markup import XML
from soak.mutated_settings import TOML
from soak.mutated_tables import PACKED, TABLE
from soak.mutated_trees import JSON
from soak.mutated_workbooks import WORKBOOK

WAYS: Final[dict[str, tuple[Callable[[bytes, Random], bytes], ...]]] = {
    "bytes": BYTES,
    "table": TABLE,
    "packed": PACKED,
    "workbook": WORKBOOK,
    "toml": TOML,
    "json": JSON,
    "xml": XML,
}
"""What a file is made of to the ways in which it is spoilt."""


def mutate(content: bytes, kind: str, random: Random) -> bytes:
    """The file spoilt in one to four ways.

    Parameters
    ----------
    kind
        What it is made of: ``table`` (delimited text), ``packed`` (the same in gzip), ``workbook``, ``toml``, ``json``,
        ``xml`` or ``bytes``.
    random
        The same numbers spoil the same file in the same ways.
    """
    ways = WAYS[kind]
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        # Bytes one time in five: the rest would seldom be reached otherwise.
        way = random.choice(BYTES) if random.random() < 0.2 else random.choice(ways)
        content = way(content, random)
    return content
