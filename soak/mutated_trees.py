"""JSON with a wrong value anywhere in its tree, or far too deep."""

from __future__ import annotations

import json
from random import Random
from typing import Any, Final

from soak.mutated_bytes import NASTY, flip


def _json(content: bytes, random: Random) -> bytes:
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError):
        return flip(content, random) if content else content
    places = _places(tree)
    for _ in range(random.choice((1, 1, 3))):
        if not places:
            break
        holder, key = random.choice(places)
        try:
            if random.random() < 0.25:
                del holder[key]
            else:
                holder[key] = _nasty_json(random)
        except (IndexError, KeyError):
            continue
    return json.dumps(tree).encode("utf-8", errors="replace")


def _places(tree: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            keys = list(one) if isinstance(one, dict) else range(len(one))
            found += [(one, key) for key in keys]
            waiting += [one[key] for key in keys]
    return found


def _nasty_json(random: Random) -> Any:
    deep: Any = []
    for _ in range(50):
        deep = [deep]
    return random.choice(
        (None, True, 0, -1, 1.5, 1e308, float("nan"), float("inf"), 10**30, "", "Polygon", "\ud800", {}, [], [[]],
         [[[]]], [0], [0, 0], [[0, 0], [0, 0]], [[0, 0], [1, 1], [1, 0], [0, 0]],
         {"type": "Polygon", "coordinates": [[[0]]]},
         {"type": "GeometryCollection", "geometries": []}, deep, random.choice(NASTY))
    )  # fmt: skip


def _deep_json(content: bytes, random: Random) -> bytes:
    depth = random.choice((100, 100_000))
    at = content.find(b"[") + 1
    return content[:at] + b"[" * depth + b"]" * depth + b"," + content[at:]


JSON: Final = (_json, _json, _json, _json, _deep_json)
