"""TOML with a wrong value, list, key or section."""

from __future__ import annotations

import json
from random import Random
from typing import Final

from soak.mutated_bytes import NASTY, replace_some
from soak.mutated_tables import change_rows, save_otherwise

_VALUES: Final = (
    '""', '"x"', "0", "-1", "1.5", "nan", "inf", "true", "[]", "[[]]", "{}", "2006-06-30", "2006-06-30T10:00:00Z",
    "07:32:00", '["a", 1, []]', "{a = {b = 1}}", '"\\u0000"', '"\\ud7ff"', '"""a\nb"""', "9223372036854775807",
    "99999999999999999999", "1e400", "0001-01-01",
    "9999-12-31", '["*"]', '["**/*"]', '"../../etc/passwd"', '"(?P<"', '"(a+)+$"', "'''\n'''",
)  # fmt: skip


def _toml_value(content: bytes, random: Random) -> bytes:
    value = random.choice((*_VALUES, json.dumps(random.choice(NASTY)))).encode("utf-8", errors="replace")
    return replace_some(content, rb"(?m)= *[^\n]+$", lambda _: b"= " + value, random)


def _toml_list_item(content: bytes, random: Random) -> bytes:
    value = random.choice(_VALUES).encode()
    return replace_some(content, rb'"[^"\n]*"', lambda _: value, random)


def _toml_key(content: bytes, random: Random) -> bytes:
    key = random.choice((b"id", b"x", b'"a b"', b"a.b", b"title", b"", b"label", b'"\\u0000"', "é".encode()))
    return replace_some(content, rb"(?m)^\w+(?= *=)", lambda _: key, random)


def _toml_section(content: bytes, random: Random) -> bytes:
    head = random.choice((b"[study]", b"[[x]]", b"[x.y.z]", b"", b"[[study]]", b"[a]\n[a]", b"[" * 50))
    return replace_some(content, rb"(?m)^\[+[^\n]+\]+$", lambda _: head, random)


TOML: Final = (
    _toml_value,
    _toml_value,
    _toml_list_item,
    _toml_key,
    _toml_section,
    change_rows,
    save_otherwise,
)
