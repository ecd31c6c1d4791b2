"""Is a TOML file built as its reader expects? Every key of the wrong type or absent, each as a sentence.

A shape is a type or several (``str``, ``(str, int)``), a list of shapes (``[str]``), a :class:`Keys` for a table with
known keys, or an :class:`AnyKeys` for one whose keys the author chooses. What else a value must hold is checked by its
reader, which after this may rely on the types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

WORDS: Final[dict[type, str]] = {
    str: "text in quotation marks",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date",
    dict: "a table of keys",
    list: "a list in square brackets",
}


@dataclass(frozen=True)
class Keys:
    """A table: keys that must be there, and keys that may be. Other keys are left to the reader."""

    needed: Mapping[str, Any] = field(default_factory=dict)
    allowed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AnyKeys:
    """A table with keys of the author's, whose values all have one shape."""

    values: Any


def shape_problems(value: Any, shape: Any, place: str = "") -> tuple[str, ...]:
    """What in ``value`` does not have ``shape``; ``place`` is how the file names it."""
    if isinstance(shape, Keys | AnyKeys):
        if not isinstance(value, dict):
            return (_must_be(place, value, WORDS[dict]),)
        known = shape.values if isinstance(shape, AnyKeys) else {**shape.needed, **shape.allowed}
        entries = [
            (key, entry, known if isinstance(shape, AnyKeys) else known[key])
            for key, entry in value.items()
            if isinstance(shape, AnyKeys) or key in known
        ]
        found = [] if isinstance(shape, AnyKeys) else _absent(value, shape, place)
        for key, entry, expected in entries:
            found += shape_problems(entry, expected, f"{place}.{key}" if place else key)
        return tuple(found)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return (_must_be(place, value, WORDS[list]),)
        numbered = enumerate(value, 1)
        return tuple(
            told
            for number, entry in numbered
            for told in shape_problems(entry, shape[0], f"{place}[{number}]")
        )
    alternatives = shape if isinstance(shape, tuple) else (shape,)
    if any(not isinstance(kind, type) and not shape_problems(value, kind, place) for kind in alternatives):
        return ()
    kinds = tuple(kind for kind in alternatives if isinstance(kind, type))
    if _is_one_of(value, kinds):
        return ()
    words = [WORDS[kind] if isinstance(kind, type) else _word(kind) for kind in alternatives]
    return (_must_be(place, value, " or ".join(dict.fromkeys(words))),)


def _is_one_of(value: Any, kinds: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return bool in kinds
    if isinstance(value, datetime):
        return False
    return isinstance(value, kinds) or (isinstance(value, int) and float in kinds)


def _word(shape: Any) -> str:
    return WORDS[list] if isinstance(shape, list) else WORDS[dict]


def _absent(value: dict[str, Any], shape: Keys, place: str) -> list[str]:
    return [f"{place or 'The file'} lacks {key!r}." for key in shape.needed if key not in value]


def _must_be(place: str, value: Any, words: str) -> str:
    shown = repr(value)
    return f"{place or 'The file'} must be {words}, not {shown if len(shown) <= 40 else f'{shown[:39]}…'}."
