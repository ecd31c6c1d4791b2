"""What is meant by what somebody typed? Schools, trusts, authorities and people by name, former name, number, postcode.

Numbers and postcodes are looked up as they are. Names are taken apart into words by the grammar that links returns to
schools; each word finds the words of the index that are like it, and what has the rarest of them comes first
(``sql/find_names.sql``). People are found in the names that the user may see and nowhere else (``find_people``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from django.db import connection

from leadscape.actions.take_names_apart import take_names_apart
from leadscape_web.register.find_people import find_people
from leadscape_web.register.models import SearchEntry
from leadscape_web.register.search_index import read_statement

KINDS: Final = ("school", "trust", "authority", "person")
LETTERS: Final = 120
"""More than this of what was typed is not read."""
WORDS: Final = 8
MOST: Final = 400
"""No more than this many of one way to find are weighed; whether there were more is told."""
COMMON: Final = 1200
"""A word in more entries than this finds nothing by itself, unless all words asked are such."""
ENOUGH: Final = 0.45
"""Share (0-1) of what was asked, by worth, that something must have to be found."""
POSTCODE: Final = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?)\s*([0-9][a-z]{2})\b", re.IGNORECASE)
OUTWARD: Final = re.compile(r"[a-z]{1,2}[0-9][a-z0-9]?(?:[0-9][a-z]?)?", re.IGNORECASE)
NO_PERSON: Final = frozenset(
    ("school", "schools", "primary", "secondary", "infant", "infants", "junior", "nursery", "academy", "academies",
     "college", "trust", "federation")
)  # fmt: skip
"""With one of these no person is meant, and reading all names is left out, unless people alone are asked for."""
EXACT, BEGINS = 3.0, 2.0
"""Scores of a number or postcode; names score at most about 1.2."""


@dataclass(frozen=True)
class Match:
    """Something that may be what was meant.

    Attributes
    ----------
    kind, key
        What it is, of :data:`KINDS`, and which.
    label, detail
        Its name today; where it is, and what.
    because, named
        Why it was found (name, former name, number, postcode) and the text that was.
    href
        Its page, for a person; the others follow from kind and key.
    score
        For the order only.
    """

    kind: str
    key: str
    label: str
    detail: str
    because: str
    named: str
    score: float
    weight: float = 0.5
    href: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Findings:
    """All that was found, best first.

    Attributes
    ----------
    asked
        What was looked for, as it was read.
    cut
        Whether more was typed than is read.
    matches
        Each thing once.
    more
        Kinds of which there is more than was weighed.
    """

    asked: str
    cut: bool
    matches: tuple[Match, ...]
    more: frozenset[str] = frozenset()

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return {kind: sum(match.kind == kind for match in self.matches) for kind in KINDS}


def read_question(typed: str) -> tuple[str, bool]:
    """What was typed without what cannot be searched (control characters, outer blanks), and whether it was cut."""
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in typed).split())
    return clean[:LETTERS].strip(), len(clean) > LETTERS


def find(typed: str, kind: str = "", *, people: bool = True) -> Findings:
    """Find what was meant, on behalf of whoever the transaction acts for.

    Parameters
    ----------
    typed
        Anything at all.
    kind
        One of :data:`KINDS`; empty for all.
    people
        Whether people may be among what is found, if the user may see any.
    """
    asked, cut = read_question(typed)
    if not asked:
        return Findings("", cut, ())
    public = "" if kind in ("", "person") else kind
    numbers, rest = ([], asked) if kind == "person" else _find_numbers(asked, public)
    names, more = ([], False) if kind == "person" else _find_names(rest, public)
    named = " ".join(word for word in rest.split() if word.lower() not in NO_PERSON)
    asks_people = people and (kind == "person" or (not kind and named == " ".join(rest.split())))
    known, further = find_people(named) if asks_people else ((), False)
    persons = [
        Match(
            "person", one.key, one.name, one.detail, "name", one.name, one.score, href=one.href, tag=one.tag
        )
        for one in known
    ]
    best: dict[tuple[str, str], Match] = {}
    for match in [*numbers, *names, *persons]:
        other = best.get((match.kind, match.key))
        if other is None or match.score > other.score:
            best[match.kind, match.key] = match
    ordered = sorted(best.values(), key=lambda one: (-one.score, -one.weight, one.label, one.key))
    full = {*(("school", "trust", "authority") if more else ()), *(("person",) if further else ())}
    return Findings(asked, cut, tuple(ordered), frozenset(full))


def _find_numbers(asked: str, kind: str) -> tuple[list[Match], str]:
    """What has this number or postcode, or one that begins so; and what else was asked."""
    rest = asked
    if postcode := POSTCODE.search(asked):
        text, rest = "".join(postcode.groups()).lower(), POSTCODE.sub(" ", asked).strip()
    else:
        text = re.sub(r"[^a-z0-9]", "", asked.lower())
        numeric = text.isdigit() or bool(re.fullmatch(r"tr\d+", text)) or bool(OUTWARD.fullmatch(text))
        if not numeric or len(text) < 2:
            return [], rest
    entries = SearchEntry.objects.filter(because__in=("number", "postcode"))
    entries = entries.filter(text__startswith=text) if len(text) >= 3 else entries.filter(text=text)
    if kind:
        entries = entries.filter(kind=kind)
    found = entries.order_by("text", "-weight")[:MOST]
    return [
        Match(one.kind, one.key, one.label, one.detail, one.because, one.named,
              EXACT if one.text == text else BEGINS, one.weight)
        for one in found
    ], rest  # fmt: skip


def _find_names(asked: str, kind: str) -> tuple[list[Match], bool]:
    """What has a name like this, and whether there was more than is weighed."""
    apart = take_names_apart([asked])
    words: list[str] = apart.words.to_list()[0][:WORDS]
    if not words:
        return [], False
    lines = [(word, place, False) for place, word in enumerate(words)]
    for place, pair in enumerate(pairwise(words)):
        lines += [("".join(pair), place, True), ("".join(pair), place + 1, True)]
    with connection.cursor() as cursor:
        cursor.execute(
            _statement("find_names"),
            {
                "words": [word for word, _, _ in lines],
                "ordinals": [place for _, place, _ in lines],
                "pairs": [pair for _, _, pair in lines],
                "sorted": ["".join(sorted(word)) for word, _, _ in lines],
                "asked": list(range(len(words))),
                "text": apart.folded[0],
                "kind": kind,
                "common": COMMON,
                "most": MOST,
                "enough": ENOUGH,
            },
        )
        rows = cursor.fetchall()
    return [Match(*row[:7], weight=row[7]) for row in rows], bool(rows and rows[0][8])


@cache
def _statement(name: str) -> str:
    return read_statement(name)
