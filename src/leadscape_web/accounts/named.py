"""Are these words a person's name, or do they hold it? One answer for each way in which it is asked.

Words are compared without case, accents and titles. Three questions are told apart: may two spellings be of one name;
does a reason name somebody, where one name too many is refused rather than kept; and does a text of somebody else say
the name, where a family name alone is also the name of places and schools.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

TITLES: Final = frozenset(
    {
        "mr", "mrs", "ms", "miss", "mx", "dr", "sir", "dame", "prof", "professor", "rev", "father", "fr", "sister",
        "sr", "cllr",
    }
)  # fmt: skip
_WORD: Final = re.compile(r"\w+")
_LETTERS: Final = re.compile(r"[^\W\d_]+")


def may_be_one_name(one: str, other: str, *, initials: bool = True) -> bool:
    """Whether two spellings may be of one name: the same family name, and given names that agree.

    Parameters
    ----------
    initials
        Whether an initial, or no given name at all, agrees with any that it could be of.
    """
    a, b = _name_of(one), _name_of(other)
    if not a or not b or a[-1] != b[-1]:
        return False
    if len(a) == 1 or len(b) == 1:
        return initials or len(a) == len(b)
    first, second = a[0], b[0]
    return first == second or (initials and min(len(first), len(second)) == 1 and first[0] == second[0])


def names_person(text: str, full_name: str) -> bool:
    """Whether ``text`` holds a family name, in any case, or a given name written like one.

    A given name may be an ordinary word (may, will, grace); as one it is written small.
    """
    return not naming_words(full_name).isdisjoint(said_words(text))


def naming_words(full_name: str) -> frozenset[tuple[str, str]]:
    """The words by which :func:`names_person` knows a name: ``family`` or ``given``, and the word in small letters."""
    parts = [part for part in _words(full_name) if len(part) > 1 and part.casefold() not in TITLES]
    if not parts:
        return frozenset()
    *given, family = parts
    return frozenset([("family", family.casefold()), *(("given", part.casefold()) for part in given)])


def said_words(text: str) -> frozenset[tuple[str, str]]:
    """What the words of a text may be of a name, as :func:`naming_words` tells them."""
    words = _words(text)
    named = {word.casefold() for word in words if not word.islower()}
    return frozenset([*(("family", word.casefold()) for word in words), *(("given", word) for word in named)])


def says_name(text: str, name: str, *, whole: bool = False) -> bool:
    """Whether ``text`` says a person's name: the family name beside a given name, an initial or a title.

    Parameters
    ----------
    whole
        Whether only a full given name beside the family name counts.
    """
    parts = [word for word in map(str.casefold, _words(name)) if word not in TITLES]
    if not parts:
        return False
    *given, family = parts
    initials = {one[0] for one in given}
    words = [(word.casefold(), word.isupper()) for word in _words(text)]
    for place, (word, _) in enumerate(words):
        near = words[max(place - 3, 0) : place] + words[place + 1 : place + 3]
        if word != family:
            continue
        if any(one in given or (not whole and one in TITLES) for one, _ in near):
            return True
        # "A. Green" and not "a green": an initial is written large.
        if not whole and any(one in initials and large for one, large in near):
            return True
    return False


def _name_of(text: str) -> list[str]:
    """The words of a name: letters alone, so that O'Neill is one."""
    bare = _without_accents(text).casefold().replace("’", "").replace("'", "")
    return [word for word in _LETTERS.findall(bare) if word not in TITLES]


def _words(text: str) -> list[str]:
    return _WORD.findall(_without_accents(text))


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
