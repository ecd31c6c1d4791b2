"""What rooms hold about people that others cannot know of: rooms say it here, and are asked when a person is erased.

Names, addresses and free words stand in tables of several rooms. Whoever keeps such a table adds a function that
empties it of one person; whoever comes to know an address hands it over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Final
from uuid import UUID

import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.core.tabular import ENDINGS


@dataclass(frozen=True)
class ErasedSubject:
    """Who is being erased, for those who must find what they hold.

    Attributes
    ----------
    person
        Id in ``accounts_person``.
    leader_keys
        Keys of the library by which runs call them.
    names
        Every name they have or had. Gone when the erasure is done: never to be kept.
    schools
        URNs of the schools they are known at. Who bears a name elsewhere is somebody else.
    using
        Alias of the owner's connection, in the transaction of the erasure, in which a reason is set.
    told
        What rooms left because it only may be about the person, a sentence each and without a name: rooms add to it.
    """

    person: UUID
    leader_keys: tuple[str, ...]
    names: tuple[str, ...]
    schools: tuple[str, ...]
    using: str
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sifted:
    """A file without people who stay out.

    Attributes
    ----------
    taken_out
        How many lines, heads and words were taken out.
    doubtful
        Rows that may name one of them and were left.
    """

    content: bytes
    taken_out: int = 0
    doubtful: tuple[int, ...] = ()


Sift = Callable[[str, str, bytes, str], Sifted]
Erase = Callable[[ErasedSubject], int]
Receive = Callable[[Any, str, str, str], bool]
_ENDINGS: Final = (*ENDINGS, ".toml", ".json", ".secret")
_APOSTROPHES: Final = "'’‘`´"
_POSSESSIVE: Final = re.compile(rf"[{_APOSTROPHES}]s\b", re.IGNORECASE)
_OF_A_CHURCH: Final = re.compile(r"(?<= )(?:c of e|c e|r c|c i w|c of s)(?= )")
_ERASE: Final[dict[str, Erase]] = {}
_RECEIVE: Final[dict[str, Receive]] = {}
_SIFT: Final[dict[str, Sift]] = {}


def add_eraser(name: str, erase: Erase) -> None:
    """Let a room empty its tables of a person who is erased; ``erase`` gives how many records it changed."""
    _ERASE[name] = erase


def erase_everywhere(subject: ErasedSubject) -> Mapping[str, int]:
    """Ask every room; records changed, by room."""
    return {name: _ERASE[name](subject) for name in sorted(_ERASE)}


def is_called_after(file_name: str, names: Iterable[str]) -> bool:
    """Whether one of the names of a person stands in the name of a file.

    Its first and last word, wherever they stand; or its last word beside the initial of the first: ``Smith, J.``,
    ``J M Smith``, ``jsmith``. The last word alone is none: places and schools bear it too.
    """
    parted = _POSSESSIVE.sub("", file_name)
    words = _words(
        "".join(letter if letter.isalnum() or letter in _APOSTROPHES else " " for letter in parted)
    )
    return any(_names(words, name) for name in map(_words, names) if len(name) > 1)


def _names(words: Sequence[str], name: Sequence[str]) -> bool:
    first, last = name[0], name[-1]
    if {first, last} <= set(words) or f"{first[0]}{last}" in words:
        return True
    # Letters that stand together around the last word, without those that say which church a school is of.
    text = _OF_A_CHURCH.sub(" | ", f" {' '.join(words)} ").split()
    for at, word in enumerate(text):
        if word == last:
            before = list(takewhile(_is_letter, reversed(text[:at])))
            after = list(takewhile(_is_letter, text[at + 1 :]))
            if first[0] in (before[-1:] + after[:1]):
                return True
    return False


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isalpha()


def plain_name(key: Any, file_name: str) -> str:
    """What a file is called that must not be called after a person any more: its number, and its ending.

    A number at its beginning stays, since a return is its respondent's by that.
    """
    first, dot, _ = file_name.partition(".")
    sender = f"{first}." if dot and first.isascii() and first.isdigit() else ""
    # Only endings that are known: what else stands behind a point may be a name.
    ending = max((one for one in _ENDINGS if file_name.lower().endswith(one)), key=len, default="")
    return f"{sender}file-{key}{ending}"


def _words(text: str) -> list[str]:
    return str(pl.select(normalise_name(pl.lit(text))).item() or "").split()


def set_receiver(receive: Receive) -> None:
    """Who keeps addresses of people named: the room of privacy."""
    _RECEIVE["addresses"] = receive


def hand_over_address(person: Any, email: str, *, source: str = "round", using: str = "default") -> None:
    """Hand over an e-mail address at which a person who is named can be told.

    Parameters
    ----------
    person
        Id in ``accounts_person``.
    source
        ``round``, ``file`` or ``editor``.
    using
        Alias of the connection; a reason must be set in its transaction.
    """
    if "addresses" in _RECEIVE:
        _RECEIVE["addresses"](person, email, source, using)


def set_sieve(sift: Sift) -> None:
    """Say who takes people who stay out from files before they are kept: the room of privacy.

    Parameters
    ----------
    sift
        Gets the key of the study file, the file's name, its content and the alias of the owner's connection.
    """
    _SIFT["files"] = sift


def sift(key: str, file_name: str, content: bytes, using: str) -> Sifted:
    """A file of a study as it may be kept, in a transaction that holds the lock of loads.

    Raises
    ------
    LeadscapeError
        When it names somebody who stays out and cannot be written again without them.
    """
    return _SIFT["files"](key, file_name, content, using) if _SIFT else Sifted(content)
